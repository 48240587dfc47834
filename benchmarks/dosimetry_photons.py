"""How fast photons are followed in a patient's voxels, and how sure the doses of kidneys and marrow are in 15 s.

    python benchmarks/dosimetry_photons.py [--seconds 15] [--workers 2] [--repeat 5]

The made-up digital patient on 128³ voxels of 4.8 mm, 177Lu, everything warm. A history is one photon from its decay to
the end, its line drawn by energy. Besides the time on the clock stands the processors' time, which other programs on
the machine do not lengthen so much. The floor: what the pieces of one history cost by themselves (logarithms,
collisions, random places in memory), times how many of each a history has.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time

import numba
import numpy as np
from numba import njit

from lutetia.dosimetry import PhotonRun, digital_patient, on_grid, patient_dose, patient_s_values, torso_geometry
from lutetia.dosimetry.photon_batches import BATCHES, PhotonBody, photon_body, run_photons, std_error
from lutetia.dosimetry.photon_collision import bound_compton, row_of, turned
from lutetia.dosimetry.photon_source import photon_source
from lutetia.dosimetry.tissue_attenuation import tissue_tables
from lutetia.dosimetry.tissue_map import tissue_map
from lutetia.random_stream import start_history, uniform

TARGETS = """Targets (two cores free, warm): 0.8 million histories a second; standard error of the photon dose of
kidneys and marrow at most 0.5 % within 15 s."""
NAMES = ("left kidney", "right kidney", "vertebral marrow")


@njit(cache=False)
def _collisions(count: int, share: np.ndarray) -> float:
    """Collisions alone: energy row, Compton scattering at 150 keV, turn."""
    state = np.zeros(1, np.uint64)
    start_history(state, 1, 1)
    way, total = (0.6, 0.0, 0.8), 0.0
    for _ in range(count):
        left, cosine = bound_compton(0.15, share, state)
        row, part = row_of(left)
        way = turned(way, cosine, state)
        total += way[0] + row + part
    return total


@njit(cache=False)
def _stops(count: int, density: np.ndarray, tissue: np.ndarray) -> float:
    """Stops alone: a logarithm, two random numbers, a random voxel."""
    state = np.zeros(1, np.uint64)
    start_history(state, 1, 1)
    total = 0.0
    for _ in range(count):
        voxel = int(uniform(state) * density.size)
        total += -np.log(uniform(state)) * density[voxel] + tissue[voxel]
    return total


def best_ns(work: object, *arguments: object, count: int = 500_000) -> float:
    """Processor nanoseconds of one of `count` pieces, the best of five."""
    work(10, *arguments)  # type: ignore[operator]
    found = []
    for _ in range(5):
        began = time.process_time()
        work(count, *arguments)  # type: ignore[operator]
        found.append((time.process_time() - began) / count * 1e9)
    return min(found)


def speed(body: PhotonBody, amounts: np.ndarray, scoring: str, workers: int, repeat: int) -> tuple[float, float, float]:
    """Histories a second by the clock, by the processors' time and workers, and the stops of a history."""
    source, clock, processors = photon_source("Lu-177"), [], []
    run = PhotonRun(histories=1_000_000, scoring=scoring, workers=workers)  # type: ignore[arg-type]
    for _ in range(repeat + 1):
        began, used = time.perf_counter(), time.process_time()
        shares = run_photons(body, amounts, source, run)
        clock.append(time.perf_counter() - began)
        processors.append(time.process_time() - used)
    count = run.per_batch * BATCHES
    return count / np.median(clock[1:]), count / np.median(processors[1:]) * workers, shares.stops


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=5)
    chosen = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; Python "
          f"{platform.python_version()}, numpy {np.__version__}, numba {numba.__version__}")  # fmt: skip
    patient = digital_patient()
    phantom = on_grid(patient, torso_geometry(patient))
    regions, density, tia = phantom.regions(), phantom.density(), phantom.tia()
    amounts = np.asarray(tia.converted("MBq h").array)
    body = photon_body(tissue_map(density), amounts > 0)
    print(f"torso 128³ at 4.8 mm, cut to {' × '.join(map(str, body.voxels.shape))} voxels; {chosen.workers} workers")
    rates = {}
    for scoring in ("analog", "expected"):
        rates[scoring] = speed(body, amounts, scoring, chosen.workers, chosen.repeat)
        print(f"  {scoring}: {rates[scoring][0] / 1e6:.2f} million histories a second by the clock, "
              f"{rates[scoring][1] / 1e6:.2f} by the processors' time")  # fmt: skip
    collision_ns = best_ns(_collisions, tissue_tables().bound_share[3])
    stop_ns = best_ns(_stops, body.voxels.density_g_per_ml, body.voxels.tissue)
    few = run_photons(body, amounts, photon_source("Lu-177"), PhotonRun(histories=100_000, workers=1))
    floor_ns = few.collisions * collision_ns + few.stops * stop_ns
    print(f"  a history: {few.stops:.2f} stops of {stop_ns:.0f} ns, {few.collisions:.2f} collisions of "
          f"{collision_ns:.0f} ns; floor {floor_ns:.0f} ns, {1e3 * chosen.workers / floor_ns:.1f} million a second; "
          f"reached {1e9 * chosen.workers / rates['analog'][1]:.0f} ns")  # fmt: skip
    for scoring in ("analog", "expected"):
        histories = int(rates[scoring][0] * chosen.seconds)
        run = PhotonRun(histories=histories, scoring=scoring, workers=chosen.workers)  # type: ignore[arg-type]
        began = time.perf_counter()
        shares = run_photons(
            body, amounts, photon_source("Lu-177"), run, weights=body.weights(regions), stream=len(regions)
        )
        took = time.perf_counter() - began
        errors = 100 * std_error(shares.regions) / shares.regions.mean(axis=0)
        told = ", ".join(f"{name} {errors[regions.names.index(name)]:.2f} %" for name in NAMES)
        print(f"  {scoring}, {histories / 1e6:.1f} million histories in {took:.1f} s: standard error of {told}")
    began = time.perf_counter()
    patient_dose(tia, density, "Lu-177", run=PhotonRun(workers=chosen.workers))
    print(f"  dose map, one million histories, electrons by their kernel: {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    patient_s_values(regions, density, "Lu-177", run=PhotonRun(histories=200_000, workers=chosen.workers))
    print(f"  S values of 12 regions, 0.2 million histories each: {time.perf_counter() - began:.1f} s")
    print(TARGETS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
