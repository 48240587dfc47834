"""How many patients had an event, how often, and per time at risk."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.scoring.adverse_events.event import Event
from lutetia.scoring.adverse_events.selection import Undecided, refuse_choices, select
from lutetia.scoring.adverse_events.window import Window, Worsening

PartialDay = Literal["earliest", "latest"]
DAYS_PER_YEAR = 365.25


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
    refuse_choices(windows, partial_day=(partial_day, PartialDay))
    graded, without = of_grade(chosen.events, at_least_grade)
    by_term: dict[str, list[Event]] = {}
    for event in graded:
        by_term.setdefault(event.term, []).append(event)
    found = {term: rate(term, some, windows, partial_day=partial_day) for term, some in sorted(by_term.items())}
    open_ones = {id(event) for event in without}
    missing = tuple(place for place, event in enumerate(every) if id(event) in open_ones)
    left = (*chosen.left_out, LeftOut.at(missing, "grade missing")) if missing else chosen.left_out
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
