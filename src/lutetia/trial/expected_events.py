"""Events and drop-outs that a survival trial expects by a calendar time, and the time at which it expects enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from lutetia.errors import Fault, InputError
from lutetia.trial.accrual import Accrual
from lutetia.trial.checked import Allocation, above, allocation_faults, experimental_fraction
from lutetia.trial.drop_out import DropOut
from lutetia.trial.hazard import Hazard

Floats = NDArray[np.float64]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
LATEST_MONTHS = 2400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedEvents:
    """What is expected by `months` after the first patient entered.

    `events` counts both arms, `events_by_arm` (experimental, control); `entered` patients, of whom `dropped_out` are
    lost; `drop_out_per_month` is the hazard that the reading of drop-out came to. None of them need be whole.
    """

    months: float
    events: float
    events_by_arm: tuple[float, float]
    entered: float
    dropped_out: float
    drop_out_per_month: float
    conventions: tuple[str, ...]

    @property
    def value(self) -> float:
        """The events of both arms: every result of Lutetia has a `value`."""
        return self.events


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalPlan:
    """Who enters when, what happens to them: the assumptions that time enters a survival design with.

    `experimental` and `control` are event hazards, `allocation` experimental : control. Raises InputError.
    """

    accrual: Accrual
    experimental: Hazard
    control: Hazard
    allocation: Allocation = (1, 1)
    drop_out: DropOut = field(default_factory=DropOut.none)

    def __post_init__(self) -> None:
        if faults := allocation_faults(self.allocation):
            raise InputError("survival plan", faults)

    @property
    def experimental_fraction(self) -> float:
        """The share of patients in the experimental arm."""
        return experimental_fraction(self.allocation)

    @property
    def conventions(self) -> tuple[str, ...]:
        """The assumptions as sentences."""
        first, second = self.allocation
        return (
            f"Accrual: {self.accrual}.",
            f"Allocation {first:g} : {second:g}, experimental first.",
            f"Drop-out: {self.drop_out}; the same hazard in both arms.",
            "Event hazards run from randomisation; time is calendar time from the first entry.",
        )

    def at(self, months: float) -> ExpectedEvents:
        """What is expected by that calendar time. Raises InputError unless it lies above 0."""
        if faults := above("months", months):
            raise InputError("expected events", faults)
        per_month = self._drop_out_per_month(months)
        return self._expected(months, per_month)

    def when(self, events: float) -> ExpectedEvents:
        """The time at which that many events are expected.

        Raises InputError if events are not above 0, more than patients, or more than are expected however long one
        waits.
        """
        if faults := self._event_faults(events):
            raise InputError("time to events", faults)
        months = brentq(lambda t: self.at(t).events - events, 1e-6, self._enough(events), xtol=1e-9, rtol=1e-12)
        return self.at(float(months))

    def _event_faults(self, events: float) -> list[Fault]:
        faults = above("events", events)
        if not faults and events > self.accrual.patients:
            must = f"must not exceed the {self.accrual.patients:.6g} patients"
            do = "Enter more patients: nobody has the event twice."
            faults.append(Fault(place="events", must=must, got=f"{events:g}", do=do))
        return faults

    def _enough(self, events: float) -> float:
        """A time by which that many events are expected."""
        months, most = max(self.accrual.months, 1.0), 0.0
        while months <= LATEST_MONTHS:
            most = max(most, self.at(months).events)
            if most > events:
                return months
            months *= 1.3
        must = f"must not exceed the {most:.2f} events that are expected within {LATEST_MONTHS:g} months"
        do = "Fewer events, more patients, or less drop-out."
        raise InputError("time to events", [Fault(place="events", must=must, got=f"{events:g}", do=do)])

    def _drop_out_per_month(self, months: float) -> float:
        rate = self.drop_out.rate_at(months)
        if rate is not None:
            return rate
        goal = self.drop_out.fraction * float(self.accrual.patients_by(months))
        return rate_for(lambda eta: self._expected(months, eta).dropped_out, goal)

    def _expected(self, months: float, per_month: float) -> ExpectedEvents:
        p = self.experimental_fraction
        first_events, first_lost = self._fractions(self.experimental, months, per_month)
        second_events, second_lost = self._fractions(self.control, months, per_month)
        kept = self.drop_out.kept_fraction
        by_arm = (kept * p * first_events, kept * (1 - p) * second_events)
        return ExpectedEvents(
            months=months,
            events=sum(by_arm),
            events_by_arm=by_arm,
            entered=float(self.accrual.patients_by(months)),
            dropped_out=p * first_lost + (1 - p) * second_lost,
            drop_out_per_month=per_month,
            conventions=self.conventions,
        )

    def _fractions(self, hazard: Hazard, months: float, per_month: float) -> tuple[float, float]:
        """Events and drop-outs by that time if everyone who enters were in the arm with this hazard."""
        if not np.isfinite(per_month):
            return 0.0, float(self.accrual.patients_by(months))
        entry, weight = self._entry_grid(hazard, months)
        had, lost = had_and_lost(hazard, per_month, months - entry)
        entering = weight * self.accrual.per_month_at(entry)
        return float(entering @ had), float(entering @ lost)

    def _entry_grid(self, hazard: Hazard, months: float) -> tuple[Floats, Floats]:
        """Nodes and weights over entry times, exact between the places where rates change."""
        edges = np.concatenate([self.accrual.edges_months, months - np.asarray(hazard.from_months)])
        edges = np.unique(np.clip(edges, 0.0, min(months, self.accrual.months)))
        cuts = np.concatenate([np.linspace(a, b, 5)[:-1] for a, b in pairwise(edges)])
        cuts = np.append(cuts, edges[-1])
        middle, half = (cuts[1:] + cuts[:-1]) / 2, np.diff(cuts) / 2
        return (middle[:, None] + half[:, None] * NODES).ravel(), (half[:, None] * WEIGHTS).ravel()


def had_and_lost(hazard: Hazard, per_month: float, months: Floats) -> tuple[Floats, Floats]:
    """Shares with an event, and lost, within so many months of entry, the two competing; closed form in each piece."""
    starts = np.asarray(hazard.from_months)
    ends = np.append(starts[1:], np.inf)
    rates = np.asarray(hazard.rates_per_month)
    total = rates + per_month
    t = np.maximum(months, 0.0)[:, None]
    length = np.clip(np.minimum(t, ends) - starts, 0.0, None)
    still = np.exp(-hazard.cumulative(starts) - per_month * starts)
    # (1 − e^(−x))/x tends to 1 where nothing happens
    left = still * np.where(total > 0, -np.expm1(-total * length) / np.where(total > 0, total, 1.0), length)
    return (left * rates).sum(axis=1), (left * per_month).sum(axis=1)


def rate_for(share: Callable[[float], float], goal: float) -> float:
    """The hazard at which `share`, which rises with it, meets the goal."""
    if goal <= 0:
        return 0.0
    high = 0.01
    while share(high) < goal:
        high *= 2
        if high > 1e6:
            return float("inf")
    return float(brentq(lambda eta: share(eta) - goal, 0.0, high, xtol=1e-14, rtol=1e-13))
