"""The difference of two proportions with its interval; six published methods, always named, never a default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import acos, copysign, cos, pi, sqrt
from types import MappingProxyType

import numpy as np
from scipy.special import ndtri

from lutetia.estimate import Estimate
from lutetia.proportion.counts import checked_level, checked_pairs, chosen
from lutetia.proportion.intervals import limits

TITLE = "difference of proportions"

Counts = tuple[int, int, int, int]
Limits = tuple[float, float]


def difference(x1: int, n1: int, x2: int, n2: int, *, method: str, level: float = 0.95) -> Estimate:
    """x1/n1 − x2/n2 (−1 to 1) with its two-sided interval; `method` has no default, because the limits depend on it.

    `method`: wald, wald-cc, newcombe, newcombe-cc, miettinen-nurminen (score with N/(N−1)), mee (score without it),
    agresti-caffo. The estimate is the plain difference whatever the method; limits are cut at −1 and 1;
    `std_error` is given with Wald only. Raises InputError with all faults.
    Sources: Newcombe 1998, Stat Med 17:873-890 (methods 1, 2, 10, 11; 5 is mee); Miettinen & Nurminen 1985,
    Stat Med 4:213-226; Agresti & Caffo 2000, Am Stat 54:280-288.
    """
    method = chosen(TITLE, "method", method, tuple(METHODS))
    checked_pairs(TITLE, group_1=(x1, n1), group_2=(x2, n2))
    level = checked_level(TITLE, level)
    z = float(ndtri(1 - (1 - level) / 2))
    counts = (int(x1), int(n1), int(x2), int(n2))
    lower, upper = METHODS[method](counts, z, level)
    return Estimate(
        estimate=x1 / n1 - x2 / n2,
        lower=max(lower, -1.0),
        upper=min(upper, 1.0),
        std_error=_std_error(x1 / n1, n1, x2 / n2, n2) if method == "wald" else None,
        level=level,
        method=method,
    )


def _std_error(p1: float, n1: float, p2: float, n2: float) -> float:
    return sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)


def _wald(counts: Counts, z: float, level: float) -> Limits:
    x1, n1, x2, n2 = counts
    d, half = x1 / n1 - x2 / n2, z * _std_error(x1 / n1, n1, x2 / n2, n2)
    return d - half, d + half


def _wald_cc(counts: Counts, z: float, level: float) -> Limits:
    lower, upper = _wald(counts, z, level)
    wider = (1 / counts[1] + 1 / counts[3]) / 2
    return lower - wider, upper + wider


def _agresti_caffo(counts: Counts, z: float, level: float) -> Limits:
    x1, n1, x2, n2 = counts
    return _wald((x1 + 1, n1 + 2, x2 + 1, n2 + 2), z, level)


def _newcombe(counts: Counts, z: float, level: float) -> Limits:
    return _square_and_add(counts, level, "wilson")


def _newcombe_cc(counts: Counts, z: float, level: float) -> Limits:
    return _square_and_add(counts, level, "wilson-cc")


def _square_and_add(counts: Counts, level: float, method: str) -> Limits:
    """The distances of each proportion to its own limits, added as squares."""
    x1, n1, x2, n2 = counts
    p1, p2 = x1 / n1, x2 / n2
    lower, upper = limits(np.array([x1, x2]), np.array([n1, n2]), method=method, level=level)
    down = sqrt((p1 - lower[0]) ** 2 + (upper[1] - p2) ** 2)
    up = sqrt((upper[0] - p1) ** 2 + (p2 - lower[1]) ** 2)
    return p1 - p2 - down, p1 - p2 + up


def _miettinen_nurminen(counts: Counts, z: float, level: float) -> Limits:
    n = counts[1] + counts[3]
    return _score_limits(counts, z, n / (n - 1))


def _mee(counts: Counts, z: float, level: float) -> Limits:
    return _score_limits(counts, z, 1.0)


def _score_limits(counts: Counts, z: float, inflation: float) -> Limits:
    """The differences that the score test would just not reject, by bisection on either side of the observed one."""
    d = counts[0] / counts[1] - counts[2] / counts[3]
    return _edge(counts, z, inflation, d, -1.0), _edge(counts, z, inflation, d, 1.0)


def _edge(counts: Counts, z: float, inflation: float, inside: float, outside: float) -> float:
    if _score_z(counts, outside, inflation) <= z:
        return outside
    for _ in range(60):  # 2 · 2^-60 is below the last digit of a double
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if _score_z(counts, middle, inflation) <= z else (inside, middle)
    return inside


def _score_z(counts: Counts, delta: float, inflation: float) -> float:
    """|observed − delta| over its standard error under the hypothesis that the true difference is delta."""
    x1, n1, x2, n2 = counts
    away = abs(x1 / n1 - x2 / n2 - delta)
    if away == 0:
        return 0.0
    p1, p2 = restricted(x1, n1, x2, n2, delta)
    variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * inflation
    return away / sqrt(variance) if variance > 0 else float("inf")


def restricted(x1: float, n1: float, x2: float, n2: float, delta: float) -> tuple[float, float]:
    """The most likely p1 and p2 when p1 − p2 = delta: the root of a cubic (Miettinen & Nurminen 1985, appendix)."""
    l3 = n1 + n2
    l2 = (n1 + 2 * n2) * delta - l3 - x1 - x2
    l1 = (n2 * delta - l3 - 2 * x2) * delta + x1 + x2
    l0 = x2 * delta * (1 - delta)
    q = l2**3 / (3 * l3) ** 3 - l1 * l2 / (6 * l3**2) + l0 / (2 * l3)
    p = copysign(sqrt(max(l2**2 / (3 * l3) ** 2 - l1 / (3 * l3), 0.0)), q)
    ratio = q / p**3 if p else 0.0
    p2 = 2 * p * cos((pi + acos(min(max(ratio, -1.0), 1.0))) / 3) - l2 / (3 * l3)
    p2 = min(max(p2, -delta, 0.0), 1 - delta, 1.0)
    return min(max(p2 + delta, 0.0), 1.0), p2


METHODS: Mapping[str, Callable[[Counts, float, float], Limits]] = MappingProxyType(
    {
        "wald": _wald,
        "wald-cc": _wald_cc,
        "newcombe": _newcombe,
        "newcombe-cc": _newcombe_cc,
        "miettinen-nurminen": _miettinen_nurminen,
        "mee": _mee,
        "agresti-caffo": _agresti_caffo,
    }
)
"""Every interval by its printed name."""
