"""How fast the curve fits of Lutetia are, beside scipy's curve_fit in a loop and, in an environment of its own, lmfit.

    python benchmarks/dosimetry_curves.py [--peers PYTHON] [--repeat 5]

Made-up curves. Voxel-wise: 128³ voxels, four times, 5 % noise, everything warm, the median of `--repeat`; the answers
are compared with the double-precision search on every hundredth voxel. Organs: 10 curves of seven points, four models,
1,000 bootstrap replicates with the choice by AICc. scipy and lmfit fit a sample, one curve after the other, and their
seconds are scaled to the whole. Besides the time on the clock stands the processors' time, which other programs on the
machine do not lengthen so much.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy
from scipy.optimize import curve_fit

from lutetia.dosimetry import bootstrap_areas, fit_voxels
from lutetia.dosimetry.exponential_kernel import FOUND, fit_rows
from lutetia.dosimetry.exponential_step import Shape

PHYSICAL_H = 159.528
VOXEL_TIMES = np.array([4.0, 24.0, 72.0, 168.0])
ORGAN_TIMES = np.array([1.0, 4.0, 24.0, 48.0, 96.0, 168.0, 240.0])
SIDE, SCIPY_SAMPLE, PEER_SAMPLE = 128, 1_000, 40
TARGETS = """Targets (two cores free, warm): voxel-wise 128³ × 4 points within 0.15 s and areas within 1e-5 of
double-precision least squares; 10 organs × 4 models × 1,000 bootstraps within 0.05 s."""


def voxels() -> np.ndarray:
    """Made-up images (4, 128, 128, 128) in single precision."""
    rng = np.random.default_rng(20261120)
    shape = (SIDE, SIDE, SIDE)
    values = rng.uniform(0.1, 4, shape) * 2 ** (-VOXEL_TIMES[:, None, None, None] / rng.uniform(15, 120, shape))
    return (values * (1 + 0.05 * rng.standard_normal(values.shape))).astype(np.float32)


def organs() -> np.ndarray:
    """Ten made-up organs (10, 7): a fast and a slow phase, 5 % noise."""
    rng = np.random.default_rng(1)
    fast = rng.uniform(10, 100, (10, 1)) * 2 ** (-ORGAN_TIMES / rng.uniform(5, 15, (10, 1)))
    slow = 100 * 2 ** (-ORGAN_TIMES / rng.uniform(40, 80, (10, 1)))
    return (fast + slow) * (1 + 0.05 * rng.standard_normal((10, ORGAN_TIMES.size)))


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


def largest_difference(images: np.ndarray) -> float:
    """Largest relative difference of the areas from the search in double precision, on every hundredth voxel."""
    found = fit_voxels(VOXEL_TIMES, images, physical_half_life_h=PHYSICAL_H)
    rows = np.ascontiguousarray(images.reshape(4, -1)[:, ::100].T, dtype=np.float64)
    exact, none = np.zeros((rows.shape[0], FOUND)), np.zeros((0, 0))
    low, high = np.log(np.log(2) / PHYSICAL_H), np.log(np.log(2) / 1.0)
    fit_rows(VOXEL_TIMES, np.ones((1, 4)), rows, Shape(1, False, low, high, 1e-12), none, exact)
    return float(np.abs(found.tia_mbq_h.reshape(-1)[::100] / exact[:, 0] - 1).max())


def scipy_seconds(times: np.ndarray, rows: np.ndarray, phases: int) -> float:
    """Seconds per curve_fit, one curve after the other."""

    def model(t: np.ndarray, *p: float) -> np.ndarray:
        return sum(p[2 * k] * np.exp(-p[2 * k + 1] * t) for k in range(phases))

    start = [0.012, 0.1]
    began = time.perf_counter()
    for row in rows:
        p0 = [value for k in range(phases) for value in (row[0] / phases, start[k])]
        try:
            curve_fit(model, times, row, p0=p0, bounds=(0, np.inf), maxfev=2000)
        except RuntimeError:  # did not converge: it took its time all the same
            continue
    return (time.perf_counter() - began) / len(rows)


def peer_seconds(python: str, rows: np.ndarray) -> dict[str, object]:
    """What the peer says of the same curves."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "points.npy", np.vstack([ORGAN_TIMES, rows]))
        script = str(Path(__file__).with_name("dosimetry_curves_peer.py"))
        done = subprocess.run([python, "-P", script, "lmfit", folder], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", help="python of an environment with lmfit")
    parser.add_argument("--repeat", type=int, default=5)
    chosen = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; Python "
          f"{platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}")  # fmt: skip
    images, rows = voxels(), organs()
    for workers in (1, 2):
        took = timed(lambda n=workers: fit_voxels(VOXEL_TIMES, images, physical_half_life_h=PHYSICAL_H, workers=n),
                     chosen.repeat)  # fmt: skip
        print(f"voxel-wise 128³ × 4, {workers} worker(s): {took[0]:.3f} s (processors {took[1]:.3f} s)")
    tracemalloc.start()
    fit_voxels(VOXEL_TIMES, images, physical_half_life_h=PHYSICAL_H)
    memory = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    print(
        f"  memory for answers and work {memory:.0f} MB; largest difference of an area {largest_difference(images):.1e}"
    )
    sample = images.reshape(4, -1)[:, :SCIPY_SAMPLE].T.astype(np.float64)
    each = scipy_seconds(VOXEL_TIMES, sample, 1)
    print(f"  scipy curve_fit loop: {each * 1e6:.0f} µs a voxel, {each * SIDE**3:.0f} s for all (scaled)")
    boot = lambda: bootstrap_areas(ORGAN_TIMES, rows, 0.05 * rows, physical_half_life_h=PHYSICAL_H, seed=1)  # noqa: E731
    took = timed(boot, chosen.repeat)
    print(f"10 organs × 4 models × 1,000 bootstraps: {took[0]:.3f} s (processors {took[1]:.3f} s)")
    mono, bi = (scipy_seconds(ORGAN_TIMES, np.repeat(rows, 4, axis=0), phases) for phases in (1, 2))
    print(f"  scipy curve_fit loop: {20_000 * (mono + bi):.0f} s (scaled from {1e3 * mono:.2f} and {1e3 * bi:.2f} ms)")
    if chosen.peers:
        told = peer_seconds(chosen.peers, np.repeat(rows, 4, axis=0)[:PEER_SAMPLE])
        slow = told["seconds"]
        print(f"  {told['version']}: {20_000 * (slow['mono'] + slow['bi']):.0f} s (scaled from "
              f"{1e3 * slow['mono']:.2f} and {1e3 * slow['bi']:.2f} ms)")  # fmt: skip
    print(TARGETS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
