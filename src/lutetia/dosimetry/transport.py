"""Electrons and photons followed together through a uniform medium: own Monte Carlo, from first principles.

Electrons lose energy continuously (ESTAR) but for knock-on collisions and bremsstrahlung above cut-offs, which make particles
of their own (hence straggling), and scatter on screened nuclei, each hard collision on its own, soft ones together.
Photons are analog: photoelectric, coherent, Compton, pair. Lengths in g/cm², so that density does not matter.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.dosimetry import collision_tables as tabled
from lutetia.dosimetry.collision_tables import CollisionTables, collision_tables
from lutetia.dosimetry.collisions import (
    any_direction,
    braking_cosine,
    coherent,
    compton,
    elastic_cosine,
    knock_on,
    turn,
)
from lutetia.dosimetry.random_stream import start_history, uniform

Floats = NDArray[np.float64]

BLOCKS = 64  # histories are dealt to this many tallies whatever the number of threads, and the tallies added in order

_MASS_MEV = tabled.ELECTRON_MASS_MEV
_LOWEST = tabled.LOWEST_MEV
_LOG_LOWEST = log(tabled.LOWEST_MEV)
_LOG_STEP = log(tabled.HIGHEST_MEV / tabled.LOWEST_MEV) / (tabled.ROWS - 1)
_LOG_BREMS_STEP = log(tabled.HIGHEST_MEV / tabled.LOWEST_MEV) / (tabled.BREMS_ROWS - 1)
_RANGE, _LOSS, _HARD, _LEAST = tabled.RANGE, tabled.LOSS, tabled.HARD, tabled.LEAST
_SCREEN, _SOFT, _MOLLER, _BREMS = tabled.SCREEN, tabled.SOFT, tabled.MOLLER, tabled.BREMS
_ELECTRON, _PHOTON = 0.0, 1.0
_STACK = 512


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beam:
    """What leaves the source: electrons or photons of these energies with these probabilities (they add up to 1)."""

    particle: str
    energy_mev: Floats
    probability: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deposits:
    """Energy per source particle, MeV, by distance from the source, in `BLOCKS` independent parts.

    `charged` (blocks, bins): from the source's electrons and their knock-on electrons, in equal bins of
    `charged_width_g_per_cm2`, the last holds all beyond. `photon_borne` (blocks, bins): what photons carried first, in bins
    whose edges are `photon_edges_g_per_cm2` (0 before the first, all beyond in the last). `escaped` (blocks,) left the body.
    """

    histories: int
    charged: Floats
    charged_width_g_per_cm2: float
    photon_borne: Floats
    photon_edges_g_per_cm2: Floats
    escaped: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How finely electrons are followed. `soft_share` 0 follows every elastic collision singly (slow, the reference).

    `soft_share`: mean path between hard elastic collisions as a share of the transport mean free path. `step_share`: longest
    step as a share of the residual range. `rest_g_per_cm2`: an electron whose range is shorter stays where it is.
    """

    soft_share: float = 0.03
    step_share: float = 0.05
    rest_g_per_cm2: float = 1e-5
    knock_on_cut_mev: float = 0.01
    brems_cut_mev: float = 0.005
    brems_split: int = 1


@njit(cache=True)
def _scored(
    x: float, y: float, z: float, energy: float, photon_borne: bool, grid: Any, charged: Any, borne: Any
) -> None:
    """Add the energy to the bin of the distance; grid = (charged width, log of the first photon edge, 1 / log step)."""
    distance = sqrt(x * x + y * y + z * z)
    if photon_borne:
        row = 0 if distance <= 0.0 else int((log(distance) - grid[1]) * grid[2] + 1.0)
        borne[min(max(row, 0), borne.size - 1)] += energy
    else:
        charged[min(int(distance / grid[0]), charged.size - 1)] += energy


@njit(cache=True)
def _outside(x: float, y: float, z: float, body: Any) -> bool:
    """True beyond the ellipsoid whose inverse squared semi-axes `body` holds; all zero is an endless medium."""
    return bool(body[0] * x * x + body[1] * y * y + body[2] * z * z > 1.0)


@njit(cache=True)
def _pushed(
    stack: Any, n: int, kind: float, energy: float, place: Any, way: Any, weight: float, borne: float
) -> int:
    """The stack with one particle more, and its new height; a particle that finds no room is refused by an error."""
    if n >= _STACK:
        raise ValueError("more secondary particles than the stack holds")
    row = stack[n]
    row[0], row[1], row[2], row[3], row[4] = kind, energy, place[0], place[1], place[2]
    row[5], row[6], row[7], row[8], row[9] = way[0], way[1], way[2], weight, borne
    return n + 1


