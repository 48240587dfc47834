"""The day an event counts on: whole days, with a named policy for dates of which only month or year is known."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from lutetia.dates import PartialDate

PartialDates = Literal["earliest", "latest", "midpoint", "exclude"]


class Dated(NamedTuple):
    """An event on its day, with the course entry it comes from.

    `day` counts days as `date.toordinal` does; `partial`: only month or year was known and the policy chose the day.
    """

    day: int
    entry_id: str
    what: str
    partial: bool = False

    @property
    def on(self) -> date:
        """The day as a calendar date."""
        return date.fromordinal(self.day)


def day_of(
    when: PartialDate, policy: PartialDates, *, from_day: int | None = None, until_day: int | None = None
) -> int:
    """The day (ordinal) a date counts on: itself, or the earliest, latest or middle day that it may mean.

    A partial date is moved to `from_day` or `until_day`, as far as its own range allows, when it cannot lie beyond them
    (a stop not before its start, nothing after death). "exclude" gives the middle day: the row is left out later.
    The middle of an even number of days is the later of the two: 2020-06 is the 16th, 2020 is 2 July.
    """
    first, last = when.earliest.toordinal(), when.latest.toordinal()
    day = {"earliest": first, "latest": last}.get(policy, first + (last - first + 1) // 2)
    if until_day is not None and day > until_day:
        day = max(first, until_day)
    if from_day is not None and day < from_day:
        day = min(last, from_day)
    return day


POLICIES: dict[PartialDates, str] = {
    "earliest": "a date known to the month or year counts on its earliest day",
    "latest": "a date known to the month or year counts on its latest day",
    "midpoint": "a date known to the month or year counts on its middle day",
    "exclude": "a row that rests on a date known to the month or year only is left out",
}
