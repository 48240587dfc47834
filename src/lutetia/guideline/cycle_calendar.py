"""What is due when around a cycle of 177Lu-DOTATATE: interval, tests, analogues, amino acids, contraception.

Every line carries its rule (data/dose_rules.yaml), the facts behind it, its jurisdiction and how far it is verified.
Hours are counted in real time, so a change of the clock moves nothing.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, get_args

from lutetia.errors import Fault, InputError
from lutetia.guideline.modification.rules import (
    Applied,
    Jurisdiction,
    Rule,
    applied,
    jurisdiction_fault,
    once,
    rule,
    unverified,
)
from lutetia.guideline.truth import Kleene

Sex = Literal["female", "male"]
Moment = date | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing that is due: not before `earliest`, not after `latest` (None: no limit on that side).

    `met` says whether the record shows it done (None: the record does not tell).
    """

    task: str
    earliest: Moment | None
    latest: Moment | None
    because: Applied
    facts: tuple[str, ...]
    jurisdiction: Jurisdiction | None
    met: Kleene = None

    @property
    def is_unverified(self) -> bool:
        """True when the text of the authority could not be read for this line."""
        return self.because.status == "still_unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleCalendar:
    """What is due around one dose, in order of time."""

    value: tuple[Due, ...]
    dose_at: datetime
    conventions: tuple[str, ...]

    @property
    def because(self) -> tuple[Applied, ...]:
        """The rules of all lines."""
        return tuple(due.because for due in self.value)

    def of(self, task: str) -> tuple[Due, ...]:
        """The lines of one task, one for each text that says something else about it."""
        return tuple(due for due in self.value if due.task == task)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseWindow:
    """The days in which one dose is due; `number` counts from 1."""

    number: int
    earliest: date
    due: date
    latest: date
    because: Applied


def dose_windows(first_dose: date, *, planned_cycles: int) -> tuple[DoseWindow, ...]:
    """The windows of all doses if each is given on its due day: every 8 weeks, plus or minus 1 (DM-CAL-1).

    Raises InputError when `planned_cycles` is no whole number from 1.
    """
    if isinstance(planned_cycles, bool) or not isinstance(planned_cycles, int) or planned_cycles < 1:
        must = "must be a whole number from 1"
        raise InputError("dose windows", [Fault(place="planned_cycles", must=must, got=repr(planned_cycles))])
    start = _calendar_day("first_dose", first_dose)
    first = DoseWindow(number=1, earliest=start, due=start, latest=start, because=applied("DM-CAL-18"))
    windows = [first]
    for number in range(2, planned_cycles + 1):
        windows.append(next_window(windows[-1].due, number=number))
    return tuple(windows)


def next_window(last_dose: date, *, number: int) -> DoseWindow:
    """The window of the dose after one that was given: 8 weeks, plus or minus 1 (DM-CAL-1)."""
    found = rule("DM-CAL-1")
    interval_weeks, tolerance = found.values["interval_weeks"], timedelta(weeks=found.values["tolerance_weeks"])
    due = _calendar_day("last_dose", last_dose) + timedelta(weeks=interval_weeks)
    because = applied(found.id, last_dose=last_dose)
    return DoseWindow(number=number, earliest=due - tolerance, due=due, latest=due + tolerance, because=because)


def cycle_calendar(
    dose_at: datetime,
    *,
    jurisdiction: Jurisdiction | None,
    sex: Sex | None,
    is_last_dose: bool | None,
    treatment_start: date | None,
    last_long_acting_ssa: date | None,
    last_short_acting_ssa_at: datetime | None,
    is_reduced_dose: bool,
) -> CycleCalendar:
    """What is due around a dose that starts at `dose_at` (with its offset from UTC).

    A jurisdiction shows its own lines, and lines of the other label only where its own text says nothing on the task;
    None shows both labels. A sex of None shows both. The last analogue doses are those on record (None: unknown, which
    leaves `met` open). Raises InputError with every fault.
    """
    if faults := _faults(dose_at, jurisdiction, sex, last_short_acting_ssa_at):
        raise InputError("cycle calendar", faults)
    lines = [
        *_analogues_before(dose_at, last_long_acting_ssa, last_short_acting_ssa_at),
        *_before(dose_at, sex),
        *_around(dose_at, is_reduced_dose),
        *_after(dose_at, is_last_dose, treatment_start),
        *_contraception(dose_at, sex, is_last_dose),
    ]
    value = tuple(sorted(_chosen(lines, jurisdiction), key=_when))
    return CycleCalendar(value=value, dose_at=dose_at, conventions=_conventions(jurisdiction, sex, is_last_dose, value))


def _chosen(lines: list[Due], jurisdiction: Jurisdiction | None) -> list[Due]:
    if jurisdiction is None:
        return lines
    own = {line.task for line in lines if line.jurisdiction in (jurisdiction, None)}
    return [line for line in lines if line.jurisdiction in (jurisdiction, None) or line.task not in own]


def _analogues_before(dose_at: datetime, long_acting: date | None, short_acting_at: datetime | None) -> Iterable[Due]:
    for rule_id in ("DM-CAL-3", "DM-CAL-4"):
        latest = dose_at.date() - timedelta(days=rule(rule_id).values["days_before"])
        met = None if long_acting is None else long_acting <= latest
        yield _due("last long-acting analogue", rule_id, None, latest, met, last=long_acting)
    for rule_id in ("DM-CAL-5", "DM-CAL-6"):
        until = _moved(dose_at, timedelta(hours=-rule(rule_id).values["hours_before"]))
        met = None if short_acting_at is None else short_acting_at <= until
        yield _due("last short-acting analogue", rule_id, None, until, met, last=short_acting_at)


