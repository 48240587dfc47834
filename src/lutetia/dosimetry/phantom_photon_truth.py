"""The absorbed doses the digital patient has in its own densities, found on its equations: no voxel anywhere.

Photons fly through the quadrics and planes of the phantom, each tissue with its own density and composition: a geometry
of its own against which the Monte Carlo in voxels is tested. The collisions are the same code.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from math import log

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.dosimetry.kernel import COMPONENTS
from lutetia.dosimetry.lattice_kernel import CHARGED_COMPONENTS
from lutetia.dosimetry.nuclide import Nuclide
from lutetia.dosimetry.organ import GY_G_PER_MBQ_H_MEV
from lutetia.dosimetry.patient_photons import CHARGED_SENTENCES, Charged
from lutetia.dosimetry.phantom import DigitalPatient
from lutetia.dosimetry.phantom_truth import PhantomTruth, phantom_truth
from lutetia.dosimetry.photon_batches import CUT_MEV
from lutetia.dosimetry.photon_collision import ABSORBED, PAIR, any_way, collide, line_drawn, row_of
from lutetia.dosimetry.photon_source import PhotonSource, photon_source
from lutetia.dosimetry.solid import OUTSIDE, Bodies, region_at
from lutetia.dosimetry.tissue_attenuation import TOTAL, TissueTables, majorant_per_cm, tissue_tables
from lutetia.dosimetry.tissue_map import SENTENCE, tissue_class_at
from lutetia.random_stream import start_history, uniform

Floats = NDArray[np.float64]

REPEATS = 16


def phantom_photon_truth(
    patient: DigitalPatient,
    source: str | Nuclide | PhotonSource,
    *,
    charged: Charged = "kernel",
    histories: int = 320_000,
    seed: int = 177,
    workers: int | None = None,
) -> PhantomTruth:
    """Absorbed dose of every region from every region, photons in the patient's own densities, with `histories` of each
    source. Same seed, same numbers, however many workers. Charged particles by "kernel" cross borders, sampled on the
    equations too (`phantom_truth`), by "local deposition" they stay. Raises InputError for an unknown nuclide."""
    emitter = source if isinstance(source, PhotonSource) else photon_source(source)
    listed, count = patient.bodies(), len(patient.names)
    density = np.array([tissue.density_g_per_ml for tissue in patient.tissues])
    tissue = tissue_class_at(density)
    majorant = majorant_per_cm(density.astype(np.float32), tissue)
    lines = np.cumsum(emitter.lines.energy_mev * emitter.lines.per_decay)
    per_repeat = -(-histories // REPEATS)
    whole = np.concatenate([listed.boxes[:, :3].min(axis=0), listed.boxes[:, 3:].max(axis=0)])

    def one(job: int) -> Floats:
        tally, begins = np.zeros(count), _box(listed, job // REPEATS)
        _send(
            seed, job * per_repeat, per_repeat, job // REPEATS, begins, whole, listed, density, tissue, majorant,
            emitter.lines.energy_mev, lines / lines[-1], tissue_tables(), tally,
        )  # fmt: skip
        return tally / per_repeat

    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        shares = np.array(list(pool.map(one, range(count * REPEATS)))).reshape(count, REPEATS, count)
    per_mev = (
        GY_G_PER_MBQ_H_MEV * np.array(list(patient.tia_mbq_h.values())) / np.array([*patient.mass_g.values()])[:, None]
    )
    near, near_error, words = _charged_gy(patient, emitter, charged, seed)
    return PhantomTruth(
        nuclide=emitter.nuclide,
        regions=patient.names,
        volume_ml=dict(patient.volume_ml),
        mass_g=patient.mass_g,
        tia_mbq_h=patient.tia_mbq_h,
        dose_gy=shares.mean(axis=1).T * emitter.photon_mev * per_mev + near,
        std_error_gy=np.hypot(
            shares.std(axis=1, ddof=1).T / np.sqrt(REPEATS) * emitter.photon_mev * per_mev, near_error
        ),
        conventions=(
            *patient.conventions,
            *emitter.conventions,
            SENTENCE,
            words,
            f"Truth by Monte Carlo of {per_repeat * REPEATS} photons of each region on the equations, each region with "
            "its own density, nothing around the body; electrons that photons set free stay where they are.",
        ),
    )


def _charged_gy(
    patient: DigitalPatient, source: PhotonSource, charged: Charged, seed: int
) -> tuple[Floats, Floats, str]:
    """Dose by charged particles (targets, sources), its standard error, and the sentence on it."""
    if charged == "local deposition":
        areas, masses = np.array([*patient.tia_mbq_h.values()]), np.array([*patient.mass_g.values()])
        own = np.diag(source.charged_mev * GY_G_PER_MBQ_H_MEV * areas / masses)
        return own, np.zeros_like(own), CHARGED_SENTENCES[charged]
    nothing = np.zeros_like(source.kernel.total_within_mev)
    parts = {name: source.kernel.within_mev[name] if name in CHARGED_COMPONENTS else nothing for name in COMPONENTS}
    found = phantom_truth(patient, replace(source.kernel, within_mev=parts), seed=seed)
    return found.dose_gy, found.std_error_gy, "Electrons and alpha particles by their kernel in uniform soft tissue."


def _box(listed: Bodies, region: int) -> Floats:
    own = listed.boxes[listed.region == region]
    return np.concatenate([own[:, :3].min(axis=0), own[:, 3:].max(axis=0)])


@njit(cache=True, nogil=True, error_model="numpy")
def _send(
    seed: int,
    first: int,
    count: int,
    source: int,
    begins: Floats,
    whole: Floats,
    listed: Bodies,
    density_g_per_ml: Floats,
    tissue: NDArray[np.uint8],
    majorant: Floats,
    energies: Floats,
    running_lines: Floats,
    tables: TissueTables,
    tally: Floats,
) -> None:
    """Follow photons from even points of the region; `tally` gets the share of the energy each region absorbs."""
    state = np.empty(1, dtype=np.uint64)
    for history in range(first, first + count):
        start_history(state, seed, history)
        while True:
            x = begins[0] + uniform(state) * (begins[3] - begins[0])
            y = begins[1] + uniform(state) * (begins[4] - begins[1])
            z = begins[2] + uniform(state) * (begins[5] - begins[2])
            if region_at(listed, x, y, z) == source:
                break
        emitted = energies[line_drawn(running_lines, state)]
        region, way = source, any_way(state)
        stack = 1
        energy, second_region, x2, y2, z2, way2 = emitted, source, x, y, z, way
        while stack > 0:
            alive = True
            while alive:
                if energy <= CUT_MEV:
                    tally[region] += energy / emitted
                    break
                row, part = row_of(energy)
                largest = majorant[row] + part * (majorant[row + 1] - majorant[row])
                step_mm = -10.0 * log(uniform(state)) / largest
                x, y, z = x + way[0] * step_mm, y + way[1] * step_mm, z + way[2] * step_mm
                if x < whole[0] or y < whole[1] or z < whole[2] or x > whole[3] or y > whole[4] or z > whole[5]:
                    break
                here = region_at(listed, x, y, z)
                if here == OUTSIDE:
                    continue
                low = tables.processes[row, tissue[here], TOTAL]
                total = low + part * (tables.processes[row + 1, tissue[here], TOTAL] - low)
                pick = uniform(state) * largest / density_g_per_ml[here]
                if pick >= total:
                    continue
                region = here
                kind, left, way = collide(energy, way, pick, row, part, int(tissue[here]), tables, state)
                given = energy - left
                if kind == PAIR:
                    given -= left
                    stack, second_region, x2, y2, z2, way2 = 2, here, x, y, z, (-way[0], -way[1], -way[2])
                tally[region] += given / emitted
                energy = left
                alive = kind != ABSORBED
            stack -= 1
            if stack > 0:
                region, x, y, z, way, energy = second_region, x2, y2, z2, way2, 0.51099895
