"""The median of a curve as the tables print it: never with a limit on the wrong side of the estimate."""

from __future__ import annotations

from dataclasses import replace

from lutetia.estimate import Estimate
from lutetia.survival import KaplanMeier
from lutetia.survival.curve_quantile import MedianInterval


def median_days(curve: KaplanMeier, interval: MedianInterval = "log-log", *, level: float = 0.95) -> Estimate:
    """`curve.median(interval, level)`, with None for a limit that does not enclose the estimate.

    With delayed entry and few at risk the limits of a curve can rise again; their quantile (R's quantile.survfit) may
    then lie beyond the median. Such a limit says nothing.
    """
    found = curve.median(interval, level)
    if found.estimate is None:
        return found
    lower, upper = found.lower, found.upper
    return replace(
        found,
        lower=None if lower is not None and lower > found.estimate else lower,
        upper=None if upper is not None and upper < found.estimate else upper,
    )
