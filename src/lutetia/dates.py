"""Calendar dates as they are known: a day, only the month, or only the year; and months between them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

DAYS_PER_MONTH = 30.4375
"""Mean days of a month (365.25 / 12), for display and rates only: durations are counted in whole days."""

FIRST_YEAR, LAST_YEAR = 1900, 2100
_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_PATTERN = r"^(19[0-9]{2}|20[0-9]{2}|2100)(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
_FORMS = "a date must be written as 2024-05-17, 2024-05 or 2024 (year-month-day)"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which only the year, or only year and month, may be known.

    Partial dates have no total order: ask `certainly_before`, `certainly_after` or `may_be_on_or_before`.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise ValueError(f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}, but got {self.year}")
        if self.month is None and self.day is not None:
            raise ValueError("a day without its month is not a date")
        if self.month is not None and not 1 <= self.month <= 12:
            raise ValueError(f"the month must lie between 1 and 12, but got {self.month}")
        if self.month is not None and self.day is not None:
            last = calendar.monthrange(self.year, self.month)[1]
            if not 1 <= self.day <= last:
                month = f"{calendar.month_name[self.month]} {self.year}"
                raise ValueError(f"{month} has {last} days, but got day {self.day}")

    @classmethod
    def parse(cls, value: PartialDate | date | str | int) -> PartialDate:
        """The date that "2024", "2024-05", "2024-05-17", a `datetime.date` or the year 2024 stands for.

        Raises ValueError with a sentence; a moment (`datetime`) is refused, for it is no calendar date.
        """
        if isinstance(value, PartialDate):
            return value
        if isinstance(value, date) and not isinstance(value, datetime):
            return cls(value.year, value.month, value.day)
        if isinstance(value, int) and not isinstance(value, bool):
            return _from_text(f"{value:04d}")
        if isinstance(value, str):
            return _from_text(value)
        raise ValueError(f"{_FORMS}, but got {value!r}")

    @property
    def earliest(self) -> date:
        """The first day that this date may mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day that this date may mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def precision(self) -> Literal["year", "month", "day"]:
        """How much of the date is known."""
        if self.month is None:
            return "year"
        return "month" if self.day is None else "day"

    def certainly_before(self, other: PartialDate | date) -> bool:
        """True when every day this date may mean precedes every day of the other."""
        return self.latest < _earliest(other)

    def certainly_after(self, other: PartialDate | date) -> bool:
        """True when every day this date may mean follows every day of the other."""
        return self.earliest > _latest(other)

    def may_be_on_or_before(self, day: date) -> bool:
        """True when at least one day this date may mean is `day` or earlier."""
        return self.earliest <= day

    def __str__(self) -> str:
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part is not None)]
        return "-".join(parts)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.to_string_ser_schema(when_used="always")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        text = {"type": "string", "pattern": _PATTERN, "examples": ["2024-05-17", "2024-05", "2024"]}
        if handler.mode == "serialization":
            return text
        return {"anyOf": [text, {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}]}


@lru_cache(maxsize=4096)
def _from_text(text: str) -> PartialDate:
    match = _ISO.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{_FORMS}, but got {text!r}")
    year, month, day = match.groups()
    return PartialDate(int(year), int(month) if month else None, int(day) if day else None)


def _earliest(when: PartialDate | date) -> date:
    return when.earliest if isinstance(when, PartialDate) else when


def _latest(when: PartialDate | date) -> date:
    return when.latest if isinstance(when, PartialDate) else when


def months_between(start: date, end: date) -> float:
    """Calendar months from start to end: whole months elapsed + days left / length of the month in progress.

    The same day of the month gives a whole number exactly, and so does the last day when the later month is
    shorter (2023-03-31 to 2023-04-30 is one month). Negative when end lies before start.
    """
    if end < start:
        return -months_between(end, start)
    whole = (end.year - start.year) * 12 + end.month - start.month
    if _months_later(start, whole) > end:
        whole -= 1
    begun = _months_later(start, whole)
    length = (_months_later(start, whole + 1) - begun).days
    return whole + (end - begun).days / length


def months_between_partial(start: PartialDate, end: PartialDate | date) -> float | tuple[float, float]:
    """Calendar months between dates that may be partial: a number, or (least, most) when it stays open."""
    least = months_between(_latest(start), _earliest(end))
    most = months_between(_earliest(start), _latest(end))
    exact = _earliest(start) == _latest(start) and _earliest(end) == _latest(end)
    return most if exact else (least, most)


def _months_later(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last day when that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
