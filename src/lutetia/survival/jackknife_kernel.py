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

    `step` (T, D, D) holds H, `common` (T, K, D) C, `scale` (T, K) p_j(t−) / Y_j. The changes of clusters come sorted
    by `after`, the index of the event time they follow (−1: before the first): the weight at risk in `state` changes by
    `gain`, and where `target` ≥ 0 a piece of `weight` moves there. `initial` (clusters, D) is U at the beginning.
    """
    times, width, states = step.shape[0], step.shape[1], common.shape[1]
    products, shifts = _tree(step, common)
    size = products.shape[0] // 2
    at_risk = np.zeros((initial.shape[0], states))
    influence = initial.copy()
    updated = np.full(initial.shape[0], -1, dtype=np.int64)
    weights2 = np.zeros((states, states))
    mixed = np.zeros((states, width))
    moments = np.zeros((width, width))
    for g in range(initial.shape[0]):
        for a in range(width):
            for b in range(width):
                moments[a, b] += influence[g, a] * influence[g, b]
    found = np.zeros((times + 1, width))
    change = 0
    for u in range(-1, times):
        if u >= 0:
            _advance(step[u], common[u], weights2, mixed, moments)
        while change < after.shape[0] and after[change] == u:
            g, j, k = cluster[change], state[change], target[change]
            if u > updated[g]:
                _bring(updated[g] + 1 + size, u + 1 + size, products, shifts, at_risk[g], influence[g])
                updated[g] = u
            _count(-1.0, at_risk[g], influence[g], weights2, mixed, moments)
            if k >= 0:
                influence[g, j] -= weight[change] * scale[u, j]
                influence[g, k] += weight[change] * scale[u, j]
            at_risk[g, j] += gain[change]
            _count(1.0, at_risk[g], influence[g], weights2, mixed, moments)
            change += 1
        for a in range(width):
            found[u + 1, a] = max(moments[a, a], 0.0)
    return found


@njit(cache=True)
def _tree(step: Floats, common: Floats) -> tuple[Floats, Floats]:
    """Products of the maps over ranges of event times: node i covers nodes 2i and 2i + 1, leaves stand from `size`."""
    times, width, states = step.shape[0], step.shape[1], common.shape[1]
    size = 1
    while size < times:
        size *= 2
    products, shifts = np.zeros((2 * size, width, width)), np.zeros((2 * size, states, width))
    for leaf in range(size):
        if leaf < times:
            products[size + leaf] = step[leaf]
            shifts[size + leaf] = common[leaf]
        else:
            for a in range(width):
                products[size + leaf, a, a] = 1.0
    for node in range(size - 1, 0, -1):
        left, right = 2 * node, 2 * node + 1
        _multiply(products[left], products[right], products[node])
        _multiply(shifts[left], products[right], shifts[node])
        shifts[node] += shifts[right]
    return products, shifts


@njit(cache=True)
def _multiply(left: Floats, right: Floats, into: Floats) -> None:
    """into += left right, for matrices too small for a library call."""
    for a in range(left.shape[0]):
        for c in range(left.shape[1]):
            factor = left[a, c]
            if factor != 0.0:
                for b in range(right.shape[1]):
                    into[a, b] += factor * right[c, b]


@njit(cache=True)
def _bring(low: int, high: int, products: Floats, shifts: Floats, at_risk: Floats, influence: Floats) -> None:
    """Carry one cluster over the leaves low..high − 1 of the tree, in their order."""
    waiting = np.empty(64, dtype=np.int64)
    count = 0
    while low < high:
        if low & 1:
            _apply(products[low], shifts[low], at_risk, influence)
            low += 1
        if high & 1:
            high -= 1
            waiting[count] = high
            count += 1
        low //= 2
        high //= 2
    while count > 0:
        count -= 1
        _apply(products[waiting[count]], shifts[waiting[count]], at_risk, influence)


@njit(cache=True)
def _apply(product: Floats, shift: Floats, at_risk: Floats, influence: Floats) -> None:
    width = influence.shape[0]
    result = np.zeros(width)
    for a in range(width):
        if influence[a] != 0.0:
            for b in range(width):
                result[b] += influence[a] * product[a, b]
    for j in range(at_risk.shape[0]):
        if at_risk[j] != 0.0:
            for b in range(width):
                result[b] += at_risk[j] * shift[j, b]
    influence[:] = result


@njit(cache=True)
def _advance(step: Floats, common: Floats, weights2: Floats, mixed: Floats, moments: Floats) -> None:
    """The second moments of (m, U) after U ← U H + m C, in place."""
    states, width = mixed.shape
    carried = np.zeros((states, width))
    _multiply(mixed, step, carried)
    _multiply(weights2, common, carried)
    half = np.zeros((width, width))
    _multiply(moments, step, half)
    _multiply(mixed.T, common, half)
    moments[:] = 0.0
    _multiply(step.T, half, moments)
    _multiply(common.T, carried, moments)
    mixed[:] = carried


@njit(cache=True)
def _count(sign: float, at_risk: Floats, influence: Floats, weights2: Floats, mixed: Floats, moments: Floats) -> None:
    """Add (sign 1) or take out (sign −1) one cluster's share of the second moments, in place."""
    for j in range(at_risk.shape[0]):
        if at_risk[j] != 0.0:
            for k in range(at_risk.shape[0]):
                weights2[j, k] += sign * at_risk[j] * at_risk[k]
            for a in range(influence.shape[0]):
                mixed[j, a] += sign * at_risk[j] * influence[a]
    for a in range(influence.shape[0]):
        for b in range(influence.shape[0]):
            moments[a, b] += sign * influence[a] * influence[b]
