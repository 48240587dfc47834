"""One electron followed to its end, compiled.

Between hard events it loses energy continuously and is deflected once at a random place of the step (random hinge:
Salvat, PENELOPE, NEA/MBDAV/R(2019)1, section 4). Hard events are elastic collisions beyond the least angle, knock-on
collisions and bremsstrahlung above the cut-offs. Knock-on collisions do not deflect the electron: Z (Z + 1) holds that
deflection.
"""

from __future__ import annotations

from math import exp, log
from typing import NamedTuple

from numba import njit

from lutetia.dosimetry.collision_tables import (
    BREMS,
    BREMS_ROWS,
    ELECTRON_MASS_MEV,
    HARD,
    HIGHEST_MEV,
    LEAST,
    LOSS,
    LOWEST_MEV,
    MOLLER,
    RANGE,
    ROWS,
    SCREEN,
    SOFT,
    Floats,
)
from lutetia.dosimetry.collisions import braking_cosine, elastic_cosine, knock_on, turn
from lutetia.dosimetry.tally import ELECTRON, PHOTON, Body, Tally, push, score, way_out
from lutetia.random_stream import State, uniform

LOG_LOWEST = log(LOWEST_MEV)
LOG_STEP = log(HIGHEST_MEV / LOWEST_MEV) / (ROWS - 1)
LOG_BREMS_STEP = log(HIGHEST_MEV / LOWEST_MEV) / (BREMS_ROWS - 1)

Way = tuple[float, float, float]


class ElectronTables(NamedTuple):
    """The electron's part of `CollisionTables`, and how finely it is followed (see `transport.Accuracy`)."""

    table: Floats
    brems: Floats
    charge: float
    step_share: float
    rest: float
    knock_on_cut: float
    brems_cut: float
    copies: int


@njit(cache=True, error_model="numpy")
def follow_electron(
    particle: Floats, stack: Floats, n: int, state: State, medium: ElectronTables, body: Body, tally: Tally
) -> tuple[int, float]:
    """Follow the electron, its secondaries onto the stack of n; the stack's height and the energy that left."""
    energy, x, y, z = particle[1], particle[2], particle[3], particle[4]
    u, v, w, share, borne = particle[5], particle[6], particle[7], particle[8], particle[9]
    while True:
        i, f = _row(energy, LOG_STEP, medium.table.shape[0])
        low, high = medium.table[i], medium.table[i + 1]
        length = low[RANGE] + f * (high[RANGE] - low[RANGE])
        if length <= medium.rest or energy <= LOWEST_MEV:
            score(tally, x, y, z, energy * share, borne)
            return n, 0.0
        loss = low[LOSS] + f * (high[LOSS] - low[LOSS])
        hard = low[HARD] + f * (high[HARD] - low[HARD])
        moller = low[MOLLER] + f * (high[MOLLER] - low[MOLLER])
        braking = low[BREMS] + f * (high[BREMS] - low[BREMS])
        longest = medium.step_share * length
        # hard collisions grow more frequent while the electron slows down: drawn at the step's highest rate, then
        # thinned
        slope = (low[HARD] - high[HARD]) / (LOG_STEP * hard * energy)
        growth = 1.0 + slope * loss * longest
        elastic = hard * growth
        rate = elastic + moller + braking
        step = -log(uniform(state)) / rate
        free = step >= longest
        step = min(step, longest)
        # the loss at mid-step
        lost = loss * step - 0.5 * (high[LOSS] - low[LOSS]) / (LOG_STEP * energy) * loss * step * step
        lost = min(lost, energy)
        hinge, deposit = uniform(state) * step, uniform(state)
        path = min(step, way_out(body, x, y, z, u, v, w))
        if path < hinge:
            lost *= path / step
            path *= deposit
            score(tally, x + u * path, y + v * path, z + w * path, lost * share, borne)
            return n, (energy - lost) * share
        ahead = (u, v, w)
        soft = low[SOFT] + f * (high[SOFT] - low[SOFT])
        if soft > 0.0:
            soft -= 0.5 * (high[SOFT] - low[SOFT]) / LOG_STEP * lost / energy
            u, v, w = _soft_turn(u, v, w, soft * step, state)
        x, y, z = x + ahead[0] * hinge, y + ahead[1] * hinge, z + ahead[2] * hinge
        path = min(step, hinge + way_out(body, x, y, z, u, v, w))
        lost *= path / step
        past = deposit * path - hinge  # the whole loss is put at one place of the step, evenly chosen
        if past <= 0.0:
            score(tally, x + ahead[0] * past, y + ahead[1] * past, z + ahead[2] * past, lost * share, borne)
        else:
            score(tally, x + u * past, y + v * past, z + w * past, lost * share, borne)
        energy -= lost
        if path < step:
            return n, energy * share
        x, y, z = x + u * (step - hinge), y + v * (step - hinge), z + w * (step - hinge)
        if free or energy <= LOWEST_MEV:
            continue
        pick = uniform(state) * rate
        if pick < elastic:
            if uniform(state) * growth < 1.0 + slope * lost:
                screen = low[SCREEN] + f * (high[SCREEN] - low[SCREEN])
                least = low[LEAST] + f * (high[LEAST] - low[LEAST])
                gamma = (energy + lost) / ELECTRON_MASS_MEV + 1.0
                cosine = elastic_cosine(screen, least, 1.0 - 1.0 / (gamma * gamma), medium.charge, state)
                if cosine < 1.5:
                    u, v, w = turn(u, v, w, cosine, state)
        elif pick < elastic + moller:
            if energy > 2.0 * medium.knock_on_cut:
                given, cosine = knock_on(energy, medium.knock_on_cut, state)
                n = push(stack, n, ELECTRON, given, (x, y, z), turn(u, v, w, cosine, state), share, borne)
                energy -= given
        elif energy > 1.001 * medium.brems_cut:
            given, n = _brake(energy, (x, y, z), (u, v, w), share, stack, n, state, medium)
            energy -= given


