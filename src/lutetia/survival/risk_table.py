"""Who is at risk, has the event or is censored at each distinct time: the table every curve starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lutetia.survival.followup import FollowUp
from lutetia.survival.ties import Codes, Floats, distinct, position, whole_range

# int64 without case weights, float64 (sums of weights) with them
Counts = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskTable:
    """Counts (k,) at the k distinct times at which a row's follow-up ends, and the entries (e,) of delayed rows.

    At risk at t are the rows with start < t ≤ stop: the censored at t count, those who enter at t do not. With case
    weights every count is a sum of weights.
    """

    times: Floats
    at_risk: Counts
    events: Counts
    censored: Counts
    entry_times: Floats
    entered: Counts


def risk_table(f: FollowUp) -> RiskTable:
    """The risk table of all rows; every event above 0 counts as an event.

    Whole, not negative times up to 4 n + 1000 are counted in O(n); others are sorted once, O(n log n).
    """
    columns = (f.stop,) if f.start is None else (f.stop, f.start)
    largest = whole_range(*columns)
    if largest is None:
        times, leaving, events = _sorted(f, distinct(*columns) if f.start is not None else None)
    else:
        times, leaving, events = _counted(f, largest)
    entry_times, entered = _entries(f, largest)
    before_end = np.cumsum(leaving[::-1])[::-1]  # all who end here or later
    return RiskTable(
        times=times,
        at_risk=before_end - _entering_from(times, entry_times, entered) if entry_times.size else before_end,
        events=events,
        censored=leaving - events - _continued(f, times),
        entry_times=entry_times,
        entered=entered,
    )


def _counted(f: FollowUp, largest: int) -> tuple[Floats, Counts, Counts]:
    """Distinct times, rows ending, events, by counting whole times."""
    cell = f.stop.astype(np.int64)
    cell *= 2
    cell += f.event > 0
    counts = np.bincount(cell, weights=f.weights, minlength=2 * (largest + 1)).reshape(-1, 2)
    leaving = counts.sum(axis=1)
    days = np.flatnonzero(leaving)
    return days.astype(np.float64), leaving[days], counts[days, 1]


def _sorted(f: FollowUp, grid: Floats | None) -> tuple[Floats, Counts, Counts]:
    """Distinct times, rows ending, events, by sorting; `grid` where entries share the times."""
    order = np.argsort(f.stop)
    stop = f.stop[order]
    if grid is None:
        grid = distinct(stop)
    first = np.searchsorted(stop, grid)
    used = np.diff(first, append=stop.size) > 0
    first, grid = first[used], grid[used]
    had = (f.event > 0)[order]
    if f.weights is None:
        return grid, np.diff(first, append=stop.size), np.add.reduceat(had, first, dtype=np.int64)
    weights = f.weights[order]
    return grid, np.add.reduceat(weights, first), np.add.reduceat(weights * had, first)


def _entries(f: FollowUp, largest: int | None) -> tuple[Floats, Counts]:
    """Distinct entry times and how many enter; none without delayed entry."""
    if f.start is None:
        return np.empty(0), np.empty(0, dtype=np.int64)
    if largest is not None:
        grid, index = np.arange(largest + 1.0), f.start.astype(np.int64)
    else:
        grid = distinct(f.stop, f.start)
        index = position(grid, f.start)
    entered = np.bincount(index, weights=f.weights, minlength=grid.size)
    used = np.flatnonzero(np.bincount(index, minlength=grid.size))
    return grid[used], entered[used]


def _entering_from(times: Floats, entry_times: Floats, entered: Counts) -> Counts:
    """How many enter at each of `times` or later."""
    later = np.append(np.cumsum(entered[::-1])[::-1], 0)
    return later[np.searchsorted(entry_times, times, side="left")]


def _continued(f: FollowUp, times: Floats) -> Counts | int:
    """Rows without event whose cluster goes on with a row starting at the same time: pieces, not censored patients."""
    if f.start is None or f.cluster is None:
        return 0
    grid = distinct(f.stop, f.start)
    ending, starting = position(grid, f.stop), position(grid, f.start)
    place = f.cluster * grid.size
    goes_on = (f.event == 0) & np.isin(place + ending, place + starting)
    weights = None if f.weights is None else f.weights[goes_on]
    return np.bincount(position(times, f.stop[goes_on]), weights=weights, minlength=times.size)


def index_of_stop(table: RiskTable, f: FollowUp) -> Codes:
    """Position of each row's end among the distinct times of the table."""
    return position(table.times, f.stop)


def index_before_start(table: RiskTable, f: FollowUp) -> Codes:
    """Position of the last distinct time that lies not after each row's start, -1 where there is none or no start."""
    if f.start is None:
        return np.full(f.n, -1, dtype=np.int64)
    return position(table.times, f.start)
