"""Minimisation: each patient goes, most probably, to the arm that balances the factors best.

Pocock & Simon 1975, Biometrics 31:103. With unequal allocation counts are divided by the ratio, and the chances of the
arms that are not preferred follow Han, Enas, McEntegart 2009, Stat Med 28:3329 (biased-coin minimisation), so that the
allocation as a whole keeps the ratio. The coin is never certain: what comes next cannot be known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lutetia.errors import Fault, InputError
from lutetia.trial.checked import above, is_number, whole
from lutetia.trial.permuted_blocks import level_faults, stream

Floats = NDArray[np.float64]
Imbalance = Literal["range", "variance"]
ALGORITHM = "lutetia minimisation 1"
TITLE = "minimisation"
_SAME = 1e-9
"""Imbalances that differ by less are tied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimised:
    """One patient: the arm, the imbalance that each arm would have brought, the chances, the number that was drawn."""

    subject: str
    levels: Mapping[str, str]
    arm: str
    imbalance: Mapping[str, float]
    chances: Mapping[str, float]
    drawn: float

    @property
    def value(self) -> str:
        """The arm: every result of Lutetia has a `value`."""
        return self.arm


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimisation:
    """The rule and whom it allocated so far; `allocate` returns a new one. Same seed, same patients: the same arms.

    `preferred` is the chance of the arm with the smallest ratio when it balances best; `factor_weights` say how much
    each factor counts (1 if not named); `imbalance` is the range or the variance of the counts divided by the ratio.
    Raises InputError with all faults.
    """

    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    factors: Mapping[str, Sequence[str]]
    seed: int
    preferred: float = 0.8
    imbalance: Imbalance = "range"
    factor_weights: Mapping[str, float] | None = None
    allocated: tuple[Minimised, ...] = ()

    def __post_init__(self) -> None:
        if faults := _faults(self):
            raise InputError(TITLE, faults)

    @property
    def conventions(self) -> tuple[str, ...]:
        """The rule as sentences."""
        weights = self.factor_weights or {}
        factors = ", ".join(f"{name} ({weights.get(name, 1):g})" for name in self.factors)
        return (
            f"Algorithm: {ALGORITHM}; {self.imbalance} of counts divided by the ratio, summed over {factors}.",
            f"Ratio {':'.join(map(str, self.ratio))}; the preferred arm has {self._highest()} (Han, Enas, McEntegart).",
            "Ties: the chances of the ratio. One Philox stream, one 53-bit number for each patient.",
        )

    def allocate(self, *, subject: str, levels: Mapping[str, str | None]) -> tuple[Minimisation, Minimised]:
        """The new state and the patient's arm.

        Raises InputError with all faults: a factor unknown, a level never declared, a patient already allocated.
        """
        faults = level_faults(self.factors, levels)  # type: ignore[arg-type]
        if any(one.subject == subject for one in self.allocated):
            faults.append(Fault(place="subject", must="must not be allocated twice", got=subject))
        if faults:
            raise InputError(f"{TITLE} of {subject}", faults)
        known = {name: str(levels[name]) for name in self.factors}
        imbalance = self._imbalances(known)
        chances = self._chances(imbalance)
        drawn = self._number(len(self.allocated))
        at = min(int(np.searchsorted(np.cumsum(chances), drawn, side="right")), len(self.arms) - 1)
        one = Minimised(
            subject=subject,
            levels=known,
            arm=self.arms[at],
            imbalance=dict(zip(self.arms, imbalance.tolist(), strict=True)),
            chances=dict(zip(self.arms, chances.tolist(), strict=True)),
            drawn=drawn,
        )
        return self._with((*self.allocated, one)), one

    def counts(self) -> dict[str, int]:
        """Patients of each arm."""
        return {arm: sum(one.arm == arm for one in self.allocated) for arm in self.arms}

    def differs_at(self) -> int | None:
        """Position (from 0) of the first patient whom a replay would have given another arm; None if there is none."""
        again = self._with(())
        for position, one in enumerate(self.allocated):
            again, found = again.allocate(subject=one.subject, levels=one.levels)
            if found.arm != one.arm:
                return position
        return None

    def _with(self, allocated: tuple[Minimised, ...]) -> Minimisation:
        return Minimisation(
            arms=self.arms,
            ratio=self.ratio,
            factors=self.factors,
            seed=self.seed,
            preferred=self.preferred,
            imbalance=self.imbalance,
            factor_weights=self.factor_weights,
            allocated=allocated,
        )

    def _imbalances(self, levels: Mapping[str, str]) -> Floats:
        """What the weighted imbalance at the patient's levels would be, for each arm he could go to."""
        total = np.zeros(len(self.arms))
        for name, level in levels.items():
            mine = [one.arm for one in self.allocated if one.levels[name] == level]
            counts = np.array([mine.count(arm) for arm in self.arms], dtype=np.float64)
            scaled = (counts + np.eye(len(self.arms))) / np.array(self.ratio)
            spread = np.ptp(scaled, axis=1) if self.imbalance == "range" else scaled.var(axis=1, ddof=1)
            total += (self.factor_weights or {}).get(name, 1.0) * spread
        return total

    def _chances(self, imbalance: Floats) -> Floats:
        best = np.flatnonzero(imbalance <= imbalance.min() + _SAME)
        share = np.array(self.ratio, dtype=np.float64)
        if best.size == len(self.arms):
            return np.asarray(share / share.sum())
        return np.asarray(share[best] @ self._high_and_low()[best] / share[best].sum(), dtype=np.float64)

    def _high_and_low(self) -> Floats:
        """Row i: the chances of all arms when arm i is preferred."""
        share = np.array(self.ratio, dtype=np.float64)
        smallest = int(share.argmin())
        low = (1 - self.preferred) * share / (share.sum() - share[smallest])
        table = np.tile(low, (share.size, 1))
        for i in range(share.size):
            table[i, i] = 1 - (low.sum() - low[i])
        return table

    def _highest(self) -> str:
        table = self._high_and_low()
        return ", ".join(f"{table[i, i]:.3g} for {arm}" for i, arm in enumerate(self.arms))

    def _number(self, position: int) -> float:
        """The so-manieth number of the stream, in [0, 1)."""
        words = stream(self.seed, "minimisation", ALGORITHM).random_raw(position + 1)
        return float(int(words[-1]) >> 11) * 2.0**-53


