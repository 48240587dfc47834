"""Adverse events of a group of patients: treatment-emergent or not, worst grade per term, rates by exposure.

Grades are CTCAE grades as recorded; terms are compared as text. Each patient has a window of observation. What
cannot be told (partial dates, missing grades) is counted as the caller says and reported, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Literal, get_args

from lutetia.dates import PartialDate
from lutetia.errors import Fault, InputError

Worsening = Literal["counts", "ignored"]
Undecided = Literal["count", "leave_out"]
PartialDay = Literal["earliest", "latest"]
DAYS_PER_YEAR = 365.25
OUTSIDE = "not treatment-emergent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One adverse event of one patient; None is unknown.

    `grade` is the worst CTCAE grade of the event. `grade_before` and `worsened_on` belong to an event that began
    before the window: its grade then, and the day it first became worse.
    """

    subject: Hashable
    term: str
    start: PartialDate | None
    grade: int | None = None
    end: PartialDate | None = None
    serious: bool | None = None
    grade_before: int | None = None
    worsened_on: PartialDate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days of observation of one patient, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Days in the window."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Events that were not counted, and why; `rows` are places in the given events, from 0."""

    reason: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """The events that count, with what was left out and by which conventions."""

    events: tuple[Event, ...]
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstGrades:
    """(subject, term) → worst grade; None: the event happened and no grade of it is known.

    `partly_graded` lists the pairs whose grade is a lower limit because some of their events have none.
    """

    value: Mapping[tuple[Hashable, str], int | None]
    partly_graded: tuple[tuple[Hashable, str], ...]
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many patients had an event, how often, and per time."""

    name: str
    subjects: int
    events: int
    at_risk: int
    exposure_years: float
    years_to_first: float

    @property
    def value(self) -> float:
        """Patients with an event, in percent of those at risk."""
        return 100 * self.subjects / self.at_risk

    @property
    def subjects_per_100_years(self) -> float:
        """Exposure-adjusted incidence: patients with an event per 100 years up to their first one."""
        return 100 * self.subjects / self.years_to_first

    @property
    def events_per_100_years(self) -> float:
        """Exposure-adjusted event rate: events per 100 years of observation."""
        return 100 * self.events / self.exposure_years


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Name of a term → its rate, with what was left out and by which conventions."""

    value: Mapping[str, Rate]
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]


def read_events(rows: Iterable[Mapping[str, Any]]) -> tuple[Event, ...]:
    """Events from rows with the field names of `Event`; dates as text, partial or whole. Empty text is unknown.

    Raises InputError with the faults of all rows: unknown field, no subject or term, a grade that is not 1 to 5,
    an end before the start.
    """
    faults: list[Fault] = []
    events = [_event(place, row, faults) for place, row in enumerate(rows)]
    if faults:
        raise InputError("Adverse events", faults)
    return tuple(event for event in events if event is not None)


def treatment_window(first_dose: date, last_dose: date, days_after: int) -> Window:
    """The window from the first dose (or the randomisation) to so many days after the last dose.

    Raises InputError when the last dose lies before the first or `days_after` is negative.
    """
    faults = []
    if last_dose < first_dose:
        faults.append(Fault(place="last_dose", must=f"must not lie before {first_dose}", got=str(last_dose)))
    if days_after < 0:
        faults.append(Fault(place="days_after", must="must be at least 0", got=str(days_after)))
    if faults:
        raise InputError("Window", faults)
    return Window(first=first_dose, last=last_dose + timedelta(days=days_after))


def treatment_emergent(event: Event, window: Window, *, worsening: Worsening) -> bool | None:
    """Whether the event began in the window, or (worsening="counts") began before it and became worse in it.

    None where a partial or missing date leaves it open.
    """
    began = _within(event.start, window)
    if began is not False:
        return began
    before = event.start is not None and event.start.certainly_before(window.first)
    if not before or worsening == "ignored":
        return False
    if event.grade is None or event.grade_before is None:
        return None if event.worsened_on is None else _within(event.worsened_on, window)
    return _within(event.worsened_on, window) if event.grade > event.grade_before else False


