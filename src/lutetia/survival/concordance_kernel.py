"""Pairs of patients whose order in time is known, counted by whether a score puts them in that order: O(n log n)."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@njit(cache=True)
def count_pairs(
    key: Codes,
    enter: Codes,
    leave: Codes,
    by_enter: Codes,
    by_leave: Codes,
    events: Codes,
    rank: Codes,
    weight: Floats,
    event_weight: Floats,
) -> tuple[Floats, Floats]:
    """What each row sees as an event and as one still at risk: (n, 3) and (n, 3), columns concordant, discordant, tied.

    An event of row i pairs with every row j with enter_j ≤ key_i < leave_j, concordant if rank_i > rank_j; `events` are
    the event rows by ascending key, `by_enter` and `by_leave` all rows by these. `rank` counts from 1. As an event a
    row sees the weights of its partners times its `event_weight`; as a partner the events' weights times theirs.
    """
    n, size = key.size, int(rank.max())
    as_event, as_partner = np.zeros((n, 3)), np.zeros((n, 3))
    present, passed = np.zeros(size + 1), np.zeros(size + 1)
    entered, left = 0, 0
    for place in range(events.size + 1):
        now = key[events[place]] if place < events.size else np.iinfo(np.int64).max
        # Who enters or leaves now has seen the events before the last one passed; its partners lie between the two.
        while entered < n and enter[by_enter[entered]] <= now:
            row = by_enter[entered]
            _see(passed, rank[row], -1.0, as_partner[row], True)
            _add(present, rank[row], weight[row])
            entered += 1
        while left < n and leave[by_leave[left]] <= now:
            row = by_leave[left]
            _see(passed, rank[row], 1.0, as_partner[row], True)
            _add(present, rank[row], -weight[row])
            left += 1
        if place < events.size:
            row = events[place]
            _see(present, rank[row], event_weight[row], as_event[row], False)
            _add(passed, rank[row], weight[row] * event_weight[row])
    return as_event, as_partner


@njit(cache=True)
def _add(tree: Floats, rank: int, value: float) -> None:
    while rank < tree.size:
        tree[rank] += value
        rank += rank & -rank


@njit(cache=True)
def _below(tree: Floats, rank: int) -> float:
    """Sum over ranks 1 … rank."""
    total = 0.0
    while rank > 0:
        total += tree[rank]
        rank -= rank & -rank
    return total


@njit(cache=True)
def _see(tree: Floats, rank: int, factor: float, into: Floats, partner: bool) -> None:
    """Add to concordant, discordant, tied what the tree holds below, above and at the rank (a partner: above first)."""
    below, up_to, total = _below(tree, rank - 1), _below(tree, rank), _below(tree, tree.size - 1)
    into[1 if partner else 0] += factor * below
    into[0 if partner else 1] += factor * (total - up_to)
    into[2] += factor * (up_to - below)
