"""One row of a hazard, odds or risk ratio is one statement: estimate, limits and p must come from one model.

A Wald interval is symmetric about the estimate on the log scale, and its p follows from it:
estimate = sqrt(lower · upper), z = 1.96 · ln(lower · upper) / ln(upper / lower). Each printed number stands for all
numbers that round to it; a row is at fault only when no such numbers agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import erfc, exp, log, sqrt

from scipy.special import ndtri

from lutetia.evidence.integrity.finding import Finding, cells, listed, shown
from lutetia.evidence.paper import Paper
from lutetia.evidence.printed import SLACK, Printed
from lutetia.evidence.row import Ratio

SYMMETRY, IMPLIED_P, INSIDE = "log-symmetry", "implied-p", "estimate-in-interval"
_SMALLEST = 1e-6  # a limit printed 0.00 has no logarithm

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Range:
    """Lowest and highest value that the printed numbers allow."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"[{shown(self.low)}, {shown(self.high)}]"


def ratio_findings(paper: Paper) -> Iterator[Finding]:
    """Findings for each ratio row of the paper."""
    for place, _, row in paper.placed_rows():
        if isinstance(row, Ratio):
            yield from row_findings(place, row)


def row_findings(place: str, row: Ratio) -> Iterator[Finding]:
    """At most one finding: estimate outside the limits, no common model, or a p that does not follow."""
    numbers = complete(row)
    if numbers is None:
        return
    estimate, lower, upper = numbers
    if not (lower.low <= estimate.high and estimate.low <= upper.high and lower.value <= upper.value):
        computed = f"{_words(row)}: the estimate must lie between its limits."
        yield Finding(INSIDE, cells(place, "estimate", "lower", "upper"), computed, "hard")
        return
    if row.interval != "wald":
        return
    corners = agreeing(row)
    if not corners:
        yield _asymmetric(place, row, estimate, lower, upper)
        return
    printed = row.p_value
    implied = p_range(corners, row)
    if printed is not None and not printed.cut_or_rounded(implied.low, implied.high):
        severity, why = ("hard", "") if row.p_test == "wald" else ("soft", " (p comes from another test)")
        computed = f"{_words(row)}: estimate and interval imply a p between {_between(implied)}{why}."
        yield Finding(IMPLIED_P, cells(place, "p", "estimate", "lower", "upper"), computed, severity)  # type: ignore[arg-type]


def complete(row: Ratio) -> tuple[Printed, Printed, Printed] | None:
    """Estimate and both limits; None when one is not printed, is a bound, or cannot be a ratio."""
    estimate, lower, upper = row.numbers
    if estimate is None or lower is None or upper is None:
        return None
    known = all(number.relation == "=" and number.high > 0 for number in (estimate, lower, upper))
    return (estimate, lower, upper) if known else None


def agreeing(row: Ratio) -> list[Point]:
    """Corners of the set of (ln lower, ln upper) that round to printed limits and estimate; [] when it is empty."""
    numbers = complete(row)
    if numbers is None:
        return []
    (h0, h1), (l0, l1), (u0, u1) = (_logs(number) for number in numbers)
    least, most = 2 * h0 - SLACK, 2 * h1 + SLACK
    corners = [(low, up) for low, up in product((l0, l1), (u0, u1)) if least <= low + up <= most]
    for total in (least, most):  # where the strip of the estimate cuts the sides of the box
        corners += [(low, total - low) for low in (l0, l1) if u0 <= total - low <= u1]
        corners += [(total - up, up) for up in (u0, u1) if l0 <= total - up <= l1]
    return [(low, up) for low, up in corners if up > low]


def std_error_range(row: Ratio) -> Range | None:
    """The standard errors of the logarithm that the row allows; None when it has no interval or does not agree."""
    corners = agreeing(row)
    if not corners:
        return None
    widths = [(up - low) / (2 * _z_of(row)) for low, up in corners]
    return Range(min(widths), max(widths))


