"""Rows in the order of their risk sets, with standardised covariates: what every pass over the likelihood reads."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lutetia.survival.cox_model.covariates import Covariates, Moments, moments_of
from lutetia.survival.cox_model.gather import (
    cut_pieces,
    find_groups,
    gather_column,
    gather_rows,
    make_slots,
    moments_of_column,
    order_leaving,
    order_rows,
)
from lutetia.survival.cox_model.workers import for_each, row_blocks

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

PIECE_ROWS, PIECE_GROUPS = 4096, 256
TASK_CELLS, MOST_TASKS = 200_000, 32


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """The rows that are analysed, in the caller's order; `rows` are their positions in the input (empty: all)."""

    stop: Floats
    event: NDArray[np.bool_]
    start: Floats | None
    weights: Floats | None
    stratum: Codes | None
    offset: Floats | None
    rows: Codes

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.stop.size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arrangement:
    """m rows that are at risk at one of the K event times (groups), going back in time, stratum by stratum.

    `z` (p, m): (covariate − mean) / scale. `order` (m,): position in the sample. `group_first` (K + 1), `dead_rows`
    (K): the rows of group k are group_first[k] … group_first[k + 1], the deaths first; `deaths` counts them (a
    bootstrap counts rows drawn twice twice). `leave` (m; empty without delayed entry): first group at which the row is
    no longer at risk, K if none; `leaving`, `leaving_first` list those rows by that group. `stratum_first`: first group
    of each stratum and the end. `piece_first`, `task_first`: how the work is cut.
    """

    z: Floats
    mean: Floats
    scale: Floats
    order: Codes
    weights: Floats
    offset: Floats
    offset_mean: float
    group_first: Codes
    dead_rows: Codes
    deaths: Codes
    dead_weight: Floats
    group_time: Floats
    group_stratum: Codes
    stratum_first: Codes
    leave: Codes
    leaving: Codes
    leaving_first: Codes
    piece_first: Codes
    task_first: Codes

    @property
    def p(self) -> int:
        """Number of covariates."""
        return int(self.z.shape[0])

    def with_columns(self, columns: Codes) -> Arrangement:
        """The same rows with some of the covariates."""
        return replace(self, z=self.z[columns], mean=self.mean[columns], scale=self.scale[columns])


def arrange(sample: Sample, covariates: Covariates, threads: int) -> Arrangement:
    """Order the rows and gather the covariates; a constant column gets scale 1 and is then 0 everywhere.

    Needs one event at least. Ties are equal numbers: `made_equal` has been at work.
    """
    group_time, group_stratum, stratum_first = _groups(sample)
    groups = group_time.size
    enter = _find(sample, sample.stop, group_time, stratum_first, threads)
    leave = np.empty(0, dtype=np.int64)
    if sample.start is not None:
        leave = _find(sample, sample.start, group_time, stratum_first, threads)
    elif sample.stratum is not None:
        enter[enter >= stratum_first[sample.stratum + 1]] = groups
    order, group_first, dead_rows = order_rows(enter, leave, sample.event, groups)
    if leave.size:
        leave = _kept_leaves(leave[order], None if sample.stratum is None else sample.stratum[order], stratum_first)
    mean, scale = _mean_and_scale(sample, covariates, threads)
    rows = sample.rows[order] if sample.rows.size else order
    leaving, leaving_first = order_leaving(leave, groups)
    pieces = cut_pieces(group_first, stratum_first, PIECE_ROWS, PIECE_GROUPS)
    weights = np.ones(order.size) if sample.weights is None else sample.weights[order]
    offset_mean = 0.0 if sample.offset is None else float(sample.offset.mean())
    return Arrangement(
        z=_gathered(covariates, rows, mean, scale, threads),
        mean=mean,
        scale=scale,
        order=order,
        weights=weights,
        offset=np.empty(0) if sample.offset is None else sample.offset[order] - offset_mean,
        offset_mean=offset_mean,
        group_first=group_first,
        dead_rows=dead_rows,
        deaths=dead_rows,
        dead_weight=dead_rows.astype(float) if sample.weights is None else death_sums(weights, group_first, dead_rows),
        group_time=group_time,
        group_stratum=group_stratum,
        stratum_first=stratum_first,
        leave=leave,
        leaving=leaving,
        leaving_first=leaving_first,
        piece_first=pieces,
        task_first=_tasks(group_first[pieces], mean.size),
    )


