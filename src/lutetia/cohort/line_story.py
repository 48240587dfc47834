"""One line of therapy on whole days: start, stop, response, progression, and the assessments in between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lutetia.cohort.dated import Dated, PartialDates, day_of
from lutetia.cohort.regimen_group import group_of_regimen
from lutetia.course.assessment import DiseaseAssessment
from lutetia.course.entry import Entry, Unknown
from lutetia.course.therapy import TherapyLine
from lutetia.course.timeline import Timeline
from lutetia.dates import PartialDate

RESPONSES = ("CR", "PR", "SD", "NON_CR_NON_PD", "PD", "NE")
"""Best first."""
RESPONDED = ("CR", "PR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """How a partial date of this patient gets its day: by the policy, and never after death."""

    policy: PartialDates
    until_day: int | None = None

    def dated(self, entry: Entry, what: str) -> Dated:
        """An entry on its day."""
        return self.dated_on(entry.date, entry.id, what)

    def dated_on(self, when: PartialDate, entry_id: str, what: str, from_day: int | None = None) -> Dated:
        """A date of an entry on its day, not before `from_day` as far as the date allows."""
        if when.precision == "day":
            return Dated(when.earliest.toordinal(), entry_id, what)
        day = day_of(when, self.policy, from_day=from_day, until_day=self.until_day)
        return Dated(day, entry_id, what, True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStory:
    """One line of therapy of a story.

    `progression`: the first on or after this line that belongs to it; `undated_progression`: why it is known to have
    happened although its day is not. `responses`: what each assessment found, in order. `free`: assessments without
    progression, in order. `best_response`: as recorded in the line, else the best of its assessments.
    """

    number: int
    entry_id: str
    regimen: str
    group: str
    start: Dated
    stop: Dated | None
    stop_reason: str | None
    ongoing: bool | None
    best_response: str | None
    progression: Dated | None
    undated_progression: str | None
    responses: tuple[tuple[Dated, str], ...]
    free: tuple[Dated, ...]

    @property
    def responded(self) -> Dated | None:
        """The first assessment with CR or PR."""
        return next((seen for seen, response in self.responses if response in RESPONDED), None)

    @property
    def partial_dates(self) -> int:
        """How many of its dates are known to the month or year only."""
        return sum(dated.partial for dated in (self.start, self.stop, self.progression) if dated is not None)

    def until(self, cut_off_day: int) -> LineStory:
        """The line without what came after the cut-off; then its best response is that of the assessments by then."""
        late = [event for event in (self.stop, self.progression) if event is not None and event.day > cut_off_day]
        free = tuple(day for day in self.free if day.day <= cut_off_day)
        responses = tuple(pair for pair in self.responses if pair[0].day <= cut_off_day)
        if not late:
            return replace(self, free=free, responses=responses)
        still_on = self.stop in late
        return replace(
            self,
            stop=None if still_on else self.stop,
            stop_reason=None if still_on else self.stop_reason,
            ongoing=True if still_on else self.ongoing,
            best_response=_best(response for _, response in responses),
            progression=None if self.progression in late else self.progression,
            undated_progression=None,
            responses=responses,
            free=free,
        )


def line_stories(timeline: Timeline, span: Span) -> tuple[LineStory, ...]:
    """The lines of a course in the order of their start; every therapy_line is a line of its own."""
    starts = sorted(((span.dated(line, "start"), line) for line in timeline.lines()), key=lambda pair: pair[0].day)
    told = _told_by_line(timeline, starts, span)
    return tuple(_line(number, start, line, told[line.id], span) for number, (start, line) in enumerate(starts, 1))


_Told = tuple[Dated, DiseaseAssessment]


def _told_by_line(
    timeline: Timeline, starts: Sequence[tuple[Dated, TherapyLine]], span: Span
) -> dict[str, list[_Told]]:
    """The assessments that tell how a line did: those that name it, or the last line begun by then; markers apart."""
    told: dict[str, list[_Told]] = {line.id: [] for _, line in starts}
    for entry in timeline.known("disease_assessment"):
        if entry.basis == "biochemical_only":
            continue
        seen = span.dated(entry, "progression" if _is_progression(entry) else "assessment")
        if entry.line is not None:
            named = timeline.resolve(entry.line)
            if named is not None and named.id in told:
                told[named.id].append((seen, entry))
        elif begun := [line for start, line in starts if start.day <= seen.day]:
            told[begun[-1].id].append((seen, entry))
    return told


def _is_progression(entry: DiseaseAssessment) -> bool:
    return entry.progression is True or (entry.response == "PD" and entry.progression is not False)


def _is_free(entry: DiseaseAssessment) -> bool:
    return entry.progression is False or (
        entry.progression is None and entry.response in ("CR", "PR", "SD", "NON_CR_NON_PD")
    )


def _line(number: int, start: Dated, line: TherapyLine, told: Iterable[_Told], span: Span) -> LineStory:
    mine = [(seen, entry) for seen, entry in told if seen.day >= start.day]
    stop = span.dated_on(line.stop, line.id, "stop", start.day) if isinstance(line.stop, PartialDate) else None
    progression = _progression(line, start, mine, span)
    reason = line.stop_reason if isinstance(line.stop_reason, str) else None
    best = _best_response(line, mine)
    return LineStory(
        number=number,
        entry_id=line.id,
        regimen=line.regimen,
        group=group_of_regimen()[line.regimen],
        start=start,
        stop=stop,
        stop_reason=reason,
        ongoing=line.ongoing if isinstance(line.ongoing, bool) else None,
        best_response=best,
        progression=progression,
        undated_progression=None if progression is not None else _undated(line, reason, best),
        responses=tuple((seen, entry.response) for seen, entry in mine if isinstance(entry.response, str)),
        free=tuple(seen for seen, entry in mine if _is_free(entry)),
    )


def _progression(line: TherapyLine, start: Dated, told: Sequence[_Told], span: Span) -> Dated | None:
    """The date in the line, else the first assessment that states progression; progression by markers alone is none."""
    if isinstance(line.progression, PartialDate) and line.progression_basis != "biochemical_only":
        return span.dated_on(line.progression, line.id, "progression", start.day)
    return next((seen for seen, entry in told if _is_progression(entry)), None)


def _undated(line: TherapyLine, reason: str | None, best: str | None) -> str | None:
    if reason == "progression":
        return "it stopped for progression"
    if best == "PD":
        return "its best response was progression"
    if isinstance(line.progression, Unknown) and line.progression.unknown != "not_applicable":
        return "its progression is stated as not known"
    return None


def _best_response(line: TherapyLine, told: Sequence[_Told]) -> str | None:
    if line.best_response is not None:
        return line.best_response if isinstance(line.best_response, str) else None
    return _best(entry.response for _, entry in told if isinstance(entry.response, str))


def _best(responses: Iterable[str]) -> str | None:
    return min(responses, key=RESPONSES.index, default=None)
