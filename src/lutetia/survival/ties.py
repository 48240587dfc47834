"""Which times are one time: distinct times in order, with the tolerance that undoes the noise of computed durations.

Times are tied as R's survival package ties them (`timefix`; Therneau, vignette "Roundoff error and tied times").
Sorted, a time belongs to the one before if the step between them is at most √2⁻⁵² ≈ 1.49e-8, absolutely or relative to
the mean of all distinct times. 0.1 + 0.2 and 0.3 are one time; whole days are never touched.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))
COUNTING_LIMIT = 4  # whole numbers up to this many times n (plus a thousand) are counted, not sorted


def whole_range(*columns: Floats) -> int | None:
    """The largest time if all are whole, not negative and few enough to be counted in place of sorted; else None."""
    largest = max(float(column.max()) for column in columns)
    if largest > COUNTING_LIMIT * columns[0].size + 1000:
        return None
    if any(not np.array_equal(column, np.floor(column)) for column in columns):
        return None
    return int(largest)


def distinct(*columns: Floats) -> Floats:
    """The distinct times of all columns together, ascending, each group of tied times standing for its first.

    Floor: one sort, O(n log n), and n doubles.
    """
    sorted_times = np.sort(np.concatenate(columns) if len(columns) > 1 else columns[0])
    first = np.empty(sorted_times.size, dtype=bool)
    first[0] = True
    np.not_equal(sorted_times[1:], sorted_times[:-1], out=first[1:])
    found = sorted_times[first]
    steps = np.diff(found)
    tied = (steps <= TOLERANCE) | (steps <= TOLERANCE * np.abs(found).mean())
    return found[np.concatenate(([True], ~tied))] if tied.any() else found


def position(grid: Floats, times: Floats) -> Codes:
    """Index in `grid` (from `distinct` of times that include these) of the distinct time each of `times` belongs to."""
    return np.searchsorted(grid, times, side="right") - 1


def made_equal(stop: Floats, start: Floats | None) -> tuple[Floats, Floats | None]:
    """The same times with tied ones made equal; whole numbers come back as they are, without a sort."""
    columns = (stop,) if start is None else (stop, start)
    if all(np.array_equal(column, np.floor(column)) for column in columns):
        return stop, start
    grid = distinct(*columns)
    return grid[position(grid, stop)], None if start is None else grid[position(grid, start)]
