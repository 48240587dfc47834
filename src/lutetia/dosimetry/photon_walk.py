"""One photon followed until it is absorbed or leaves, compiled: every collision as it happens, nothing forced."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import NamedTuple

from numba import njit

from lutetia.dosimetry.collision_tables import (
    ELECTRON_MASS_MEV,
    HIGHEST_MEV,
    LOWEST_MEV,
    ROWS,
    TO_COHERENT,
    TO_INCOHERENT,
    TO_PHOTOELECTRIC,
    TOTAL,
    Floats,
)
from lutetia.dosimetry.collisions import any_direction, bound_compton, coherent_cosine, turn
from lutetia.dosimetry.tally import ELECTRON, PHOTON, Body, Tally, is_outside, push, score
from lutetia.random_stream import State, uniform

LOG_LOWEST = log(LOWEST_MEV)
LOG_STEP = log(HIGHEST_MEV / LOWEST_MEV) / (ROWS - 1)

Way = tuple[float, float, float]


class PhotonTables(NamedTuple):
    """The photon's part of `CollisionTables`."""

    table: Floats
    form_x2: Floats
    form_area: Floats
    bound_share: Floats


@njit(cache=True, error_model="numpy")
def follow_photon(
    particle: Floats, stack: Floats, n: int, state: State, medium: PhotonTables, body: Body, tally: Tally
) -> tuple[int, float]:
    """Follow the photon, its electrons onto the stack of n; the stack's height and the energy that left."""
    energy, x, y, z = particle[1], particle[2], particle[3], particle[4]
    u, v, w, share = particle[5], particle[6], particle[7], particle[8]
    while energy > LOWEST_MEV:
        place = (log(energy) - LOG_LOWEST) / LOG_STEP
        i = min(int(place), medium.table.shape[0] - 2)
        f = place - i
        low, high = medium.table[i], medium.table[i + 1]
        free = -log(uniform(state)) / exp(log(low[TOTAL]) + f * log(high[TOTAL] / low[TOTAL]))
        x, y, z = x + u * free, y + v * free, z + w * free
        if is_outside(body, x, y, z):
            return n, energy * share
        pick = uniform(state)
        if pick < low[TO_PHOTOELECTRIC] + f * (high[TO_PHOTOELECTRIC] - low[TO_PHOTOELECTRIC]):
            return push(stack, n, ELECTRON, energy, (x, y, z), any_direction(state), share, 1.0), 0.0
        if pick < low[TO_COHERENT] + f * (high[TO_COHERENT] - low[TO_COHERENT]):
            u, v, w = turn(u, v, w, coherent_cosine(energy, medium.form_x2, medium.form_area, state), state)
        elif (
            pick < low[TO_INCOHERENT] + f * (high[TO_INCOHERENT] - low[TO_INCOHERENT])
            or energy <= 2.0 * ELECTRON_MASS_MEV
        ):
            left, cosine, electron_cosine = bound_compton(energy, medium.form_x2, medium.bound_share, state)
            before = (u, v, w)
            u, v, w = turn(u, v, w, cosine, state)
            recoil = _recoil(before, (u, v, w), cosine, electron_cosine)
            n = push(stack, n, ELECTRON, energy - left, (x, y, z), recoil, share, 1.0)
            energy = left
        else:
            return _pair(energy, (x, y, z), (u, v, w), share, stack, n, state), 0.0
    score(tally, x, y, z, energy * share, 1.0)
    return n, 0.0


@njit(cache=True, error_model="numpy")
def _pair(energy_mev: float, place: Way, way: Way, share: float, stack: Floats, n: int, state: State) -> int:
    """Pair production: one electron, straight on, stands for both; the positron annihilates where it was born."""
    n = push(stack, n, ELECTRON, energy_mev - 2.0 * ELECTRON_MASS_MEV, place, way, share, 1.0)
    u, v, w = any_direction(state)
    n = push(stack, n, PHOTON, ELECTRON_MASS_MEV, place, (u, v, w), share, 1.0)
    return push(stack, n, PHOTON, ELECTRON_MASS_MEV, place, (-u, -v, -w), share, 1.0)


@njit(cache=True, error_model="numpy")
def _recoil(before: Way, after: Way, cosine: float, electron_cosine: float) -> Way:
    """Direction of the Compton electron: in the plane of both photons, on the other side."""
    sine = sqrt(max(0.0, 1.0 - cosine * cosine))
    if sine < 1e-9:
        return before
    across = sqrt(max(0.0, 1.0 - electron_cosine * electron_cosine)) / sine
    along = electron_cosine + across * cosine
    return (
        along * before[0] - across * after[0],
        along * before[1] - across * after[1],
        along * before[2] - across * after[2],
    )