def _before(dose_at: datetime, sex: Sex | None) -> Iterable[Due]:
    found = rule("DM-CAL-13").values
    day = dose_at.date()
    begin, end = (day - timedelta(days=found[name]) for name in ("from_days_before", "to_days_before"))
    yield _due("laboratory tests", "DM-CAL-13", begin, end)
    if sex != "male":
        yield _due("pregnancy excluded", "DM-CAL-14", None, day)


def _around(dose_at: datetime, is_reduced_dose: bool) -> Iterable[Due]:
    amino_acids = rule("DM-CAL-8").values
    start = _moved(dose_at, timedelta(minutes=-amino_acids["start_before_min"]))
    yield _due("antiemetic", "DM-CAL-7", None, start)
    yield _due("amino acids", "DM-CAL-8", start, _moved(start, timedelta(hours=amino_acids["duration_h"])))
    if is_reduced_dose:
        yield _due("amino acids not reduced", "DM-CAL-9", start, start)
    yield _due(
        "watch for hypersensitivity",
        "DM-CAL-10",
        dose_at,
        _moved(dose_at, timedelta(hours=rule("DM-CAL-10").values["hours_after"])),
    )


def _after(dose_at: datetime, is_last_dose: bool | None, treatment_start: date | None) -> Iterable[Due]:
    found = rule("DM-CAL-11").values
    begin, end = (_moved(dose_at, timedelta(hours=found[f"hours_after_{side}"])) for side in ("from", "to"))
    yield _due("long-acting octreotide after the dose", "DM-CAL-11", begin, end)
    if is_last_dose is not True:
        window = next_window(dose_at.date(), number=2)
        yield _due("next dose", "DM-CAL-1", window.earliest, window.latest, due=window.due)
        longest = dose_at.date() + timedelta(weeks=rule("DM-CAL-2").values["interval_weeks_max"])
        yield _due("next dose after dose-modifying toxicity", "DM-CAL-2", window.earliest, longest)
    if is_last_dose is not False:
        after = rule("DM-CAL-12").values
        first = dose_at.date() + timedelta(weeks=after["every_weeks"])
        until = None if treatment_start is None else months_later(treatment_start, after["months_from_start"])
        yield _due("octreotide every 4 weeks", "DM-CAL-12", first, until, treatment_start=treatment_start)


def _contraception(dose_at: datetime, sex: Sex | None, is_last_dose: bool | None) -> Iterable[Due]:
    """From this dose on; the end is counted from this dose, and moves on with every further one."""
    day = dose_at.date()
    for rule_id in ("DM-CAL-15", "DM-CAL-16", "DM-CAL-17"):
        for who in get_args(Sex) if sex is None else (sex,):
            months = rule(rule_id).values[f"months_{who}"]
            counted = "the last dose" if is_last_dose else "this dose, if it stays the last"
            until = months_later(day, months)
            yield _due(f"contraception ({who})", rule_id, day, until, months=months, counted_from=counted)


def months_later(day: date, months: int) -> date:
    """The same day of the month so many calendar months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _due(
    task: str, rule_id: str, earliest: Moment | None, latest: Moment | None, met: Kleene = None, **used: object
) -> Due:
    found: Rule = rule(rule_id)
    return Due(
        task=task,
        earliest=earliest,
        latest=latest,
        because=applied(rule_id, **used),
        facts=(*found.facts, *found.see),
        jurisdiction=found.jurisdiction,
        met=met,
    )


def _moved(moment: datetime, by: timedelta) -> datetime:
    """Real hours later: adding to a zoned clock would lose or gain one when the clock changes."""
    return (moment.astimezone(UTC) + by).astimezone(moment.tzinfo)


def _when(due: Due) -> tuple[date, int, float]:
    moment = due.earliest or due.latest
    if isinstance(moment, datetime):
        return moment.date(), 1, moment.timestamp()
    return moment or date.max, 0, 0.0


def _conventions(
    jurisdiction: Jurisdiction | None, sex: Sex | None, is_last_dose: bool | None, lines: Iterable[Due]
) -> tuple[str, ...]:
    return once(
        (
            f"jurisdiction: {jurisdiction or 'not chosen, both labels shown'}",
            "a task on which the chosen label was not readable is shown from the other label, and marked with it",
            *(() if sex else ("sex not given: lines for both",)),
            *(() if is_last_dose is not None else ("whether it is the last dose is not given: lines for both",)),
            "months are calendar months, weeks are 7 days, hours are real hours",
            "the current EU text was not readable on analogues (4.5) and on dose-modifying toxicity (4.2)",
            *unverified(line.because for line in lines),
        )
    )


def _faults(dose_at: object, jurisdiction: object, sex: object, short_acting_at: object) -> list[Fault]:
    faults = [fault] if (fault := jurisdiction_fault(jurisdiction)) else []
    for place, moment in (("dose_at", dose_at), ("last_short_acting_ssa_at", short_acting_at)):
        if moment is None and place != "dose_at":
            continue
        if not isinstance(moment, datetime) or moment.utcoffset() is None:
            must = "must be a moment with its offset from UTC"
            faults.append(Fault(place=place, must=must, got=repr(moment), do="Write 2026-03-02T10:00+01:00."))
    if sex is not None and sex not in get_args(Sex):
        faults.append(Fault(place="sex", must="must be female, male or None (unknown)", got=repr(sex)))
    return faults


def _calendar_day(place: str, day: date) -> date:
    if isinstance(day, datetime) or not isinstance(day, date):
        must = "must be a calendar day (datetime.date)"
        raise InputError("dose windows", [Fault(place=place, must=must, got=repr(day))])
    return day
