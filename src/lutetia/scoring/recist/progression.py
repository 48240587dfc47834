"""Progression-free survival from the visit responses of one course, censored by the policy that the caller names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lutetia.dates import DAYS_PER_MONTH
from lutetia.errors import Fault, InputError
from lutetia.scoring.reason import Reason
from lutetia.scoring.recist.censoring import Adequate, Censoring
from lutetia.scoring.recist.days import as_day, counted_days, days_of_visits, one_course
from lutetia.scoring.recist.schedule import ScheduledVisit
from lutetia.scoring.recist.visit import VisitResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToEvent:
    """Time to progression or death of one patient; `value` in whole days, `event` False when censored.

    `day`: of the event or of censoring; `description` says which; `missed`: scheduled visits missed before it.
    `left_out`: visits not used, and why.
    """

    subject: str
    reader: str | None
    value: int
    event: bool
    start: date
    day: date
    description: str
    missed: tuple[ScheduledVisit, ...]
    left_out: tuple[tuple[str, str], ...]
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]

    @property
    def months(self) -> float:
        """`value` in months of 30.4375 days, for display."""
        return self.value / DAYS_PER_MONTH


def progression_free_survival(
    visits: Sequence[VisitResponse],
    *,
    start: date | str,
    censoring: Censoring,
    death: date | str | None = None,
    new_therapy: date | str | None = None,
    stopped: date | str | None = None,
    cutoff: date | str | None = None,
    baseline_assessed: bool | None = None,
    subject: str | None = None,
) -> TimeToEvent:
    """Time from `start` to progression or death of one reader of one patient.

    `new_therapy`: the day another anticancer therapy started; `stopped`: the day treatment stopped for toxicity or
    progression without images; both censor under fda_2007_a alone (a visit on that very day still counts).
    `cutoff`: data cut-off, nothing after it is used. `baseline_assessed`: whether there was a baseline assessment,
    required by fda_2007_a, which censors at the start without one. `subject`: the patient, where no visit tells it.
    Raises InputError with all faults.
    """
    ordered = one_course(visits, "progression-free survival")
    return time_to_progression(
        ordered,
        start=start,
        scheduled_from=start,
        censoring=censoring,
        dates={"death": death, "new_therapy": new_therapy, "stopped": stopped, "cutoff": cutoff},
        name="progression-free survival",
        subject=subject or (ordered[0].subject if ordered else ""),
        baseline_assessed=baseline_assessed,
    )


def time_to_progression(
    ordered: Sequence[VisitResponse],
    *,
    start: date | str,
    scheduled_from: date | str,
    censoring: Censoring,
    dates: dict[str, date | str | None],
    name: str,
    subject: str,
    baseline_assessed: bool | None,
) -> TimeToEvent:
    """The same from any start: the duration of response begins later than the schedule (`scheduled_from`).

    `name` opens its reasons and errors; `dates`: death, new_therapy, stopped and cutoff.
    """
    faults: list[Fault] = []
    begun = as_day(start, "start", faults, required=True)
    scheduled = as_day(scheduled_from, "scheduled_from", faults, required=True)
    read = {place: as_day(value, place, faults) for place, value in dates.items()}
    faults += [
        Fault(place=place, must="must not lie before the start", got=f"{day}, start {begun}")
        for place, day in read.items()
        if day is not None and begun is not None and day < begun
    ]
    if censoring.policy == "fda_2007_a" and not isinstance(baseline_assessed, bool):
        must = "fda_2007_a must be told whether there was a baseline assessment"
        faults.append(Fault(place="baseline_assessed", must=must, got=repr(baseline_assessed)))
    if faults or begun is None or scheduled is None:
        raise InputError(name, faults)
    case = _Case.of(ordered, (begun, scheduled), read, censoring, baseline_assessed)
    end = case.end()
    return TimeToEvent(
        subject=subject,
        reader=ordered[0].reader if ordered else None,
        value=counted_days(begun, end.day, censoring.counting),
        event=end.event,
        start=begun,
        day=end.day,
        description=end.says,
        missed=end.missed,
        left_out=case.left_out,
        because=(Reason(rule=f"{name}: {censoring.policy}", says=end.says, used=case.used(end)),),
        conventions=(*censoring.conventions, *case.conventions()),
    )


@dataclass(frozen=True, slots=True)
class _End:
    """Where the time ends, whether it is an event, and why."""

    day: date
    event: bool
    says: str
    missed: tuple[ScheduledVisit, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    """One patient under one policy: assessments in order, progression, death."""

    start: date
    scheduled_from: date
    dates: dict[str, date | None]
    censoring: Censoring
    baseline_assessed: bool | None
    adequate: tuple[date, ...]
    progression: date | None
    left_out: tuple[tuple[str, str], ...]

    @classmethod
    def of(
        cls,
        ordered: Sequence[VisitResponse],
        starts: tuple[date, date],
        dates: dict[str, date | None],
        censoring: Censoring,
        baseline_assessed: bool | None,
    ) -> _Case:
        adequate: list[date] = []
        left_out: list[tuple[str, str]] = []
        progression = None
        for visit, day in zip(ordered, days_of_visits(ordered, censoring.days), strict=True):
            why = _why_unused(visit, day, starts[0], dates["cutoff"], progression, censoring.adequate)
            if why:
                left_out.append((visit.visit, why))
                continue
            adequate.append(day)
            if visit.overall == "PD":
                progression = day
        return cls(*starts, dates, censoring, baseline_assessed, tuple(adequate), progression, tuple(left_out))

    def end(self) -> _End:
        """The event or the censoring that the policy makes of this patient."""
        event = self._first_event()
        if self.censoring.policy == "fda_2007_a":
            return self._fda(event)
        if event is None:
            return self._censored(self._last_before(None), "no progression, no death")
        if self.censoring.policy == "back_dating" and event.day == self.progression:
            missed = self._missed(event.day)
            if len(missed) >= (self.censoring.back_date_after_missed or 1):
                back = self.scheduled_from + timedelta(days=missed[0].nominal_day)
                return _End(back, True, "progression, dated back to the first missed visit", missed)
            return _End(event.day, True, event.says, missed)
        return event

    def _first_event(self) -> _End | None:
        death = self.dates["death"]
        cutoff = self.dates["cutoff"]
        if death is not None and cutoff is not None and death > cutoff:
            death = None
        if self.progression is not None and (death is None or self.progression <= death):
            return _End(self.progression, True, "progression")
        return None if death is None else _End(death, True, "death")

    def _fda(self, event: _End | None) -> _End:
        if self.baseline_assessed is False:
            return self._censored(self.start, "no baseline assessment")
        stops = {name: day for name in ("new_therapy", "stopped") if (day := self.dates[name]) is not None}
        for name, day in sorted(stops.items(), key=lambda item: item[1]):
            if event is None or day < event.day:
                return self._censored(self._last_before(day), _STOPS[name])
        if event is None:
            return self._censored(self._last_before(None), "no progression, no death")
        missed = self._missed(event.day)
        if len(missed) >= _TOO_MANY_MISSED:
            says = f"{event.says} after {len(missed)} missed visits"
            return self._censored(self._last_before(event.day, itself=False), says, missed)
        return _End(event.day, True, event.says, missed)

    def _missed(self, day: date) -> tuple[ScheduledVisit, ...]:
        schedule = self.censoring.schedule
        if schedule is None:
            return ()
        last = self._last_before(day, itself=False)
        return tuple(schedule.missed((last - self.scheduled_from).days, (day - self.scheduled_from).days))

    def _last_before(self, day: date | None, *, itself: bool = True) -> date:
        """Day of the last adequate assessment up to `day` (or before it), the start without one."""
        earlier = [
            assessed for assessed in self.adequate if day is None or assessed < day or (itself and assessed == day)
        ]
        return max(earlier, default=self.start)

    def _censored(self, day: date, says: str, missed: tuple[ScheduledVisit, ...] = ()) -> _End:
        where = "the start" if day == self.start else "the last adequate assessment"
        return _End(day, False, f"censored at {where}: {says}", missed)

    def used(self, end: _End) -> tuple[tuple[str, str], ...]:
        """The dates the end rests on, as shown."""
        shown = {"start": self.start, "progression": self.progression, **self.dates, "end": end.day}
        missed = ", ".join(f"day {visit.nominal_day}" for visit in end.missed)
        return (
            *((name, str(day)) for name, day in shown.items() if day is not None),
            *((("missed visits", missed),) if missed else ()),
        )

    def conventions(self) -> tuple[str, ...]:
        """What was given of this patient."""
        given = ", ".join(f"{name} {day or 'none'}" for name, day in self.dates.items())
        return (f"given: {given}; baseline_assessed={self.baseline_assessed}",)


_TOO_MANY_MISSED = 2
_STOPS = {"new_therapy": "a new therapy began", "stopped": "treatment stopped without documented progression"}


def _why_unused(
    visit: VisitResponse,
    day: date,
    start: date,
    cutoff: date | None,
    progression: date | None,
    adequate: Adequate,
) -> str:
    """Why a visit does not count; empty when it does."""
    if day < start:
        return "before the start"
    if cutoff is not None and day > cutoff:
        return "after the cut-off"
    if progression is not None:
        return "after progression"
    if adequate == "evaluable" and visit.overall == "NE":
        return "not adequate: overall NE"
    return ""
