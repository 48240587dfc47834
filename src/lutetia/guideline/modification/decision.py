"""The verdict on the next dose: the state of every toxicity class, the pre-cycle check and the limits together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from lutetia.errors import Fault, InputError
from lutetia.guideline.modification.limits import CumulativeDose
from lutetia.guideline.modification.machine import Verdict, due_day
from lutetia.guideline.modification.precycle import PrecycleCheck
from lutetia.guideline.modification.replay import DoseCourse
from lutetia.guideline.modification.rules import Applied, applied, once, section


@dataclass(frozen=True, slots=True, kw_only=True)
class NextDose:
    """What may be done with the next dose on the day asked about.

    `value`: give (then `activity_mbq`), hold, stop, complete (all planned doses given), or undecided, when the dose may
    or may not be given. `possible` lists the verdicts left open and `missing` what would decide; a hold may still turn
    out a stop. `earliest`, `due`, `latest`: days of the next dose by the schedule; a hold stretches `latest` to the day
    before it becomes too long. `measures`: what goes with the dose.
    """

    value: Literal["give", "hold", "stop", "complete", "undecided"]
    activity_mbq: float | None
    possible: tuple[Verdict, ...]
    on: date
    earliest: date | None
    due: date | None
    latest: date | None
    because: tuple[Applied, ...]
    conventions: tuple[str, ...]
    missing: tuple[str, ...]
    cautions: tuple[str, ...]
    measures: tuple[Applied, ...]


def next_dose(
    course: DoseCourse,
    *,
    planned_cycles: int,
    precycle: PrecycleCheck,
    limits: Sequence[CumulativeDose] = (),
) -> NextDose:
    """The verdict on a dose on the day the course was replayed to (`course.as_of`).

    The strictest of all parts decides; what is unknown keeps it open unless another part settles it. Without `limits`
    no limit of absorbed dose is applied, and the result says so. Raises InputError when the parts are of other days.
    """
    if precycle.on != course.as_of:
        must = f"must be made for the day the course was replayed to ({course.as_of})"
        raise InputError("next dose", [Fault(place="precycle", must=must, got=str(precycle.on))])
    earliest, due, latest = _days(course)
    full = Verdict("give", course.reduction.full_mbq)
    early = earliest is not None and course.as_of < earliest
    possible = _strictest(
        [
            *(found.verdicts for found in course.classes),
            _options(full, "hold", precycle.value == "blocked", precycle.value == "incomplete"),
            *(_options(full, "stop", limit.value == "reached", limit.value == "undecided") for limit in limits),
            _options(full, "hold", early, False),
        ]
    )
    complete = len(course.doses) >= planned_cycles
    decided = possible[0] if len(possible) == 1 else None
    return NextDose(
        value="complete" if complete else _word(possible),
        activity_mbq=decided.activity_mbq if decided and not complete else None,
        possible=() if complete else possible,
        on=course.as_of,
        earliest=earliest,
        due=due,
        latest=latest,
        because=_because(course, precycle, limits, early, planned_cycles),
        conventions=_conventions(course, precycle, limits),
        missing=_missing(course, precycle, limits) if decided is None and not complete else (),
        cautions=_cautions(course, precycle),
        measures=course.measures,
    )


def _word(possible: Sequence[Verdict]) -> Literal["give", "hold", "stop", "undecided"]:
    """The one verdict; hold when it is only open whether the hold is for good."""
    if len(possible) == 1:
        return possible[0].word
    return "undecided" if any(verdict.word == "give" for verdict in possible) else "hold"


def _options(full: Verdict, word: Literal["hold", "stop"], certain: bool, open_: bool) -> tuple[Verdict, ...]:
    if certain:
        return (Verdict(word),)
    return (full, Verdict(word)) if open_ else (full,)


def _strictest(options: Iterable[Sequence[Verdict]]) -> tuple[Verdict, ...]:
    """The strictest verdicts that all parts together leave possible, mildest first."""
    found: set[Verdict] | None = None
    for verdicts in options:
        if found is None:
            found = set(verdicts)
        else:
            found = {max(pair, key=lambda v: v.strictness) for pair in ((a, b) for a in found for b in verdicts)}
    return tuple(sorted(found or (), key=lambda verdict: verdict.strictness))


def _days(course: DoseCourse) -> tuple[date | None, date | None, date | None]:
    if not course.doses:
        return None, None, None
    last, tolerance = course.doses[-1].on, timedelta(weeks=section("schedule")["tolerance_weeks"])
    due = due_day(last)
    stop_days = [found.stop_day for found in course.classes if found.stop_day is not None]
    latest = min(stop_days) - timedelta(days=1) if stop_days else due + tolerance
    return due - tolerance, due, latest


def _because(
    course: DoseCourse, precycle: PrecycleCheck, limits: Sequence[CumulativeDose], early: bool, planned_cycles: int
) -> tuple[Applied, ...]:
    given = applied("DM-CAL-18", given=len(course.doses), planned=planned_cycles)
    waiting = [applied("DM-CAL-1", last_dose=course.doses[-1].on, asked_for=course.as_of)] if early else []
    return (*course.because, *precycle.because, *(r for limit in limits for r in limit.because), *waiting, given)


def _missing(course: DoseCourse, precycle: PrecycleCheck, limits: Sequence[CumulativeDose]) -> tuple[str, ...]:
    unseen = [found.name for found in course.classes if course.doses and not found.assessed and len(found.verdicts) > 1]
    last = course.doses[-1].on if course.doses else None
    return once(
        (
            *course.missing,
            *(f"a finding on {name} since the last dose ({last}) (DM-SEQ-7)" for name in unseen),
            *precycle.missing,
            *(line for limit in limits for line in limit.missing),
        )
    )


def _conventions(course: DoseCourse, precycle: PrecycleCheck, limits: Sequence[CumulativeDose]) -> tuple[str, ...]:
    applied_limits = [line for limit in limits for line in limit.conventions] or ["no limit of absorbed dose applied"]
    return once((*course.conventions, *precycle.conventions, *applied_limits))


def _cautions(course: DoseCourse, precycle: PrecycleCheck) -> tuple[str, ...]:
    shown = (check for check in precycle.checks if check.effect in ("caution", "warning") and check.holds is not False)
    return once((*(str(check.because) for check in shown), *course.departures))
