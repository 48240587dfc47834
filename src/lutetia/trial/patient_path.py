"""One simulated patient after the other, from entry to death, as if followed for ever; then cut at a calendar day.

Every time of a path counts in days from the patient's randomisation. What cannot be known at the cut-off is taken away
only there, so that a later cut-off of the same trial shows the same patients further on.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.random_stream import State, uniform
from lutetia.trial.model_tables import ModelTables

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

# Columns of a path: what would happen.
PATH = (
    "entry_day",
    "arm",
    "stratum",
    "untreated",
    "progression_day",  # true, between visits
    "central_day",  # first visit at which the central reader calls it
    "investigator_day",
    "stop_day",  # leaves or takes another treatment: no adequate visit after it
    "stop_kind",  # 0 never, 1 untreated, 2 left, 3 left before progression, 4 other treatment after investigator's call
    "death_day",
    "crossover_day",
    "response",  # 0 none, 1 complete, 2 partial
    "response_day",
    "deterioration_day",
)
ENTRY, ARM, STRATUM, UNTREATED, PROGRESSION, CENTRAL, INVESTIGATOR, STOP, STOP_KIND, DEATH, CROSSOVER, RESPONSE = range(
    12
)
RESPONSE_DAY, DETERIORATION = 12, 13
LEFT, LEFT_BEFORE, SWITCHED = 2.0, 3.0, 4.0


@njit(cache=True, nogil=True)
def draw_paths(tables: ModelTables, state: State, paths: Floats, visits: Floats) -> None:
    """Fill `paths` (patients, PATH) and `visits` (patients, planned visits; minus the planned day where missed)."""
    n = paths.shape[0]
    entries = np.empty(n)
    for i in range(n):
        entries[i] = _entry(tables.entry_day, uniform(state))
    entries.sort()
    left = np.zeros((tables.stratum_reached.size, 2), dtype=np.int64)
    for i in range(n):
        stratum = _drawn(tables.stratum_reached, uniform(state))
        arm = _next_arm(left[stratum], tables.block, uniform(state))
        paths[i, ENTRY], paths[i, ARM], paths[i, STRATUM] = np.floor(entries[i]), arm, stratum
        _draw_visits(tables, state, visits[i])
        _draw_patient(tables, state, arm, stratum, paths[i], visits[i])


@njit(cache=True, nogil=True)
def _entry(knots: Floats, share: float) -> float:
    place = share * (knots.size - 1)
    low = int(place)
    return float(knots[low] + (place - low) * (knots[low + 1] - knots[low]))


@njit(cache=True, nogil=True)
def _drawn(reached: Floats, share: float) -> int:
    for k in range(reached.size - 1):
        if share < reached[k]:
            return k
    return int(reached.size - 1)


@njit(cache=True, nogil=True)
def _next_arm(left: Codes, block: Codes, share: float) -> int:
    """The next record of a permuted block: each place falls to what is left of the block."""
    if left[0] + left[1] == 0:
        left[0], left[1] = block[0], block[1]
    arm = 1 if share * (left[0] + left[1]) < left[1] else 0
    left[arm] -= 1
    return arm


@njit(cache=True, nogil=True)
def _draw_visits(tables: ModelTables, state: State, visits: Floats) -> None:
    for v in range(visits.size):
        shift = np.floor((2.0 * tables.window_day + 1.0) * uniform(state)) - tables.window_day
        missed = uniform(state) < tables.missed
        visits[v] = -tables.visit_day[v] if missed else tables.visit_day[v] + shift


@njit(cache=True, nogil=True)
def day_of(starts: Floats, rates: Floats, amount: float) -> float:
    """The day at which a hazard constant in pieces has added up to `amount`; infinity if never."""
    for piece in range(starts.size):
        end = starts[piece + 1] if piece + 1 < starts.size else np.inf
        if rates[piece] > 0:
            day = starts[piece] + amount / rates[piece]
            if day <= end:
                return float(day)
        if end == np.inf:
            return np.inf
        amount -= rates[piece] * (end - starts[piece])
    return np.inf


@njit(cache=True, nogil=True)
def _waiting(state: State) -> float:
    return float(-np.log(uniform(state)))


@njit(cache=True, nogil=True)
def _first_visit(visits: Floats, day: float) -> int:
    """The first adequate visit on or after the day; the number of visits if there is none."""
    for v in range(visits.size):
        if visits[v] > 0 and visits[v] >= day:
            return v
    return int(visits.size)


@njit(cache=True, nogil=True)
def _other_visit(visits: Floats, v: int, step: int) -> int:
    """The adequate visit next to v in this direction; v itself if there is none."""
    k = v + step
    while 0 <= k < visits.size:
        if visits[k] > 0:
            return k
        k += step
    return v


@njit(cache=True, nogil=True)
def _draw_patient(tables: ModelTables, state: State, arm: int, stratum: int, path: Floats, visits: Floats) -> None:
    number = tables.arm_numbers[arm]
    path[UNTREATED] = 1.0 if uniform(state) < number[1] else 0.0
    amount = _waiting(state) / tables.factor[arm, stratum]
    progression = day_of(tables.progression_from[arm], tables.progression_rate[arm], amount)
    death = day_of(tables.death_from[arm], tables.death_rate[arm], _waiting(state))
    path[PROGRESSION] = progression
    _draw_reading(tables.readers, state, progression, path, visits)
    _draw_stop(tables, state, arm, path)
    _draw_crossover(number, state, path, death)
    path[DEATH] = np.ceil(_death(number, state, path, progression, death))
    _draw_response(tables, state, arm, path, visits)
    rate = number[9]
    path[DETERIORATION] = np.ceil(_waiting(state) / rate) if rate > 0 else np.inf


@njit(cache=True, nogil=True)
def _draw_reading(readers: Floats, state: State, progression: float, path: Floats, visits: Floats) -> None:
    """The visits at which each reader calls progression; the switch of treatment between the two calls."""
    shift, switch = uniform(state), uniform(state)
    path[CENTRAL], path[INVESTIGATOR], path[STOP], path[STOP_KIND] = np.inf, np.inf, np.inf, 0.0
    v = _first_visit(visits, progression) if progression < np.inf else visits.size
    if v == visits.size:
        return
    central = investigator = v
    if shift < readers[0]:
        investigator = _other_visit(visits, v, -1)
        if switch < readers[2] and investigator < v:
            path[STOP], path[STOP_KIND] = visits[investigator], SWITCHED
    elif shift < readers[0] + readers[1]:
        investigator = _other_visit(visits, v, 1)
    path[CENTRAL], path[INVESTIGATOR] = visits[central], visits[investigator]


@njit(cache=True, nogil=True)
def _draw_stop(tables: ModelTables, state: State, arm: int, path: Floats) -> None:
    """The first of: never treated, leaving, leaving shortly before progression, another treatment."""
    number = tables.arm_numbers[arm]
    leaves = np.ceil(day_of(tables.leaves_from[arm], tables.leaves_rate[arm], _waiting(state)))
    before, early = uniform(state), uniform(state)
    if path[UNTREATED] == 1.0:
        path[STOP], path[STOP_KIND] = 0.0, 1.0
        return
    if before < number[2] and path[PROGRESSION] < np.inf:
        day = np.floor(max(1.0, path[PROGRESSION] - early * number[3]))
        if day < path[STOP]:
            path[STOP], path[STOP_KIND] = day, LEFT_BEFORE
    if leaves < path[STOP]:
        path[STOP], path[STOP_KIND] = leaves, LEFT


@njit(cache=True, nogil=True)
def _draw_crossover(number: Floats, state: State, path: Floats, death: float) -> None:
    """Crossover some days after centrally confirmed progression, for those who are still there."""
    crosses = uniform(state) < number[6]
    day = path[CENTRAL] + number[7]
    there = path[CENTRAL] <= path[STOP] and path[CENTRAL] < np.inf
    path[CROSSOVER] = day if crosses and there else np.inf


@njit(cache=True, nogil=True)
def _death(number: Floats, state: State, path: Floats, progression: float, death: float) -> float:
    """Death before progression, or after it at the hazard that crossover may change."""
    amount = _waiting(state)
    if death <= progression:
        path[CROSSOVER] = np.inf
        return death
    rate = number[0]
    if rate <= 0:
        return np.inf
    untouched = progression + amount / rate
    if untouched <= path[CROSSOVER]:
        path[CROSSOVER] = np.inf
        return float(untouched)
    spent = rate * (path[CROSSOVER] - progression)
    return float(path[CROSSOVER] + (amount - spent) / (rate * number[8]))


@njit(cache=True, nogil=True)
def _draw_response(tables: ModelTables, state: State, arm: int, path: Floats, visits: Floats) -> None:
    """Response at a visit before progression, for those not progressive at their first adequate visit."""
    number = tables.arm_numbers[arm]
    responds, complete, which = uniform(state), uniform(state), uniform(state)
    path[RESPONSE], path[RESPONSE_DAY] = 0.0, np.inf
    first = _first_visit(visits, 0.0)
    if first == visits.size or visits[first] >= path[CENTRAL] or responds >= number[4]:
        return
    v = first
    for _ in range(_drawn(tables.response_reached[arm], which)):
        later = _other_visit(visits, v, 1)
        if visits[later] < path[CENTRAL]:
            v = later
    path[RESPONSE] = 1.0 if complete < number[5] else 2.0
    path[RESPONSE_DAY] = visits[v]
