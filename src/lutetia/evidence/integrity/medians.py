"""Medians: inside their interval; and whether the intervals are symmetric, the mark of SPSS."""

from __future__ import annotations

from collections.abc import Iterator

from lutetia.evidence.integrity.finding import Finding, cells, shown
from lutetia.evidence.paper import Paper
from lutetia.evidence.printed import Printed
from lutetia.evidence.row import Difference, Median, Share

INSIDE, MIDPOINT = "estimate-in-interval", "median-midpoint"
ENOUGH, MOST = 5, 0.8
"""Medians, and the share of them that must be symmetric, before symmetry is the paper's method."""

Numbers = tuple[Printed, Printed, Printed]


def median_findings(paper: Paper) -> Iterator[Finding]:
    """Estimates outside their interval, the fingerprint of symmetric medians, and the rows that break it."""
    outside = set()
    for place, estimate, lower, upper in _estimates(paper):
        if not _is_inside(estimate, lower, upper):
            outside.add(place)
            computed = f"{estimate} lies outside {lower or 'NE'} to {upper or 'NE'}"
            if lower is not None and upper is not None:
                computed += f"; their middle is {_middle(lower, upper)}{_elsewhere(paper, place, lower, upper)}"
            yield Finding(INSIDE, cells(place, *_fields(paper, place)), f"{computed}.", "hard")
    yield from _fingerprint(paper, outside)


def _estimates(paper: Paper) -> Iterator[tuple[str, Printed, Printed | None, Printed | None]]:
    """Every estimate with at least one limit that is not a ratio (`ratios` has those)."""
    for place, _, row in paper.placed_rows():
        found: tuple[Printed | None, Printed | None, Printed | None] = (None, None, None)
        if isinstance(row, Median | Difference):
            found = row.numbers
        elif isinstance(row, Share):
            found = (row.share.percent, row.share.lower, row.share.upper)
        if found[0] is not None and (found[1] is not None or found[2] is not None):
            yield place, found[0], found[1], found[2]


def _intervals(paper: Paper) -> Iterator[tuple[str, Numbers]]:
    """Those with two finite limits."""
    for place, estimate, lower, upper in _estimates(paper):
        if lower is not None and upper is not None:
            yield place, (estimate, lower, upper)


def _is_inside(estimate: Printed, lower: Printed | None, upper: Printed | None) -> bool:
    above = lower is None or lower.low <= estimate.high
    below = upper is None or estimate.low <= upper.high
    return above and below and (lower is None or upper is None or lower.value <= upper.value)


def _fields(paper: Paper, place: str) -> tuple[str, str, str]:
    return ("percent" if isinstance(paper.row_of[place], Share) else "estimate", "lower", "upper")


def _elsewhere(paper: Paper, place: str, lower: Printed, upper: Printed) -> str:
    """The row whose interval this is, when another has the same one."""
    for other, (estimate, low, high) in _intervals(paper):
        if other != place and (low.value, high.value) == (lower.value, upper.value):
            return f"; {other} has the same interval about {estimate}"
    return ""


def _fingerprint(paper: Paper, outside: set[str]) -> Iterator[Finding]:
    symmetric: dict[str, bool] = {}
    for place, numbers in _intervals(paper):
        row = paper.row_of[place]
        if isinstance(row, Median) and row.spread == "interval" and place not in outside:
            symmetric[place] = _is_symmetric(numbers)
    count = sum(symmetric.values())
    if count < ENOUGH or count < MOST * len(symmetric):
        return
    places = tuple(f"{place}/estimate" for place, is_so in symmetric.items() if is_so)
    computed = f"{count} of {len(symmetric)} medians lie in the middle of their interval: intervals of the form median "
    computed += "± 1.96 SE, as SPSS prints them. A log-log interval would not be symmetric."
    yield Finding(MIDPOINT, places, computed, "soft")
    for place, is_so in symmetric.items():
        if not is_so:
            estimate, lower, upper = dict(_intervals(paper))[place]
            computed = f"{estimate} is not the middle of {lower} to {upper}, {_middle(lower, upper)}; all others are."
            yield Finding(MIDPOINT, cells(place, "estimate", "lower", "upper"), computed, "soft")


def _is_symmetric(numbers: Numbers) -> bool:
    estimate, lower, upper = numbers
    return estimate.fits((lower.low + upper.low) / 2, (lower.high + upper.high) / 2)


def _middle(lower: Printed, upper: Printed) -> str:
    return shown((lower.value + upper.value) / 2)
