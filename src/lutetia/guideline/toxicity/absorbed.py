"""Absorbed dose of kidneys and red marrow over every cycle on record, against the limits a review names."""

from __future__ import annotations

from lutetia.course.therapy import RltCycle
from lutetia.course.timeline import Timeline
from lutetia.guideline.modification import CumulativeDose, CycleDose, cumulative_dose, published_limit_gy
from lutetia.guideline.modification.limits import Organ
from lutetia.quantities import Interval

ORGANS: tuple[Organ, ...] = ("kidneys", "red_marrow")


def absorbed_dose(timeline: Timeline) -> tuple[CumulativeDose, ...]:
    """The absorbed dose of each organ over the cycles of every line; empty when no cycle is on record.

    The list counts as complete only where a recorder states so (`treatment_history`). A cycle without a dose is
    unknown; several doses of one organ in one cycle are the range they span.
    """
    cycles = timeline.known("rlt_cycle")
    if not cycles:
        return ()
    complete = True if timeline.states_complete("rlt") else None
    return tuple(
        cumulative_dose(
            [_cycle_dose(cycle, organ) for cycle in cycles],
            organ=organ,
            limit_gy=published_limit_gy(organ),
            complete=complete,
        )
        for organ in ORGANS
    )


def has_dosimetry(limit: CumulativeDose) -> bool:
    """Whether any cycle has an absorbed dose of the organ on record."""
    return limit.total_gy.low > 0


def _cycle_dose(cycle: RltCycle, organ: Organ) -> CycleDose:
    doses_gy = [float(dose.absorbed_dose_gy) for dose in cycle.absorbed_doses if dose.organ == organ]
    span = Interval(min(doses_gy), max(doses_gy)) if doses_gy else None
    on = cycle.date.earliest if cycle.date.precision == "day" else None
    return CycleDose(cycle=cycle.id, on=on, absorbed_dose_gy=span)
