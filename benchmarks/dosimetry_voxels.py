"""How fast the voxel dose of Lutetia is, and how much memory it takes, beside scipy's convolutions.

    python benchmarks/dosimetry_voxels.py [--sides 128 256] [--repeat 5]

A made-up map: an ellipsoid torso with hot organs and noise everywhere, 177Lu, voxels of 4.8 mm (2.4 mm for 256³), the
full kernel to any distance. Every candidate runs in a process of its own: one run to warm up (preparing the kernel
for this spacing and shape is timed apart), then the median of `--repeat`. Besides the time on the clock stands the
processors' time, which other programs on the machine do not lengthen so much. Memory is the highest resident size
beyond what the process held before the first call, map included there. The peers get a kernel of 51³ voxels as an array
(what reaches further they leave out); the error is against a padded transform of the whole kernel in double precision.
One padded transform there and back is what any convolution by Fourier transform of the whole map needs at least; the
floor of the method used is its near sum, whose multiplications and additions are counted. Then the S values between the
twelve regions of the digital patient.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import scipy
import scipy.fft
import scipy.signal

from lutetia.dosimetry import dose_map_gy, lattice_kernel
from lutetia.dosimetry.voxel_dose import prepared_convolution

CANDIDATES = {
    "lutetia": "Lutetia, full kernel",
    "transform": "one padded transform there and back (scipy.fft, single precision, 2 workers)",
    "fftconvolve": "scipy.signal.fftconvolve, double precision, kernel 51³",
    "fftconvolve32": "scipy.signal.fftconvolve, single precision, kernel 51³",
    "oaconvolve": "scipy.signal.oaconvolve, double precision, kernel 51³",
}
TARGETS = """Targets (two cores free, warm): 128³ within 0.12 s and 120 MB, 256³ within 0.9 s and 500 MB, no voxel that
exceeds 2 % of the highest dose off by more than 0.3 %; S values between twelve regions within 2 s."""


def torso(side: int) -> np.ndarray:
    """A made-up map of time-integrated activity (MBq h per voxel), single precision."""
    rng = np.random.default_rng(20261121)
    z, y, x = np.meshgrid(*[np.linspace(-1, 1, side, dtype=np.float32)] * 3, indexing="ij")
    value = ((x / 0.65) ** 2 + (y / 0.35) ** 2 < 1) * np.float32(0.02)
    organs = {(0.0, -0.1, -0.3, 0.3, 0.45): 0.45, (-0.1, 0.2, 0.2, 0.12, 0.05): 1.0, (-0.1, 0.2, -0.2, 0.12, 0.05): 1.0}
    for (k, j, i, long, short), amount in organs.items():
        value[((z - k) / long) ** 2 + ((y - j) / short) ** 2 + ((x - i) / short) ** 2 < 1] = amount
    return np.asarray(value * rng.gamma(20, 1 / 20, value.shape) + 1e-5, dtype=np.float32)


def spacing_mm(side: int) -> tuple[float, float, float]:
    """Voxels that make the image as large as a torso."""
    return (4.8 * 128 / side,) * 3


def full_transform_gy(tia: np.ndarray, kernel: object) -> np.ndarray:
    """The dose by one padded transform of the whole kernel in double precision."""
    padded = [scipy.fft.next_fast_len(2 * n - 1, real=True) for n in tia.shape]
    octant = kernel.s_gy_per_mbq_h(*np.ix_(*(np.arange(n) for n in tia.shape)))
    whole = np.zeros(padded)
    n = tia.shape[0]
    for sz, kz in ((slice(0, n), slice(None)), (slice(-1, -n, -1), slice(1, None))):
        for sy, ky in ((slice(0, n), slice(None)), (slice(-1, -n, -1), slice(1, None))):
            for sx, kx in ((slice(0, n), slice(None)), (slice(-1, -n, -1), slice(1, None))):
                whole[sz, sy, sx] = octant[kz, ky, kx]
    spectrum = scipy.fft.rfftn(whole, workers=-1)
    spectrum *= scipy.fft.rfftn(tia.astype(np.float64), s=padded, workers=-1)
    return scipy.fft.irfftn(spectrum, s=padded, workers=-1)[:n, :n, :n]


def work_of(name: str, side: int) -> Callable[[], np.ndarray]:
    """The candidate's work on this map, as one call."""
    tia, kernel = torso(side), lattice_kernel("Lu-177", spacing_mm(side))
    if name == "lutetia":
        dose_map_gy(torso(60), kernel)  # compiled code
        return lambda: dose_map_gy(tia, kernel)
    if name == "transform":
        padded = [scipy.fft.next_fast_len(2 * side - 1, real=True)] * 3

        def there_and_back() -> np.ndarray:
            spectrum = scipy.fft.rfftn(tia, s=padded, workers=2)
            spectrum *= np.float32(0.5)
            return scipy.fft.irfftn(spectrum, s=padded, workers=2, overwrite_x=True)

        return there_and_back
    offsets = np.arange(-25, 26)
    table = kernel.s_gy_per_mbq_h(*np.ix_(offsets, offsets, offsets))
    kind = np.float32 if name.endswith("32") else np.float64
    given, weights = tia.astype(kind), table.astype(kind)
    convolve = scipy.signal.oaconvolve if name == "oaconvolve" else scipy.signal.fftconvolve
    return lambda: convolve(given, weights, mode="same")


