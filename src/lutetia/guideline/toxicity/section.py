"""Toxicity of a course on a day: laboratory grades, recorded events, the dose machine and absorbed dose together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lutetia.course.timeline import Timeline
from lutetia.guideline.modification import CumulativeDose, Finding
from lutetia.guideline.modification.rules import Jurisdiction, once
from lutetia.guideline.toxicity.absorbed import absorbed_dose
from lutetia.guideline.toxicity.conventions import Conventions, board_conventions
from lutetia.guideline.toxicity.dose import DoseOnCourse, dose_on_course
from lutetia.guideline.toxicity.events import EventToxicity, event_toxicity
from lutetia.guideline.toxicity.laboratory import AnalyteToxicity, laboratory_toxicity
from lutetia.guideline.toxicity.period import Period, period_of
from lutetia.rows import LeftOut

TABLES = "CTCAE-{version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Toxicity:
    """What the record says about toxicity on a day.

    `period` is None when neither RLT nor a current line is on record: then no worst grade is told, and every recorded
    event counts. `dose` is None without a cycle of RLT.
    """

    as_of: date
    period: Period | None
    laboratory: tuple[AnalyteToxicity, ...]
    events: tuple[EventToxicity, ...]
    dose: DoseOnCourse | None
    absorbed: tuple[CumulativeDose, ...]
    versions: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]

    @property
    def value(self) -> dict[str, int | None]:
        """Version → the worst laboratory grade since the line began (its upper end); None when nothing was graded."""
        return {version: max(self._worst(version), default=None) for version in self.versions}

    @property
    def because(self) -> tuple[str, ...]:
        """The ids of what was applied: the CTCAE tables and the dose rules."""
        tables = [TABLES.format(version=version) for version in self.versions] if self.laboratory else []
        limits = [reason.rule for limit in self.absorbed for reason in limit.because]
        return once((*tables, *(self.dose.because if self.dose else ()), *limits))

    def _worst(self, version: str) -> list[int]:
        return [worst.high for one in self.laboratory if (worst := one.worst_by(version)) is not None]


def toxicity_of(
    timeline: Timeline,
    *,
    jurisdiction: str | None,
    conventions: Conventions | None = None,
    judged: Iterable[Finding] = (),
) -> Toxicity:
    """The toxicity of a course on the timeline's day.

    `jurisdiction` is EU, US, other or None; the dose table is the US one throughout, and the result says so.
    `conventions`: the choices made, those of the board sheet by default; all are printed. `judged`: findings of a
    named judge that a course cannot hold. Raises InputError for a version or reading that does not exist.
    """
    chosen = (conventions or board_conventions()).checked()
    period = period_of(timeline)
    laboratory, not_graded = laboratory_toxicity(timeline, period, chosen)
    events, not_counted = event_toxicity(timeline, period)
    whose: Jurisdiction | None = {"EU": "EU", "US": "US"}.get(jurisdiction or "")  # type: ignore[assignment]
    dose = None
    if period is not None and period.is_rlt:
        dose = dose_on_course(timeline, period.line, laboratory, conventions=chosen, jurisdiction=whose, judged=judged)
    since = period.said() if period else "no line of RLT and no line recorded as ongoing: every recorded event counts"
    return Toxicity(
        as_of=timeline.as_of,
        period=period,
        laboratory=laboratory,
        events=events,
        dose=dose,
        absorbed=absorbed_dose(timeline),
        versions=chosen.ctcae_versions,
        left_out=(*not_graded, *not_counted, *(dose.left_out if dose else ())),
        conventions=once((since, *chosen.said(), *_graded_by(laboratory), *(dose.conventions if dose else ()))),
    )


def _graded_by(laboratory: Iterable[AnalyteToxicity]) -> Iterable[str]:
    """The conventions of every grade, each once."""
    for one in laboratory:
        for value in one.values:
            for grade in value.grades:
                yield from grade.grade.conventions if grade.grade is not None else ()
