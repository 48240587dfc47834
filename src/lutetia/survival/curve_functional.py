"""A number read off a survival curve (restricted mean, survival at a time), its variance, and two groups compared."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.rows import LeftOut
from lutetia.survival.curve_interval import normal_quantile
from lutetia.survival.followup import FollowUp, Grouping
from lutetia.survival.grouped_sums import grouped_sums
from lutetia.survival.kaplan_meier import KaplanMeier
from lutetia.survival.state_curve import groups_of
from lutetia.survival.ties import TOLERANCE, Floats, position


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Functional:
    """`value` θ of a curve, its `variance`, and, with the jackknife over clusters, each label's `influence` on it."""

    value: float
    variance: float
    influence: Floats | None

    @property
    def std_error(self) -> float:
        """The root of the variance."""
        return float(np.sqrt(self.variance))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupDifference:
    """Two groups compared by one number of their curves: group `groups[1]` less, and over, the reference `groups[0]`.

    `values` are the two numbers, each with its interval; p-values are two-sided normal ones of the difference, of the
    log ratio and, for survival at a time, of the difference on the log(−log) scale. None where a scale does not exist.
    `why` says what a reader must know before believing the comparison.
    """

    groups: tuple[Hashable, Hashable]
    values: tuple[Estimate, Estimate]
    difference: Estimate
    difference_p: float | None
    ratio: Estimate
    ratio_p: float | None
    log_log_p: float | None = None
    n: tuple[int, int]
    n_events: tuple[int, int]
    why: str | None = None
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def value(self) -> float | None:
        """The difference."""
        return self.difference.estimate


def functional(f: FollowUp, curve: KaplanMeier, value: float, pull: Floats, robust: bool) -> Functional:
    """A functional with dθ = −Σ pull(u) · (share that dies unexpectedly at u) over the times (k,) of the curve.

    Greenwood: Σ pull² d / (n (n − d)). Robust: the squared influences of the rows, summed by cluster before.
    """
    left = curve.at_risk - curve.events
    alive = left > 1e-12 * curve.at_risk
    rest = np.where(alive, left, 1.0)
    pull = np.where(alive, pull, 0.0)
    if not robust:
        variance = float((pull**2 * curve.events / (curve.at_risk * rest)).sum())
        return Functional(value=value, variance=variance, influence=None)
    expected = np.append(0.0, np.cumsum(pull * curve.events / (curve.at_risk * rest)))
    own = position(curve.times, f.stop)
    enter = np.zeros(f.n, dtype=np.int64) if f.start is None else position(curve.times, f.start) + 1
    rows = expected[own + 1] - expected[enter] - np.where(f.event > 0, (pull / rest)[own], 0.0)
    weighted = rows if f.weights is None else rows * f.weights
    if f.cluster is None or f.cluster_labels is None:
        return Functional(value=value, variance=float(weighted @ weighted), influence=None)
    influence = grouped_sums(f.cluster, weighted, len(f.cluster_labels))
    return Functional(value=value, variance=float(influence @ influence), influence=influence)


def is_robust(f: FollowUp, robust: bool | None) -> bool:
    """The jackknife for clusters and for weights that are no whole numbers, unless said otherwise."""
    fractional = f.weights is not None and bool((f.weights != np.floor(f.weights)).any())
    return (f.cluster is not None or fractional) if robust is None else robust


def plain(found: Functional, level: float, low: float, high: float, method: str = "plain") -> Estimate:
    """The value with symmetric limits, cut to low..high; no limits where the variance is 0."""
    reach = normal_quantile(level) * found.std_error
    if reach <= 0:
        return Estimate(estimate=found.value, lower=None, upper=None, std_error=0.0, level=level, method=method)
    return Estimate(
        estimate=found.value,
        lower=max(found.value - reach, low),
        upper=min(found.value + reach, high),
        std_error=found.std_error,
        level=level,
        method=method,
    )


def two_groups(
    f: FollowUp, by: Grouping, reference: Hashable | None, name: str
) -> tuple[tuple[Hashable, Hashable], tuple[FollowUp, FollowUp], tuple[LeftOut, ...]]:
    """Labels and follow-up of the reference and the other group; InputError unless there are exactly two."""
    groups, left_out = groups_of(f, by)
    labels = list(groups)
    faults = []
    if len(labels) != 2:
        told = ", ".join(map(str, labels))
        do = "Choose the rows of two groups with FollowUp.at(rows)."
        faults.append(Fault(place="by", must="must have two groups", got=f"{len(labels)} ({told})", do=do))
    if reference is not None and reference not in labels:
        must = f"must be one of {', '.join(map(str, labels))}"
        faults.append(Fault(place="reference", must=must, got=repr(reference)))
    if faults:
        raise InputError(name, faults)
    if reference is not None and labels[1] == reference:
        labels.reverse()
    first, second = labels
    return (first, second), (f.at(groups[first]), f.at(groups[second])), (*f.left_out, *left_out)


def difference(first: Functional, second: Functional, level: float) -> tuple[Estimate, float | None]:
    """second − first with symmetric limits, and its p-value."""
    spread = _spread(first, second, 1.0, 1.0)
    found = Functional(value=second.value - first.value, variance=spread, influence=None)
    return plain(found, level, -np.inf, np.inf), _p(found.value, spread)


def ratio(first: Functional, second: Functional, level: float) -> tuple[Estimate, float | None]:
    """second / first with limits symmetric on the log scale, and its p-value; None unless both are above 0."""
    if first.value <= 0 or second.value <= 0:
        return Estimate(estimate=None, lower=None, upper=None, level=level, method="log"), None
    spread = _spread(first, second, 1 / first.value, 1 / second.value)
    if spread <= 0:
        found = second.value / first.value
        return Estimate(estimate=found, lower=None, upper=None, std_error=0.0, level=level, method="log"), None
    log, reach = np.log(second.value / first.value), normal_quantile(level) * np.sqrt(spread)
    found, low, high = (float(np.exp(value)) for value in (log, log - reach, log + reach))
    error = found * float(np.sqrt(spread))
    return Estimate(estimate=found, lower=low, upper=high, std_error=error, level=level, method="log"), _p(log, spread)


def log_log_p(first: Functional, second: Functional) -> float | None:
    """p-value of two survival probabilities on the log(−log) scale; None where one is 0 or 1."""
    if not (0 < first.value < 1 and 0 < second.value < 1):
        return None
    slopes = [1 / (one.value * np.log(one.value)) for one in (first, second)]
    change = np.log(-np.log(second.value)) - np.log(-np.log(first.value))
    return _p(float(change), _spread(first, second, slopes[0], slopes[1]))


def _spread(first: Functional, second: Functional, slope_first: float, slope_second: float) -> float:
    """Variance of slope_second·θ₂ − slope_first·θ₁; clusters in both groups count with their covariance."""
    if first.influence is not None and second.influence is not None:
        joint = slope_second * second.influence - slope_first * first.influence
        return float(joint @ joint)
    return slope_first**2 * first.variance + slope_second**2 * second.variance


def _p(value: float, variance: float) -> float | None:
    return float(2 * ndtr(-abs(value) / np.sqrt(variance))) if variance > 0 else None


def reach_of(curve: KaplanMeier) -> float:
    """The last time the curve speaks of: the end of follow-up, or no end where it has reached 0."""
    return np.inf if curve.survival[-1] == 0 else float(curve.times[-1]) + TOLERANCE
