"""What is known of simulated patients at a cut-off: events, censoring by the rules of the trial, response, status."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.trial.patient_path import (
    ARM,
    CENTRAL,
    CROSSOVER,
    DEATH,
    DETERIORATION,
    ENTRY,
    INVESTIGATOR,
    RESPONSE,
    RESPONSE_DAY,
    STOP,
    STRATUM,
    UNTREATED,
)

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

# Columns of what is known; days count from randomisation as day 1 (a patient never scanned is censored on day 1).
KNOWN = (
    "pfs_days",
    "pfs_event",
    "investigator_days",
    "investigator_event",
    "os_days",
    "os_event",
    "response",  # 0 not known, 1 complete, 2 partial, 3 stable, 4 progressive
    "response_days",  # duration of response, from the first visit with response
    "response_event",
    "crossed_over",
    "on_treatment",
    "deterioration_days",
    "deterioration_event",
    "pfs_is_death",
    "last_visit_day",
)
PFS, PFS_EVENT, INV, INV_EVENT, OS, OS_EVENT, BEST, DOR, DOR_EVENT, CROSSED, ON, TTD, TTD_EVENT, BY_DEATH, LAST = range(
    15
)


@njit(cache=True, nogil=True)
def event_calendar(paths: Floats, visits: Floats, missed_allowed: int) -> Floats:
    """The calendar day of each patient's centrally read event if nothing cuts it; infinity if there is none."""
    n = paths.shape[0]
    known = np.empty(n)
    for i in range(n):
        days, event, _, _ = _survival(paths[i], visits[i], paths[i, CENTRAL], np.inf, missed_allowed)
        known[i] = paths[i, ENTRY] + days - 1 if event else np.inf
    return known


@njit(cache=True, nogil=True)
def cut(paths: Floats, visits: Floats, calendar_day: float, missed_allowed: int, known: Floats) -> int:
    """Fill `known` (patients, KNOWN) for those entered by the day; returns how many (they come first)."""
    count = 0
    for i in range(paths.shape[0]):
        horizon = calendar_day - paths[i, ENTRY]
        if horizon < 0:
            break  # entries are in order
        _cut_one(paths[i], visits[i], horizon, missed_allowed, known[i])
        count += 1
    return count


@njit(cache=True, nogil=True)
def _cut_one(path: Floats, visits: Floats, horizon: float, missed_allowed: int, row: Floats) -> None:
    days, event, by_death, last = _survival(path, visits, path[CENTRAL], horizon, missed_allowed)
    row[PFS], row[PFS_EVENT], row[BY_DEATH], row[LAST] = days, 1.0 if event else 0.0, 1.0 if by_death else 0.0, last
    days, event, _, _ = _survival(path, visits, path[INVESTIGATOR], horizon, missed_allowed)
    row[INV], row[INV_EVENT] = days, 1.0 if event else 0.0
    row[OS] = min(path[DEATH], horizon) + 1
    row[OS_EVENT] = 1.0 if path[DEATH] <= horizon else 0.0
    row[CROSSED] = 1.0 if path[CROSSOVER] <= horizon else 0.0
    stopped = min(path[STOP], path[DEATH], path[CENTRAL]) <= horizon
    row[ON] = 0.0 if stopped or path[UNTREATED] == 1.0 else 1.0
    _cut_response(path, visits, horizon, row)
    seen = min(path[STOP], path[DEATH], path[CENTRAL], horizon)
    row[TTD], row[TTD_EVENT] = min(path[DETERIORATION], seen) + 1, 1.0 if path[DETERIORATION] <= seen else 0.0


@njit(cache=True, nogil=True)
def _survival(
    path: Floats, visits: Floats, called: float, horizon: float, missed_allowed: int
) -> tuple[float, bool, bool, float]:
    """(days, event, event is a death, last adequate visit) for progression called on `called`, or death.

    Without an adequate visit: censored on day 1, but for a death before the second planned visit. After a stop there
    is no adequate visit, and no event counts. Events after more missed visits than allowed are censored.
    """
    last, missed = 0.0, 0
    death = path[DEATH]
    end = min(called, death)
    for v in range(visits.size):
        if visits[v] > 0:
            if visits[v] > min(horizon, path[STOP], death) or visits[v] > called:
                break
            if visits[v] < called:
                last, missed = visits[v], 0
            elif missed <= missed_allowed:
                return visits[v] + 1, True, False, visits[v]
            else:
                return last + 1, False, False, last
        elif -visits[v] <= min(horizon, end):
            missed += 1
    if death <= min(horizon, path[STOP]) and death <= end and missed <= missed_allowed:
        return death + 1, True, True, last
    return last + 1, False, False, last


@njit(cache=True, nogil=True)
def _cut_response(path: Floats, visits: Floats, horizon: float, row: Floats) -> None:
    """Best response by the central reader; its duration until progression or death, censored at the last visit."""
    row[DOR], row[DOR_EVENT] = np.nan, 0.0
    if path[CENTRAL] <= min(horizon, path[STOP], path[DEATH]) and _is_first(visits, path[CENTRAL]):
        row[BEST] = 4.0  # also where missed visits before it take the event away: progression has no window
    elif row[LAST] == 0.0:
        row[BEST] = 0.0
    elif path[RESPONSE] > 0 and path[RESPONSE_DAY] <= row[LAST] and path[RESPONSE_DAY] < path[CENTRAL]:
        row[BEST] = path[RESPONSE]
        row[DOR] = row[PFS] - path[RESPONSE_DAY]
        row[DOR_EVENT] = row[PFS_EVENT]
    else:
        row[BEST] = 3.0


@njit(cache=True, nogil=True)
def _is_first(visits: Floats, day: float) -> bool:
    for v in range(visits.size):
        if visits[v] > 0:
            return bool(visits[v] == day)
    return False


@njit(cache=True, nogil=True)
def group_codes(paths: Floats, count: int) -> tuple[Codes, Codes]:
    """Arm and stratum of the first `count` patients."""
    arm, stratum = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    for i in range(count):
        arm[i], stratum[i] = int(paths[i, ARM]), int(paths[i, STRATUM])
    return arm, stratum
