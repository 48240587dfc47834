"""What a check of printed numbers finds: rule, cells, the computation in words, and how much it says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["hard", "soft"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Printed numbers that do not agree.

    `hard`: they cannot all be true as printed. `soft`: they can, and a reader should know before using them.
    `cells` are places such as `T4/male/upper`, the likeliest first; `computed` shows the computation with its numbers.
    """

    rule: str
    cells: tuple[str, ...]
    computed: str
    severity: Severity

    def __str__(self) -> str:
        return f"{self.severity}  {self.rule}  {', '.join(self.cells)}\n      {self.computed}"


def cells(place: str, *fields: str) -> tuple[str, ...]:
    """The cells of a row: ("T4/male", "lower", "upper") gives T4/male/lower and T4/male/upper."""
    return tuple(f"{place}/{field}" for field in fields)


def shown(value: float, digits: int = 4) -> str:
    """A computed number with so many significant digits, without an exponent where it can be read without one."""
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        text = f"{value:.{digits}g}"
        return text if "e" not in text else f"{value:.0f}"
    return f"{value:.2g}"


def listed(words: Iterable[str]) -> str:
    """Words as a person lists them: "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