@njit(cache=True)
def _electron(
    particle: Any, stack: Any, n: int, state: Any, table: Any, brems: Any, setting: Any, body: Any, grid: Any,
    charged: Any, borne: Any,
) -> tuple[int, float]:  # fmt: skip
    """Follow one electron to its end; the stack's height and the energy that left the body."""
    energy, x, y, z = particle[1], particle[2], particle[3], particle[4]
    u, v, w, weight, is_borne = particle[5], particle[6], particle[7], particle[8], particle[9]
    step_share, rest, cut, brems_cut, split, charge = setting
    while True:
        place = (log(energy) - _LOG_LOWEST) / _LOG_STEP if energy > _LOWEST else 0.0
        i = min(int(place), table.shape[0] - 2)
        f = place - i
        low, high = table[i], table[i + 1]
        length = low[_RANGE] + f * (high[_RANGE] - low[_RANGE])
        if length <= rest or energy <= _LOWEST:
            _scored(x, y, z, energy * weight, is_borne > 0.0, grid, charged, borne)
            return n, 0.0
        loss = low[_LOSS] + f * (high[_LOSS] - low[_LOSS])
        loss_slope = (high[_LOSS] - low[_LOSS]) / _LOG_STEP / loss
        hard = low[_HARD] + f * (high[_HARD] - low[_HARD])
        slope = -(high[_HARD] - low[_HARD]) / _LOG_STEP / hard
        moller = low[_MOLLER] + f * (high[_MOLLER] - low[_MOLLER])
        radiation = low[_BREMS] + f * (high[_BREMS] - low[_BREMS])
        longest = step_share * length
        # rates grow while the electron slows down: collisions are drawn at the step's highest rate and thinned
        growth = 1.0 + slope * loss * longest / energy
        elastic = hard * growth
        rate = elastic + moller + radiation
        step = -log(uniform(state)) / rate
        free = step >= longest
        if free:
            step = longest
        lost = loss * step
        lost *= 1.0 - 0.5 * loss_slope * lost / energy
        lost = min(lost, energy)
        hinge, deposit = uniform(state) * step, uniform(state) * step
        first = min(hinge, deposit)
        if deposit <= hinge:
            _scored(x + u * first, y + v * first, z + w * first, lost * weight, is_borne > 0.0, grid, charged, borne)
        x, y, z = x + u * hinge, y + v * hinge, z + w * hinge
        soft = low[_SOFT] + f * (high[_SOFT] - low[_SOFT])
        if soft > 0.0:
            # transport rate at mid-step; the angle follows from ⟨cos θ⟩ = exp(−soft · step)
            change = (high[_SOFT] - low[_SOFT]) / _LOG_STEP
            mean = 0.5 * (1.0 - exp(-(soft - 0.5 * change * lost / energy) * step))
            half = -mean * log(uniform(state))
            while half > 1.0:
                half = -mean * log(uniform(state))
            u, v, w = turn(u, v, w, 1.0 - 2.0 * half, state)
        if deposit > hinge:
            past = deposit - hinge
            _scored(x + u * past, y + v * past, z + w * past, lost * weight, is_borne > 0.0, grid, charged, borne)
        rest_of_step = step - hinge
        x, y, z = x + u * rest_of_step, y + v * rest_of_step, z + w * rest_of_step
        energy -= lost
        if _outside(x, y, z, body):
            return n, energy * weight
        if free or energy <= _LOWEST:
            continue
        pick = uniform(state) * rate
        if pick < elastic:
            if uniform(state) * growth < 1.0 + slope * lost / (energy + lost):
                screen = low[_SCREEN] + f * (high[_SCREEN] - low[_SCREEN])
                least = low[_LEAST] + f * (high[_LEAST] - low[_LEAST])
                gamma = (energy + lost) / _MASS_MEV + 1.0
                cosine = elastic_cosine(screen, least, 1.0 - 1.0 / (gamma * gamma), charge, state)
                if cosine < 1.5:
                    u, v, w = turn(u, v, w, cosine, state)
        elif pick < elastic + moller:
            if energy > 2.0 * cut:
                given, cosine = knock_on(energy, cut, state)
                way = turn(u, v, w, cosine, state)
                n = _pushed(stack, n, _ELECTRON, given, (x, y, z), way, weight, is_borne)
                energy -= given
        elif energy > brems_cut * 1.001:
            given = _braking_energy(energy, brems_cut, brems, state)
            copies = int(split) if weight > 0.5 else 1
            for _ in range(copies):
                way = turn(u, v, w, braking_cosine(energy, state), state)
                n = _pushed(stack, n, _PHOTON, given, (x, y, z), way, weight / copies, 1.0)
            energy -= given


