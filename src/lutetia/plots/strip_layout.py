"""Where things stand on a strip of time: days to places, widths of words, rows in which no two labels touch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from lutetia.dates import PartialDate

# Advance widths in 1/1000 em, Source Sans Pro Regular 2.020 (SIL OFL 1.1), rounded to 20.
# Other characters count 560, wide scripts 1000.
_WIDTHS = {
    200: " ",
    240: "',.:;ij|·\"",
    260: "Il",
    280: "!",
    300: "()[]f{}",
    320: "-",
    340: "rt",
    360: "/\\²",
    420: '"*?sz',
    440: "x",
    460: "cvy†",
    480: "JLY–",
    500: "#$+0123456789<=>F^_aegk~×≥≤",
    520: "EVX",
    540: "ASTZ`hnou",
    560: "PRbdpq",
    580: "BCK",
    600: "&",
    620: "DG",
    640: "NU",
    660: "HOQ",
    720: "Mw",
    780: "W",
    820: "%m",
    840: "@",
    940: "…",
}
_WIDTH_OF = {character: width for width, characters in _WIDTHS.items() for character in characters}
DAYS_PER_YEAR = 365.25  # for drawing only
TICK_STEPS = (1, 2, 5, 10, 20)
MOST_TICKS = 14


def text_width(text: str, size_px: float) -> float:
    """Width of a text in the unit of its size; the drawing then holds every label to this width."""
    return sum(_WIDTH_OF.get(c, 1000 if c > "\u2e80" else 560) for c in text) / 1000 * size_px


def shortened(text: str, size_px: float, room: float) -> str:
    """The text, cut with an ellipsis where it is wider than the room."""
    if text_width(text, size_px) <= room:
        return text
    while text and text_width(text + "…", size_px) > room:
        text = text[:-1]
    return text.rstrip() + "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Days between `first` and `last` laid on `left` to `right`."""

    first: date
    last: date
    left: float
    right: float

    def x(self, day: date) -> float:
        """Place of a day; days outside are drawn at the edge."""
        span = max((self.last - self.first).days, 1)
        share = (day - self.first).days / span
        return self.left + (self.right - self.left) * min(max(share, 0.0), 1.0)

    def middle(self, when: PartialDate) -> float:
        """Place of a date: the middle of what a partial date may mean, as far as it lies on the strip."""
        return (self.x(when.earliest) + self.x(when.latest)) / 2

    def ticks(self) -> list[tuple[date, str]]:
        """Starts of years, or of quarters or months on a short strip, with their labels."""
        years = (self.last - self.first).days / DAYS_PER_YEAR
        if years < 2.5:
            months = range(1, 13) if years < 0.9 else (1, 4, 7, 10)
            return [(day, f"{day:%Y-%m}") for day in self._starts(months)]
        step = next((step for step in TICK_STEPS if years / step <= MOST_TICKS), TICK_STEPS[-1])
        starts = [date(year, 1, 1) for year in range(self.first.year, self.last.year + 1) if year % step == 0]
        return [(day, str(day.year)) for day in starts if day >= self.first]

    def _starts(self, months: Iterable[int]) -> Iterator[date]:
        for year in range(self.first.year, self.last.year + 1):
            for month in months:
                day = date(year, month, 1)
                if self.first <= day <= self.last:
                    yield day


@dataclass(slots=True)
class Rows:
    """Rows of intervals that do not touch; `most` rows at the most."""

    most: int
    gap: float = 4.0
    taken: list[list[tuple[float, float]]] = field(default_factory=list)

    def place(self, low: float, high: float) -> int | None:
        """The first row in which an interval is free, now taken; None when every row is full there."""
        for number in range(self.most):
            if number == len(self.taken):
                self.taken.append([])
            row = self.taken[number]
            if all(high + self.gap <= start or low >= end + self.gap for start, end in row):
                row.append((low, high))
                return number
        return None

    @property
    def count(self) -> int:
        """How many rows hold something."""
        return sum(1 for row in self.taken if row)
