"""From the laboratory values and adverse events of a course to the findings that the dose machine takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from lutetia.course.assessment import AdverseEvent
from lutetia.course.entry import Unknown
from lutetia.course.laboratory import Laboratory
from lutetia.course.therapy import TherapyLine
from lutetia.course.timeline import Timeline
from lutetia.dates import PartialDate
from lutetia.guideline.modification import (
    Finding,
    blood_count,
    hypersensitivity,
    leukopenia,
    lymphopenia,
    other_toxicity,
)
from lutetia.guideline.modification.finding import BloodClass
from lutetia.guideline.toxicity.conventions import Conventions
from lutetia.guideline.toxicity.events import NO_VERSION
from lutetia.guideline.toxicity.grading import GradedValue, low_side
from lutetia.guideline.toxicity.laboratory import AnalyteToxicity
from lutetia.guideline.toxicity.terms import OTHER, class_of_analyte, class_of_term
from lutetia.quantities import Interval
from lutetia.rows import LeftOut

PartialDays = Literal["first_day", "last_day"]
"""Which day a partial date is taken for."""
SEVERE = 3
BLOOD: tuple[BloodClass, ...] = ("thrombocytopenia", "anaemia", "neutropenia")
SAID = (
    "adverse events keep the grade as recorded, by the version recorded, whatever version grades the values",
    "an adverse event that is over counts as recovered on its last day (the day after, if it lasted one day)",
    "leukopenia is lymphopenia alone when on its day lymphocytes lie below and neutrophils within their limits",
    "a value of another analyte is an other toxicity from grade 3, when worse than at baseline",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DosePeriod:
    """The part of a course that the machine looks at: from the first dose of a line to a day."""

    line: TherapyLine
    first_dose: PartialDate
    until: date
    partial_days: PartialDays

    def day(self, when: PartialDate) -> date:
        """The day a date is taken for, never later than the last day looked at."""
        return min(self.taken_for(when), self.until)

    def taken_for(self, when: PartialDate) -> date:
        """The day a date is taken for, also one after the last day looked at."""
        return when.earliest if self.partial_days == "first_day" else when.latest

    def why_not(self, entry: Laboratory | AdverseEvent) -> str:
        """Why an entry is no finding of this period; "" when it is one."""
        sample = isinstance(entry, Laboratory)
        what = "laboratory values" if sample else "adverse events"
        first = self.first_dose.earliest
        if entry.date.latest < first or (sample and entry.date.latest == first):
            return f"{what} from before the first dose (DM-SEQ-3)"
        return f"{what} from after the end of the line" if entry.date.earliest > self.until else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the machine takes, and the entries it does not, by reason."""

    found: tuple[Finding, ...]
    left_out: tuple[LeftOut, ...]


def findings_of(
    timeline: Timeline,
    analytes: Sequence[AnalyteToxicity],
    period: DosePeriod,
    *,
    version: str,
    conventions: Conventions,
) -> Findings:
    """The findings of a period by one CTCAE version: blood counts, other values, and adverse events as recorded."""
    samples: Sequence[Laboratory] = timeline.known("laboratory")
    events: Sequence[AdverseEvent] = timeline.known("adverse_event")
    reader = _Reader(timeline, analytes, period, version, conventions)
    found: list[Finding] = []
    reasons: dict[str, list[int]] = {}
    entries: list[tuple[int, Laboratory | AdverseEvent]] = [*enumerate(samples), *enumerate(events)]
    for row, entry in entries:
        read = period.why_not(entry) or reader.read(entry)
        if isinstance(read, str):
            reasons.setdefault(read, []).append(row)
        else:
            found += read
    return Findings(found=tuple(found), left_out=tuple(LeftOut.at(rows, why) for why, rows in reasons.items()))