@njit(cache=True)
def _braking_energy(energy: float, cut: float, brems: Any, state: Any) -> float:
    """Energy of a bremsstrahlung photon, between the cut and the electron's energy."""
    place = (log(energy) - _LOG_LOWEST) / _LOG_BREMS_STEP
    i = min(int(place), brems.shape[0] - 2)
    if uniform(state) < place - i:
        i += 1
    at = uniform(state) * (brems.shape[1] - 1)
    j = int(at)
    part = brems[i, j] + (at - j) * (brems[i, j + 1] - brems[i, j])
    return cut * exp(part * log(energy / cut))


@njit(cache=True)
def _photon(
    particle: Any, stack: Any, n: int, state: Any, table: Any, form_x2: Any, form_area: Any, body: Any, grid: Any,
    charged: Any, borne: Any,
) -> tuple[int, float]:  # fmt: skip
    """Follow one photon until it is absorbed or leaves; its electrons go onto the stack."""
    energy, x, y, z = particle[1], particle[2], particle[3], particle[4]
    u, v, w, weight = particle[5], particle[6], particle[7], particle[8]
    while energy > _LOWEST:
        place = (log(energy) - _LOG_LOWEST) / _LOG_STEP
        i = min(int(place), table.shape[0] - 2)
        f = place - i
        low, high = table[i], table[i + 1]
        free = -log(uniform(state)) / exp(log(low[0]) + f * (log(high[0]) - log(low[0])))
        x, y, z = x + u * free, y + v * free, z + w * free
        if _outside(x, y, z, body):
            return n, energy * weight
        pick = uniform(state)
        if pick < low[1] + f * (high[1] - low[1]):
            n = _pushed(stack, n, _ELECTRON, energy, (x, y, z), any_direction(state), weight, 1.0)
            return n, 0.0
        if pick < low[2] + f * (high[2] - low[2]):
            u, v, w = turn(u, v, w, coherent(energy, form_x2, form_area, state), state)
        elif pick < low[3] + f * (high[3] - low[3]) or energy <= 2.0 * _MASS_MEV:
            left, cosine, electron_cosine = compton(energy, state)
            before = (u, v, w)
            u, v, w = turn(u, v, w, cosine, state)
            way = _recoil(before, (u, v, w), cosine, electron_cosine)
            n = _pushed(stack, n, _ELECTRON, energy - left, (x, y, z), way, weight, 1.0)
            energy = left
        else:
            # pair: one electron stands for both, straight on; the positron is taken to annihilate where it was born
            n = _pushed(stack, n, _ELECTRON, energy - 2.0 * _MASS_MEV, (x, y, z), (u, v, w), weight, 1.0)
            way = any_direction(state)
            n = _pushed(stack, n, _PHOTON, _MASS_MEV, (x, y, z), way, weight, 1.0)
            n = _pushed(stack, n, _PHOTON, _MASS_MEV, (x, y, z), (-way[0], -way[1], -way[2]), weight, 1.0)
            return n, 0.0
    _scored(x, y, z, energy * weight, True, grid, charged, borne)
    return n, 0.0


@njit(cache=True)
def _recoil(before: Any, after: Any, cosine: float, electron_cosine: float) -> tuple[float, float, float]:
    """Direction of the Compton electron: in the plane of both photons, on the other side."""
    sine = sqrt(max(0.0, 1.0 - cosine * cosine))
    if sine < 1e-9:
        return before[0], before[1], before[2]
    across = sqrt(max(0.0, 1.0 - electron_cosine * electron_cosine)) / sine
    along = electron_cosine + across * cosine
    return (
        along * before[0] - across * after[0],
        along * before[1] - across * after[1],
        along * before[2] - across * after[2],
    )