@njit(cache=True, error_model="numpy")
def _row(energy_mev: float, log_step: float, rows: int) -> tuple[int, float]:
    """Row of a table in equal steps of log energy below this energy, and the part of the way to the next."""
    place = (log(energy_mev) - LOG_LOWEST) / log_step if energy_mev > LOWEST_MEV else 0.0
    i = min(int(place), rows - 2)
    return i, place - i


@njit(cache=True, error_model="numpy")
def _soft_turn(u: float, v: float, w: float, transport_lengths: float, state: State) -> Way:
    """The direction after many soft collisions: μ exponential with the mean that ⟨cos θ⟩ = exp(−length) asks for."""
    mean = 0.5 * (1.0 - exp(-transport_lengths))
    half = -mean * log(uniform(state))
    while half > 1.0:
        half = -mean * log(uniform(state))
    return turn(u, v, w, 1.0 - 2.0 * half, state)


@njit(cache=True, error_model="numpy")
def _brake(
    energy_mev: float, place: Way, way: Way, share: float, stack: Floats, n: int, state: State, medium: ElectronTables
) -> tuple[float, int]:
    """Energy of a bremsstrahlung photon, and the stack's height with it (its copies divide the share)."""
    i, f = _row(energy_mev, LOG_BREMS_STEP, medium.brems.shape[0])
    if uniform(state) < f:
        i += 1
    at = uniform(state) * (medium.brems.shape[1] - 1)
    j = int(at)
    part = medium.brems[i, j] + (at - j) * (medium.brems[i, j + 1] - medium.brems[i, j])
    given = medium.brems_cut * exp(part * log(energy_mev / medium.brems_cut))
    copies = medium.copies if share > 0.5 else 1
    for _ in range(copies):
        ahead = turn(way[0], way[1], way[2], braking_cosine(energy_mev, state), state)
        n = push(stack, n, PHOTON, given, place, ahead, share / copies, 1.0)
    return given, n
