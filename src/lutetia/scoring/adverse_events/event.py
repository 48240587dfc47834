"""One adverse event of one patient, and how it is read from a row of text."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from lutetia.dates import PartialDate
from lutetia.errors import Fault, InputError


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