def select(
    events: Iterable[Event], windows: Mapping[Hashable, Window], *, worsening: Worsening, undecided: Undecided
) -> Selected:
    """The treatment-emergent events of the patients who have a window.

    `undecided` says what becomes of an event that cannot be told: "count" or "leave_out"; both are reported.
    Raises InputError for a choice that is not one of its words, or a window that ends before it begins.
    """
    _check(windows, worsening=worsening, undecided=undecided)
    kept: list[Event] = []
    left: dict[str, list[int]] = {}
    open_ones = 0
    for place, event in enumerate(events):
        reason = _reason_to_leave(event, windows.get(event.subject), worsening, undecided)
        if reason:
            left.setdefault(reason, []).append(place)
            continue
        open_ones += treatment_emergent(event, windows[event.subject], worsening=worsening) is None
        kept.append(event)
    return Selected(
        events=tuple(kept),
        left_out=tuple(LeftOut(reason=reason, rows=tuple(rows)) for reason, rows in left.items()),
        conventions=(
            f"worsening={worsening}: an event from before the window that becomes worse in it {worsening}",
            f"undecided={undecided}: {open_ones} counted events have a date that leaves it open",
        ),
    )


def worst_grades(
    events: Iterable[Event], windows: Mapping[Hashable, Window], *, worsening: Worsening, undecided: Undecided
) -> WorstGrades:
    """Worst grade per patient and term among the treatment-emergent events; arguments as in `select`."""
    chosen = select(events, windows, worsening=worsening, undecided=undecided)
    grades: dict[tuple[Hashable, str], list[int | None]] = {}
    for event in chosen.events:
        grades.setdefault((event.subject, event.term), []).append(event.grade)
    known = {pair: [grade for grade in found if grade is not None] for pair, found in grades.items()}
    return WorstGrades(
        value=MappingProxyType({pair: max(found, default=None) for pair, found in known.items()}),
        partly_graded=tuple(pair for pair, found in known.items() if 0 < len(found) < len(grades[pair])),
        left_out=chosen.left_out,
        conventions=chosen.conventions,
    )


def rates(
    events: Iterable[Event],
    windows: Mapping[Hashable, Window],
    *,
    at_least_grade: int,
    worsening: Worsening,
    undecided: Undecided,
    partial_day: PartialDay,
) -> Rates:
    """Rate of each term among the patients with a window, counting events of at least a grade (1: every event).

    An event without a grade counts only for grade 1. `partial_day` says which day of a partial date ends the time
    to the first event; it is kept inside the window.
    """
    every = tuple(events)
    chosen = select(every, windows, worsening=worsening, undecided=undecided)
    _check(windows, partial_day=partial_day)
    graded, without = of_grade(chosen.events, at_least_grade)
    by_term: dict[str, list[Event]] = {}
    for event in graded:
        by_term.setdefault(event.term, []).append(event)
    found = {term: rate(term, some, windows, partial_day=partial_day) for term, some in sorted(by_term.items())}
    open_ones = {id(event) for event in without}
    missing = tuple(place for place, event in enumerate(every) if id(event) in open_ones)
    left = (*chosen.left_out, LeftOut(reason="grade missing", rows=missing)) if missing else chosen.left_out
    said = (*chosen.conventions, f"at_least_grade={at_least_grade}", *conventions_of_rates(partial_day))
    return Rates(value=MappingProxyType(found), left_out=left, conventions=said)


def of_grade(events: Iterable[Event], at_least_grade: int) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """The events of at least a grade, and those whose missing grade leaves it open (none for grade 1).

    Raises InputError for a grade that is not 1 to 5.
    """
    if at_least_grade not in range(1, 6) or isinstance(at_least_grade, bool):
        fault = Fault(place="at_least_grade", must="must be a grade from 1 to 5", got=repr(at_least_grade))
        raise InputError("Adverse events", [fault])
    every = tuple(events)
    if at_least_grade == 1:
        return every, ()
    kept = tuple(event for event in every if event.grade is not None and event.grade >= at_least_grade)
    return kept, tuple(event for event in every if event.grade is None)


def rate(name: str, events: Iterable[Event], windows: Mapping[Hashable, Window], *, partial_day: PartialDay) -> Rate:
    """The rate of events that were already chosen, among all patients with a window.

    Raises InputError when no patient has a window.
    """
    if not windows:
        raise InputError("Adverse events", [Fault(place="windows", must="must hold at least one patient")])
    every = tuple(events)
    first: dict[Hashable, int] = {}
    for event in every:
        window = windows[event.subject]
        days = _days_into(event, window, partial_day)
        first[event.subject] = min(days, first.get(event.subject, days))
    until = sum(first.get(subject, window.days) for subject, window in windows.items())
    return Rate(
        name=name,
        subjects=len(first),
        events=len(every),
        at_risk=len(windows),
        exposure_years=sum(window.days for window in windows.values()) / DAYS_PER_YEAR,
        years_to_first=until / DAYS_PER_YEAR,
    )


