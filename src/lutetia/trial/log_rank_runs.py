"""Whole survival trials in compiled code: blocks, event times, the cut at so many events, the stratified log-rank z."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@njit(cache=True, nogil=True)
def months_at(cumulative: float, starts: Floats, rates: Floats) -> float:
    """The time at which a hazard constant in pieces has added up to `cumulative`."""
    before = 0.0
    for piece in range(starts.size):
        last = piece == starts.size - 1
        inside = np.inf if last else (starts[piece + 1] - starts[piece]) * rates[piece]
        if cumulative <= before + inside:
            return starts[piece] + (cumulative - before) / rates[piece] if rates[piece] > 0 else np.inf
        before += inside
    return np.inf


@njit(cache=True, nogil=True)
def block_arms(uniform: Floats, stratum: Codes, block: Codes, arm: Codes) -> None:
    """Arms 1 (experimental) and 0 from permuted blocks within strata: each slot falls to what is left of the block."""
    strata = stratum.max() + 1
    left = np.zeros((strata, 2), dtype=np.int64)
    for i in range(uniform.size):
        mine = left[stratum[i]]
        if mine[0] + mine[1] == 0:
            mine[0], mine[1] = block[0], block[1]
        if uniform[i] * (mine[0] + mine[1]) < mine[0]:
            arm[i] = 1
            mine[0] -= 1
        else:
            arm[i] = 0
            mine[1] -= 1


@njit(cache=True, nogil=True)
def log_rank_z(months: Floats, event: Codes, arm: Codes, stratum: Codes, order: Codes) -> float:
    """z of the stratified log-rank test, below 0 when arm 1 has fewer events than expected; no ties.

    `order` sorts `months`; NaN where nothing can be compared.
    """
    at_risk = np.zeros((stratum.max() + 1, 2))
    away, variance = 0.0, 0.0
    for place in range(order.size - 1, -1, -1):
        i = order[place]
        here = at_risk[stratum[i]]
        here[arm[i]] += 1.0
        if event[i] == 1:
            expected = here[1] / (here[0] + here[1])
            away += arm[i] - expected
            variance += expected * (1.0 - expected)
    return away / np.sqrt(variance) if variance > 0 else np.nan


@njit(cache=True, nogil=True)
def run_trials(
    uniforms: Floats,
    entry: Floats,
    stratum: Codes,
    block: Codes,
    starts: tuple[Floats, Floats],
    rates: tuple[Floats, Floats],
    lost_per_month: float,
    events: int,
) -> tuple[Floats, Floats]:
    """z and month of analysis of each trial; both NaN where so many events never come.

    `uniforms` (runs, 3, n): arm, event, drop-out; `stratum` (runs, n); `starts` and `rates` of the hazards of arms 0
    and 1; `block` patients of (arm 1, arm 0) in a block.
    """
    runs, _, n = uniforms.shape
    z, month = np.full(runs, np.nan), np.full(runs, np.nan)
    arm, had = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    until, calendar = np.empty(n), np.empty(n)
    for run in range(runs):
        block_arms(uniforms[run, 0], stratum[run], block, arm)
        for i in range(n):
            amount = -np.log(1.0 - uniforms[run, 1, i])
            if arm[i] == 1:
                until[i] = months_at(amount, starts[1], rates[1])
            else:
                until[i] = months_at(amount, starts[0], rates[0])
            had[i] = 1
            if lost_per_month > 0:
                lost = -np.log(1.0 - uniforms[run, 2, i]) / lost_per_month
                if lost < until[i]:
                    until[i], had[i] = lost, 0
            calendar[i] = entry[i] + until[i] if had[i] == 1 else np.inf
        cut = np.partition(calendar, events - 1)[events - 1]
        if not np.isfinite(cut):
            continue
        month[run] = cut
        z[run] = _z_at(cut, entry, until, had, arm, stratum[run])
    return z, month


@njit(cache=True, nogil=True)
def _z_at(cut: float, entry: Floats, until: Floats, had: Codes, arm: Codes, stratum: Codes) -> float:
    """The test at this calendar time: who entered later has no follow-up and counts in no risk set."""
    n = entry.size
    months, event = np.empty(n), np.zeros(n, dtype=np.int64)
    for i in range(n):
        open_for = cut - entry[i]
        months[i] = min(until[i], open_for)
        if had[i] == 1 and until[i] <= open_for + 1e-12:
            event[i] = 1
        if open_for <= 0.0:
            months[i] = -1.0
    return log_rank_z(months, event, arm, stratum, np.argsort(months))
