"""One exponential per voxel, compiled for the vector units of the processor: single precision, many voxels abreast.

For a rate λ the amplitude follows by linear least squares, so one equation in θ = ln λ is left. The best rate of a grid
is found without a single exponential (the grid is the same for all voxels), then Newton steps follow; what has not
settled is left to the double-precision kernel. Every loop runs over BLOCK voxels on one flat table whose rows lie at
known distances: the compiler sees that they do not overlap, and makes vector instructions of it. Floor: some twelve
exponentials per voxel and one pass over the images.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir  # numba's own compiler
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
FOUND = 4  # rows of what is found: area, amplitude, rate, u of the area

# Rows of the table: unknowns, sums over the points; then activities and exponentials of each point, shares of the grid.
_THETA, _MOVE, _RATE, _AMPLITUDE, _SEE, _STEE, _STTEE, _SYE, _SR, _STR, _SRR, _PEAK, _POINTS = (
    row * BLOCK for row in range(13)
)
_BEST, _PLACE = _SEE, _STEE  # of the start, on the same rows

_ZERO, _HALF, _ONE, _TINY = np.float32(0), np.float32(0.5), np.float32(1), np.float32(1e-30)
_LOG2E = np.float32(1.4426950408889634)
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
_LOWEST = np.float32(-80.0)
_7, _6, _5, _4, _3 = (np.float32(1 / f) for f in (5040, 720, 120, 24, 6))
_BIAS, _SHIFT = np.int32(127), np.int32(23)
_TWENTY, _E20 = np.float32(20.0), np.float32(485165195.4097903)


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
    return value * _single_of((np.int32(whole) + _BIAS) << _SHIFT)  # type: ignore[call-arg]  # numba gives the first


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
    """θ of the best rate of the grid, moved to the top of the parabola through it and its neighbours."""
    rates, n = grid.shape
    shares = _POINTS + 2 * n * BLOCK
    for j in range(BLOCK):
        work[_BEST + j] = np.float32(-3e38)
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
        work[_RATE + j] = exp_single(work[_THETA + j] - _TWENTY) * _E20  # θ may lie above 0
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
    """One Newton step in θ on the projected sum of squares; where it hardly curves, by the curvature of Gauss-Newton.

    Amplitude and rate follow the step to first and second order.
    """
    for j in range(BLOCK):
        work[_SR + j] = _ZERO
        work[_STR + j] = _ZERO
        work[_SRR + j] = _ZERO
    for i in range(t.size):
        activity, exponential = _row(work, _POINTS, 2 * i), _row(work, _POINTS, 2 * i + 1)
        time, weight = t[i], w[i]
        for j in range(BLOCK):
            e = exponential[j]
            residual = activity[j] - work[_AMPLITUDE + j] * e
            moment = weight * time * e * residual
            work[_SRR + j] += weight * residual * residual
            work[_SR + j] += moment
            work[_STR + j] += moment * time
    for j in range(BLOCK):
        rate, a = work[_RATE + j], work[_AMPLITUDE + j]
        see, stee, sr = work[_SEE + j], work[_STEE + j], work[_SR + j]
        both = a * work[_STTEE + j]
        mixed = a * stee - sr
        exact = rate * (a * (both - work[_STR + j]) - mixed * mixed / see) + a * sr
        least = np.float32(0.2) * rate * a * (both - a * stee * stee / see)
        step = -a * sr / (max(exact, least) + _TINY)
        step = min(max(step, -LONGEST_STEP), LONGEST_STEP)
        there = min(max(work[_THETA + j] + step, bottom), top)
        move = there - work[_THETA + j]
        work[_THETA + j] = there
        work[_MOVE + j] = move if (exact >= least) | (move == _ZERO) else _ONE
        work[_AMPLITUDE + j] = a + rate * mixed / see * move
        work[_RATE + j] = rate * (_ONE + move * (_ONE + _HALF * move))


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
def _give(
    n: int,
    at: int,
    count: int,
    scale: float,
    last: Any,
    bottom: Any,
    top: Any,
    work: Singles,
    found: Singles,
    code: Codes,
) -> None:
    """Area, amplitude, rate and u of the area into `found`, and what became of each voxel into `code`.

    u² = s² Σ w e² (t − 1/λ)² / (λ² D), D = Σ w e² · Σ w t² e² − (Σ w t e²)²; on a bound (λ fixed) s² / (λ² Σ w e²).
    """
    given = np.float32(scale)
    spare = np.float32(1.0 / (n - 2)) if n > 2 else np.float32(np.nan)
    for j in range(count):
        theta, rate, a = work[_THETA + j], work[_RATE + j], work[_AMPLITUDE + j]
        see, stee, sttee = work[_SEE + j], work[_STEE + j], work[_STTEE + j]
        life = _ONE / rate
        bound = (theta <= bottom) | (theta >= top)
        turned = (sttee - life * (stee + stee - life * see)) / (see * sttee - stee * stee)
        spread = life * life * (_ONE / see if bound else turned)
        seen = work[_PEAK + j] > _ZERO
        found[0, at + j] = a * life * last if seen else _ZERO
        found[1, at + j] = a if seen else _ZERO
        found[2, at + j] = rate / last if seen else _ZERO
        variance = spread * (given if given > _ZERO else work[_SRR + j] * spare)
        found[3, at + j] = np.sqrt(variance) * last if seen else _ZERO
    for j in range(count):
        theta = work[_THETA + j]
        state = AT_PHYSICAL if theta <= bottom else (AT_SHORTEST if theta >= top else FITTED)
        settled = (abs(work[_MOVE + j]) <= SETTLED) & (work[_AMPLITUDE + j] > _ZERO)
        silent = (work[_PEAK + j] <= _ZERO) & (work[_SYE + j] == work[_SYE + j])
        code[at + j] = NO_SIGNAL if silent else (state if settled else UNSETTLED)


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
    scale: float,
    last: float,
    found: Singles,
    code: Codes,
) -> None:
    """Fit the voxels `begin` … `end` − 1 of `y` (n, voxels) into `found` (FOUND, voxels) and `code` (voxels,).

    `t` (n,) times as shares of the last, `w` (n,) weights, `low` and `high` bounds of ln λ in the same unit. `grid`
    (rates, n): the row of a rate holds w e / √Σ w e², evenly spaced in ln λ from `low` to `high`. `scale` is the
    variance that belongs to weight 1, or 0: then it is the sum of squares over n − 2. `last` turns the unit of time
    back: what is found is in it.
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
        _give(t.size, at, count, scale, np.float32(last), bottom, top, work, found, code)
