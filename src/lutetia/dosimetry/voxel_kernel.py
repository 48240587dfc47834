"""One exponential per voxel, compiled for the vector units of the processor: single precision, many voxels abreast.

For a rate λ the amplitude follows by linear least squares, so one equation in θ = ln λ is left, solved by Newton steps
from the log-linear estimate; what has not settled is left to the double-precision kernel. Every loop runs over BLOCK
voxels on one flat table whose rows lie at fixed distances: the compiler sees that they do not overlap, and makes vector
instructions of it. Floor: eight to thirty exponentials per voxel and one pass over the images.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import float32, int32, njit
from numba.extending import intrinsic
from numpy.typing import NDArray

Singles = NDArray[np.float32]
Codes = NDArray[np.uint8]

BLOCK = 256
MOST_STEPS = 6
SETTLED = np.float32(3e-4)  # a last step in ln λ as short as this leaves an error near its square
LONGEST_STEP = np.float32(1.0)
FITTED, AT_PHYSICAL, AT_SHORTEST, NO_SIGNAL, MISSING, UNSETTLED = 0, 1, 2, 3, 4, 5

# Rows of the table: unknowns, sums over the points, then the activities and exponentials of each point.
_THETA, _MOVE, _RATE, _AMPLITUDE, _SEE, _STEE, _STTEE, _SYE, _SR, _STR, _PEAK, _POINTS = (
    row * BLOCK for row in range(12)
)
_BEST, _PLACE = _SEE, _STEE  # of the start, on the same rows

_ZERO, _HALF, _ONE, _TINY = np.float32(0), np.float32(0.5), np.float32(1), np.float32(1e-30)
_LOG2E = np.float32(1.4426950408889634)
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_LOWEST = np.float32(-80.0)
_7, _6, _5, _4, _3 = (np.float32(1 / f) for f in (5040, 720, 120, 24, 6))
_BIAS, _SHIFT = np.int32(127), np.int32(23)


@intrinsic
def _single_of(_: Any, bits: Any) -> Any:
    """The float32 of these 32 bits."""
    return float32(int32), lambda _, builder, __, given: builder.bitcast(given[0], ir.FloatType())


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def exp_single(x: Any) -> Any:
    """e^x for x ≤ 0 in single precision, within 2e-7 of itself (Taylor to x⁷ on |x| ≤ ln 2 / 2); e^−80 below −80."""
    x = max(x, _LOWEST)
    whole = np.floor(x * _LOG2E + _HALF)
    part = (x - whole * _LN2_HIGH) - whole * _LN2_LOW
    series = ((((_7 * part + _6) * part + _5) * part + _4) * part + _3) * part + _HALF
    value = (series * part * part + part) + _ONE
    return value * _single_of((np.int32(whole) + _BIAS) << _SHIFT)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _row(work: Any, first: Any, number: Any) -> Any:
    """A row of the table as a view: an index into it cannot be negative, which a sum of two could."""
    begin = first + number * BLOCK
    return work[begin : begin + BLOCK]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _take(y: Singles, at: int, count: int, work: Singles) -> None:
    """The activities of the block onto the table, 0 beyond the last voxel; the highest of each voxel."""
    for j in range(BLOCK):
        work[_PEAK + j] = _ZERO
        work[_MOVE + j] = _ONE
    for i in range(y.shape[0]):
        activity = _row(work, _POINTS, 2 * i)
        activity[:count] = y[i, at : at + count]
        activity[count:] = _ZERO
        for j in range(BLOCK):
            work[_PEAK + j] = max(work[_PEAK + j], activity[j])


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _start(grid: Singles, bottom: Any, spacing: Any, work: Singles) -> None:
    """θ of the best rate of the grid, moved to the top of the parabola through it and its neighbours.

    The shares Σ u y of every rate lie behind the activities and exponentials on the table.
    """
    rates, n = grid.shape
    shares = _POINTS + 2 * n * BLOCK
    for j in range(BLOCK):
        work[_BEST + j] = _LOWEST
        work[_PLACE + j] = _ZERO
    for g in range(rates):
        here, share = np.float32(g), _row(work, shares, g)
        share[:] = _ZERO
        for i in range(n):
            activity, part = _row(work, _POINTS, 2 * i), grid[g, i]
            for j in range(BLOCK):
                share[j] += part * activity[j]
        for j in range(BLOCK):
            value, best = share[j], work[_BEST + j]
            work[_PLACE + j] = here if value > best else work[_PLACE + j]
            work[_BEST + j] = max(value, best)
    for j in range(BLOCK):
        place = min(max(np.int32(work[_PLACE + j]), np.int32(1)), np.int32(rates - 2))
        middle = shares + place * BLOCK + j
        before, best, after = work[middle - BLOCK], work[middle], work[middle + BLOCK]
        aside = _HALF * (after - before) / (best - before + (best - after) + _TINY)
        work[_THETA + j] = bottom + spacing * (np.float32(place) + min(max(aside, -_ONE), _ONE))


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _amplitude(t: Singles, w: Singles, work: Singles) -> None:
    """Rate, exponentials and amplitude for θ, with the sums over the exponentials."""
    for j in range(BLOCK):
        theta = work[_THETA + j]
        work[_RATE + j] = exp_single(theta - np.float32(20.0)) * np.float32(485165195.4097903)  # e^20: θ may be above 0
        work[_SEE + j] = _ZERO
        work[_STEE + j] = _ZERO
        work[_STTEE + j] = _ZERO
        work[_SYE + j] = _ZERO
    for i in range(t.size):
        activity, exponential = _row(work, _POINTS, 2 * i), _row(work, _POINTS, 2 * i + 1)
        time, weight = t[i], w[i]
        for j in range(BLOCK):
            e = exp_single(-work[_RATE + j] * time)
            exponential[j] = e
            square = weight * e * e
            work[_SEE + j] += square
            work[_STEE + j] += square * time
            work[_STTEE + j] += square * time * time
            work[_SYE + j] += weight * e * activity[j]
    for j in range(BLOCK):
        work[_AMPLITUDE + j] = work[_SYE + j] / work[_SEE + j]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _newton(t: Singles, w: Singles, bottom: Any, top: Any, work: Singles) -> None:
    """One Newton step in θ on the projected sum of squares; by the Gauss-Newton curvature where the true one is small."""
    for j in range(BLOCK):
        work[_SR + j] = _ZERO
        work[_STR + j] = _ZERO
    for i in range(t.size):
        activity, exponential = _row(work, _POINTS, 2 * i), _row(work, _POINTS, 2 * i + 1)
        time, weight = t[i], w[i] * t[i]
        for j in range(BLOCK):
            e = exponential[j]
            residual = weight * e * (activity[j] - work[_AMPLITUDE + j] * e)
            work[_SR + j] += residual
            work[_STR + j] += residual * time
    for j in range(BLOCK):
        rate, a = work[_RATE + j], work[_AMPLITUDE + j]
        see, stee, sr = work[_SEE + j], work[_STEE + j], work[_SR + j]
        both = a * work[_STTEE + j]
        mixed = a * stee - sr
        exact = rate * (a * (both - work[_STR + j]) - mixed * mixed / see) + a * sr
        gauss = rate * a * (both - a * stee * stee / see)
        least = np.float32(0.2) * gauss
        step = -a * sr / (max(exact, least) + _TINY)
        step = min(max(step, -LONGEST_STEP), LONGEST_STEP)
        there = min(max(work[_THETA + j] + step, bottom), top)
        move = there - work[_THETA + j]
        work[_THETA + j] = there
        work[_MOVE + j] = move if (exact >= least) | (move == _ZERO) else _ONE
        work[_AMPLITUDE + j] = a + rate * mixed / see * move
        work[_RATE + j] = rate * (_ONE + move * (_ONE + _HALF * move))


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def fit_voxels_from(
    y: Singles,
    begin: int,
    end: int,
    t: Singles,
    w: Singles,
    grid: Singles,
    low: float,
    high: float,
    found: Singles,
    code: Codes,
) -> None:
    """Fit the voxels `begin` … `end` − 1 of `y` (n, voxels); `found` (3, voxels) takes area, amplitude and rate.

    `t` (n,) times, best as shares of the last, `w` (n,) weights, `low` and `high` bounds of ln λ in the same unit.
    """
    work = np.zeros(_POINTS + (2 * t.size + grid.shape[0]) * BLOCK, dtype=np.float32)
    bottom, top = np.float32(low), np.float32(high)
    spacing = (top - bottom) / np.float32(grid.shape[0] - 1)
    for at in range(begin, end, BLOCK):
        count = min(BLOCK, end - at)
        _take(y, at, count, work)
        _start(grid, bottom, spacing, work)
        for _ in range(MOST_STEPS):
            _amplitude(t, w, work)
            _newton(t, w, bottom, top, work)
            longest = _ZERO
            for j in range(count):
                longest = max(longest, abs(work[_MOVE + j]))
            if longest <= SETTLED:
                break
        for j in range(count):
            found[0, at + j] = work[_AMPLITUDE + j] / work[_RATE + j]
            found[1, at + j] = work[_AMPLITUDE + j]
            found[2, at + j] = work[_RATE + j]
        for j in range(count):
            theta = work[_THETA + j]
            state = AT_PHYSICAL if theta <= bottom else (AT_SHORTEST if theta >= top else FITTED)
            state = state if abs(work[_MOVE + j]) <= SETTLED else UNSETTLED
            code[at + j] = state if work[_PEAK + j] > _ZERO else NO_SIGNAL
