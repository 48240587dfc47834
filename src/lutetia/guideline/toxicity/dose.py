"""The dose machine on a course: the doses and findings of the latest line of RLT, replayed under every reading.

What has no default in the label (how a delay is counted, which CTCAE version, which day a partial date means) is
replayed in every reading; an answer that all readings share is told once, others each by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from lutetia.course.laboratory import Laboratory
from lutetia.course.therapy import RltCycle, TherapyLine
from lutetia.course.timeline import Timeline
from lutetia.dates import PartialDate
from lutetia.errors import InputError
from lutetia.guideline.modification import Administration, DoseCourse, Finding, Reduction, replay
from lutetia.guideline.modification.machine import DelayReading
from lutetia.guideline.modification.rules import Jurisdiction, once
from lutetia.guideline.toxicity.conventions import Conventions
from lutetia.guideline.toxicity.findings import SAID, DosePeriod, Findings, PartialDays, findings_of
from lutetia.guideline.toxicity.laboratory import AnalyteToxicity, baseline_entry
from lutetia.guideline.toxicity.next_dose import Planned, next_dose_of
from lutetia.guideline.toxicity.organs import OrganQuestion, organ_questions
from lutetia.guideline.toxicity.period import Period, cycles_of
from lutetia.guideline.toxicity.readings import DoseReading
from lutetia.rows import LeftOut

PRODUCT = ("dotatate", "oxodotreotide", "lutathera")
ORGANS_JUDGED = "renal and hepatic toxicity enter only as judged: no criterion could be verified (DM-REN-5, DM-HEP-5)"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseOnCourse:
    """The latest line of RLT under the dose rules, in every reading; `why_not` says why it was not replayed.

    `goes_on`: whether the line goes on (None: the record does not tell). `questions`: what a judge must decide before
    the next dose. `value` is the one answer on the next dose, None when the readings differ or the line has ended.
    """

    line: TherapyLine
    goes_on: bool | None
    until: date
    cycles: tuple[RltCycle, ...]
    readings: tuple[DoseReading, ...]
    questions: tuple[OrganQuestion, ...]
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]
    why_not: str

    @property
    def value(self) -> str | None:
        """The verdict on the next dose that all readings share."""
        said = {one.next_dose.value for one in self.readings if one.next_dose is not None}
        return said.pop() if len(said) == 1 else None

    @property
    def because(self) -> tuple[str, ...]:
        """The ids of the dose rules that made the steps and the verdicts, in every reading."""
        used = [reason.rule for one in self.readings for step in one.course.steps for reason in step.because]
        used += [reason.rule for one in self.readings for reason in one.course.because]
        return once(used)


def dose_on_course(
    timeline: Timeline,
    line: TherapyLine,
    analytes: Sequence[AnalyteToxicity],
    *,
    conventions: Conventions,
    jurisdiction: Jurisdiction | None,
    judged: Iterable[Finding] = (),
) -> DoseOnCourse | None:
    """The dose machine on one line of RLT; None for a line without a cycle.

    `judged`: findings that a course cannot hold, such as `judged_finding("renal", …)` or `no_other_toxicity(…)`; they
    keep their grades. A line of another product, or doses that the machine refuses, are told in `why_not`.
    """
    cycles = cycles_of(timeline, line)
    if not cycles:
        return None
    doses = _Doses(
        timeline=timeline,
        line=line,
        cycles=cycles,
        analytes=tuple(analytes),
        conventions=conventions,
        jurisdiction=jurisdiction,
        judged=tuple(replace(finding, ctcae_version=None) for finding in judged),
    )
    readings: tuple[DoseReading, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    why_not = _other_product(cycles)
    if not why_not:
        try:
            readings, left_out = doses.replayed()
        except InputError as refused:
            why_not = "; ".join(f"{fault.place} {fault.must}" for fault in refused.faults)
    return DoseOnCourse(
        line=line,
        goes_on=doses.goes_on,
        until=doses.until,
        cycles=cycles,
        readings=readings,
        questions=doses.questions() if readings and doses.goes_on is not False else (),
        left_out=left_out,
        conventions=_said(readings, doses),
        why_not=why_not,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doses:
    """The doses of one line with all that is known around them."""

    timeline: Timeline
    line: TherapyLine
    cycles: tuple[RltCycle, ...]
    analytes: tuple[AnalyteToxicity, ...]
    conventions: Conventions
    jurisdiction: Jurisdiction | None
    judged: tuple[Finding, ...]

    @property
    def goes_on(self) -> bool | None:
        """Whether the line goes on; None when the record does not tell."""
        if isinstance(self.line.stop, PartialDate) or self.line.ongoing is False:
            return False
        return True if self.line.ongoing is True else None

    @property
    def until(self) -> date:
        """The day of the sheet; for a line that ended its last day, or that of its last cycle when that is later."""
        if self.goes_on is not False:
            return self.timeline.as_of
        last = self.cycles[-1].date.latest
        end = max(self.line.stop.latest, last) if isinstance(self.line.stop, PartialDate) else last
        return min(end, self.timeline.as_of)

    @property
    def days(self) -> tuple[PartialDays, ...]:
        """Without partial dates there is nothing to choose."""
        entries = (*self.cycles, *self.timeline.known("laboratory", "adverse_event"))
        dates = [when for entry in entries for when in (entry.date, getattr(entry, "end", None))]
        first = self.cycles[0].date.earliest
        partial = any(isinstance(d, PartialDate) and d.precision != "day" and d.latest >= first for d in dates)
        return ("first_day", "last_day") if partial else ("first_day",)

    def replayed(self) -> tuple[tuple[DoseReading, ...], tuple[LeftOut, ...]]:
        """One replay for each choice, and the entries that are no finding, by reason. Raises InputError."""
        found: list[DoseReading] = []
        left_out: dict[tuple[str, int], LeftOut] = {}
        for days, version in product(self.days, self.conventions.ctcae_versions):
            findings = self._findings(days, version)
            left_out |= {(one.why, one.count): one for one in findings.left_out}
            found += self._delays(days, version, findings)
        return tuple(found), tuple(left_out.values())

    def questions(self) -> tuple[OrganQuestion, ...]:
        """What a judge must decide since the last cycle."""
        samples: dict[str, list[Laboratory]] = {}
        for entry in self.timeline.known("laboratory"):
            samples.setdefault(entry.analyte, []).append(entry)
        period = Period(line=self.line)
        baselines = {analyte: baseline_entry(entries, period) for analyte, entries in samples.items()}
        return organ_questions(self.timeline, self.cycles[-1].date.latest, baselines)

    def _period(self, days: PartialDays) -> DosePeriod:
        return DosePeriod(line=self.line, first_dose=self.cycles[0].date, until=self.until, partial_days=days)

    def _findings(self, days: PartialDays, version: str) -> Findings:
        return findings_of(
            self.timeline, self.analytes, self._period(days), version=version, conventions=self.conventions
        )

    def _delays(self, days: PartialDays, version: str, findings: Findings) -> Iterator[DoseReading]:
        period = self._period(days)
        doses = [Administration(on=period.day(c.date), activity_mbq=_activity_mbq(c)) for c in self.cycles]
        for reading in self.conventions.delay_readings:
            course = replay(
                doses,
                [*findings.found, *self.judged],
                as_of=self.until,
                delay_reading=reading,
                reduction=Reduction.named(self.conventions.reduction),
                jurisdiction=self.jurisdiction,
            )
            yield self._reading(days, version, reading, len(findings.found) + len(self.judged), course)

    def _reading(
        self, days: PartialDays, version: str, delay_reading: DelayReading, findings: int, course: DoseCourse
    ) -> DoseReading:
        window = self.conventions.laboratory_window
        plan = Planned(timeline=self.timeline, jurisdiction=self.jurisdiction, window=window)
        check, following = (None, None) if self.goes_on is False else next_dose_of(course, plan)
        return DoseReading(
            ctcae_version=version,
            delay_reading=delay_reading,
            partial_days=days,
            findings=findings,
            course=course,
            precycle=check,
            next_dose=following,
        )


def _activity_mbq(cycle: RltCycle) -> float | None:
    return float(cycle.activity_mbq) if isinstance(cycle.activity_mbq, float) else None


def _other_product(cycles: Iterable[RltCycle]) -> str:
    """The cycles of another product: the dose rules are those of 177Lu-DOTATATE."""
    named = {cycle.id: cycle.radiopharmaceutical for cycle in cycles if isinstance(cycle.radiopharmaceutical, str)}
    other = [f"{cycle} {name}" for cycle, name in named.items() if not _is_product(name)]
    return f"the dose rules are those of 177Lu-DOTATATE; other product: {', '.join(other)}" if other else ""


def _is_product(name: str) -> bool:
    text = name.casefold()
    return any(word in text for word in PRODUCT) and ("177" in text or "lut" in text)


def _said(readings: Sequence[DoseReading], doses: _Doses) -> tuple[str, ...]:
    ends = {True: "goes on", False: "has ended", None: "has no end on record"}[doses.goes_on]
    days = ("partial dates: replayed on their first and on their last day",) if len(doses.days) > 1 else ()
    shared = (sentence for one in readings for sentence in one.course.conventions)
    after = (sentence for one in readings if one.next_dose for sentence in one.next_dose.conventions)
    first = f"line {doses.line.id} {ends}: replayed to {doses.until}"
    return once((first, *SAID, ORGANS_JUDGED, *days, *shared, *after))