def measure(name: str, side: int, repeat: int) -> dict[str, float]:
    """Medians of one candidate, in this process."""
    work = work_of(name, side)
    before = resident_mb()
    reset_peak()
    began = time.perf_counter()
    dose = work()
    first = time.perf_counter() - began
    clock, processors = [], []
    for _ in range(repeat):
        began, used = time.perf_counter(), time.process_time()
        dose = work()
        clock.append(time.perf_counter() - began)
        processors.append(time.process_time() - used)
    found = {
        "first": first,
        "clock": float(np.median(clock)),
        "least": min(clock),
        "processors": float(np.median(processors)),
        "mb": peak_mb() - before,
    }
    if name != "transform" and side <= 128:
        expected = full_transform_gy(torso(side), lattice_kernel("Lu-177", spacing_mm(side)))
        seen = expected > 0.02 * expected.max()
        found["error_pct"] = 100 * float(np.abs(dose[seen] / expected[seen] - 1).max())
        found["energy_pct"] = 100 * float(dose.sum(dtype=np.float64) / expected.sum() - 1)
    return found


def resident_mb() -> float:
    """Resident size of this process."""
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1]) * resource.getpagesize() / 1e6


def reset_peak() -> None:
    """Let the kernel forget the highest resident size."""
    with open("/proc/self/clear_refs", "w") as told:
        told.write("5")


def peak_mb() -> float:
    """Highest resident size since the last reset."""
    with open("/proc/self/status") as told:
        return next(int(line.split()[1]) for line in told if line.startswith("VmHWM")) * 1024 / 1e6


def near_neighbours(side: int) -> int:
    """How many neighbours of each voxel are summed one by one on the finest grid."""
    scale = prepared_convolution(lattice_kernel("Lu-177", spacing_mm(side)), (side,) * 3).scale
    return int(scale.counts[0])


def regions_seconds(repeat: int) -> tuple[float, float, float]:
    """S values between the digital patient's regions on 128³: first call, median, processors."""
    from lutetia.dosimetry import digital_patient, on_grid, s_between_regions, torso_geometry

    patient = digital_patient()
    regions = on_grid(patient, torso_geometry(patient)).regions()
    took = []
    for _ in range(repeat + 1):
        began, used = time.perf_counter(), time.process_time()
        s_between_regions(regions, "Lu-177")
        took.append((time.perf_counter() - began, time.process_time() - used))
    clock, processors = np.median(took[1:], axis=0)
    return took[0][0], float(clock), float(processors)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sides", type=int, nargs="+", default=[128, 256])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--only", choices=[*CANDIDATES, "regions"], help="one candidate, in this process, as JSON")
    chosen = parser.parse_args()
    if chosen.only == "regions":
        print(json.dumps(regions_seconds(chosen.repeat)))
        return 0
    if chosen.only:
        print(json.dumps(measure(chosen.only, chosen.sides[0], chosen.repeat)))
        return 0
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; Python "
          f"{platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}")  # fmt: skip
    for side in chosen.sides:
        for name, words in CANDIDATES.items():
            found = _asked(name, side, chosen.repeat)
            error = "" if "error_pct" not in found else (
                f"; largest error {found['error_pct']:.2f} %, energy {found['energy_pct']:+.3f} %")  # fmt: skip
            print(f"{side}³  {words}: {found['clock']:.3f} s (least {found['least']:.3f}, processors "
                  f"{found['processors']:.3f}, first {found['first']:.2f}), {found['mb']:.0f} MB{error}")  # fmt: skip
        near = near_neighbours(side)
        print(
            f"{side}³  near sum: {near} neighbours a voxel, {near * side**3 / 1e9:.2f}e9 multiplications and additions"
        )
    first, clock, processors = _asked("regions", chosen.sides[0], chosen.repeat)
    print(f"S values between 12 regions, 128³: {clock:.2f} s (processors {processors:.2f}, first {first:.2f})")
    print(TARGETS)
    return 0


def _asked(name: str, side: int, repeat: int) -> object:
    """What a process of its own says of a candidate."""
    words = [sys.executable, __file__, "--only", name, "--sides", str(side), "--repeat", str(repeat)]
    return json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
