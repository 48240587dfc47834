"""Numbers as a paper prints them: the text, the value, and the interval of values that would print alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

SLACK = 1e-9
"""Relative room for binary fractions: 8.45 may be held as 8.4499999."""

_SIGNS = str.maketrans(
    {"·": ".", "–": "-", "—": "-", "−": "-", "‑": "-", "\u00a0": " ", "\u2009": " ", "≤": "<", "≥": ">"}
)
_NUMBER = r"[<>]?\s*-?\d+(?:\.\d+)?(?:[eE]-?\d+)?"
_LIMIT = rf"(?:{_NUMBER}|NE|NR|NA)"
_PLAIN = re.compile(rf"({_NUMBER})")
_INTERVAL = re.compile(
    rf"(?P<estimate>{_LIMIT})\s*%?(?:\s*[(\[]\s*(?:95\s*%?\s*CI[:,]?\s*)?(?P<lower>{_LIMIT})\s*%?"
    rf"\s*(?:-|to|,|;)\s*(?P<upper>{_LIMIT})\s*%?\s*[)\]])?"
)
_SHARE = re.compile(
    rf"(?:(?P<count>\d+)(?:\s*/\s*(?P<n>\d+))?(?:\s*[(\[]\s*(?P<percent>{_NUMBER})\s*%?\s*[)\]])?"
    rf"|(?P<percent_only>{_NUMBER})\s*%)"
    rf"(?:\s*[(\[]\s*(?:95\s*%?\s*CI[:,]?\s*)?(?P<lower>{_NUMBER})\s*%?\s*(?:-|to|,|;)\s*(?P<upper>{_NUMBER})\s*%?\s*[)\]])?"
)
_WORDS_FOR_P = {"ns": ">0.05", "n.s.": ">0.05", "-": None, "": None}


@dataclass(frozen=True, slots=True)
class Printed:
    """One printed number. `relation` is "<" or ">" where the paper gives a bound only."""

    text: str
    value: float
    decimals: int
    relation: Literal["=", "<", ">"] = "="

    @property
    def half_unit(self) -> float:
        """Half a unit of the last printed digit."""
        return 0.5 * 10.0**-self.decimals

    @property
    def low(self) -> float:
        """The smallest value that prints like this (0 for a "<" bound)."""
        if self.relation == "<":
            return 0.0
        return self.value if self.relation == ">" else self.value - self.half_unit

    @property
    def high(self) -> float:
        """The largest value that prints like this (infinite for a ">" bound)."""
        if self.relation == ">":
            return float("inf")
        return self.value if self.relation == "<" else self.value + self.half_unit

    def fits(self, low: float, high: float | None = None) -> bool:
        """Whether a value, or some value from `low` to `high`, would print like this."""
        high = low if high is None else high
        room = SLACK * max(1.0, abs(low), abs(high) if high != float("inf") else 1.0)
        return low <= self.high + room and high >= self.low - room

    def cut_or_rounded(self, low: float, high: float) -> bool:
        """`fits`, and also when the digits after the last printed one were cut off, as some papers do with p-values."""
        return self.fits(low, high) or (self.relation == "=" and self.fits(low - self.half_unit, high - self.half_unit))

    def __str__(self) -> str:
        return self.text


def number(text: str) -> Printed | None:
    """One printed number, None for one that is not estimable (NE, NR, NA). Raises ValueError for anything else."""
    plain = _tidy(text)
    if plain.upper() in ("NE", "NR", "NA"):
        return None
    if not _PLAIN.fullmatch(plain):
        raise ValueError(f'must be a printed number, but got {text!r}; write it as the paper does, such as "1.50"')
    relation: Literal["=", "<", ">"] = "<" if plain[0] == "<" else ">" if plain[0] == ">" else "="
    digits = plain.lstrip("<> ").lower()
    mantissa, _, power = digits.partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(power or 0)
    return Printed(text.strip(), float(digits), decimals, relation)


def p_value(text: str) -> Printed | None:
    """A printed p-value: "0.032", "<0.001", "ns" (above 0.05); None for a dash. Raises ValueError otherwise."""
    plain = _tidy(text).lower()
    if plain in _WORDS_FOR_P:
        bound = _WORDS_FOR_P[plain]
        return None if bound is None else Printed(text.strip(), 0.05, 2, ">")
    found = number(text)
    if found is None:
        return None
    if not 0 <= found.value <= 1:
        raise ValueError(f"must lie between 0 and 1, but got {text!r}; a p-value is a probability")
    return found


def interval(text: str) -> tuple[Printed | None, Printed | None, Printed | None]:
    """Estimate, lower and upper limit of "1.58 (1.04-2.04)" or "22.8 (19.4-NE)". Raises ValueError if it is neither."""
    found = _INTERVAL.fullmatch(_tidy(text))
    if not found:
        raise ValueError(f'must be an estimate with its interval, but got {text!r}; such as "1.58 (1.04-2.04)"')
    estimate, lower, upper = (number(part) if part else None for part in found.group("estimate", "lower", "upper"))
    return estimate, lower, upper


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedShare:
    """A printed count, percentage or both: "17 (10.4%)", "65/151 (43.0%)", "43.0% (35.0-51.3)", "17", "9.1%"."""

    count: int | None
    n: int | None
    percent: Printed | None
    lower: Printed | None
    upper: Printed | None


def share(text: str) -> PrintedShare:
    """The parts of a printed count or percentage. Raises ValueError when the text is neither."""
    found = _SHARE.fullmatch(_tidy(text))
    if not found:
        raise ValueError(f'must be a count or a percentage, but got {text!r}; such as "17 (10.4%)" or "9.1%"')
    percent = found["percent"] or found["percent_only"]
    lower, upper = (number(part) if part else None for part in found.group("lower", "upper"))
    return PrintedShare(
        count=int(found["count"]) if found["count"] else None,
        n=int(found["n"]) if found["n"] else None,
        percent=number(percent) if percent else None,
        lower=lower,
        upper=upper,
    )


def _tidy(text: str) -> str:
    return " ".join(text.translate(_SIGNS).split())