def death_sums(values: Floats, group_first: Codes, dead_rows: Codes) -> Floats:
    """Sum of `values` (m,) over the deaths of each group (K,)."""
    running = np.concatenate([[0.0], np.cumsum(values[death_places(group_first, dead_rows)])])
    ends = np.cumsum(dead_rows)
    return np.asarray(running[ends] - running[ends - dead_rows])


def death_places(group_first: Codes, dead_rows: Codes) -> Codes:
    """Places of all deaths in the order of the groups."""
    ends = np.cumsum(dead_rows)
    return np.asarray(np.arange(ends[-1]) + np.repeat(group_first[:-1] - (ends - dead_rows), dead_rows))


def _groups(sample: Sample) -> tuple[Floats, Codes, Codes]:
    """Time and stratum of each group, latest time first within a stratum, and the first group of each stratum."""
    times = sample.stop[sample.event]
    if sample.stratum is None:
        found = np.unique(times)[::-1].copy()
        return found, np.zeros(found.size, dtype=np.int64), np.array([0, found.size])
    strata = sample.stratum[sample.event]
    order = np.lexsort((-times, strata))
    times, strata = times[order], strata[order]
    new = np.ones(times.size, dtype=bool)
    new[1:] = (times[1:] != times[:-1]) | (strata[1:] != strata[:-1])
    times, strata = times[new], strata[new]
    return times, strata, np.searchsorted(strata, np.arange(int(sample.stratum.max()) + 2))


def _find(sample: Sample, times: Floats, group_time: Floats, stratum_first: Codes, threads: int) -> Codes:
    group = np.empty(sample.n, dtype=np.int64)
    stratum = np.empty(0, dtype=np.int64) if sample.stratum is None else sample.stratum
    slots = np.zeros(0, dtype=np.int64) if stratum.size else make_slots(group_time, min(4 * group_time.size, sample.n))
    for_each(
        lambda block: find_groups(block, times, stratum, stratum_first, group_time, slots, group),
        row_blocks(sample.n, 65_536),
        threads,
    )
    return group


def _kept_leaves(leave: Codes, stratum: Codes | None, stratum_first: Codes) -> Codes:
    """A row that stays to the end of its stratum never leaves: group K."""
    end = stratum_first[1] if stratum is None else stratum_first[stratum + 1]
    return np.where(leave >= end, stratum_first[-1], leave)


def _mean_and_scale(sample: Sample, covariates: Covariates, threads: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation (divisor n − 1) of each column over the sample; the scale of a constant is 1."""
    if covariates.moments is not None and not sample.rows.size:
        known = covariates.moments
    elif covariates.matrix is not None:
        known = moments_of(covariates.matrix, sample.rows, threads)
    else:
        shift = np.array([column[sample.rows[0] if sample.rows.size else 0] for column in covariates.columns])
        pairs = zip(covariates.columns, shift, strict=True)
        sums = np.array([moments_of_column(column, sample.rows, value) for column, value in pairs])
        known = Moments(shift=shift, sums=sums[:, 0], squares=sums[:, 1])
    variance = (known.squares - known.sums * known.sums / sample.n) / max(sample.n - 1, 1)
    constant = (known.squares == 0.0) | (variance <= 0.0)
    return known.shift + known.sums / sample.n, np.where(constant, 1.0, np.sqrt(np.maximum(variance, 0.0)))


def _gathered(covariates: Covariates, rows: Codes, mean: Floats, scale: Floats, threads: int) -> Floats:
    z = np.empty((mean.size, rows.size))
    if covariates.matrix is not None:
        blocks = row_blocks(rows.size)
        for_each(lambda block: gather_rows(block, covariates.matrix, rows, mean, scale, z), blocks, threads)
    else:
        columns = covariates.columns
        for_each(lambda j: gather_column(columns[j], rows, mean[j], scale[j], z[j]), range(mean.size), threads)
    return z


def _tasks(piece_rows: Codes, p: int) -> Codes:
    """First piece of each task: about equal rows, as many tasks as the work is worth."""
    tasks = int(np.clip(piece_rows[-1] * p // TASK_CELLS, 1, MOST_TASKS))
    aims = np.linspace(0, piece_rows[-1], tasks + 1)
    return np.unique(np.searchsorted(piece_rows, aims))
