"""Change of the target sum over a course, as data for waterfall and spider plots; no plotting here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from lutetia.errors import Fault, InputError
from lutetia.scoring.recist.days import (
    DayRules,
    PartialDates,
    VisitDate,
    as_day,
    days_of_visits,
    refuse_choices,
)
from lutetia.scoring.recist.visit import VisitResponse

Until = Literal["progression", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Best change of the sum against the baseline of one course, in percent (−100 is all gone), and its visit."""

    subject: str
    reader: str | None
    value: float
    visit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Change of the sum against the baseline at one visit, in percent, days after the reference date."""

    subject: str
    reader: str | None
    visit: str
    days: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """One bar per course, largest growth first; `left_out`: courses without a bar, and why."""

    value: tuple[Bar, ...]
    left_out: tuple[tuple[str, str], ...]
    conventions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spider:
    """The points of every course, baseline (0 %) first; `left_out`: visits without a point, and why."""

    value: tuple[Point, ...]
    left_out: tuple[tuple[str, str], ...]
    conventions: tuple[str, ...]


def waterfall(visits: Iterable[VisitResponse], *, until: Until) -> Waterfall:
    """Best change of the target sum of every course.

    `until="progression"` counts visits up to and including the first PD, "end" counts all. Only complete sums
    count. Raises InputError when `until` is neither.
    """
    refuse_choices("waterfall", ("until", ("progression", "end"), until))
    bars: list[Bar] = []
    left_out: list[tuple[str, str]] = []
    for (subject, reader), course in _by_course(visits).items():
        counted = _until(course, until)
        changes = [(c, visit) for visit in counted if (c := visit.change_from_baseline_pct) is not None]
        if changes:
            value, visit = min(changes, key=lambda pair: pair[0])
            bars.append(Bar(subject=subject, reader=reader, value=value, visit=visit.visit))
        else:
            has_targets = any(visit.target is not None for visit in course)
            why = "no visit with all targets measured" if has_targets else "no target lesion"
            left_out.append((_name(subject, reader), why))
    bars.sort(key=lambda bar: (-bar.value, bar.subject, bar.reader or ""))
    conventions = (f"until={until}", "complete sums alone; change against the baseline sum in percent")
    return Waterfall(value=tuple(bars), left_out=tuple(left_out), conventions=conventions)


def spider(
    visits: Iterable[VisitResponse],
    *,
    reference_dates: Mapping[str, date | str],
    visit_date: VisitDate | None = None,
    partial_dates: PartialDates | None = None,
) -> Spider:
    """Change of the target sum at every visit of every course, by days after the patient's reference date.

    The baseline stands at day 0 with 0 %. Raises InputError when a patient has no reference date or a visit no day.
    """
    rules = DayRules(visit_date=visit_date, partial_dates=partial_dates)
    courses = _by_course(visits)
    faults = [
        Fault(place=f"reference_dates ({subject})", must="must have a date")
        for subject in sorted({subject for subject, _ in courses} - set(reference_dates))
    ]
    starts = {
        subject: as_day(day, f"reference_dates ({subject})", faults, required=True)
        for subject, day in reference_dates.items()
    }
    if faults:
        raise InputError("spider", faults)
    points: list[Point] = []
    left_out: list[tuple[str, str]] = []
    for (subject, reader), course in courses.items():
        start = starts[subject]
        if start is None:
            continue
        days = days_of_visits(course, rules)
        drawn = []
        for visit, day in zip(course, days, strict=True):
            change = visit.change_from_baseline_pct
            if change is None:
                why = "no target lesion" if visit.target is None else "not all targets measured"
                left_out.append((f"{_name(subject, reader)}, {visit.visit}", why))
            else:
                after = (day - start).days
                drawn.append(Point(subject=subject, reader=reader, visit=visit.visit, days=after, value=change))
        if drawn:
            points += [Point(subject=subject, reader=reader, visit="baseline", days=0, value=0.0), *drawn]
    conventions = ("complete sums alone; change against the baseline sum in percent", *rules.conventions)
    return Spider(value=tuple(points), left_out=tuple(left_out), conventions=conventions)


def _by_course(visits: Iterable[VisitResponse]) -> dict[tuple[str, str | None], list[VisitResponse]]:
    found: dict[tuple[str, str | None], list[VisitResponse]] = {}
    for visit in sorted(visits, key=lambda visit: (visit.subject, visit.reader or "", visit.number)):
        found.setdefault((visit.subject, visit.reader), []).append(visit)
    return found


def _until(course: list[VisitResponse], until: Until) -> list[VisitResponse]:
    at = next((at for at, visit in enumerate(course) if visit.overall == "PD"), len(course))
    return course[: at + 1] if until == "progression" else course


def _name(subject: str, reader: str | None) -> str:
    return ", ".join(part for part in (subject, reader) if part)