def _faults(given: Minimisation) -> list[Fault]:
    faults = []
    if len(given.arms) < 2 or len(set(given.arms)) < len(given.arms):
        faults.append(Fault(place="arms", must="must name at least two, none twice", got=repr(given.arms)))
    if len(given.ratio) != len(given.arms):
        faults.append(Fault(place="ratio", must="must hold one number for each arm", got=str(given.ratio)))
    for i, part in enumerate(given.ratio):
        faults += whole(f"ratio[{i}]", part)
    faults += whole("seed", given.seed, 0)
    if not given.factors:
        faults.append(Fault(place="factors", must="must name at least one", got="none"))
    for name, levels in given.factors.items():
        if not levels:
            faults.append(Fault(place=f"factor {name}", must="must name at least one level", got="none"))
    for name, weight in (given.factor_weights or {}).items():
        faults += above(f"weight of {name}", weight)
        if name not in given.factors:
            faults.append(Fault(place=f"weight of {name}", must="must belong to a factor", got=repr(name)))
    if given.imbalance not in get_args(Imbalance):
        faults.append(Fault(place="imbalance", must="must be range or variance", got=repr(given.imbalance)))
    low = 1 / len(given.arms) if len(given.arms) else 0.5
    if not is_number(given.preferred) or not low < given.preferred < 1:
        do = "1 would make the next arm certain; 0.8 is usual."
        must = f"must lie between {low:.3g} and 1"
        faults.append(Fault(place="preferred", must=must, got=repr(given.preferred), do=do))
    return faults