def p_range(corners: list[Point], row: Ratio) -> Range:
    """The p-values of the corners: z = (ln lower + ln upper) / (ln upper − ln lower) · 1.96 is extreme in a corner."""
    z = [_z_of(row) * (low + up) / (up - low) for low, up in corners]
    smallest = 0.0 if min(z) <= 0 <= max(z) else min(map(abs, z))
    return Range(_p(max(map(abs, z)), row.sides), _p(smallest, row.sides))


def _p(z: float, sides: int) -> float:
    return erfc(abs(z) / sqrt(2)) * sides / 2


def _z_of(row: Ratio) -> float:
    return float(ndtri(1 - (1 - row.level) / 2))


def _logs(number: Printed) -> tuple[float, float]:
    return log(max(number.low, _SMALLEST)), log(number.high)


def _asymmetric(place: str, row: Ratio, estimate: Printed, lower: Printed, upper: Printed) -> Finding:
    """Estimate and limits that no log-symmetric interval has; names the number that the other two and p correct."""
    middle = sqrt(max(lower.value, _SMALLEST) * upper.value)
    span = Range(sqrt(max(lower.low, _SMALLEST) * max(upper.low, _SMALLEST)), sqrt(lower.high * upper.high))
    said = f"{_words(row)}: the middle of the interval on the log scale is sqrt({lower} · {upper}) = {shown(middle)}, "
    said += f"with rounding {span}, not {estimate}"
    printed = row.p_value
    if printed is not None and lower.value > 0:
        z = _z_of(row) * 2 * log(estimate.value) / log(upper.value / lower.value)
        said += f"; estimate and width imply p {shown(_p(z, row.sides), 2)}"
    mended = _repairs(row, estimate, lower, upper)
    fields = tuple(field for field, _ in mended) or ("estimate", "lower", "upper")
    ways = f". All would agree, p {row.p} included, with {' or with '.join(how for _, how in mended)}" if mended else ""
    return Finding(SYMMETRY, cells(place, *fields), f"{said}{ways}.", "hard")


def _repairs(row: Ratio, estimate: Printed, lower: Printed, upper: Printed) -> list[tuple[str, str]]:
    """Each number that the other two would set so that the printed p follows, and the sentence that says so."""
    printed = row.p_value
    if printed is None or printed.relation != "=":
        return []
    h, low, up = _logs(estimate), _logs(lower), _logs(upper)
    z = _z_of(row)
    sources = {
        "upper": [(h0, h0 - l0) for h0, l0 in product(h, low)],
        "lower": [(h0, u0 - h0) for h0, u0 in product(h, up)],
        "estimate": [((l0 + u0) / 2, (u0 - l0) / 2) for l0, u0 in product(low, up)],
    }
    lines = []
    for field, found in sources.items():
        if all(half > 0 for _, half in found):
            ratios = [z * middle / half for middle, half in found]
            low_z = 0.0 if min(ratios) <= 0 <= max(ratios) else min(map(abs, ratios))
            if printed.cut_or_rounded(_p(max(map(abs, ratios)), row.sides), _p(low_z, row.sides)):
                lines.append((field, _mended(field, estimate, lower, upper)))
    return lines


def _mended(field: str, estimate: Printed, lower: Printed, upper: Printed) -> str:
    value, how = {
        "upper": (estimate.value**2 / max(lower.value, _SMALLEST), f"{estimate}² / {lower}"),
        "lower": (estimate.value**2 / upper.value, f"{estimate}² / {upper}"),
        "estimate": (exp((log(max(lower.value, _SMALLEST)) + log(upper.value)) / 2), f"sqrt({lower} · {upper})"),
    }[field]
    name = {"upper": "an upper limit", "lower": "a lower limit", "estimate": "an estimate"}[field]
    return f"{name} of {how} = {shown(value)}"


def _between(span: Range) -> str:
    return listed([shown(span.low, 3), shown(span.high, 3)])


def _words(row: Ratio) -> str:
    p = f", p {row.p}" if row.p is not None else ""
    return f"{row.measure} {row.printed}{p}"
