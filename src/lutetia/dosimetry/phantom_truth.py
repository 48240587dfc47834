"""The absorbed doses the digital patient really has, found without an image.

Decays start at random points of a region of the equations; each sends its energy a random way to a random distance,
as the radial kernel has it, and the region at the end of the way gets it. No voxel, no convolution, no fraction: a
route of its own to the same numbers, in the same endless uniform medium. Repeats with other seeds give the standard
error.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.dosimetry.kernel import RADII_G_PER_CM2, RadialKernel
from lutetia.dosimetry.medium import medium
from lutetia.dosimetry.organ import GY_G_PER_MBQ_H_MEV
from lutetia.dosimetry.phantom import DigitalPatient
from lutetia.dosimetry.solid import Bodies, region_at
from lutetia.random_stream import State, start_history, uniform

Floats = NDArray[np.float64]

REPEATS = 16
_STEPS_OF_SHARE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhantomTruth:
    """What the digital patient really gets. `dose_gy` and `std_error_gy` (targets, sources) in the order of `regions`.

    `std_error_gy` is that of the random sampling (k = 1).
    """

    nuclide: str
    regions: tuple[str, ...]
    volume_ml: dict[str, float]
    mass_g: dict[str, float]
    tia_mbq_h: dict[str, float]
    dose_gy: Floats
    std_error_gy: Floats
    conventions: tuple[str, ...]

    def mean_gy(self, name: str) -> float:
        """Mean absorbed dose of the region, from all sources."""
        return float(self.dose_gy[self.regions.index(name)].sum())

    def self_gy(self, name: str) -> float:
        """The part it gives itself."""
        row = self.regions.index(name)
        return float(self.dose_gy[row, row])

    def error_gy(self, name: str) -> float:
        """Standard error of the mean dose (k = 1)."""
        return float(np.sqrt((self.std_error_gy[self.regions.index(name)] ** 2).sum()))

    def record(self) -> dict[str, object]:
        """Plain numbers for a truth file: per region volume, mass, time-integrated activity, dose and its parts."""
        return {
            "nuclide": self.nuclide,
            "conventions": list(self.conventions),
            "regions": {
                name: {
                    "volume_ml": self.volume_ml[name],
                    "mass_g": self.mass_g[name],
                    "tia_mbq_h": self.tia_mbq_h[name],
                    "dose_gy": self.mean_gy(name),
                    "std_error_gy": self.error_gy(name),
                    "dose_from_gy": dict(zip(self.regions, map(float, self.dose_gy[row]), strict=True)),
                }
                for row, name in enumerate(self.regions)
            },
        }


def phantom_truth(
    patient: DigitalPatient, kernel: RadialKernel, *, decays: int = 400_000, seed: int = 177
) -> PhantomTruth:
    """Absorbed dose of every region from every region, with `decays` sampled per source. Same seed, same numbers."""
    listed = patient.bodies()
    density = medium(kernel.medium).density_g_per_ml
    radius_mm = _radius_of_share_mm(kernel, density)
    repeats = [(source, repeat) for source in range(len(patient.names)) for repeat in range(REPEATS)]
    per_repeat = max(1, decays // REPEATS)

    def share(job: tuple[int, int]) -> Floats:
        source, repeat = job
        reached = np.zeros(len(patient.names))
        first = (source * REPEATS + repeat) * per_repeat
        _send(listed, source, _box(listed, source), radius_mm, seed, first, per_repeat, reached)
        return reached / per_repeat

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        shares = np.array(list(pool.map(share, repeats))).reshape(len(patient.names), REPEATS, -1)
    # targets, sources: share of the source's energy × all its energy / mass of the target
    energy = kernel.energy_mev() * GY_G_PER_MBQ_H_MEV * np.array(list(patient.tia_mbq_h.values()))
    scale = energy / np.array(list(patient.mass_g.values()))[:, None]
    return PhantomTruth(
        nuclide=kernel.nuclide,
        regions=patient.names,
        volume_ml=dict(patient.volume_ml),
        mass_g=patient.mass_g,
        tia_mbq_h=patient.tia_mbq_h,
        dose_gy=shares.mean(axis=1).T * scale,
        std_error_gy=shares.std(axis=1, ddof=1).T / np.sqrt(REPEATS) * scale,
        conventions=(
            *patient.conventions,
            *kernel.conventions,
            f"Truth by sampling {per_repeat * REPEATS} decays of each region on the equations, in uniform "
            f"{kernel.medium.replace('_', ' ')} of {density:g} g/mL; masses by each region's own density.",
        ),
    )


def _radius_of_share_mm(kernel: RadialKernel, density_g_per_ml: float) -> Floats:
    """(2, n): distances (mm) within which the shares 0 … 1 of the energy lie, in equal steps; then the last steps
    again.

    Row 0 runs evenly over all shares, row 1 evenly over the share that lies beyond row 0's last but one step.
    """
    running = kernel.total_within_mev / kernel.energy_mev()
    distances = RADII_G_PER_CM2 / density_g_per_ml * 10
    shares = np.linspace(0, 1, _STEPS_OF_SHARE + 1)
    tail = 1 - 1 / _STEPS_OF_SHARE + shares / _STEPS_OF_SHARE
    return np.array([np.interp(shares, running, distances), np.interp(tail, running, distances)])


def _box(listed: Bodies, region: int) -> Floats:
    own = listed.boxes[listed.region == region]
    return np.concatenate([own[:, :3].min(axis=0), own[:, 3:].max(axis=0)])


@njit(cache=True, nogil=True)
def _send(
    listed: Bodies,
    source: int,
    box: Floats,
    radius_mm: Floats,
    seed: int,
    first: int,
    decays: int,
    reached: Floats,
) -> None:
    """Count the decays of the region whose energy ends in each region."""
    state = np.zeros(1, np.uint64)
    steps = radius_mm.shape[1] - 1
    for decay in range(first, first + decays):
        start_history(state, seed, decay)
        while True:
            x = box[0] + uniform(state) * (box[3] - box[0])
            y = box[1] + uniform(state) * (box[4] - box[1])
            z = box[2] + uniform(state) * (box[5] - box[2])
            if region_at(listed, x, y, z) == source:
                break
        distance = _distance_mm(radius_mm, steps, state)
        cosine = 2.0 * uniform(state) - 1.0
        azimuth = 2.0 * np.pi * uniform(state)
        sine = np.sqrt(1.0 - cosine * cosine)
        x += distance * sine * np.cos(azimuth)
        y += distance * sine * np.sin(azimuth)
        target = region_at(listed, x, y, z + distance * cosine)
        if target >= 0:
            reached[target] += 1.0


@njit(cache=True, nogil=True)
def _distance_mm(radius_mm: Floats, steps: int, state: State) -> float:
    """A distance drawn from the kernel."""
    place = uniform(state) * steps
    row = 0
    if place >= steps - 1:
        row, place = 1, (place - (steps - 1)) * steps
    step = min(int(place), steps - 1)
    part = place - step
    return float((1.0 - part) * radius_mm[row, step] + part * radius_mm[row, step + 1])
