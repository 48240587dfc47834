"""Quantiles of a survival curve: R's convention for any interval, and the symmetric median SPSS prints."""

from __future__ import annotations

from typing import Literal

import numpy as np

from lutetia.estimate import Estimate
from lutetia.survival.curve_interval import Interval, normal_quantile
from lutetia.survival.ties import TOLERANCE, Floats

MedianInterval = Interval | Literal["spss"]

SPSS_Z = 1.96
SPSS_HALF_WIDTH = 0.05  # SPSS takes the density at the median from the 55th and 45th percentile (SPSS algorithms, KM)


def quantile(times: Floats, curve: Floats, p: float) -> float | None:
    """Time at which a curve over `times`, 1 before them, falls to 1 − p; None where it never does.

    Works on any limit of a curve as well; NaN steps are passed over. If a step equals 1 − p (to 1.49e-8) the result is
    the middle between it and the next step; after the last step, between it and the last time. As R's
    quantile.survfit, also where a limit rises again: the step nearest below 1 − p counts.
    """
    start = np.zeros(1)
    x, y = np.append(start, times), np.append(start, 1 - curve)
    known = ~np.isnan(y)
    ended = bool(known[-1])
    last = float(x[-1])
    y, first = np.unique(y[known], return_index=True)  # the first time at which each height is reached
    x = x[known][first]
    at_or_below = int(np.searchsorted(y, p - TOLERANCE))
    strictly_below = int(np.searchsorted(y, p + TOLERANCE))
    if p == 0:
        return 0.0
    if at_or_below == y.size:
        return None
    if strictly_below == y.size:  # the curve ends at this very height
        return float(x[at_or_below] + last) / 2 if ended else None
    return float(x[at_or_below] + x[strictly_below]) / 2


def spss_median(times: Floats, survival: Floats, std_error: Floats, level: float = 0.95) -> Estimate:
    """Median as SPSS KM prints it, from the steps of a curve (times with events): symmetric, estimate ± z · SE.

    The estimate is the first time with S ≤ 0.5; SE = SE(S) there / density, density = (S(u) − S(l)) / (l − u) with u
    the last time with S ≥ 0.55 and l the first with S ≤ 0.45. z is 1.96 at level 0.95, as SPSS writes it. No interval
    where no step lies in one of the two ranges; the lower limit is not cut at 0. Source: SPSS Statistics algorithms,
    KM; digits checked against R code of the same formula, not against SPSS itself.
    """
    z = SPSS_Z if level == 0.95 else normal_quantile(level)
    reached = np.flatnonzero(survival <= 0.5 + TOLERANCE)
    if not reached.size:
        return Estimate(estimate=None, lower=None, upper=None, level=level, method="spss")
    median = float(times[reached[0]])
    above = np.flatnonzero(survival >= 0.5 + SPSS_HALF_WIDTH - TOLERANCE)
    below = np.flatnonzero(survival <= 0.5 - SPSS_HALF_WIDTH + TOLERANCE)
    if not above.size or not below.size:
        return Estimate(estimate=median, lower=None, upper=None, level=level, method="spss")
    u, low = above[-1], below[0]
    spread = number_or_none(std_error[reached[0]] * (times[low] - times[u]) / (survival[u] - survival[low]))
    if spread is None:
        return Estimate(estimate=median, lower=None, upper=None, level=level, method="spss")
    return Estimate(
        estimate=median,
        lower=median - z * spread,
        upper=median + z * spread,
        std_error=spread,
        level=level,
        method="spss",
    )


def number_or_none(value: float) -> float | None:
    """The value as a float, None where it is NaN."""
    return None if np.isnan(value) else float(value)
