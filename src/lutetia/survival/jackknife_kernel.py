"""The variance of state probabilities over time by the infinitesimal jackknife, in O(n log n) and without n × T memory.

The influence U(t) of a cluster (one patient, or one centre) on the probabilities p(t) is their derivative in the weight
of that cluster. Between the cluster's own entries and exits it changes by one linear map that is common to all:

    U(t) = U(t−) H(t) + m C(t)      H = I + dA(t);  m: the cluster's weight at risk in each state;
                                    row j of C: −p_j(t−) dA_j(t) / Y_j(t)

and at an own move j → k of weight w by w p_j(t−) / Y_j(t) (e_k − e_j). The variance, Σ U², is one row of the matrix of
second moments of (m, U), which follows the same linear map; a cluster is touched only when it enters, moves or leaves,
and is then brought up to date through a tree of the products of the maps.

Source of the estimator: Therneau, the vignette "Methods" of the R package survival 3.5-3 (Aalen-Johansen estimate).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

ROUNDING = 1e-13  # a variance this small beside its own past is what rounding leaves of 0


@njit(cache=True)
def second_moments(
    step: Floats,
    common: Floats,
    scale: Floats,
    after: Codes,
    cluster: Codes,
    state: Codes,
    target: Codes,
    gain: Floats,
    weight: Floats,
    initial: Floats,
) -> Floats:
    """Σ over clusters of U², shape (1 + T, D): row 0 before the first of T event times, row 1 + u after time u.

    `step` (T, D, D) holds H, `common` (T, K, D) C, `scale` (T, K) p_j(t−) / Y_j. The changes of clusters come sorted by
    `after`, the index of the event time they follow (−1: before the first): the weight at risk in `state` changes by
    `gain`, and where `target` ≥ 0 a piece of `weight` moves there. `initial` (clusters, D) is U at the beginning.
    """
    times, width, states = step.shape[0], step.shape[1], common.shape[1]
    size = 1
    while size < times:
        size *= 2
    tree = np.zeros((2 * size, states + width, width))  # rows 0 … K − 1: C, then H
    _grow(tree, step, common, size)
    x = np.zeros((initial.shape[0], states + width))  # (m, U) of each cluster
    updated = np.full(initial.shape[0], -1, dtype=np.int64)
    moments = np.zeros((states + width, states + width))
    for g in range(initial.shape[0]):
        for a in range(width):
            x[g, states + a] = initial[g, a]
        _count(1.0, x, g, moments)
    found, spare, waiting = np.zeros((times + 1, width)), np.zeros_like(moments), np.zeros(64, dtype=np.int64)
    change, peak = 0, np.zeros(width)
    for u in range(-1, times):
        if u >= 0:
            _advance(tree, size + u, moments, spare)
        while change < after.shape[0] and after[change] == u:
            g, j, k = cluster[change], state[change], target[change]
            if u > updated[g]:
                _bring(tree, updated[g] + 1 + size, u + 1 + size, x, g, spare, waiting)
                updated[g] = u
            _count(-1.0, x, g, moments)
            if k >= 0:
                x[g, states + j] -= weight[change] * scale[u, j]
                x[g, states + k] += weight[change] * scale[u, j]
            x[g, j] += gain[change]
            _count(1.0, x, g, moments)
            change += 1
        for a in range(width):
            value = moments[states + a, states + a]
            peak[a] = max(peak[a], value)
            if value > ROUNDING * peak[a]:
                found[u + 1, a] = value
    return found


@njit(cache=True)
def _grow(tree: Floats, step: Floats, common: Floats, size: int) -> None:
    """Products of the maps over ranges of event times: node i covers nodes 2i and 2i + 1, leaves stand from `size`."""
    states, width = common.shape[1], common.shape[2]
    for leaf in range(size):
        for b in range(width):
            if leaf < step.shape[0]:
                for a in range(states):
                    tree[size + leaf, a, b] = common[leaf, a, b]
                for a in range(width):
                    tree[size + leaf, states + a, b] = step[leaf, a, b]
            else:
                tree[size + leaf, states + b, b] = 1.0
    for node in range(size - 1, 0, -1):
        left, right = 2 * node, 2 * node + 1
        for a in range(states + width):
            for c in range(width):
                factor = tree[left, a, c]
                if factor != 0.0:
                    for b in range(width):
                        tree[node, a, b] += factor * tree[right, states + c, b]
            if a < states:
                for b in range(width):
                    tree[node, a, b] += tree[right, a, b]


@njit(cache=True)
def _bring(tree: Floats, low: int, high: int, x: Floats, g: int, spare: Floats, waiting: Codes) -> None:
    """Carry one cluster over the leaves low … high − 1 of the tree, in their order."""
    count = 0
    while low < high:
        if low & 1:
            _apply(tree, low, x, g, spare)
            low += 1
        if high & 1:
            high -= 1
            waiting[count] = high
            count += 1
        low //= 2
        high //= 2
    while count > 0:
        count -= 1
        _apply(tree, waiting[count], x, g, spare)


@njit(cache=True)
def _apply(tree: Floats, node: int, x: Floats, g: int, spare: Floats) -> None:
    """U ← U H + m C with the product in one node."""
    width = tree.shape[2]
    states = tree.shape[1] - width
    for b in range(width):
        spare[0, b] = 0.0
    for a in range(tree.shape[1]):
        if x[g, a] != 0.0:
            for b in range(width):
                spare[0, b] += x[g, a] * tree[node, a, b]
    for b in range(width):
        x[g, states + b] = spare[0, b]


@njit(cache=True)
def _advance(tree: Floats, node: int, moments: Floats, spare: Floats) -> None:
    """Second moments after U ← U H + m C, in place: M ← Tᵀ M T with T = (1 C; 0 H), one side at a time."""
    width = tree.shape[2]
    states, both = tree.shape[1] - width, tree.shape[1]
    for _ in range(2):
        for a in range(both):
            for b in range(width):
                total = 0.0
                for c in range(both):
                    total += moments[a, c] * tree[node, c, b]
                spare[a, b] = total
        for a in range(both):
            for b in range(width):
                moments[a, states + b] = spare[a, b]
        for a in range(both):  # the other side, through the transpose
            for b in range(a):
                moments[a, b], moments[b, a] = moments[b, a], moments[a, b]


@njit(cache=True)
def _count(sign: float, x: Floats, g: int, moments: Floats) -> None:
    """Add (sign 1) or take out (sign −1) one cluster's share of the second moments, in place."""
    for a in range(x.shape[1]):
        if x[g, a] != 0.0:
            for b in range(x.shape[1]):
                moments[a, b] += sign * x[g, a] * x[g, b]
