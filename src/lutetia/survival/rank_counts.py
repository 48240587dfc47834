"""At risk and events per group at each event time of a stratum: all that a log-rank test needs to know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lutetia.survival.followup import FollowUp
from lutetia.survival.risk_table import Counts
from lutetia.survival.ties import Codes, Floats, distinct, whole_range


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RankCounts:
    """One stratum: `times` (t,) with an event, `at_risk` and `events` (groups, t) as float64 (sums of weights)."""

    times: Floats
    at_risk: Floats
    events: Floats


def rank_counts(f: FollowUp, group: Codes, groups: int, strata: Codes | None) -> Iterator[RankCounts]:
    """The counts of each stratum in the order of its code; `group` holds codes 0..groups − 1.

    Whole times are counted, O(n); others sorted once per stratum, O(n log n). Memory O(n + groups · event times).
    """
    if strata is None:
        yield _of_stratum(f, group, groups)
        return
    few = strata.max() < np.iinfo(np.int16).max  # numpy sorts short whole numbers by radix
    order = np.argsort(strata.astype(np.int16) if few else strata, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(strata[order])) + 1):
        yield _of_stratum(f.at(rows), group[rows], groups)


def _of_stratum(f: FollowUp, group: Codes, groups: int) -> RankCounts:
    columns = (f.stop,) if f.start is None else (f.stop, f.start)
    largest = whole_range(*columns)
    if largest is None:
        times, at_risk, events = _sorted(f, group, groups, distinct(*columns))
    else:
        times, at_risk, events = _counted(f, group, groups, largest)
    return RankCounts(times=times, at_risk=at_risk, events=events)


def _counted(f: FollowUp, group: Codes, groups: int, largest: int) -> tuple[Floats, Floats, Floats]:
    days = largest + 1
    cell = group * days
    cell += f.stop.astype(np.int64)
    cell *= 2
    cell += f.event > 0
    counts = np.bincount(cell, weights=f.weights, minlength=2 * days * groups).reshape(groups, days, 2)
    at_risk = _from_here(counts.sum(axis=2))
    if f.start is not None:
        entering = group * days + f.start.astype(np.int64)
        entered = np.bincount(entering, weights=f.weights, minlength=days * groups).reshape(groups, days)
        at_risk = at_risk - _from_here(entered)
    events = counts[:, :, 1]
    used = np.flatnonzero(events.any(axis=0))
    return used.astype(np.float64), at_risk[:, used].astype(np.float64), events[:, used].astype(np.float64)


def _from_here(counts: Counts) -> Counts:
    """Sums from each time to the last."""
    return np.cumsum(counts[:, ::-1], axis=1)[:, ::-1]


def _sorted(f: FollowUp, group: Codes, groups: int, grid: Floats) -> tuple[Floats, Floats, Floats]:
    order = np.argsort(f.stop)
    stop, code, had = f.stop[order], group[order], (f.event > 0)[order]
    weights = None if f.weights is None else f.weights[order]
    first = np.searchsorted(stop, grid)
    died = _running(had, weights)[np.append(first, stop.size)]
    used = np.flatnonzero(np.diff(died))
    opens, closes = first[used], np.append(first[1:], stop.size)[used]
    at_risk, events = np.empty((groups, used.size)), np.empty((groups, used.size))
    # the last group is what the others leave: exact, for counts and weights are whole
    at_risk[-1], events[-1] = _from(opens, np.ones(stop.size, dtype=bool), weights), np.diff(died)[used]
    for g in range(groups - 1):
        member = code == g
        at_risk[g], ended = _from(opens, member, weights), _running(member & had, weights)
        events[g] = ended[closes] - ended[opens]
        at_risk[-1] -= at_risk[g]
        events[-1] -= events[g]
    if f.start is not None:
        for g in range(groups):
            at_risk[g] -= _entering_from(f, group == g, grid[used])
    return grid[used], at_risk, events


def _from(opens: Codes, rows: NDArray[np.bool_], weights: Floats | None) -> Counts:
    """How many of the rows stand at each opening or later."""
    if weights is None and rows.all():
        return rows.size - opens
    total = _running(rows, weights)
    return np.asarray(total[-1] - total[opens])


def _running(rows: NDArray[np.bool_], weights: Floats | None) -> Counts:
    """Sums before each row, and after the last."""
    total = np.zeros(rows.size + 1, dtype=np.int64 if weights is None else np.float64)
    np.cumsum(rows if weights is None else rows * weights, out=total[1:])
    return total


def _entering_from(f: FollowUp, rows: NDArray[np.bool_], times: Floats) -> Floats:
    """How many of the rows enter at each of the times or later."""
    assert f.start is not None
    start = f.start[rows]
    order = np.argsort(start)
    total = _running(np.ones(start.size, dtype=bool), None if f.weights is None else f.weights[rows][order])
    return np.asarray(total[-1] - total[np.searchsorted(start[order], times)], dtype=np.float64)