@njit(cache=True, nogil=True)
def _block(
    seed: int, first: int, count: int, kind: float, energies: Any, running: Any, axes: Any, body: Any, grid: Any,
    setting: Any, electron: Any, brems: Any, photon: Any, form_x2: Any, form_area: Any, charged: Any, borne: Any,
) -> float:  # fmt: skip
    """Follow histories first … first + count − 1; energies go into the tallies, what escaped comes back (MeV)."""
    state = np.empty(1, dtype=np.uint64)
    stack = np.empty((_STACK, 10))
    particle = np.empty(10)
    escaped = 0.0
    for history in range(first, first + count):
        start_history(state, seed, history)
        energy = energies[min(np.searchsorted(running, uniform(state)), energies.size - 1)]
        x, y, z = 0.0, 0.0, 0.0
        if axes[0] > 0.0:
            u, v, w = any_direction(state)
            part = uniform(state) ** (1.0 / 3.0)
            x, y, z = axes[0] * u * part, axes[1] * v * part, axes[2] * w * part
        n = _pushed(stack, 0, kind, energy, (x, y, z), any_direction(state), 1.0, kind)
        while n > 0:
            n -= 1
            particle[:] = stack[n]
            if particle[0] == _PHOTON:
                n, gone = _photon(
                    particle, stack, n, state, photon, form_x2, form_area, body, grid, charged, borne
                )
            else:
                n, gone = _electron(
                    particle, stack, n, state, electron, brems, setting, body, grid, charged, borne
                )
            escaped += gone
    return escaped


def follow(
    beam: Beam,
    medium_name: str,
    *,
    histories: int,
    seed: int,
    charged_width_g_per_cm2: float,
    charged_shells: int,
    photon_edges_g_per_cm2: Floats,
    semi_axes_g_per_cm2: tuple[float, float, float] = (inf, inf, inf),
    source: str = "point",
    accuracy: Accuracy | None = None,
    threads: int | None = None,
) -> Deposits:
    """Energy deposited around the source by that many particles; the same seed gives the same numbers on any threads.

    The source is a "point" at the origin or "uniform" in the ellipsoid; beyond the ellipsoid is vacuum. Distances are
    from the origin, in g/cm². `photon_edges_g_per_cm2` must be in equal steps of the logarithm.
    """
    fine = accuracy or Accuracy()
    tables = collision_tables(medium_name, fine.knock_on_cut_mev, fine.brems_cut_mev, fine.soft_share)
    edges = np.log(photon_edges_g_per_cm2)
    grid = (charged_width_g_per_cm2, float(edges[0]), float((edges.size - 1) / (edges[-1] - edges[0])))
    axes = semi_axes_g_per_cm2 if source == "uniform" else (0.0, 0.0, 0.0)
    body = tuple(1.0 / axis**2 for axis in semi_axes_g_per_cm2)
    charged, borne = np.zeros((BLOCKS, charged_shells + 1)), np.zeros((BLOCKS, edges.size + 1))
    ends = np.linspace(0, histories, BLOCKS + 1).astype(np.int64)
    common = (*_beam_arguments(beam), axes, body, grid, _setting(fine, tables), *_table_arguments(tables))

    def one(block: int) -> float:
        first, count = int(ends[block]), int(ends[block + 1] - ends[block])
        return float(_block(seed, first, count, *common, charged[block], borne[block]))

    one(0)  # the first call compiles, on one thread
    charged[0], borne[0] = 0.0, 0.0
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        escaped = np.array(list(pool.map(one, range(BLOCKS))))
    share = BLOCKS / histories
    return Deposits(
        histories=histories,
        charged=charged * share,
        charged_width_g_per_cm2=charged_width_g_per_cm2,
        photon_borne=borne * share,
        photon_edges_g_per_cm2=photon_edges_g_per_cm2,
        escaped=escaped * share,
    )


def _beam_arguments(beam: Beam) -> tuple[float, Floats, Floats]:
    return _PHOTON if beam.particle == "photon" else _ELECTRON, beam.energy_mev, np.cumsum(beam.probability)


def _setting(fine: Accuracy, tables: CollisionTables) -> tuple[float, ...]:
    return (
        fine.step_share,
        fine.rest_g_per_cm2,
        fine.knock_on_cut_mev,
        fine.brems_cut_mev,
        float(fine.brems_split),
        tables.elastic_charge,
    )


def _table_arguments(tables: CollisionTables) -> tuple[Floats, ...]:
    return tables.electron, tables.brems, tables.photon, tables.form_x2, tables.form_area
