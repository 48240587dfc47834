"""Group-sequential survival designs: events, hazard ratios at the bounds and months of each look."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt

from lutetia.errors import InputError
from lutetia.trial.checked import Allocation, allocation_faults, experimental_fraction, ratio_faults
from lutetia.trial.events import events_needed
from lutetia.trial.expected_events import SurvivalPlan
from lutetia.trial.sequential import TITLE, GroupSequential


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLook:
    """A look of a survival trial: events (not rounded), hazard ratios at the bounds, months under the plan."""

    events: float
    efficacy_hazard_ratio: float
    futility_hazard_ratio: float | None
    months: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SequentialEvents:
    """A group-sequential survival design: `looks` in order, `most_events` at the last, expected events by truth."""

    looks: tuple[EventLook, ...]
    most_events: float
    expected_null: float
    expected_half: float
    expected_effect: float
    conventions: tuple[str, ...]

    @property
    def value(self) -> float:
        """The events of the last look: every result of Lutetia has a `value`."""
        return self.most_events


def sequential_events(
    design: GroupSequential,
    *,
    hazard_ratio: float,
    allocation: Allocation = (1, 1),
    plan: SurvivalPlan | None = None,
) -> SequentialEvents:
    """Events (Schoenfeld's times the inflation), hazard ratios at the bounds and, with a plan, months of each look.

    Raises InputError with all faults.
    """
    faults = [*ratio_faults(hazard_ratio), *allocation_faults(allocation)]
    if faults:
        raise InputError(TITLE, faults)
    fixed = events_needed(hazard_ratio, allocation, design.power, design.alpha)
    p = experimental_fraction(allocation)
    looks = []
    for look in design.looks:
        events = fixed * design.inflation * look.fraction
        root = sqrt(events * p * (1 - p))
        looks.append(
            EventLook(
                events=events,
                efficacy_hazard_ratio=exp(-look.efficacy_z / root),
                futility_hazard_ratio=None if look.futility_z is None else exp(-look.futility_z / root),
                months=None if plan is None else plan.when(events).months,
            )
        )
    said = (
        *design.conventions,
        f"Events: Schoenfeld's {fixed:.4f} of the design with one look, times the inflation {design.inflation:.6f}.",
        "Hazard ratio at a bound: exp(−z / √(events · p (1 − p))); z above 0 favours the experimental arm.",
    )
    return SequentialEvents(
        looks=tuple(looks),
        most_events=fixed * design.inflation,
        expected_null=fixed * design.expected_null,
        expected_half=fixed * design.expected_half,
        expected_effect=fixed * design.expected_effect,
        conventions=said if plan is None else (*said, *plan.conventions),
    )
