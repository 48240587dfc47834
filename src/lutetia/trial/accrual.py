"""How patients enter: so many per month, evenly, after a ramp, or in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError
from lutetia.trial.checked import above, not_negative

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accrual:
    """Entry rate over calendar time: straight lines between `start_per_month[i]` and `end_per_month[i]`.

    Piece i lasts `piece_months[i]`. Made by `uniform`, `ramp` and `piecewise`; `pattern` says which. Raises InputError
    with all faults: negative rates, pieces without length, nobody at all.
    """

    piece_months: tuple[float, ...]
    start_per_month: tuple[float, ...]
    end_per_month: tuple[float, ...]
    pattern: Literal["uniform", "ramp", "piecewise"] = "piecewise"

    def __post_init__(self) -> None:
        if faults := _faults(self):
            raise InputError("accrual", faults)

    @classmethod
    def uniform(cls, *, patients: float | None = None, per_month: float | None = None, months: float) -> Accrual:
        """The same rate for `months`, given as patients in all or per month."""
        if (patients is None) == (per_month is None):
            must = "must be given one of the two: patients in all, or per month"
            raise InputError("accrual", [Fault(place="patients, per_month", must=must)])
        faults = [*above("months", months)]
        name, value = ("patients", patients) if patients is not None else ("per_month", per_month)
        faults += above(name, value)
        if faults:
            raise InputError("accrual", faults)
        rate = float(per_month) if per_month is not None else float(patients or 0) / months
        return cls(piece_months=(months,), start_per_month=(rate,), end_per_month=(rate,), pattern="uniform")

    @classmethod
    def ramp(cls, *, per_month: float, ramp_months: float, months: float, from_per_month: float = 0.0) -> Accrual:
        """A straight rise to `per_month` over `ramp_months`, then that rate up to `months` in all."""
        faults = [*above("per_month", per_month), *above("ramp_months", ramp_months), *above("months", months)]
        faults += not_negative("from_per_month", from_per_month)
        if not faults and ramp_months > months:
            faults.append(
                Fault(place="ramp_months", must=f"must not exceed months ({months:g})", got=f"{ramp_months:g}")
            )
        if faults:
            raise InputError("accrual", faults)
        if ramp_months == months:
            return cls(
                piece_months=(months,), start_per_month=(from_per_month,), end_per_month=(per_month,), pattern="ramp"
            )
        return cls(
            piece_months=(ramp_months, months - ramp_months),
            start_per_month=(from_per_month, per_month),
            end_per_month=(per_month, per_month),
            pattern="ramp",
        )

    @classmethod
    def piecewise(cls, *, per_month: Sequence[float], months: Sequence[float]) -> Accrual:
        """Rates that hold for so many months each, one after the other."""
        rates = tuple(per_month)
        return cls(piece_months=tuple(months), start_per_month=rates, end_per_month=rates)

    @property
    def months(self) -> float:
        """The length of accrual."""
        return float(sum(self.piece_months))

    @property
    def patients(self) -> float:
        """Everyone who enters, as expected: need not be whole."""
        return float(self.patients_by(self.months))

    @property
    def edges_months(self) -> Floats:
        """Where pieces begin and end, from 0."""
        return np.append(0.0, np.cumsum(self.piece_months))

    def per_month_at(self, months: ArrayLike) -> Floats:
        """The entry rate at each calendar time; 0 outside accrual."""
        t = np.asarray(months, dtype=np.float64)
        edges = self.edges_months
        piece = np.clip(np.searchsorted(edges, t, side="right") - 1, 0, len(self.piece_months) - 1)
        start, end, length = (np.asarray(a) for a in (self.start_per_month, self.end_per_month, self.piece_months))
        rate = start[piece] + (end - start)[piece] * (t - edges[piece]) / length[piece]
        return np.where((t < 0) | (t > edges[-1]), 0.0, rate)

    def patients_by(self, months: ArrayLike) -> Floats:
        """How many have entered by each calendar time."""
        t = np.asarray(months, dtype=np.float64)[..., None]
        edges = self.edges_months
        start, end, length = (np.asarray(a) for a in (self.start_per_month, self.end_per_month, self.piece_months))
        inside = np.clip(t - edges[:-1], 0.0, length)
        return np.asarray((start * inside + (end - start) * inside**2 / (2 * length)).sum(axis=-1))

    def entry_months(self, n: int) -> Floats:
        """Calendar times of `n` patients entering as evenly as the pattern says: patient i at the share (i + ½)/n."""
        grid = np.unique(np.concatenate([np.linspace(0, self.months, 4097), self.edges_months]))
        return np.asarray(np.interp((np.arange(n) + 0.5) / n * self.patients, self.patients_by(grid), grid))

    def scaled(self, factor: float) -> Accrual:
        """The same pattern with `factor` times the patients."""
        return Accrual(
            piece_months=self.piece_months,
            start_per_month=tuple(factor * rate for rate in self.start_per_month),
            end_per_month=tuple(factor * rate for rate in self.end_per_month),
            pattern=self.pattern,
        )

    def __str__(self) -> str:
        return f"{self.patients:.4g} patients within {self.months:g} months, {self.pattern}"


def _faults(given: Accrual) -> list[Fault]:
    faults: list[Fault] = []
    lengths = {len(given.piece_months), len(given.start_per_month), len(given.end_per_month)}
    if len(lengths) > 1 or 0 in lengths:
        got = f"{len(given.start_per_month)} rates for {len(given.piece_months)} pieces"
        faults.append(Fault(place="months", must="must hold one length for each rate", got=got))
    for i, months in enumerate(given.piece_months):
        faults += above(f"months[{i}]", months)
    for i, rate in enumerate(given.start_per_month):
        faults += not_negative(f"per_month[{i}]", rate, "Nobody leaves by entering: drop-out is another argument.")
    if not faults and not any((*given.start_per_month, *given.end_per_month)):
        faults.append(Fault(place="per_month", must="must let somebody enter", got="only zeros"))
    return faults
