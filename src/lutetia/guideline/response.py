"""The measured response of one line of therapy on the day of the board, by RECIST 1.1, with the growth of the tumour.

The choices the published rules leave open stand in `data/board_conventions.yaml`; every one is in `.conventions`. What
a reader recorded and what the measured lesions give are both kept: neither overrules the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from lutetia.course.assessment import DiseaseAssessment
from lutetia.course.therapy import TherapyLine
from lutetia.course.timeline import Timeline
from lutetia.dates import PartialDate
from lutetia.errors import InputError
from lutetia.rows import LeftOut
from lutetia.scoring.course_lesions import (
    CourseLesions,
    GrowthPair,
    ReadingSeries,
    growth_pairs,
    lesions_of_line,
    responses_of,
)
from lutetia.scoring.course_lesions.rules import reason
from lutetia.scoring.growth import CutOffSide, GrowthRate, rate_percent_per_month, side_of_cut_off
from lutetia.scoring.reason import Reason
from lutetia.scoring.recist.best import BestResponse, best_response
from lutetia.scoring.recist.rules import VisitRules
from lutetia.scoring.recist.targets import Finding
from lutetia.scoring.recist.visit import VisitResponse
from lutetia.sources import load_yaml_table

RECORDED = {"NON_CR_NON_PD": "NON-CR/NON-PD"}
"""Words of the record for a response that RECIST writes otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAssessable:
    """A line of therapy whose response the measured lesions do not tell, and why; `line` is None for a whole course."""

    line: TherapyLine | None
    why: str
    because: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredGrowth:
    """The growth between two examinations; `side`: of the cut-off, for the first examination after the baseline."""

    pair: GrowthPair
    rate: GrowthRate
    side: CutOffSide | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A response that a reader recorded by RECIST 1.1, and another one computed from the lesions of the same day."""

    day: PartialDate
    recorded: str
    recorded_by: str
    entry_id: str
    computed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredResponse:
    """What the measured lesions say of the newest line of therapy that has a baseline and a visit.

    `line` is None and `visits` empty when no line has both; `not_assessable` then says why, and else names the newer
    lines that cannot be judged. `reader`: who recorded the baseline. `best` is unconfirmed unless a confirmation was
    asked for in the conventions.
    """

    line: TherapyLine | None
    series: ReadingSeries | None
    visits: tuple[VisitResponse, ...]
    best: BestResponse | None
    growth: tuple[MeasuredGrowth, ...]
    disagreements: tuple[Disagreement, ...]
    not_assessable: tuple[NotAssessable, ...]
    cautions: tuple[Finding, ...]
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]

    @property
    def newest(self) -> VisitResponse | None:
        """The response at the last visit."""
        return self.visits[-1] if self.visits else None

    @property
    def value(self) -> str | None:
        """The overall response at the last visit; None when it is not known."""
        return self.visits[-1].overall if self.visits else None

    @property
    def because(self) -> tuple[Reason, ...]:
        """The rules behind the last visit, the best response and the growth."""
        visit = self.visits[-1].because if self.visits else ()
        best = self.best.because if self.best else ()
        growth = [why for one in self.growth for part in (one.rate, one.side) if part for why in part.because]
        open_lines = [why for one in self.not_assessable for why in one.because]
        return (*visit, *best, *growth, *open_lines)

    @property
    def nadir_visit(self) -> tuple[PartialDate | None, float | None]:
        """The day and the sum in mm of the nadir that the last visit is judged against."""
        if self.newest is None or self.series is None or self.newest.nadir_mm is None:
            return None, None
        sums = [(self.series.baseline.date, self.newest.baseline_sum_mm)]
        sums += [(visit.dates[0], visit.sum_mm) for visit in self.visits[:-1]]
        return next((day for day, sum_mm in sums if sum_mm == self.newest.nadir_mm), None), self.newest.nadir_mm


@cache
def response_conventions() -> Mapping[str, Any]:
    """The choices of the response section of the board sheet, as they stand in `data/board_conventions.yaml`."""
    return dict(load_yaml_table("lutetia.guideline", "data/board_conventions.yaml").table["response"])


def measured_response(timeline: Timeline, conventions: Mapping[str, Any] | None = None) -> MeasuredResponse:
    """The measured response as known on the timeline's day.

    Of the lines of therapy the one that began last and has a measured baseline and a measured visit is judged.
    `conventions`: the choices to judge by, by default those of the board sheet. Lesions with faults are not judged:
    the faults stand in `not_assessable`.
    """
    chosen = response_conventions() if conventions is None else conventions
    open_lines: list[NotAssessable] = []
    for line in reversed(timeline.lines()):
        try:
            lesions = _lesions(timeline, line, chosen)
        except InputError as error:
            why = "; ".join(_told(error))
            open_lines.append(NotAssessable(line=line, why=why, because=(reason("LES-FAULT"),)))
            continue
        if lesions.assessable:
            return _judged(timeline, line, lesions, chosen, tuple(open_lines))
        open_lines.append(NotAssessable(line=line, why=lesions.why, because=lesions.because))
    return _not_judged(timeline, open_lines)


def _told(error: InputError) -> Iterator[str]:
    for fault in error.faults:
        yield f"{fault.place}: {fault.must}" + (f", but got {fault.got}" if fault.got is not None else "")


def _lesions(timeline: Timeline, line: TherapyLine, chosen: Mapping[str, Any]) -> CourseLesions:
    return lesions_of_line(
        timeline,
        line,
        until=chosen["until"],
        reader=chosen["reader"],
        new_at_baseline=chosen["new_at_baseline"],
        small_targets=chosen["small_targets"],
        precision=chosen["precision"],
        baseline_at_most_days=chosen["baseline_at_most_days_before"],
    )


def _not_judged(timeline: Timeline, open_lines: Sequence[NotAssessable]) -> MeasuredResponse:
    measured = any(entry.lesions for entry in timeline.known("ct_mri"))
    why = "no line of therapy on record" if measured else "no measured lesions on record"
    known = tuple(open_lines) if open_lines and measured else ()
    none = NotAssessable(line=None, why=why, because=(reason("LES-BASELINE-NONE"),))
    return MeasuredResponse(
        line=None,
        series=None,
        visits=(),
        best=None,
        growth=(),
        disagreements=(),
        not_assessable=known or (none,),
        cautions=(),
        left_out=(),
        conventions=(),
    )


def _judged(
    timeline: Timeline,
    line: TherapyLine,
    lesions: CourseLesions,
    chosen: Mapping[str, Any],
    open_lines: tuple[NotAssessable, ...],
) -> MeasuredResponse:
    responses = responses_of(lesions, _rules(chosen))
    series = next(one for one in lesions.series if one.visits)
    reader = (series.course.subject, series.course.reader)
    visits = responses.by_course()[reader]
    best = _best(visits, line, chosen)
    pairs = growth_pairs(series, visits)
    growth = tuple(_growth(pairs.value, chosen))
    rates = dict.fromkeys(said for one in growth for said in (one.side or one.rate).conventions)
    return MeasuredResponse(
        line=line,
        series=series,
        visits=visits,
        best=best,
        growth=growth,
        disagreements=tuple(_disagreements(timeline, line, visits)),
        not_assessable=open_lines,
        cautions=lesions.cautions,
        left_out=(*lesions.left_out, *pairs.left_out, *_recorded_only(timeline, line, visits)),
        conventions=tuple(dict.fromkeys((*best.conventions, *lesions.conventions, *pairs.conventions, *rates))),
    )


def _rules(chosen: Mapping[str, Any]) -> VisitRules:
    return VisitRules(
        nadir=chosen["nadir"],
        reappearance_is_pd=chosen["reappearance_is_pd"],
        sticky_pr=chosen["sticky_pr"],
        incomplete_sum_updates_nadir=chosen["incomplete_sum_updates_nadir"],
        equivocal_new_lesion=chosen["equivocal_new_lesion"],
        precision=chosen["precision"],
    )


def _best(visits: Sequence[VisitResponse], line: TherapyLine, chosen: Mapping[str, Any]) -> BestResponse:
    partial = chosen["partial_dates"]
    return best_response(
        visits,
        reference_date=line.date.latest if partial == "last_day" else line.date.earliest,
        min_sd_days=chosen["min_sd_days"],
        confirm_days=chosen["confirm_days"],
        partial_dates=partial,
    )


def _growth(pairs: Sequence[GrowthPair], chosen: Mapping[str, Any]) -> Iterator[MeasuredGrowth]:
    """The growth from the baseline to the first examination after it, and the newest one where it is another."""
    kept = dict.fromkeys([*(pair for pair in pairs[:1] if pair.from_baseline), *pairs[-1:]])
    for pair in kept:
        rate = rate_percent_per_month(
            pair.before_mm,
            pair.after_mm,
            pair.days,
            reading_error_pct=chosen["growth_reading_error_pct"],
            confidence=chosen["growth_confidence"],
            new_lesions=pair.new_lesions,
            nodes_in_sum=pair.nodes_in_sum,
        )
        side = side_of_cut_off(rate, cut_off=chosen["growth_cut_off"]) if pair.from_baseline else None
        yield MeasuredGrowth(pair=pair, rate=rate, side=side)


def _recorded(timeline: Timeline, line: TherapyLine) -> Iterator[tuple[DiseaseAssessment, str]]:
    """The responses that readers recorded by RECIST 1.1 for this line, or for no line in particular."""
    for entry in timeline.known("disease_assessment"):
        told = timeline.resolve(entry.line) if entry.line is not None else None
        if entry.method == "recist_1_1" and isinstance(entry.response, str) and (told is None or told.id == line.id):
            yield entry, RECORDED.get(entry.response, entry.response)


def _disagreements(timeline: Timeline, line: TherapyLine, visits: Sequence[VisitResponse]) -> Iterator[Disagreement]:
    """Responses recorded by RECIST 1.1 on the day of a visit that are not the computed one."""
    computed: dict[PartialDate, str] = {visit.dates[0]: visit.overall for visit in visits}
    for entry, recorded in _recorded(timeline, line):
        if computed.get(entry.date, recorded) != recorded:
            yield Disagreement(
                day=entry.date,
                recorded=recorded,
                recorded_by=entry.recorded_by,
                entry_id=entry.id,
                computed=computed[entry.date],
            )


def _recorded_only(timeline: Timeline, line: TherapyLine, visits: Sequence[VisitResponse]) -> Iterator[LeftOut]:
    """Responses recorded for the line on days without measured lesions: there is nothing to compute."""
    days = {visit.dates[0] for visit in visits}
    found = [
        f"{recorded} on {entry.date} ({entry.id})"
        for entry, recorded in _recorded(timeline, line)
        if entry.date not in days and entry.line is not None
    ]
    if found:
        what = "recorded response" if len(found) == 1 else "recorded responses"
        yield LeftOut(count=len(found), why=f"{what} on days without measured lesions: {', '.join(found)}")
