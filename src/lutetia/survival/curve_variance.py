"""How sure a Kaplan-Meier curve is: Greenwood's formula, and the infinitesimal jackknife for weights and clusters."""

from __future__ import annotations

import numpy as np

from lutetia.survival.followup import FollowUp
from lutetia.survival.risk_table import Counts, RiskTable, index_before_start, index_of_stop
from lutetia.survival.ties import Floats


def greenwood(table: RiskTable, survival: Floats) -> Floats:
    """Standard error (k,) of S(t): S(t) · √Σ d / (n (n − d)); NaN once the curve is 0 (Greenwood 1926)."""
    left = np.where(survival > 0, table.at_risk - table.events, np.nan)
    return np.asarray(survival * np.sqrt(np.cumsum(table.events / (table.at_risk * left))), dtype=np.float64)


def jackknife(f: FollowUp, table: RiskTable, survival: Floats) -> Floats:
    """Robust standard error (k,) of S(t): root of the summed squares of each cluster's weighted influence on S(t).

    The influence of row i on log S(t) is −[δ_i / (n − d) at its own time − A(min(t, stop_i)) + A(start_i)], with
    A(t) = Σ d / (n (n − d)); rows of one cluster are summed first (each row is a cluster of its own without clusters).
    As R's survfit with robust = TRUE, but NaN, as Greenwood's, once the curve is 0 (R prints 0).

    A cluster's influence at t is a + b·A(t) and changes only where a row of it enters or ends, so that the sums of a²,
    ab and b² are carried along the times: O(n log n) time, O(n) memory.
    """
    alive = survival > 0
    left = table.at_risk - table.events
    safe = np.where(alive, left, 1)
    hazard = np.append(np.cumsum(np.where(alive, table.events / (table.at_risk * safe), 0.0)), 0.0)  # [-1] → A = 0
    at, cluster, a, b = _changes(f, table, hazard, safe)
    order = np.argsort(cluster * (table.times.size + 1) + at + 1)
    at, a, b = at[order], _running(a[order], cluster[order]), _running(b[order], cluster[order])
    first = np.append(True, cluster[order][1:] != cluster[order][:-1])
    sums = [_carried(at, x * y, first, table.times.size) for x, y in ((a, a), (a, b), (b, b))]
    rates = hazard[:-1]
    variance = np.maximum(sums[0] + 2 * rates * sums[1] + rates**2 * sums[2], 0.0)
    # between events the variance stands still; carrying it on keeps the steps of the limits exact
    steps = np.maximum.accumulate(np.where(table.events > 0, np.arange(table.times.size), 0))
    return np.where(alive, survival * np.sqrt(variance[steps]), np.nan)


def _changes(f: FollowUp, table: RiskTable, hazard: Floats, left: Counts) -> tuple[Counts, Counts, Floats, Floats]:
    """What each entry and each end adds to its cluster's a and b: time index, cluster, change of a, change of b."""
    weights = np.ones(f.n) if f.weights is None else f.weights
    cluster = np.arange(f.n) if f.cluster is None else f.cluster
    end, before = index_of_stop(table, f), index_before_start(table, f)
    own = np.where((f.event > 0), 1.0 / left[end], 0.0)
    entry = (before, cluster, -weights * hazard[before], weights)
    ending = (end, cluster, weights * (hazard[end] - own), -weights)
    return tuple(np.concatenate(pair) for pair in zip(entry, ending, strict=True))  # type: ignore[return-value]


def _running(changes: Floats, cluster: Counts) -> Floats:
    """Sums of the changes within each cluster; rows sorted by cluster."""
    total = np.cumsum(changes)
    first = np.flatnonzero(np.append(True, cluster[1:] != cluster[:-1]))
    before = np.repeat(np.append(0.0, total[first[1:] - 1]), np.diff(first, append=cluster.size))
    return np.asarray(total - before, dtype=np.float64)


def _carried(at: Counts, values: Floats, first: Counts, k: int) -> Floats:
    """Sum over clusters of a value that holds from index `at` until the cluster's next change, at each of k times."""
    step = np.diff(values, prepend=0.0)
    step[first] = values[first]
    return np.asarray(np.cumsum(np.bincount(at + 1, weights=step, minlength=k + 1))[1:], dtype=np.float64)
