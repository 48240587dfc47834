"""How fast the kernels of Lutetia are built, from the transport of single electrons to voxel S-values.

    python benchmarks/dosimetry_kernels.py [--repeat 5] [--histories 20000]

Radial kernels of nuclides in a medium whose kernels of one energy are stored, and in one whose kernels are computed
first; voxel kernels of a new size; spheres and organs; histories per second of the transport. Warm unless it says cold;
the median of `--repeat`, on the clock and of the processors (other programs on the machine lengthen only the first).
There is no peer beside it: opengate needs Geant4's data from the network, other tools read finished tables. The floor
that voxel kernels stand beside is the plain numpy sum over as many points as the kernel deals out.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable

import numpy as np
import scipy

from lutetia.dosimetry import nuclide, organ_self_s_gy_per_bq_s, radial_kernel, self_dose
from lutetia.dosimetry import voxel_kernel as voxel_s
from lutetia.dosimetry.kernel import RADII_G_PER_CM2
from lutetia.dosimetry.monoenergetic import computed_kernels
from lutetia.dosimetry.transport import Accuracy, Beam, Shells, follow

NUCLIDES = ("Lu-177", "Y-90", "In-111", "Tb-161", "Pb-212", "Bi-213", "Ac-225")
VOXELS = (
    ("Lu-177", (4.8, 4.8, 4.8), (51, 51, 51)),
    ("Lu-177", (4.8, 2.4, 2.4), (51, 101, 101)),
    ("Y-90", (2.21, 2.21, 2.21), (51, 51, 51)),
    ("Lu-177", (4.42, 4.42, 4.42), (127, 127, 127)),
)
TARGETS = "Targets: a nuclide's radial kernel within 60 s, a new voxel size within 1 s."


def timed(work: Callable[[], object], repeat: int) -> tuple[float, float]:
    """Median seconds on the clock and of the processors, after one run to warm up."""
    work()
    clock, processors = [], []
    for _ in range(repeat):
        began, used = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - began)
        processors.append(time.process_time() - used)
    return float(np.median(clock)), float(np.median(processors))


def once(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of the processors of one run."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - used


def told(what: str, took: tuple[float, float], more: str = "") -> None:
    print(f"{what}: {took[0]:.3f} s (processors {took[1]:.3f} s){more}", flush=True)


def histories_per_second(particle: str, energy_mev: float, medium: str, count: int) -> float:
    """Histories followed in a second from a point in an endless medium, all cores."""
    beam = Beam(particle="photon" if particle == "photon" else "electron", energy_mev=np.array([energy_mev]),
                probability=np.ones(1))  # fmt: skip
    edges = np.geomspace(1e-2, 60, 40)
    shells = Shells(charged_width_g_per_cm2=0.01, charged_count=100, photon_edges_g_per_cm2=edges)
    fine = Accuracy(rest_g_per_cm2=1e-3)
    if particle == "photon":  # as for photon kernels: their electrons coarsely
        fine = Accuracy(soft_share=0.1, step_share=0.1, rest_g_per_cm2=7e-3, knock_on_cut_mev=0.05)
    follow(beam, medium, shells, histories=64, seed=1, accuracy=fine)
    began = time.perf_counter()
    follow(beam, medium, shells, histories=count, seed=1, accuracy=fine)
    return count / (time.perf_counter() - began)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--histories", type=int, default=20_000)
    chosen = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; Python "
          f"{platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}")  # fmt: skip
    told("first radial kernel of the process, cold (177Lu, soft tissue)", once(lambda: radial_kernel("Lu-177")))
    for name in NUCLIDES:
        source = nuclide(name)
        told(f"radial kernel, {name}", timed(lambda source=source: radial_kernel(source), chosen.repeat))
    for name, spacing, shape in VOXELS:
        radial = radial_kernel(name)
        took = timed(lambda r=radial, s=spacing, n=shape: voxel_s(r, s, n), chosen.repeat)
        told(f"voxel kernel, {name}, {' × '.join(map(str, spacing))} mm, {' × '.join(map(str, shape))}", took)
    points = np.random.default_rng(1).random((20_000_000,))
    told("  floor: numpy adds 20 million numbers into 51³ places", timed(lambda: _added(points), chosen.repeat))
    told("sphere of 1 g, 177Lu", timed(lambda: self_dose("Lu-177", 1.0), chosen.repeat))
    kidneys = lambda: organ_self_s_gy_per_bq_s("Lu-177", 310.0, parts=2, axis_ratios=(5.5, 3.0, 2.0))  # noqa: E731
    told("kidneys as ellipsoids, 177Lu", timed(kidneys, chosen.repeat))
    medium = "muscle"  # nothing stored: electrons of 19 and photons of 26 energies are followed
    took = once(lambda: computed_kernels(medium, chosen.histories, 177))
    told(f"kernels of one energy in {medium}, {chosen.histories} electrons each, once a process", took)
    for particle, energy in (("electron", 0.15), ("electron", 0.93), ("photon", 0.208)):
        speed = histories_per_second(particle, energy, "soft_tissue", 200_000 if particle == "photon" else 20_000)
        print(f"transport, {particle}s of {energy:g} MeV: {speed:,.0f} histories/s")
    print(f"The radial kernel is tabled at {RADII_G_PER_CM2.size} distances.\n{TARGETS}")
    return 0


def _added(points: np.ndarray) -> np.ndarray:
    return np.bincount((points * 51**3).astype(np.int64), weights=points, minlength=51**3)


if __name__ == "__main__":
    sys.exit(main())
