"""Photons in voxels of any density, compiled: Woodcock's delta tracking (1965), which needs no voxel borders.

A photon flies by the largest attenuation anywhere; where it stops, a collision takes place in the ratio of the voxel's
own attenuation to that largest. Energy given to electrons stays in the voxel.
"""

from __future__ import annotations

from math import log
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.dosimetry.photon_collision import ABSORBED, PAIR, any_way, collide, line_drawn, row_of
from lutetia.dosimetry.tissue_attenuation import TOTAL, TissueTables
from lutetia.random_stream import start_history, uniform

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

ANALOG, EXPECTED = 0, 1


class Voxels(NamedTuple):
    """Tissue on a grid (z, y, x), all arrays flat.

    `per_cm` is voxels per cm along x, y, z; `majorant` (rows,) the largest attenuation (1/cm) by energy.
    """

    density_g_per_ml: Singles
    tissue: NDArray[np.uint8]
    shape: tuple[int, int, int]
    per_cm: tuple[float, float, float]
    majorant: Floats


class PhotonOrigin(NamedTuple):
    """Where decays are, the flat `places` with their `running` share (last 1), and which photons come: energies and
    `running_lines`, shares of the emitted energy added up (last 1). `cut_mev`: softer photons stay where they are."""

    places: NDArray[np.int64]
    running: Floats
    energy_mev: Floats
    running_lines: Floats
    cut_mev: float


@njit(cache=True, nogil=True, error_model="numpy")
def follow_histories(
    seed: int,
    first: int,
    count: int,
    scoring: int,
    origin: PhotonOrigin,
    voxels: Voxels,
    tables: TissueTables,
    tally: Floats,
    own: Floats,
) -> tuple[float, int, int]:
    """Follow histories first … first + count − 1; what escaped, stops, collisions.

    Each history brings 1 (its photon's energy over itself); `tally` (voxels,) gets what stays, `own` the part of it
    that stays in the voxel of the decay. Histories are spread evenly over the activity.
    """
    state = np.empty(1, dtype=np.uint64)
    nz, ny, nx = voxels.shape
    per_x, per_y, per_z = voxels.per_cm
    escaped, stops, collisions = 0.0, 0, 0
    place = 0
    for history in range(count):
        start_history(state, seed, first + history)
        wanted = (history + uniform(state)) / count
        while place < origin.places.size - 1 and origin.running[place] < wanted:
            place += 1
        birth = origin.places[place]
        voxel = birth
        x = voxel % nx + uniform(state)
        y = (voxel // nx) % ny + uniform(state)
        z = voxel // (nx * ny) + uniform(state)
        emitted = origin.energy_mev[line_drawn(origin.running_lines, state)]
        energy = emitted
        way = any_way(state)
        second = False
        x2, y2, z2, way2 = 0.0, 0.0, 0.0, way
        while True:
            if energy <= origin.cut_mev:
                voxel = (min(int(z), nz - 1) * ny + min(int(y), ny - 1)) * nx + min(int(x), nx - 1)
                amount = energy / emitted
                tally[voxel] += amount
                if voxel == birth:
                    own[voxel] += amount
                alive = False
            else:
                alive = True
                row, part = row_of(energy)
                largest = voxels.majorant[row] + part * (voxels.majorant[row + 1] - voxels.majorant[row])
                free = 1.0 / largest
                sx, sy, sz = way[0] * per_x * free, way[1] * per_y * free, way[2] * per_z * free
            while alive:
                step = -log(uniform(state))
                x, y, z = x + sx * step, y + sy * step, z + sz * step
                if not (0.0 <= x < nx and 0.0 <= y < ny and 0.0 <= z < nz):
                    escaped += energy / emitted
                    alive = False
                    break
                stops += 1
                voxel = (int(z) * ny + int(y)) * nx + int(x)
                density = np.float64(voxels.density_g_per_ml[voxel])
                tissue = int(voxels.tissue[voxel])
                if scoring == EXPECTED:
                    low = tables.transfer[row, tissue]
                    share = low + part * (tables.transfer[row + 1, tissue] - low)
                    amount = energy / emitted * density * share * free
                    tally[voxel] += amount
                    if voxel == birth:
                        own[voxel] += amount
                low = tables.processes[row, tissue, TOTAL]
                total = low + part * (tables.processes[row + 1, tissue, TOTAL] - low)
                pick = uniform(state) * largest
                if pick >= density * total:
                    continue
                collisions += 1
                kind, left, way = collide(energy, way, pick / density, row, part, tissue, tables, state)
                given = energy - left
                if kind == PAIR:
                    given -= left
                    second, x2, y2, z2, way2 = True, x, y, z, (-way[0], -way[1], -way[2])
                if scoring == ANALOG:
                    amount = given / emitted
                    tally[voxel] += amount
                    if voxel == birth:
                        own[voxel] += amount
                energy = left
                alive = kind != ABSORBED
                break
            if not alive:
                if not second:
                    break
                second, x, y, z, way, energy = False, x2, y2, z2, way2, 0.51099895
    return escaped, stops, collisions
