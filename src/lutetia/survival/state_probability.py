"""Aalen-Johansen: from pieces of follow-up spent in states to the probability of each state over time, with its error.

The common ground of competing risks (one starting state, k ends) and of multi-state models (any moves).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lutetia.survival.grouped_sums import grouped_sums

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pieces:
    """Follow-up in pieces, arrays of length n: in state `origin` over (start, stop], then to `target` (−1: no move).

    `start` is −inf for a piece at risk from the very beginning, so that a move at time 0 counts. `cluster` holds codes
    0..c − 1 of the units whose influence is summed before squaring.
    """

    start: Floats
    stop: Floats
    origin: Codes
    target: Codes
    weight: Floats
    cluster: Codes
    n_states: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """What happened at each of T event times among K states; sums of weights, but `n_at_risk` counts pieces.

    `first` and `last` (n,) are the first and the last event time, as indices, at which a piece is at risk.
    """

    times: Floats
    at_risk: Floats  # (T, K)
    n_at_risk: Codes  # (T, K)
    moves: Floats  # (T, K, K)
    first: Codes
    last: Codes


def tally(pieces: Pieces) -> Tally:
    """Counts at every distinct time of a move, O(n log n)."""
    moving = pieces.target >= 0
    times = np.unique(pieces.stop[moving])
    first = np.searchsorted(times, pieces.start, side="right")
    last = np.searchsorted(times, pieces.stop, side="right") - 1
    count, k = times.size, pieces.n_states
    move = (last[moving] * k + pieces.origin[moving]) * k + pieces.target[moving]
    moves = grouped_sums(move, pieces.weight[moving], count * k * k).reshape(count, k, k)
    n_moves = np.bincount(move, minlength=count * k * k).reshape(count, k, k)
    enter, leave = first * k + pieces.origin, (last + 1) * k + pieces.origin
    at_risk = _running(enter, leave, pieces.weight, count, k)
    n_at_risk = np.rint(_running(enter, leave, None, count, k)).astype(np.int64)
    # Sums of weights carry rounding: where everyone at risk moves, the two sums are one number.
    at_risk = np.where(n_moves.sum(axis=2) == n_at_risk, moves.sum(axis=2), at_risk)
    return Tally(times=times, at_risk=at_risk, n_at_risk=n_at_risk, moves=moves, first=first, last=last)


def _running(enter: Codes, leave: Codes, weight: Floats | None, count: int, k: int) -> Floats:
    """Sum of what has entered and not yet left before each event time, (T, K)."""
    slots = (count + 1) * k
    change = np.bincount(enter, weight, slots) - np.bincount(leave, weight, slots)
    summed: Floats = np.cumsum(change.reshape(count + 1, k), axis=0)[:count]
    return summed


def hazards(counts: Tally) -> Floats:
    """dA (T, K, K): share of those at risk in the row's state that moves to the column's; each row sums to 0."""
    risk = np.where(counts.at_risk > 0, counts.at_risk, 1.0)
    shares: Floats = counts.moves / risk[:, :, None]
    k = shares.shape[1]
    shares[:, np.arange(k), np.arange(k)] -= shares.sum(axis=2)
    return shares


def initial_distribution(pieces: Pieces, counts: Tally) -> tuple[Floats, Floats]:
    """Weighted share of each state among those at risk at the first event (K,), and its influence (clusters, K)."""
    present = (counts.first == 0) & (counts.last >= 0) if counts.times.size else np.isneginf(pieces.start)
    if not present.any():
        present = np.ones_like(present)
    weight = np.where(present, pieces.weight, 0.0)
    share = np.bincount(pieces.origin, weight, pieces.n_states) / weight.sum()
    influence = np.zeros((int(pieces.cluster.max()) + 1, pieces.n_states))
    np.add.at(influence, (pieces.cluster, pieces.origin), weight / weight.sum())
    influence -= np.bincount(pieces.cluster, weight / weight.sum())[:, None] * share
    return share, influence


def probabilities(initial: Floats, increments: Floats) -> Floats:
    """p (1 + T, K): before the first event time, then after each: p0 Π (I + dA)."""
    path = np.empty((increments.shape[0] + 1, initial.size))
    path[0] = initial
    for u in range(increments.shape[0]):
        path[u + 1] = path[u] + path[u] @ increments[u]
    return np.clip(path, 0.0, 1.0)


def std_errors(pieces: Pieces, counts: Tally, path: Floats, influence: Floats) -> Floats:
    """Standard error of each probability, (1 + T, K), by the infinitesimal jackknife over clusters."""
    increments, k = hazards(counts), pieces.n_states
    step = increments + np.eye(k)
    scale = _scale(counts, path)
    return np.sqrt(_moments(pieces, counts, step, -scale[:, :, None] * increments, scale, influence))


def mean_times(counts: Tally, path: Floats, horizon: float) -> Floats:
    """Mean time spent in each state from 0 to the horizon, (K,): the area under each probability."""
    grid = np.concatenate([[0.0], counts.times[counts.times < horizon], [horizon]])
    area: Floats = np.diff(grid) @ path[: grid.size - 1]
    return area


def mean_time_std_errors(pieces: Pieces, counts: Tally, path: Floats, influence: Floats, horizon: float) -> Floats:
    """Standard error of each mean time to the horizon, (K,): the same jackknife, with ∫U as K further coordinates."""
    k, inside = pieces.n_states, int(np.searchsorted(counts.times, horizon, side="left"))
    increments, scale = hazards(counts)[:inside], _scale(counts, path)[:inside]
    gaps = np.diff(np.concatenate([[0.0], counts.times[:inside], [horizon]]))
    step = np.zeros((inside + 1, 2 * k, 2 * k))
    step[:, :k, :k] = np.eye(k)
    step[:inside, :k, :k] += increments
    step[:, k:, k:] = np.eye(k)
    step[:, np.arange(k), k + np.arange(k)] = gaps[:, None]
    common = np.zeros((inside + 1, k, 2 * k))
    common[:inside, :, :k] = -scale[:, :, None] * increments
    wide = np.concatenate([influence, np.zeros_like(influence)], axis=1)
    found = _moments(pieces, counts, step, common, np.concatenate([scale, np.zeros((1, k))]), wide)
    errors: Floats = np.sqrt(found[-1, k:])
    return errors


def _scale(counts: Tally, path: Floats) -> Floats:
    """p_j(t−) / Y_j(t), 0 where nobody is at risk, (T, K)."""
    seen = counts.n_at_risk > 0
    scaled: Floats = np.where(seen, path[:-1] / np.where(seen, counts.at_risk, 1.0), 0.0)
    return scaled


def _moments(pieces: Pieces, counts: Tally, step: Floats, common: Floats, scale: Floats, influence: Floats) -> Floats:
    from lutetia.survival.jackknife_kernel import second_moments

    rows = np.flatnonzero(counts.first <= counts.last)  # the others are never at risk when something happens
    after = np.concatenate([counts.first[rows] - 1, counts.last[rows]])
    both = np.concatenate([rows, rows])
    leaving = np.arange(both.size) >= rows.size
    order = np.argsort(after, kind="stable")
    order = order[after[order] < step.shape[0]]
    weight = pieces.weight[both]
    return second_moments(
        np.ascontiguousarray(step),
        np.ascontiguousarray(common),
        np.ascontiguousarray(scale),
        after[order],
        pieces.cluster[both][order],
        pieces.origin[both][order],
        np.where(leaving, pieces.target[both], -1)[order],
        np.where(leaving, -weight, weight)[order],
        weight[order],
        np.ascontiguousarray(influence),
    )
