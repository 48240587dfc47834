"""The assessment schedule of a protocol, and which of its visits a patient missed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from lutetia.errors import Fault, InputError

DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledVisit:
    """One visit of the schedule: its nominal day and the first and last day of its window, from the start (day 0)."""

    nominal_day: int
    first_day: int
    last_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When tumours are assessed: `weeks` from the start, then every `then_every_weeks` (None: no more).

    The window of a visit reaches from `window_before_days` before its day to `window_after_days` after it; both
    are the protocol's and must be given. NETTER-2: weeks (0, 16, 24), then every 12.
    Raises InputError when weeks do not increase, or windows overlap.
    """

    weeks: tuple[int, ...]
    then_every_weeks: int | None
    window_before_days: int
    window_after_days: int

    def __post_init__(self) -> None:
        faults = []
        numbers = {"then_every_weeks": self.then_every_weeks if self.then_every_weeks is not None else 1}
        numbers |= {"window_before_days": self.window_before_days, "window_after_days": self.window_after_days}
        for place, number in numbers.items():
            least = 1 if place == "then_every_weeks" else 0
            if isinstance(number, bool) or not isinstance(number, int) or number < least:
                faults.append(Fault(place=place, must=f"must be a whole number of {least} or more", got=repr(number)))
        if not self._weeks_increase():
            must = "must be whole weeks from 0 on, each later than the one before"
            faults.append(Fault(place="weeks", must=must, got=repr(self.weeks)))
        if not faults and self._overlap():
            must = "the windows of two visits must not overlap"
            got = f"{self.window_before_days} days before and {self.window_after_days} after"
            faults.append(Fault(place="windows", must=must, got=got))
        if faults:
            raise InputError("assessment schedule", faults)

    def visits_until(self, day: int) -> list[ScheduledVisit]:
        """Every visit after the start whose window begins no later than `day`."""
        found = []
        week, at = self.weeks[0], 0
        while week is not None and week * DAYS_PER_WEEK - self.window_before_days <= day:
            nominal = week * DAYS_PER_WEEK
            if nominal > 0:
                first, last = nominal - self.window_before_days, nominal + self.window_after_days
                found.append(ScheduledVisit(nominal_day=nominal, first_day=first, last_day=last))
            at += 1
            following = self.weeks[at] if at < len(self.weeks) else self._after(week)
            if following is None:
                break
            week = following
        return found

    def missed(self, last_assessed_day: int, day: int) -> list[ScheduledVisit]:
        """The visits whose whole window lies between the last adequate assessment and `day`: nothing was done in it."""
        return [
            visit for visit in self.visits_until(day) if visit.first_day > last_assessed_day and visit.last_day < day
        ]

    def __str__(self) -> str:
        then = f", then every {self.then_every_weeks}" if self.then_every_weeks else ""
        window = f"window −{self.window_before_days}/+{self.window_after_days} days"
        return f"weeks {', '.join(map(str, self.weeks))}{then}, {window}"

    def _after(self, week: int) -> int | None:
        return None if self.then_every_weeks is None else week + self.then_every_weeks

    def _weeks_increase(self) -> bool:
        weeks: object = self.weeks
        if not isinstance(weeks, tuple | list) or not weeks:
            return False
        whole = all(isinstance(week, int) and not isinstance(week, bool) and week >= 0 for week in weeks)
        return whole and all(before < after for before, after in pairwise(weeks))

    def _overlap(self) -> bool:
        steps = [after - before for before, after in pairwise(self.weeks)]
        steps += [self.then_every_weeks] if self.then_every_weeks else []
        return any(step * DAYS_PER_WEEK <= self.window_before_days + self.window_after_days for step in steps)
