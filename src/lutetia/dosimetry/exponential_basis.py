"""The linear half of a fit of exponentials, compiled: for given rates the best amplitudes at or above zero.

    A(t) = Σ cₖ (e^(−λₖ t) − e^(−λᵤ t))    cₖ ≥ 0;  without uptake the second exponential is absent

A fit writes on two tables, laid out once for many fits (a view or an array of its own for each would cost more than the
arithmetic): `lines` has a row of n numbers for each of COLUMN …, `small` a row of four for each of TRIANGLE ….
"""

from __future__ import annotations

from math import exp, inf, sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_PHASES = 3
MOST_RATES = MOST_PHASES + 1
DEPENDENT = 1e-24  # a column whose square, freed of the columns before it, falls to this share depends on them

# Rows of `lines`, weighted by s: columns s (e^(−λₖ t) − e^(−λᵤ t)), the same orthonormal, and of every rate its slope
# s λt e^(−λt) and its bend s λt (λt − 1) e^(−λt); last the residual.
COLUMN, ORTHOGONAL, SLOPE, BEND, RESIDUAL = 0, 3, 6, 10, 14
LINES = 15
# Rows of `small`: R of column = Q R and Qᵀy here, the others in exponential_kernel.
TRIANGLE, ALONG, Q_SLOPE, R_SOLVED, GAUSS, NEWTON, LOWER, DOWN, STEP, TRIAL, THERE = (
    0,
    3,
    4,
    7,
    10,
    14,
    18,
    22,
    23,
    24,
    25,
)
SMALL = 26


@njit(cache=True, nogil=True, error_model="numpy")
def project(
    t: Floats,
    s: Floats,
    y: Floats,
    theta: Floats,
    phases: int,
    uptake: bool,
    lines: Floats,
    small: Floats,
    c: Floats,
) -> tuple[float, int]:
    """Best amplitudes `c` for the logarithms of the rates; the sum of squares and the phases in use, as bits.

    `t` hours (n,), `s` roots of the weights (n,), `y` weighted activities (n,). With uptake its rate is the last.
    """
    _lay_columns(t, s, theta, phases, uptake, lines)
    everyone = (1 << phases) - 1
    squares = _solve(y, phases, everyone, lines, small, c)
    if _none_negative(phases, c):
        return squares, everyone
    best, chosen = inf, 0
    for mask in range(everyone):
        squares = _solve(y, phases, mask, lines, small, c)
        if squares < best and _none_negative(phases, c):
            best, chosen = squares, mask
    return _solve(y, phases, chosen, lines, small, c), chosen


@njit(cache=True, nogil=True, error_model="numpy")
def _lay_columns(t: Floats, s: Floats, theta: Floats, phases: int, uptake: bool, lines: Floats) -> None:
    for j in range(phases + (1 if uptake else 0)):
        rate = exp(theta[j])
        for i in range(t.size):
            turned = rate * t[i]
            value = s[i] * exp(-turned)
            lines[SLOPE + j, i] = turned * value
            lines[BEND + j, i] = turned * (turned - 1.0) * value
            if j < phases:
                lines[COLUMN + j, i] = value
            else:
                for k in range(phases):
                    lines[COLUMN + k, i] -= value


@njit(cache=True, nogil=True, error_model="numpy")
def _none_negative(phases: int, c: Floats) -> bool:
    lowest = 0.0
    for k in range(phases):
        lowest = min(lowest, c[k])
    return lowest == 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def dot(lines: Floats, a: int, b: int) -> float:
    """Σ over the points of row a times row b."""
    total = 0.0
    for i in range(lines.shape[1]):
        total += lines[a, i] * lines[b, i]
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _solve(y: Floats, phases: int, mask: int, lines: Floats, small: Floats, c: Floats) -> float:
    """Amplitudes of the phases in `mask` by modified Gram-Schmidt, the residual in its line; the sum of squares."""
    n = y.size
    for i in range(n):
        lines[RESIDUAL, i] = y[i]
    for k in range(phases):
        small[TRIANGLE + k, k] = 0.0
        if (mask >> k) & 1:
            _orthogonalise(k, n, lines, small)
    for k in range(phases - 1, -1, -1):
        c[k] = 0.0
        if small[TRIANGLE + k, k] > 0.0:
            value = small[ALONG, k]
            for j in range(k + 1, phases):
                value -= small[TRIANGLE + k, j] * c[j]
            c[k] = value / small[TRIANGLE + k, k]
    return dot(lines, RESIDUAL, RESIDUAL)


@njit(cache=True, nogil=True, error_model="numpy")
def _orthogonalise(k: int, n: int, lines: Floats, small: Floats) -> None:
    """Free column k of those before it, take its share out of the residual; a dependent column gets R = 0."""
    size = 0.0
    for i in range(n):
        lines[ORTHOGONAL + k, i] = lines[COLUMN + k, i]
        size += lines[COLUMN + k, i] ** 2
    for j in range(k):
        small[TRIANGLE + j, k] = 0.0
        if small[TRIANGLE + j, j] > 0.0:
            shared = dot(lines, ORTHOGONAL + j, ORTHOGONAL + k)
            small[TRIANGLE + j, k] = shared
            for i in range(n):
                lines[ORTHOGONAL + k, i] -= shared * lines[ORTHOGONAL + j, i]
    left = dot(lines, ORTHOGONAL + k, ORTHOGONAL + k)
    if left <= DEPENDENT * size:
        return
    length = sqrt(left)
    small[TRIANGLE + k, k] = length
    shorter, share = 1.0 / length, 0.0
    for i in range(n):
        value = lines[ORTHOGONAL + k, i] * shorter
        lines[ORTHOGONAL + k, i] = value
        share += value * lines[RESIDUAL, i]
    small[ALONG, k] = share
    for i in range(n):
        lines[RESIDUAL, i] -= share * lines[ORTHOGONAL + k, i]
