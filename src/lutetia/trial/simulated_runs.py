"""Whole simulated trials in compiled code: paths, cut-off, what is known, and one row of results a trial."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.random_stream import start_history
from lutetia.trial.cut_off import (
    BEST,
    CROSSED,
    INV,
    INV_EVENT,
    KNOWN,
    ON,
    OS_EVENT,
    PFS,
    PFS_EVENT,
    cut,
    event_calendar,
    group_codes,
)
from lutetia.trial.model_tables import ModelTables
from lutetia.trial.patient_path import PATH, draw_paths
from lutetia.trial.two_arms import cox_of, events_by_time, log_rank_of, median_of

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

PER_ARM = (
    "patients",
    "events",
    "median_days",
    "investigator_median_days",
    "responses",
    "complete_responses",
    "stable",
    "progressive_at_first",
    "response_unknown",
    "on_treatment",
    "crossed_over",
    "deaths",
)
OVERALL = ("z", "log_hazard_ratio", "log_hazard_ratio_std_error", "cut_off_day")
COLUMNS = (*OVERALL, *(f"{name}_{arm}" for arm in ("control", "experimental") for name in PER_ARM))
_PATHS, _KNOWN, _COLUMNS, _PER_ARM, _OVERALL = len(PATH), len(KNOWN), len(COLUMNS), len(PER_ARM), len(OVERALL)


@njit(cache=True, nogil=True)
def draw_trial(tables: ModelTables, seed: int, trial: int, paths: Floats, visits: Floats) -> None:
    """All patients of one trial; its random numbers hang on (seed, trial) alone."""
    state = np.zeros(1, dtype=np.uint64)
    start_history(state, seed, trial)
    draw_paths(tables, state, paths, visits)


@njit(cache=True, nogil=True)
def cut_off_day(tables: ModelTables, paths: Floats, visits: Floats, events: int, day: float) -> float:
    """The calendar day of the analysis: the given one, or that of the event that completes them; infinity if never."""
    if events == 0:
        return day
    calendar = event_calendar(paths, visits, tables.missed_allowed)
    return float(np.partition(calendar, events - 1)[events - 1])


@njit(cache=True, nogil=True)
def run(tables: ModelTables, patients: int, events: int, day: float, seed: int, first: int, rows: Floats) -> None:
    """Fill `rows` (trials, COLUMNS) with the trials from `first` on; NaN where the analysis never comes."""
    paths = np.empty((patients, _PATHS))
    visits = np.empty((patients, tables.visit_day.size))
    known = np.empty((patients, _KNOWN))
    for trial in range(rows.shape[0]):
        rows[trial] = np.nan
        draw_trial(tables, seed, first + trial, paths, visits)
        when = cut_off_day(tables, paths, visits, events, day)
        if when == np.inf:
            continue
        count = cut(paths, visits, when, tables.missed_allowed, known)
        if count == 0:
            continue  # the cut-off comes before the first patient
        _result(paths, known[:count], when, rows[trial])


@njit(cache=True, nogil=True)
def _result(paths: Floats, known: Floats, when: float, row: Floats) -> None:
    count = known.shape[0]
    arm, stratum = group_codes(paths, count)
    event = known[:, PFS_EVENT].astype(np.int64)
    table = events_by_time(known[:, PFS].copy(), event, arm, stratum)
    row[0] = log_rank_of(table)
    row[1], row[2] = cox_of(table)
    row[3] = when
    for a in range(2):
        _arm_result(known[arm == a], row[_OVERALL + a * _PER_ARM : _OVERALL + (a + 1) * _PER_ARM])


@njit(cache=True, nogil=True)
def _arm_result(known: Floats, row: Floats) -> None:
    row[0] = known.shape[0]
    row[1] = known[:, PFS_EVENT].sum()
    row[2] = median_of(known[:, PFS].copy(), known[:, PFS_EVENT].astype(np.int64))
    row[3] = median_of(known[:, INV].copy(), known[:, INV_EVENT].astype(np.int64))
    best = known[:, BEST]
    row[4] = ((best == 1) | (best == 2)).sum()
    row[5] = (best == 1).sum()
    row[6] = (best == 3).sum()
    row[7] = (best == 4).sum()
    row[8] = (best == 0).sum()
    row[9] = known[:, ON].sum()
    row[10] = known[:, CROSSED].sum()
    row[11] = known[:, OS_EVENT].sum()
