"""What is known and what is missing for the next dose of a line that goes on."""

from __future__ import annotations

from dataclasses import dataclass

from lutetia.course.assessment import PregnancyStatus
from lutetia.course.timeline import Timeline
from lutetia.guideline.modification import (
    DoseCourse,
    LabValue,
    NextDose,
    PrecycleCheck,
    next_dose,
    precycle_check,
    rule,
)
from lutetia.guideline.modification.precycle import Pregnancy, Window
from lutetia.guideline.modification.rules import Jurisdiction
from lutetia.guideline.toxicity.absorbed import absorbed_dose, has_dosimetry
from lutetia.quantities import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a next dose is judged by, beside the course of doses."""

    timeline: Timeline
    jurisdiction: Jurisdiction | None
    window: Window

    def check(self, course: DoseCourse) -> PrecycleCheck:
        """The check before a dose on the last day of the course."""
        return precycle_check(
            course.as_of,
            laboratory_values(self.timeline),
            first_dose=not course.doses,
            window=self.window,
            jurisdiction=self.jurisdiction,
            pregnancy=pregnancy(self.timeline, course),
            lymphopenia_alone=None,
        )


def next_dose_of(course: DoseCourse, plan: Planned) -> tuple[PrecycleCheck, NextDose]:
    """The check before a dose on the last day of the course, and the verdict; four doses are planned (DM-CAL-18).

    The limits of absorbed dose count for organs with dosimetry; without any they stay out, which `conventions` says.
    """
    limits = [limit for limit in absorbed_dose(plan.timeline) if has_dosimetry(limit)]
    check, planned = plan.check(course), rule("DM-CAL-18").values["doses"]
    return check, next_dose(course, planned_cycles=planned, precycle=check, limits=limits)


def laboratory_values(timeline: Timeline) -> tuple[LabValue, ...]:
    """The known values of the tests that the check asks for, in canonical units; a partial date is no day."""
    wanted = set(rule("DM-PRE-1").values["analytes"])
    return tuple(
        LabValue(analyte=entry.analyte, on=entry.date.earliest, value=entry.canonical)
        for entry in timeline.known("laboratory")
        if entry.analyte in wanted and isinstance(entry.value, Interval) and entry.canonical is not None
        if entry.date.precision == "day"
    )


def pregnancy(timeline: Timeline, course: DoseCourse) -> Pregnancy | None:
    """Whether pregnancy is excluded, as recorded; a test or a visit counts only since the last dose."""
    if timeline.course.patient.sex == "male":
        return "not_possible"
    stated: tuple[PregnancyStatus, ...] = timeline.known("pregnancy_status")
    if not stated:
        return None
    last = stated[-1]
    lasting = last.basis in ("menopause", "surgical")
    fresh = not course.doses or last.date.earliest >= course.doses[-1].on
    if last.pregnant:
        return "pregnant" if fresh else None
    if lasting:
        return "not_possible"
    return "excluded" if fresh else None
