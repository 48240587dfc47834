"""A whole Newton search in one compiled call, for very many small fits: resamples and stepwise selection.

The same passes as `likelihood`, on one thread and without the checks of `fit`; a search that fails says so by a status.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from lutetia.survival.cox_model.kernel import LARGEST_PREDICTOR, curve, sum_deaths, sweep, weigh
from lutetia.survival.cox_model.likelihood import accumulate, carry_pieces, carry_pieces_with_leaving

CONVERGED, NO_EVENTS, NOT_SEPARABLE, NO_FINITE_ESTIMATE, FLAT = 0, 1, 2, 3, 4
WHY = {
    NO_EVENTS: "no events",
    NOT_SEPARABLE: "a covariate does not vary, or repeats others, among those at risk",
    NO_FINITE_ESTIMATE: "no finite estimate",
    FLAT: "no finite estimate: the likelihood rises to its limit at infinity (monotone likelihood)",
}
MOST_ITERATIONS = 30
MOST_HALVINGS = 30
SHORT_STEP = 1e-9
# A step this long that gains this little goes towards infinity: a standard error of 100 standard deviations.
LONG_STEP, SMALL_GAIN = 0.1, 1e-6
NO_OWN_PART = 1e-10
NO_VARIATION = 1e-12


@njit(nogil=True, cache=True)
def search(efron, start, data, stratum_first, piece_first):  # type: ignore[no-untyped-def]
    """(status, beta, value, information) of the maximum from `start`; `data` as in `evaluate`.

    FLAT: the value is within 1e-6 of its limit, which some coefficients reach at infinity only.
    """
    beta, step, halvings = start.copy(), np.zeros(start.size), 0
    if data[8].sum() == 0:
        return NO_EVENTS, beta, -np.inf, np.zeros((start.size, start.size))
    value, gradient, information = evaluate(efron, beta, data, stratum_first, piece_first)
    for iteration in range(MOST_ITERATIONS):
        step = solve_lower(information, gradient)
        if not np.isfinite(step).all():
            return (NOT_SEPARABLE if iteration == 0 else NO_FINITE_ESTIMATE), beta, value, information
        if start.size == 0 or np.abs(step).max() <= SHORT_STEP:
            return CONVERGED, beta + step, value + 0.5 * np.sum(gradient * step), information
        if np.abs(step).max() > LONG_STEP and np.sum(gradient * step) < SMALL_GAIN:
            return FLAT, beta, value, information
        there, new_gradient, new_information = evaluate(efron, beta + step, data, stratum_first, piece_first)
        halvings = 0
        while not there >= value - 1e-12 * (1.0 + abs(value)):
            halvings += 1
            if halvings > MOST_HALVINGS:
                return NO_FINITE_ESTIMATE, beta, value, information
            step = step / 2.0
            there, new_gradient, new_information = evaluate(efron, beta + step, data, stratum_first, piece_first)
        beta, value, gradient, information = beta + step, there, new_gradient, new_information
    return NO_FINITE_ESTIMATE, beta, value, information


@njit(nogil=True, cache=True)
def evaluate(efron, beta, data, stratum_first, piece_first):  # type: ignore[no-untyped-def]
    """(value, gradient, information) at beta; value −inf where a predictor leaves ± 200.

    `data` are the arrays of `Arrangement` (z, weights, offset, leave, leaving, leaving_first, group_first, dead_rows,
    deaths, dead_weight).
    """
    z, weights, offset, leave, leaving, leaving_first, group_first, dead_rows, deaths, dead_weight = data
    p, groups, pieces = z.shape[0], dead_rows.size, (0, piece_first.size - 1)
    gradient, information = np.zeros(p), np.zeros((p, p))
    risk, entering, dying, sums = np.empty(weights.size), np.empty(groups), np.empty(groups), np.zeros((pieces[1], p))
    largest = weigh(
        pieces, beta, z, weights, offset, group_first, dead_rows, piece_first, risk, entering, dying, sums
    )  # fmt: skip
    if not largest <= LARGEST_PREDICTOR:
        return -np.inf, gradient, information
    at_risk, a, b, later = np.empty(groups), np.empty(groups), np.empty(groups), np.empty((groups + 1, 2))
    c0, c1, c2 = np.empty(groups), np.empty(groups), np.empty(groups)
    accumulate(entering, risk, leaving, leaving_first, group_first, stratum_first, at_risk)
    value = sum_deaths(z, weights, offset, group_first, dead_rows, gradient) + np.sum(gradient * beta)
    value += sweep(efron, at_risk, dying, deaths, dead_weight, stratum_first, a, b, c0, c1, c2, later)
    carry, opens = np.zeros((pieces[1], p, 2)), np.zeros(pieces[1], dtype=np.bool_)
    for piece in range(pieces[1]):
        opens[piece] = np.any(stratum_first == piece_first[piece])
    if leave.size:
        carry_pieces_with_leaving(z, risk, leaving, leaving_first, group_first, piece_first, opens, carry)
    else:
        carry_pieces(sums, opens, carry)
    curve(
        pieces, z, risk, leave, leaving, leaving_first, group_first, dead_rows, deaths, piece_first, carry, a, b, c0,
        c1, c2, later, gradient, information,
    )  # fmt: skip
    for j in range(p):
        for k in range(j):
            information[k, j] = information[j, k]
    return value, gradient, information


@njit(nogil=True, cache=True)
def solve_lower(matrix, vector):  # type: ignore[no-untyped-def]
    """Solution for a positive definite matrix, its lower triangle given; NaN if a pivot is next to nothing."""
    p = vector.size
    factor, solution = np.zeros((p, p)), vector.copy()
    for j in range(p):
        pivot = matrix[j, j]
        for k in range(j):
            pivot -= factor[j, k] * factor[j, k]
        if not (pivot > NO_OWN_PART * matrix[j, j] and matrix[j, j] > NO_VARIATION):
            return np.full(p, np.nan)
        factor[j, j] = np.sqrt(pivot)
        for i in range(j + 1, p):
            total = matrix[i, j]
            for k in range(j):
                total -= factor[i, k] * factor[j, k]
            factor[i, j] = total / factor[j, j]
    for j in range(p):
        for k in range(j):
            solution[j] -= factor[j, k] * solution[k]
        solution[j] /= factor[j, j]
    for j in range(p - 1, -1, -1):
        for k in range(j + 1, p):
            solution[j] -= factor[k, j] * solution[k]
        solution[j] /= factor[j, j]
    return solution
