"""Two arms compared in compiled code: stratified log-rank, stratified Cox for one 0/1 covariate, Kaplan-Meier median.

For simulations, where the tests of `lutetia.survival` would spend their time on starting; the answers are the same.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Table = tuple[Floats, Floats, Floats, Floats]

_MOST_STEPS = 40
_CLOSE = 1e-10
_RUN_AWAY = 15.0  # a log hazard ratio beyond this has no maximum: one arm has no events where both are at risk


@njit(cache=True, nogil=True)
def events_by_time(time: Floats, event: Codes, arm: Codes, stratum: Codes) -> Table:
    """Per stratum and distinct event time: events, events in arm 1, at risk, at risk in arm 1."""
    n = time.size
    order = np.argsort(time)
    rows = np.empty((4, n))
    count = 0
    for s in range(stratum.max() + 1):
        at_risk, at_risk_1 = 0.0, 0.0
        place = n - 1
        while place >= 0:
            now = time[order[place]]
            d, d_1 = 0.0, 0.0
            while place >= 0 and time[order[place]] == now:
                i = order[place]
                place -= 1
                if stratum[i] != s:
                    continue
                at_risk += 1.0
                at_risk_1 += arm[i]
                if event[i] == 1:
                    d += 1.0
                    d_1 += arm[i]
            if d > 0:
                rows[0, count], rows[1, count] = d, d_1
                rows[2, count], rows[3, count] = at_risk, at_risk_1
                count += 1
    return rows[0, :count], rows[1, :count], rows[2, :count], rows[3, :count]


@njit(cache=True, nogil=True)
def log_rank_of(table: Table) -> float:
    """z of the stratified log-rank test, below 0 when arm 1 has fewer events than expected; NaN without a comparison.

    The variance is the hypergeometric one, (n − d)/(n − 1) included.
    """
    away, variance = 0.0, 0.0
    events, events_1, at_risk, at_risk_1 = table
    for k in range(events.size):
        share = at_risk_1[k] / at_risk[k]
        away += events_1[k] - events[k] * share
        if at_risk[k] > 1:
            variance += events[k] * share * (1 - share) * (at_risk[k] - events[k]) / (at_risk[k] - 1)
    return away / np.sqrt(variance) if variance > 0 else np.nan


@njit(cache=True, nogil=True)
def cox_of(table: Table) -> tuple[float, float]:
    """log hazard ratio of arm 1 and its standard error, stratified, ties after Efron; NaN without a maximum."""
    beta = 0.0
    for _ in range(_MOST_STEPS):
        gradient, information = _slope(table, beta)
        if not information > 0:
            return np.nan, np.nan
        step = gradient / information
        beta += min(max(step, -1.0), 1.0)
        if abs(beta) > _RUN_AWAY:
            return np.nan, np.nan
        if abs(step) < _CLOSE:
            return beta, 1.0 / np.sqrt(_slope(table, beta)[1])
    return np.nan, np.nan


@njit(cache=True, nogil=True)
def _slope(table: Table, beta: float) -> tuple[float, float]:
    """First derivative and negative second derivative of Efron's log partial likelihood."""
    ratio = np.exp(beta)
    gradient, information = 0.0, 0.0
    events, events_1, at_risk, at_risk_1 = table
    for k in range(events.size):
        gradient += events_1[k]
        for tie in range(int(events[k])):
            off = tie / events[k]
            one = ratio * (at_risk_1[k] - off * events_1[k])
            zero = (at_risk[k] - at_risk_1[k]) - off * (events[k] - events_1[k])
            share = one / (one + zero)
            gradient -= share
            information += share * (1 - share)
    return gradient, information


@njit(cache=True, nogil=True)
def median_of(time: Floats, event: Codes) -> float:
    """The first time at which the Kaplan-Meier curve is at or below one half; NaN if it never is.

    Where the curve stands exactly at one half, the middle between this event and the next, as R's survival has it.
    """
    order = np.argsort(time)
    n = time.size
    survival = 1.0
    place, half = 0, np.nan
    while place < n:
        now, at_risk, deaths = time[order[place]], n - place, 0
        while place < n and time[order[place]] == now:
            deaths += event[order[place]]
            place += 1
        if deaths == 0:
            continue
        if not np.isnan(half):
            return float(half + now) / 2
        survival *= 1.0 - deaths / at_risk
        if survival < 0.5 - 1e-12:
            return float(now)
        if survival <= 0.5 + 1e-12:
            half = now
    return half