class _Reader:
    """Reads entries one by one; knows what other entries say about the same day or the same term."""

    def __init__(
        self,
        timeline: Timeline,
        analytes: Iterable[AnalyteToxicity],
        period: DosePeriod,
        version: str,
        conventions: Conventions,
    ) -> None:
        self.timeline, self.period, self.version, self.conventions = timeline, period, version, conventions
        self.graded = {value.entry_id: value for analyte in analytes for value in analyte.values}
        self.severe = {one.analyte: term for one in analytes if (term := self._severe_term(one))}
        self.related = _related_terms(timeline, period.line)

    def read(self, entry: Laboratory | AdverseEvent) -> list[Finding] | str:
        """The findings of an entry, or why it gives none."""
        return self._sample(entry) if isinstance(entry, Laboratory) else self._event(entry)

    def _sample(self, entry: Laboratory) -> list[Finding] | str:
        value, name = self.graded.get(entry.id), class_of_analyte(entry.analyte)
        if name in ("renal", "hepatic"):
            return f"{name} values: the criteria are not verified, a judge is needed"
        if name in ("leukopenia", "lymphopenia"):
            return self._white_cells(entry, name)
        grade = value.by(self.version).grade if value is not None else None
        if grade is None:
            return "laboratory values without a grade"
        on = self.period.day(entry.date)
        if name != OTHER:
            return [blood_count(_blood(name), on, grade, ctcae_version=self.version)]
        if entry.analyte not in self.severe:
            return "values of analytes that the dose rules do not name and that never reach grade 3"
        term = self.severe[entry.analyte]
        related = self.related.get(term.casefold())
        return [other_toxicity(term, on, grade, ctcae_version=self.version, possibly_related=related)]

    def _white_cells(self, entry: Laboratory, name: str) -> list[Finding] | str:
        grade = low_side(entry, self.version, self.conventions)
        if grade is None:
            return f"{entry.analyte} values that CTCAE {self.version} does not grade as too low"
        on = self.period.day(entry.date)
        if name == "lymphopenia":
            return [lymphopenia(on, grade, ctcae_version=self.version)]
        alone = self._lymphopenia_alone(entry)
        return [leukopenia(on, grade, ctcae_version=self.version, lymphopenia_alone=alone)]

    def _event(self, entry: AdverseEvent) -> list[Finding] | str:
        name = class_of_term(entry.term)
        if name in ("renal", "hepatic"):
            return f"{name} adverse events: the criteria are not verified, a judge is needed"
        on = self.period.day(entry.date)
        grade = (entry.grade, entry.grade) if isinstance(entry.grade, int) else (1, 5)
        found = [self._as_recorded(entry, self._of_class(name, entry, on, grade))]
        over = self._over(entry, on)
        if over is not None and name not in ("hypersensitivity", "lymphopenia"):
            found.append(self._as_recorded(entry, self._of_class(name, entry, over, (0, 0))))
        return found

    def _over(self, entry: AdverseEvent, on: date) -> date | None:
        """The day an event that began `on` a day counts as recovered; None when that is not in the period."""
        if not isinstance(entry.end, PartialDate):
            return None
        over = self.period.taken_for(entry.end)
        over += timedelta(days=1) if over <= on else timedelta(0)
        return over if over <= self.period.until else None

    def _of_class(self, name: str, entry: AdverseEvent, on: date, grade: tuple[int, int]) -> Finding:
        if name == "hypersensitivity":
            return hypersensitivity(on, grade, ctcae_version=self.version)
        if name == "lymphopenia":
            return lymphopenia(on, grade, ctcae_version=self.version)
        if name == "leukopenia":
            return leukopenia(on, grade, ctcae_version=self.version, lymphopenia_alone=None)
        if name == OTHER:
            related = _related(self.timeline, entry, self.period.line)
            return other_toxicity(entry.term, on, grade, ctcae_version=self.version, possibly_related=related)
        return blood_count(_blood(name), on, grade, ctcae_version=self.version)

    def _as_recorded(self, entry: AdverseEvent, finding: Finding) -> Finding:
        """The finding with the version its grade was recorded by."""
        version = entry.ctcae_version if isinstance(entry.ctcae_version, str) else NO_VERSION
        because = [
            replace(reason, used=tuple((name, version if name == "ctcae" else said) for name, said in reason.used))
            for reason in finding.because
        ]
        return replace(finding, because=tuple(because))

    def _severe_term(self, analyte: AnalyteToxicity) -> str | None:
        """The term of an analyte that feeds no class and reaches grade 3, worse than at baseline."""
        if class_of_analyte(analyte.analyte) != OTHER:
            return None
        baseline = self._least(analyte.baseline)
        floor = max(SEVERE, 0 if baseline is None else baseline + 1)
        for value in analyte.values:
            least, grade = self._least(value), value.by(self.version).grade
            in_period = value.on.latest > self.period.first_dose.earliest and value.on.earliest <= self.period.until
            if in_period and least is not None and least >= floor and grade is not None and grade.term:
                return grade.term
        return None

    def _least(self, value: GradedValue | None) -> int | None:
        grade = value.by(self.version) if value is not None else None
        return grade.grade.low if grade is not None and grade.grade is not None and grade.value else None

    def _lymphopenia_alone(self, entry: Laboratory) -> bool | None:
        """By the other white cells of the same day: lymphocytes below their limit, neutrophils within theirs."""
        neutrophils, lymphocytes = (self._below(entry.date, name) for name in ("neutrophils", "lymphocytes"))
        if neutrophils or lymphocytes is False:
            return False
        return True if neutrophils is False and lymphocytes else None

    def _below(self, day: PartialDate, analyte: str) -> bool | None:
        """Whether every value of an analyte on a day lies below its lower limit; None when that cannot be told."""
        of_day = [e for e in self.timeline.known("laboratory") if e.analyte == analyte and e.date == day]
        said = {
            entry.value.certainly("<", entry.lower_limit)
            if isinstance(entry.value, Interval) and isinstance(entry.lower_limit, float)
            else None
            for entry in of_day
        }
        return said.pop() if len(said) == 1 else None


def _blood(name: str) -> BloodClass:
    return next(known for known in BLOOD if known == name)


def _related_terms(timeline: Timeline, line: TherapyLine) -> dict[str, bool | None]:
    """Term → whether a recorded adverse event of that name is attributed to the line; values take it over."""
    found: dict[str, bool | None] = {}
    for entry in timeline.known("adverse_event"):
        term, related = " ".join(entry.term.split()).casefold(), _related(timeline, entry, line)
        found[term] = True if True in (related, found.get(term)) else related
    return found


def _related(timeline: Timeline, entry: AdverseEvent, line: TherapyLine) -> bool | None:
    """Attributed to this line: yes; to another: no; to none in particular: not known."""
    if entry.related_to is None or isinstance(entry.related_to, Unknown):
        return None
    named = timeline.resolve(entry.related_to)
    return named is not None and named.id == line.id
