"""Event hazards over time since randomisation: constant, or constant in pieces."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import log

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError
from lutetia.trial.checked import above, is_number, not_negative

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """`rates_per_month[i]` holds from `from_months[i]` on, until the next; the first begins at 0, the last has no end.

    Raises InputError with all faults: negative rates, no rate above 0, months that do not start at 0 and rise.
    """

    rates_per_month: tuple[float, ...]
    from_months: tuple[float, ...] = (0.0,)

    def __post_init__(self) -> None:
        if faults := _faults(self):
            raise InputError("hazard", faults)

    @classmethod
    def of_median(cls, median_months: float) -> Hazard:
        """The constant hazard ln 2 / median."""
        if faults := above("median_months", median_months):
            raise InputError("hazard", faults)
        return cls(rates_per_month=(log(2) / median_months,))

    def times(self, factor: float) -> Hazard:
        """The proportional hazard: every rate times `factor`."""
        return Hazard(
            rates_per_month=tuple(factor * rate for rate in self.rates_per_month), from_months=self.from_months
        )

    def rate_per_month(self, months: ArrayLike) -> Floats:
        """The hazard at each time."""
        piece = np.searchsorted(self.from_months, np.asarray(months, dtype=np.float64), side="right") - 1
        return np.asarray(self.rates_per_month)[np.maximum(piece, 0)]

    def cumulative(self, months: ArrayLike) -> Floats:
        """The integral of the hazard from 0 to each time; 0 before the start."""
        starts, rates = np.asarray(self.from_months), np.asarray(self.rates_per_month)
        ends = np.append(starts[1:], np.inf)
        t = np.maximum(np.asarray(months, dtype=np.float64), 0.0)[..., None]
        return np.asarray((rates * np.clip(np.minimum(t, ends) - starts, 0.0, None)).sum(axis=-1))

    def survival(self, months: ArrayLike) -> Floats:
        """The share without an event at each time, exp(−cumulative)."""
        return np.asarray(np.exp(-self.cumulative(months)))

    def mean_months_within(self, months: ArrayLike) -> Floats:
        """The area under the survival curve up to each time: the restricted mean."""
        starts, rates = np.asarray(self.from_months), np.asarray(self.rates_per_month)
        ends = np.append(starts[1:], np.inf)
        t = np.maximum(np.asarray(months, dtype=np.float64), 0.0)[..., None]
        length = np.clip(np.minimum(t, ends) - starts, 0.0, None)
        safe = np.where(rates > 0, rates, 1.0)
        inside = np.where(rates > 0, -np.expm1(-rates * length) / safe, length)
        return np.asarray((self.survival(starts) * inside).sum(axis=-1))

    def months_at(self, cumulative: ArrayLike) -> Floats:
        """The time at which the integral of the hazard reaches each value; infinity where it never does."""
        starts, rates = np.asarray(self.from_months), np.asarray(self.rates_per_month)
        reached = np.append(self.cumulative(starts[1:]), np.inf) if starts.size > 1 else np.array([np.inf])
        before = np.append(0.0, reached[:-1])
        value = np.asarray(cumulative, dtype=np.float64)
        piece = np.searchsorted(reached, value, side="left")
        with np.errstate(divide="ignore", invalid="ignore"):
            inside = np.where(value > before[piece], (value - before[piece]) / rates[piece], 0.0)
        return starts[piece] + inside

    @property
    def median_months(self) -> float:
        """The time at which half have had the event; infinity if that never happens."""
        return float(self.months_at(log(2)))


def _faults(given: Hazard) -> list[Fault]:
    rates, starts = given.rates_per_month, given.from_months
    faults = [fault for i, rate in enumerate(rates) for fault in not_negative(f"rates_per_month[{i}]", rate)]
    if not faults and not any(rate > 0 for rate in rates):
        faults.append(Fault(place="rates_per_month", must="must hold a rate above 0", got=str(rates)))
    if len(rates) != len(starts):
        got = f"{len(starts)} for {len(rates)} rates"
        faults.append(Fault(place="from_months", must="must hold one start for each rate", got=got))
    rising = all(is_number(start) for start in starts) and all(a < b for a, b in pairwise(starts))
    if not starts or not rising or starts[0] != 0:
        faults.append(Fault(place="from_months", must="must start at 0 and rise", got=str(starts)))
    return faults
