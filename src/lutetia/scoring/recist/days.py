"""From the dates of visits, which may be partial or several, to the one day that durations are counted with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from lutetia.dates import DAYS_PER_MONTH, PartialDate
from lutetia.errors import Fault, InputError
from lutetia.scoring.recist.visit import VisitResponse

VisitDate = Literal["first", "last"]
PartialDates = Literal["first_day", "last_day"]
Counting = Literal["inclusive", "elapsed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRules:
    """How a visit gets its day. None refuses the case: a visit with several days, or with a partial date, is a fault.

    `visit_date`: the first or the last day of a visit whose scans were made on several days. `partial_dates`: the
    first or the last day that a partial date may mean.
    """

    visit_date: VisitDate | None = None
    partial_dates: PartialDates | None = None

    def __post_init__(self) -> None:
        given = (
            ("visit_date", get_args(VisitDate), self.visit_date),
            ("partial_dates", get_args(PartialDates), self.partial_dates),
        )
        refuse_choices("days of visits", *((place, (*allowed, None), got) for place, allowed, got in given))

    @property
    def conventions(self) -> tuple[str, ...]:
        """The choices, as printed with a result."""
        several = "a visit on several days is refused" if self.visit_date is None else "day taken of several"
        partial = "partial dates are refused" if self.partial_dates is None else "day taken for a partial date"
        return (f"visit_date={self.visit_date}: {several}", f"partial_dates={self.partial_dates}: {partial}")


def days_of_visits(visits: Sequence[VisitResponse], rules: DayRules) -> list[date]:
    """The day of each visit. Raises InputError naming every visit without one, and visits that run backwards."""
    faults: list[Fault] = []
    days = [_day(visit, rules, faults) for visit in visits]
    for before, after, day, next_day in zip(visits, visits[1:], days, days[1:], strict=False):
        if day is not None and next_day is not None and next_day < day:
            must = "visits must follow each other in time"
            got = f"{before.visit} on {day}, {after.visit} on {next_day}"
            faults.append(Fault(place=f"{after.subject}, {after.visit}", must=must, got=got))
    if faults:
        raise InputError("days of visits", faults)
    return [day for day in days if day is not None]


def _day(visit: VisitResponse, rules: DayRules, faults: list[Fault]) -> date | None:
    place = ", ".join(part for part in (visit.subject, visit.reader, visit.visit) if part)
    if not visit.dates:
        faults.append(Fault(place=place, must="the visit must have a date"))
        return None
    if len(visit.dates) > 1 and rules.visit_date is None:
        got = " and ".join(map(str, visit.dates))
        do = "Say visit_date='first' or 'last'."
        faults.append(Fault(place=place, must="the visit must have one day, or the choice be named", got=got, do=do))
        return None
    chosen = visit.dates[0] if rules.visit_date == "first" else visit.dates[-1]
    if chosen.precision != "day" and rules.partial_dates is None:
        do = "Say partial_dates='first_day' or 'last_day'."
        must = "the date must be a day, or the choice be named"
        faults.append(Fault(place=place, must=must, got=str(chosen), do=do))
        return None
    return chosen.earliest if rules.partial_dates == "first_day" else chosen.latest


def counted_days(start: date, end: date, counting: Counting) -> int:
    """Whole days from start to end: "inclusive" counts the first day too (end − start + 1), "elapsed" does not."""
    return (end - start).days + (counting == "inclusive")


def counting_convention(counting: Counting) -> str:
    """How days and months are counted, as printed with a result."""
    formula = "end − start + 1" if counting == "inclusive" else "end − start"
    return f"counting={counting}: whole days, {formula}; months = days / {DAYS_PER_MONTH}"


def as_day(value: date | str | None, place: str, faults: list[Fault], *, required: bool = False) -> date | None:
    """A date argument: a date, or text as 2024-05-17; None stays None. A fault when it is no full date."""
    if value is None:
        if required:
            faults.append(Fault(place=place, must="must be a date"))
        return None
    try:
        parsed = PartialDate.parse(value)
    except ValueError as fault:
        faults.append(Fault(place=place, must=str(fault)))
        return None
    if parsed.precision != "day":
        faults.append(Fault(place=place, must="must be a full date", got=str(parsed)))
        return None
    return parsed.earliest


def refuse_choices(name: str, *given: tuple[str, tuple[object, ...], object]) -> None:
    """Raises InputError for every argument whose value is not one of those allowed."""
    faults = [
        Fault(place=place, must=f"must be {' or '.join(map(repr, allowed))}", got=repr(got))
        for place, allowed, got in given
        if got not in allowed
    ]
    if faults:
        raise InputError(name, faults)


def one_course(visits: Sequence[VisitResponse], name: str) -> list[VisitResponse]:
    """The visits in order. Raises InputError when they are not of one reader of one patient."""
    courses = sorted({(visit.subject, visit.reader or "") for visit in visits})
    if len(courses) > 1:
        got = "; ".join(", ".join(part for part in course if part) for course in courses[:5])
        must = "must be the visits of one reader of one patient"
        raise InputError(name, [Fault(place="visits", must=must, got=got, do="Take them apart with by_course().")])
    return sorted(visits, key=lambda visit: visit.number)
