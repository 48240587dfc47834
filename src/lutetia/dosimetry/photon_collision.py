"""One collision of a photon in tissue, compiled: what the photon has left, where it goes, what stays.

The same model as `photon_walk`: photoelectric, coherent, Compton (Klein and Nishina on bound electrons), pair; but the
electron's energy stays at the place of the collision.
"""

from __future__ import annotations

from math import log, sqrt

from numba import njit

from lutetia.dosimetry.collisions import coherent_cosine, compton
from lutetia.dosimetry.photon_data import KEV_ANGSTROM
from lutetia.dosimetry.tissue_attenuation import (
    BOUND_STEP,
    BOUND_STEPS,
    LOG_LOWEST,
    LOG_STEP,
    ROWS,
    TO_COHERENT,
    TO_INCOHERENT,
    TO_PHOTOELECTRIC,
    TissueTables,
)
from lutetia.random_stream import Floats, State, uniform

ELECTRON_MASS_MEV = 0.51099895
ABSORBED, SCATTERED, PAIR = 0, 1, 2
Way = tuple[float, float, float]


@njit(cache=True, inline="always", error_model="numpy")
def row_of(energy_mev: float) -> tuple[int, float]:
    """The row of the tables below the energy and the part of the way to the next."""
    place = (log(energy_mev) - LOG_LOWEST) * (1.0 / LOG_STEP)
    row = min(int(place), ROWS - 2)
    return row, place - row


@njit(cache=True, error_model="numpy")
def collide(
    energy_mev: float, way: Way, pick: float, row: int, part: float, tissue: int, tables: TissueTables, state: State
) -> tuple[int, float, Way]:
    """What happened (ABSORBED, SCATTERED, PAIR), the energy the photon has afterwards, and its direction.

    `pick` lies evenly between 0 and the total coefficient of this tissue at this energy (cm²/g). After PAIR two photons
    of 0.511 MeV go in the direction and its opposite.
    """
    low, high = tables.processes[row, tissue], tables.processes[row + 1, tissue]
    if pick < low[TO_PHOTOELECTRIC] + part * (high[TO_PHOTOELECTRIC] - low[TO_PHOTOELECTRIC]):
        return ABSORBED, 0.0, way
    if pick < low[TO_COHERENT] + part * (high[TO_COHERENT] - low[TO_COHERENT]):
        cosine = coherent_cosine(energy_mev, tables.form_x2, tables.form_area[tissue], state)
        return SCATTERED, energy_mev, turned(way, cosine, state)
    if (
        energy_mev <= 2.0 * ELECTRON_MASS_MEV
        or pick < low[TO_INCOHERENT] + part * (high[TO_INCOHERENT] - low[TO_INCOHERENT])
    ):  # fmt: skip
        left, cosine = bound_compton(energy_mev, tables.bound_share[tissue], state)
        return SCATTERED, left, turned(way, cosine, state)
    return PAIR, ELECTRON_MASS_MEV, any_way(state)


@njit(cache=True, error_model="numpy")
def bound_compton(energy_mev: float, bound_share: Floats, state: State) -> tuple[float, float]:
    """Energy and cosine after Compton scattering, kept as often as the atom lets go of the electron (S / Z)."""
    backwards = energy_mev * (1e3 / KEV_ANGSTROM)
    most = _let_go(bound_share, backwards)
    while True:
        left, cosine, _ = compton(energy_mev, state)
        if uniform(state) * most <= _let_go(bound_share, backwards * sqrt(max(0.0, 0.5 * (1.0 - cosine)))):
            return left, cosine


@njit(cache=True, inline="always", error_model="numpy")
def _let_go(bound_share: Floats, momentum_per_angstrom: float) -> float:
    place = momentum_per_angstrom * (1.0 / BOUND_STEP)
    if place >= BOUND_STEPS:
        return float(bound_share[BOUND_STEPS])
    step = int(place)
    return float(bound_share[step] + (place - step) * (bound_share[step + 1] - bound_share[step]))


@njit(cache=True, error_model="numpy")
def turned(way: Way, cosine: float, state: State) -> Way:
    """The direction turned by the polar angle of that cosine and a random azimuth."""
    u, v, w = way
    sine = sqrt(max(0.0, 1.0 - cosine * cosine))
    a, b = _azimuth(state)
    a, b = sine * a, sine * b
    across2 = 1.0 - w * w
    if across2 < 1e-12:
        return (a, b, cosine) if w > 0.0 else (a, -b, -cosine)
    across = sqrt(across2)
    inverse = 1.0 / across
    return (
        u * cosine + (u * w * a - v * b) * inverse,
        v * cosine + (v * w * a + u * b) * inverse,
        w * cosine - across * a,
    )


@njit(cache=True, error_model="numpy")
def any_way(state: State) -> Way:
    """A direction, evenly spread over the sphere."""
    w = 2.0 * uniform(state) - 1.0
    across = sqrt(max(0.0, 1.0 - w * w))
    a, b = _azimuth(state)
    return across * a, across * b, w


@njit(cache=True, inline="always", error_model="numpy")
def _azimuth(state: State) -> tuple[float, float]:
    """Cosine and sine of a random angle, without calling either: a point in the unit disc, its angle doubled."""
    while True:
        a, b = 2.0 * uniform(state) - 1.0, 2.0 * uniform(state) - 1.0
        square = a * a + b * b
        if square < 1.0:
            inverse = 1.0 / square
            return (a * a - b * b) * inverse, 2.0 * a * b * inverse


@njit(cache=True, error_model="numpy")
def line_drawn(running: Floats, state: State) -> int:
    """A line of the source; `running` are the chances added up, most likely first."""
    pick = uniform(state)
    line = 0
    while line < running.size - 1 and pick > running[line]:
        line += 1
    return line