def conventions_of_rates(partial_day: PartialDay) -> tuple[str, ...]:
    """How time at risk is counted."""
    return (
        "time at risk: days of the window, both ends included; up to and with the day of the first event",
        f"partial_day={partial_day}: the {partial_day} day a partial date may mean, inside the window",
        f"years = days / {DAYS_PER_YEAR}",
    )


def _days_into(event: Event, window: Window, partial_day: PartialDay) -> int:
    """Days from the first day of the window to the event, both included."""
    when = event.start
    if when is None or when.certainly_before(window.first):
        when = event.worsened_on
    if when is None:
        day = window.first if partial_day == "earliest" else window.last
    else:
        day = when.earliest if partial_day == "earliest" else when.latest
    return (min(max(day, window.first), window.last) - window.first).days + 1


def _within(when: PartialDate | None, window: Window) -> bool | None:
    if when is None:
        return None
    if when.certainly_before(window.first) or when.certainly_after(window.last):
        return False
    return True if window.first <= when.earliest and when.latest <= window.last else None


def _reason_to_leave(event: Event, window: Window | None, worsening: Worsening, undecided: Undecided) -> str | None:
    if window is None:
        return "the patient has no window"
    emergent = treatment_emergent(event, window, worsening=worsening)
    if emergent is False:
        return OUTSIDE
    return "whether it is treatment-emergent cannot be told" if emergent is None and undecided == "leave_out" else None


def _check(windows: Mapping[Hashable, Window], **choices: str) -> None:
    allowed = {"worsening": Worsening, "undecided": Undecided, "partial_day": PartialDay}
    faults = [
        Fault(place=name, must=f"must be one of {', '.join(get_args(allowed[name]))}", got=repr(chosen))
        for name, chosen in choices.items()
        if chosen not in get_args(allowed[name])
    ]
    faults += [
        Fault(place=f"window of {subject}", must="must not end before it begins", got=f"{one.first} to {one.last}")
        for subject, one in windows.items()
        if one.last < one.first
    ]
    if faults:
        raise InputError("Adverse events", faults)


def _event(place: int, row: Mapping[str, Any], faults: list[Fault]) -> Event | None:
    names = [field.name for field in fields(Event)]
    given = {name: content for name, content in row.items() if content not in (None, "")}
    wrong = list(_row_faults(given, names))
    read: dict[str, Any] = {"start": None}
    for name, content in given.items():
        try:
            read[name] = _READ[name](content) if name in _READ else content
        except ValueError as fault:
            wrong.append(Fault(place=name, must=str(fault)))
    start, end = read["start"], read.get("end")
    if not wrong and start and end and end.certainly_before(start):
        wrong.append(Fault(place="end", must=f"must not lie before the start ({start})", got=str(end)))
    faults += [Fault(place=f"row {place}, {one.place}", must=one.must, got=one.got, do=one.do) for one in wrong]
    return None if wrong else Event(**read)


def _row_faults(given: Mapping[str, Any], names: list[str]) -> Iterator[Fault]:
    for name in given:
        if name not in names:
            yield Fault(place=name, must="must be a field of an adverse event", do=f"One of {', '.join(names)}.")
    for name in ("subject", "term"):
        if name not in given:
            yield Fault(place=name, must="must be given")


def _grade(content: Any) -> int:
    grade = int(content) if isinstance(content, str) and content.strip().isdecimal() else content
    if isinstance(grade, bool) or grade not in range(1, 6):
        raise ValueError(f"must be a whole number from 1 to 5, but got {content!r}")
    return int(grade)


def _yes_or_no(content: Any) -> bool:
    words = {"y": True, "yes": True, "true": True, "n": False, "no": False, "false": False}
    said = content if isinstance(content, bool) else words.get(str(content).strip().casefold())
    if said is None:
        raise ValueError(f"must be yes or no, but got {content!r}")
    return said


_READ: Mapping[str, Callable[[Any], Any]] = {
    "start": PartialDate.parse,
    "end": PartialDate.parse,
    "worsened_on": PartialDate.parse,
    "grade": _grade,
    "grade_before": _grade,
    "serious": _yes_or_no,
}
