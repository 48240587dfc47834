"""One patient as a cohort analysis needs it: lines, progression, death, last contact on whole days, with entries.

The story ends with the data cut-off: what happened later is not in it. Corrections and late recording count, whatever
their date: a cohort is analysed with all that is known about the time before the cut-off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from lutetia.cohort.dated import Dated, PartialDates, day_of
from lutetia.cohort.line_story import LineStory, Span, line_stories
from lutetia.course.course import Course
from lutetia.course.entry import Entry
from lutetia.course.outcome import Death, LastContact
from lutetia.course.therapy import TreatmentHistory
from lutetia.course.timeline import Timeline
from lutetia.dates import LAST_YEAR, PartialDate
from lutetia.errors import Fault, InputError

_ALWAYS = date(LAST_YEAR, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One patient up to the data cut-off.

    `lines` in the order of their start. `last_alive`: the last day on which something is known of the living patient,
    at most the cut-off; None when nothing is dated. `dead_by`: the patient is known to be dead, but not since when.
    `complete_until_day`: up to this day a recorder states that no line is missing (None: no such statement).
    `unusable`: why the lines cannot be numbered, or None.
    """

    patient_id: str
    position: int
    timeline: Timeline
    cut_off_day: int
    lines: tuple[LineStory, ...]
    death: Dated | None
    dead_by: Dated | None
    last_alive: Dated | None
    decisions: tuple[Dated, ...]
    complete_until_day: int | None
    partial_dates: int
    unusable: str | None

    @property
    def course(self) -> Course:
        """The course the story was read from."""
        return self.timeline.course

    def line(self, number: int) -> LineStory | None:
        """The line of this number, from 1; None when the patient had fewer by the cut-off."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else None


def stories_of(courses: Sequence[Course], *, partial_dates: PartialDates, data_cut_off: date) -> tuple[Story, ...]:
    """The stories of many patients, in their order.

    Raises InputError with every contradiction of every patient, each with the patient named, and for ids used twice.
    """
    faults = list(_ids_used_twice(courses))
    stories = []
    for position, course in enumerate(courses):
        story, wrong = _story(course, position, partial_dates, data_cut_off)
        stories.append(story)
        faults += wrong
    if faults:
        raise InputError("cohort", faults)
    return tuple(stories)


def _ids_used_twice(courses: Sequence[Course]) -> Iterator[Fault]:
    for patient, count in Counter(course.patient.id for course in courses).items():
        if count > 1:
            must, do = "each patient must come once", "Remove the copies, or give the patients ids of their own."
            yield Fault(place=f"patient {patient}", must=must, got=f"{count} courses", do=do)


def _story(course: Course, position: int, policy: PartialDates, data_cut_off: date) -> tuple[Story, list[Fault]]:
    timeline = Timeline(course, _ALWAYS)
    entries = timeline.known()
    death_entry = next((entry for entry in entries if isinstance(entry, Death)), None)
    death = _death(death_entry, entries, policy)
    span = Span(policy=policy, until_day=death.day if death else None)
    lines = line_stories(timeline, span)
    dead_by = next((span.dated(e, "death") for e in entries if isinstance(e, LastContact) and not e.alive), None)
    seen = list(_alive(entries, span))
    cut = data_cut_off.toordinal()
    told = [entry for entry in entries if isinstance(entry, TreatmentHistory)]
    started = tuple(line.until(cut) for line in lines if line.start.day <= cut)
    story = Story(
        patient_id=course.patient.id,
        position=position,
        timeline=timeline,
        cut_off_day=cut,
        lines=started,
        death=death if death is not None and death.day <= cut else None,
        dead_by=None if death is not None else dead_by,
        last_alive=_last_alive(seen, death, cut),
        decisions=tuple(_decisions(entries, span, cut)),
        complete_until_day=_complete_until(told, span),
        partial_dates=sum(line.partial_dates for line in started) + (death.partial if death else 0),
        unusable=_unusable(started),
    )
    return story, list(_faults(course, lines, death, dead_by, seen))


def _death(entry: Death | None, entries: Iterable[Entry], policy: PartialDates) -> Dated | None:
    """The death on its day: a partial date is not put before what is known to the day of the living patient."""
    if entry is None:
        return None
    exact = [w.earliest.toordinal() for e in entries for _, w in _moments(e) if w.precision == "day"]
    day = day_of(entry.date, policy, from_day=max(exact, default=None))
    return Dated(day, entry.id, "death", entry.date.precision != "day")


def _moments(entry: Entry) -> Iterator[tuple[str, PartialDate]]:
    """The dates on which an entry shows the patient alive: not those of statements, plans, and death."""
    fields = vars(entry)  # getattr on a field that is not there costs pydantic ten times as much
    told = isinstance(entry, Death | TreatmentHistory) or (isinstance(entry, LastContact) and not entry.alive)
    if told or fields.get("status", "performed") != "performed":
        return
    yield "last contact" if isinstance(entry, LastContact) else entry.kind, entry.date
    for name in ("stop", "progression", "end"):
        when = fields.get(name)
        if isinstance(when, PartialDate):
            yield name, when


def _alive(entries: Iterable[Entry], span: Span) -> Iterator[Dated]:
    for entry in entries:
        for what, when in _moments(entry):
            yield span.dated_on(when, entry.id, what)


def _last_alive(seen: Sequence[Dated], death: Dated | None, cut: int) -> Dated | None:
    latest = max(seen, key=lambda dated: dated.day, default=None)
    last = death if death is not None and (latest is None or death.day > latest.day) else latest
    if last is not None and last.day >= cut:
        return Dated(cut, last.entry_id, "data cut-off")
    return latest


def _decisions(entries: Iterable[Entry], span: Span, cut: int) -> Iterator[Dated]:
    decided = (span.dated(entry, "decision") for entry in entries if entry.kind == "board_decision")
    return (decision for decision in decided if decision.day <= cut)


def _complete_until(told: Iterable[TreatmentHistory], span: Span) -> int | None:
    """The latest day before which systemic therapy and RLT are both stated to be complete."""
    latest = {
        kind: max((span.dated(e, kind).day for e in told if kind in e.complete_for), default=None)
        for kind in ("systemic_therapy", "rlt")
    }
    days = [day for day in latest.values() if day is not None]
    return min(days) if len(days) == len(latest) else None


def _unusable(lines: Sequence[LineStory]) -> str | None:
    starts = [line.start.day for line in lines]
    return "two lines begin on the same day: their order is unknown" if len(set(starts)) < len(starts) else None


def _faults(
    course: Course, lines: Sequence[LineStory], death: Dated | None, dead_by: Dated | None, seen: Sequence[Dated]
) -> Iterator[Fault]:
    """What cannot be true together, beyond what a course refuses already."""
    who = f"patient {course.patient.id}"
    for line in lines:
        place = f"{who}, line {line.number} ({line.entry_id})"
        for dated in (line.start, line.stop, line.progression):
            if dated is not None and death is not None and dated.day > death.day:
                must = f"{dated.what} must not lie after death ({death.on}, {death.entry_id})"
                yield Fault(place=place, must=must, got=str(dated.on), do="Correct one of the two dates.")
            if dated is not None and dated.day < line.start.day:
                must = f"{dated.what} must not lie before the start of the line ({line.start.on})"
                yield Fault(place=place, must=must, got=str(dated.on), do="Correct one of the two dates.")
        if line.stop_reason == "death" and death is None and dead_by is None:
            must = "a line stopped by death needs a death in the record"
            yield Fault(place=place, must=must, got="none", do="Add the death, or correct stop_reason.")
    yield from _progressions_out_of_order(who, lines)
    after = max(seen, key=lambda dated: dated.day, default=None)
    if death is None and dead_by is not None and after is not None and not after.partial and after.day > dead_by.day:
        must = f"nothing must be dated after the day on which the patient was dead ({dead_by.on}, {dead_by.entry_id})"
        got = f"{after.what} on {after.on} ({after.entry_id})"
        yield Fault(place=who, must=must, got=got, do="Correct alive, or one of the dates.")


def _progressions_out_of_order(who: str, lines: Sequence[LineStory]) -> Iterator[Fault]:
    dated = [(line, line.progression) for line in lines if line.progression is not None]
    for (line, when), (later, then) in pairwise(dated):
        if when.day > then.day and not (when.partial or then.partial):
            must = f"progression on line {line.number} must not lie after that on line {later.number} ({then.on})"
            got, do = str(when.on), "Correct one of the two dates: the first progression after a line belongs to it."
            yield Fault(place=f"{who}, line {line.number} ({line.entry_id})", must=must, got=got, do=do)
