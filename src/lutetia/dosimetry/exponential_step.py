"""One step of a fit of exponentials, compiled: derivatives of the projected sum of squares, and where they point.

All is written on the table `small` (rows DOWN, GAUSS, NEWTON, LOWER, STEP, TRIAL of exponential_basis).
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from numba import njit

from lutetia.dosimetry.exponential_basis import (
    BEND,
    DOWN,
    GAUSS,
    LOWER,
    NEWTON,
    ORTHOGONAL,
    Q_SLOPE,
    R_SOLVED,
    RESIDUAL,
    SLOPE,
    STEP,
    TRIAL,
    TRIANGLE,
    Floats,
    dot,
)

LONGEST_STEP = 1.5  # in the logarithm of a rate


class Shape(NamedTuple):
    """What is fitted and how closely: bounds and `tolerance` are in ln λ, λ per hour."""

    phases: int
    uptake: bool
    low: float
    high: float
    tolerance: float


@njit(cache=True, nogil=True, error_model="numpy")
def lay_slopes(phases: int, uptake: bool, lines: Floats, small: Floats, c: Floats) -> None:
    """Half the derivatives of the projected sum of squares in the logarithms of the rates.

    DOWN is −Jᵀr, GAUSS JᵀJ with J freed of the columns (Kaufman, BIT 1975; 15: 49), NEWTON the exact
    H_θθ − H_θc H_cc⁻¹ H_cθ. A phase without amplitude has no slope.
    """
    rates, total = phases + (1 if uptake else 0), 0.0
    for k in range(phases):
        total += c[k]
    for j in range(rates):
        size = -c[j] if j < phases else total
        bent = dot(lines, SLOPE + j, RESIDUAL)
        small[DOWN, j] = size * bent
        for k in range(phases):
            small[Q_SLOPE + k, j] = 0.0
            small[R_SOLVED + k, j] = 0.0
            if small[TRIANGLE + k, k] > 0.0:
                small[Q_SLOPE + k, j] = size * dot(lines, ORTHOGONAL + k, SLOPE + j)
                value = bent if j == phases else (-bent if j == k else 0.0)
                for m in range(k):
                    value -= small[TRIANGLE + m, k] * small[R_SOLVED + m, j]
                small[R_SOLVED + k, j] = value / small[TRIANGLE + k, k]
    for j in range(rates):
        size_j = -c[j] if j < phases else total
        for m in range(j + 1):
            size_m = -c[m] if m < phases else total
            plain = size_j * size_m * dot(lines, SLOPE + j, SLOPE + m)
            exact = plain
            for k in range(phases):
                q_j, q_m = small[Q_SLOPE + k, j], small[Q_SLOPE + k, m]
                plain -= q_j * q_m
                exact -= (q_j - small[R_SOLVED + k, j]) * (q_m - small[R_SOLVED + k, m])
            if j == m:
                exact += size_j * dot(lines, BEND + j, RESIDUAL)
            small[GAUSS + j, m] = small[GAUSS + m, j] = plain
            small[NEWTON + j, m] = small[NEWTON + m, j] = exact


@njit(cache=True, nogil=True, error_model="numpy")
def factor(matrix: int, damping: float, rates: int, small: Floats, stuck: int) -> bool:
    """Cholesky of the matrix at that row + damping · diag(GAUSS), over rates not stuck (bits); False if none exists.

    A rate without any effect (0 in GAUSS) is left out.
    """
    for j in range(rates):
        small[LOWER + j, j] = 0.0
        if (stuck >> j) & 1 or small[GAUSS + j, j] <= 0.0:
            continue
        for k in range(j):
            small[LOWER + j, k] = 0.0
            if small[LOWER + k, k] > 0.0:
                value = small[matrix + j, k]
                for m in range(k):
                    if small[LOWER + m, m] > 0.0:
                        value -= small[LOWER + j, m] * small[LOWER + k, m]
                small[LOWER + j, k] = value / small[LOWER + k, k]
        value = small[matrix + j, j] + damping * small[GAUSS + j, j]
        for m in range(j):
            if small[LOWER + m, m] > 0.0:
                value -= small[LOWER + j, m] ** 2
        if value <= 1e-13 * small[GAUSS + j, j]:
            return False
        small[LOWER + j, j] = sqrt(value)
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def lay_step(rates: int, small: Floats) -> None:
    """Solve for the step with the factor in LOWER; a rate left out stays."""
    for j in range(rates):
        small[STEP, j] = 0.0
        if small[LOWER + j, j] > 0.0:
            value = small[DOWN, j]
            for m in range(j):
                if small[LOWER + m, m] > 0.0:
                    value -= small[LOWER + j, m] * small[STEP, m]
            small[STEP, j] = value / small[LOWER + j, j]
    for j in range(rates - 1, -1, -1):
        if small[LOWER + j, j] > 0.0:
            value = small[STEP, j]
            for m in range(j + 1, rates):
                if small[LOWER + m, m] > 0.0:
                    value -= small[LOWER + m, j] * small[STEP, m]
            small[STEP, j] = value / small[LOWER + j, j]


@njit(cache=True, nogil=True, error_model="numpy")
def lay_trial(shape: Shape, theta: Floats, rates: int, small: Floats) -> tuple[float, float]:
    """The rates after the step, inside the bounds; the longest move and the fall of the squares that it promises."""
    longest, promised = 0.0, 0.0
    for j in range(rates):
        there = theta[j] + min(max(small[STEP, j], -LONGEST_STEP), LONGEST_STEP)
        there = min(max(there, shape.low), shape.high)
        small[TRIAL, j] = there
        longest = max(longest, abs(there - theta[j]))
        promised += (there - theta[j]) * small[DOWN, j]
    return longest, promised


@njit(cache=True, nogil=True, error_model="numpy")
def held(shape: Shape, theta: Floats, rates: int, small: Floats) -> int:
    """The rates, as bits, that lie on a bound and would leave it."""
    stuck = 0
    for j in range(rates):
        below = theta[j] <= shape.low and small[DOWN, j] <= 0.0
        above = theta[j] >= shape.high and small[DOWN, j] >= 0.0
        if below or above:
            stuck |= 1 << j
    return stuck
