"""Weighted least squares of sums of exponentials, compiled: one kernel for organs, bootstraps and voxels.

For given rates the amplitudes follow from linear least squares (variable projection: Golub and Pereyra, SIAM J Numer
Anal 1973; 10: 413), so the search runs over the logarithms of the rates alone, inside bounds: Newton steps on the
projected sum of squares where it curves upwards, damped steps (Levenberg, Marquardt) elsewhere. A grid of rates finds
the valleys, so that no start is asked for.
"""

from __future__ import annotations

from math import exp, inf, isfinite

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.dosimetry.exponential_basis import (
    GAUSS,
    LINES,
    MOST_PHASES,
    MOST_RATES,
    NEWTON,
    SMALL,
    THERE,
    TRIAL,
    Floats,
    project,
)
from lutetia.dosimetry.exponential_step import Shape, factor, held, lay_slopes, lay_step, lay_trial

Codes = NDArray[np.int64]

GRID = 14  # rates on the grid from which the search starts
VALLEYS = 3  # starts that are followed to the bottom
MOST_STEPS = 200
ROUNDING = 1e-15  # a fall of the sum of squares, beside itself, that rounding hides
FOUND = 3 + MOST_PHASES + MOST_RATES  # columns of what `fit_rows` finds


@njit(cache=True, nogil=True, error_model="numpy")
def descend(
    t: Floats, s: Floats, y: Floats, shape: Shape, theta: Floats, c: Floats, lines: Floats, small: Floats
) -> tuple[float, bool]:
    """From the rates in `theta` to the nearest minimum, which `theta` and `c` then hold.

    `s` are the roots of the weights, `y` the weighted activities. Comes back with the sum of squares and whether it
    settled: a full Newton step as short as the root of the tolerance is the last (the next would be its square), and so
    is one that promises or brings less than the tolerance times the sum of squares.
    """
    phases, uptake = shape.phases, shape.uptake
    rates = phases + (1 if uptake else 0)
    squares, _ = project(t, s, y, theta, phases, uptake, lines, small, c)
    enough = max(shape.tolerance, ROUNDING)
    damping, fresh = 0.0, True
    for _ in range(MOST_STEPS):
        if fresh:
            lay_slopes(phases, uptake, lines, small, c)
        stuck = held(shape, theta, rates, small)
        if not factor(NEWTON, damping, rates, small, stuck):
            damping = max(damping, 1e-3)
            if not factor(GAUSS, damping, rates, small, stuck):
                return squares, True
        lay_step(rates, small)
        longest, promised = lay_trial(shape, theta, rates, small)
        if longest <= shape.tolerance or promised <= enough * squares:
            return squares, True
        last = damping == 0.0 and longest * longest <= shape.tolerance
        found, _ = project(t, s, y, small[TRIAL], phases, uptake, lines, small, small[THERE])
        fresh = found <= squares
        if fresh:
            last |= squares - found <= enough * squares
            squares = found
            damping = damping * 0.1 if damping > 1e-4 else 0.0
            for j in range(rates):
                theta[j] = small[TRIAL, j]
            for k in range(phases):
                c[k] = small[THERE, k]
            if last:
                return squares, True
        else:
            damping = max(damping * 10.0, 1e-3)
            if damping > 1e12:
                return squares, True
    return squares, False


@njit(cache=True, nogil=True, error_model="numpy")
def _next_choice(choice: Codes, several: int) -> bool:
    """The next strictly rising tuple of whole numbers below `several`; False after the last."""
    size = choice.size
    k = size - 1
    while k >= 0 and choice[k] == several - size + k:
        k -= 1
    if k < 0:
        return False
    choice[k] += 1
    for j in range(k + 1, size):
        choice[j] = choice[j - 1] + 1
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _grid_starts(
    t: Floats, s: Floats, y: Floats, shape: Shape, theta: Floats, c: Floats, lines: Floats, small: Floats
) -> Floats:
    """The best points of the grid, one per row: sum of squares (infinite: none), then the logarithms of the rates."""
    rates = shape.phases + (1 if shape.uptake else 0)
    starts = np.full((VALLEYS, 1 + MOST_RATES), inf)
    choice, more = np.arange(rates), True
    while more:
        for j in range(rates):
            theta[j] = shape.low + (shape.high - shape.low) * choice[j] / (GRID - 1)
        squares, _ = project(t, s, y, theta, shape.phases, shape.uptake, lines, small, c)
        row = VALLEYS
        while row > 0 and squares < starts[row - 1, 0]:
            if row < VALLEYS:
                starts[row] = starts[row - 1]
            row -= 1
        if row < VALLEYS:
            starts[row, 0] = squares
            for j in range(rates):
                starts[row, 1 + j] = theta[j]
        more = _next_choice(choice, GRID)
    return starts


@njit(cache=True, nogil=True, error_model="numpy")
def search(
    t: Floats, s: Floats, y: Floats, shape: Shape, theta: Floats, c: Floats, lines: Floats, small: Floats
) -> tuple[float, bool]:
    """The best minimum reached from the lowest points of a grid of rates; arguments and result as `descend`."""
    starts = _grid_starts(t, s, y, shape, theta, c, lines, small)
    best, converged = inf, False
    best_theta, best_c = np.zeros(MOST_RATES), np.zeros(MOST_PHASES)
    for row in range(VALLEYS):
        if isfinite(starts[row, 0]):
            theta[:] = starts[row, 1:]
            squares, done = descend(t, s, y, shape, theta, c, lines, small)
            if squares < best:
                best, converged = squares, done
                best_theta[:] = theta
                best_c[:] = c
    theta[:] = best_theta
    c[:] = best_c
    return best, converged


@njit(cache=True, nogil=True, error_model="numpy")
def area(theta: Floats, c: Floats, phases: int, uptake: bool) -> float:
    """Σ cₖ (1/λₖ − 1/λᵤ): the area from 0 to infinity."""
    whole = 0.0
    for k in range(phases):
        whole += c[k] * exp(-theta[k])
        if uptake:
            whole -= c[k] * exp(-theta[phases])
    return whole


@njit(cache=True, nogil=True, error_model="numpy")
def fit_rows(t: Floats, s: Floats, y: Floats, shape: Shape, start: Floats, found: Floats) -> None:
    """Fit every row of `y` (m, n), activities not weighted, with the roots of the weights `s`, (1, n) or (m, n).

    `start`, (1, rates) or (m, rates), gives logarithms of rates to start from; (0, 0): each row searches the grid.
    `found` (m, FOUND) takes area, sum of squares, converged (1 or 0), three amplitudes and four logarithms of rates.
    """
    n = t.size
    lines, small, target = np.zeros((LINES, n)), np.zeros((SMALL, MOST_RATES)), np.zeros(n)
    theta, c = np.zeros(MOST_RATES), np.zeros(MOST_PHASES)
    for row in range(y.shape[0]):
        weight = s[row] if s.shape[0] > 1 else s[0]
        for i in range(n):
            target[i] = weight[i] * y[row, i]
        c[:] = 0.0
        if start.size:
            here = row if start.shape[0] > 1 else 0
            for j in range(start.shape[1]):
                theta[j] = min(max(start[here, j], shape.low), shape.high)
            squares, done = descend(t, weight, target, shape, theta, c, lines, small)
        else:
            squares, done = search(t, weight, target, shape, theta, c, lines, small)
        found[row, 0] = area(theta, c, shape.phases, shape.uptake)
        found[row, 1] = squares
        found[row, 2] = 1.0 if done else 0.0
        found[row, 3 : 3 + MOST_PHASES] = c
        found[row, 3 + MOST_PHASES :] = theta
