"""Acceptance of the voxel dose and of the doses of regions, as the Markdown page that docs/validation keeps.

    python scripts/validate_voxels.py > docs/validation/2026-11-21-voxels.md

Everything is computed anew: the convolution against the plain sum over all pairs of voxels, and the digital patient on
a grid against doses found on its equations. Exit code 1 when a point does not hold. Takes two minutes on two cores.
"""

from __future__ import annotations

import os
import platform
import sys

import numpy as np

from lutetia.dosimetry import (
    DigitalPatient,
    PhantomTruth,
    VoxelPhantom,
    digital_patient,
    direct_sum_gy,
    dose_map_gy,
    lattice_kernel,
    mean_dose_of_regions,
    on_grid,
    phantom_truth,
    radial_kernel,
    region_contents,
    s_between_regions,
    torso_geometry,
    voxel_dose,
)
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.transform import RigidTransform

SHAPES = {"4.8 × 4.8 × 4.8 mm": (4.8,) * 3, "2.4 × 2.4 × 2.4 mm": (2.4,) * 3, "2.4 × 2.4 × 4.8 mm": (4.8, 2.4, 2.4)}
IMAGE = (50, 22, 23)
DECAYS = 4_000_000
PATIENTS = {"standard": None, "seed 1": 1, "seed 2": 2, "seed 3": 3}
JUDGED = (
    "left kidney", "right kidney", "liver", "spleen", "vertebral marrow",
    "liver lesion 1 mL", "liver lesion 7 mL", "mesenteric tumour 40 mL",
)  # fmt: skip
WITHIN_PCT = {"liver lesion 1 mL": 3.0, "vertebral marrow": 2.0}
HEAD = """# 2026-11-21: voxel dose and doses of regions

What was run for the acceptance of the voxel dose (points 5 and 9), and what was seen. Made by
`python scripts/validate_voxels.py`, which computes every figure anew. {cores} cores, Python {python}.
"""
CONVOLUTION = """## The convolution against the plain sum

Full kernel, image of {shape} voxels (two scales). Sources: random in every voxel; two points, one in a corner; half the
image filled up to an edge. Limits: 0.3 % in every voxel that gets more than 2 % of the highest dose, 0.1 % of the
energy. The plain sum runs over all pairs of voxels in double precision. The last column is the corner opposite to the
point in a corner, where anything that wraps around would be seen: 3 %.

| nuclide | voxel | source | largest error | energy | opposite corner |
|---|---|---|---|---|---|"""
PATIENT = """
## The digital patient, perfect images

Region doses from images: activity of each region by `region_contents` from a map of integrated activity, times S
between the regions by `s_between_regions`, with the true masses. Grid 128³, voxels of 4.8 mm, shares of voxels from 64
points (512 for small regions). The truth is found on the equations, without voxels: {decays:,} decays a region, exact
masses and activities; its standard error stands beside it. Limits: 1 %, tumour of 1 mL 3 %, marrow 2 %.

| region | limit | {names} | truth, u |
|---|---|{lines}---|"""
SHOWN = """
The same doses another way, standard patient: on an oblique, mirrored grid of 4.0 × 4.4 × 4.8 mm, and the mean of the
dose map within the outline, as voxels show it (no limit: border voxels mix what lies in them).

| region | oblique grid | mean of the map |
|---|---|---|"""
TAIL = """
Truth and images use the same radial kernel in endless uniform soft tissue: this page checks geometry, convolution and
sums, not the kernel (`docs/dosimetry/physics.md`) and not the change of medium in lung and bone.
"""


def sources() -> dict[str, np.ndarray]:
    """Random, points and edge, as arrays of the image's shape."""
    point, edge = np.zeros(IMAGE), np.zeros(IMAGE)
    point[25, 11, 12], point[0, 0, 0] = 1.0, 0.5
    edge[:, :, :11] = 1.0
    return {"random": np.random.default_rng(5).random(IMAGE), "points": point, "edge": edge}


def convolution() -> bool:
    """Print the lines of the convolution; True if all hold."""
    print(CONVOLUTION.format(shape=" × ".join(map(str, IMAGE))))
    fine = True
    for name in ("Lu-177", "Y-90"):
        for words, spacing_mm in SHAPES.items():
            kernel = lattice_kernel(name, spacing_mm)
            for source, amounts in sources().items():
                found, expected = dose_map_gy(amounts, kernel).astype(float), direct_sum_gy(amounts, kernel)
                seen = expected > 0.02 * expected.max()
                error = 100 * np.abs(found[seen] / expected[seen] - 1).max()
                energy = 100 * (found.sum() / expected.sum() - 1)
                corner = 100 * (found[-1, -1, -1] / expected[-1, -1, -1] - 1)
                holds = error <= 0.3 and abs(energy) <= 0.1 and abs(corner) <= 3
                fine &= holds
                print(
                    f"| {name} | {words} | {source} | {error:.3f} % | {energy:+.4f} % | {corner:+.2f} %{_mark(holds)} |"
                )
    return fine


def doses_gy(voxels: VoxelPhantom) -> dict[str, float]:
    """Dose of every region from the images of this phantom."""
    regions = voxels.regions()
    contents = region_contents(voxels.tia(), regions)
    table = s_between_regions(regions, voxels.patient.nuclide, mass_g=voxels.patient.mass_g)
    return {
        target: sum(table.s_gy_per_mbq_h[target, source] * contents.total_of(source) for source in regions.names)
        for target in regions.names
    }


def patients() -> bool:
    """Print the lines of the digital patients; True if all hold."""
    made = {words: digital_patient(seed=seed) for words, seed in PATIENTS.items()}
    truths = {words: phantom_truth(p, radial_kernel(p.nuclide), decays=DECAYS) for words, p in made.items()}
    found = {words: doses_gy(on_grid(p, torso_geometry(p))) for words, p in made.items()}
    print(PATIENT.format(decays=DECAYS, names=" | ".join(made), lines="---|" * len(made)))
    fine = True
    for name in JUDGED:
        limit = WITHIN_PCT.get(name, 1.0)
        off = {words: 100 * (found[words][name] / truths[words].mean_gy(name) - 1) for words in made}
        cells = [f"{truths[w].mean_gy(name):.4g} Gy {off[w]:+.2f} %{_mark(abs(off[w]) <= limit)}" for w in made]
        u = max(100 * truth.error_gy(name) / truth.mean_gy(name) for truth in truths.values())
        fine &= max(map(abs, off.values())) <= limit
        print(f"| {name} | {limit:g} % | {' | '.join(cells)} | {u:.2f} % |")
    return another_way(made["standard"], truths["standard"]) and fine


def another_way(patient: DigitalPatient, truth: PhantomTruth) -> bool:
    """Print the lines of the oblique grid and of the map's own means; True if the oblique grid holds."""
    turn = RigidTransform.about((0, 0, 0), axis=(1, -2, 3), angle_deg=17, from_frame="a", to_frame="b").rotation
    axes, spacing_mm = turn @ np.diag([-1.0, 1.0, 1.0]), (4.8, 4.4, 4.0)
    plain = Geometry.regular((140, 80, 120), spacing_mm, directions=axes, frame_of_reference=patient.frame_of_reference)
    first_mm = torso_geometry(patient).centre_mm - plain.centre_mm
    grid = Geometry.regular(
        plain.shape, spacing_mm, first_voxel_mm=first_mm, directions=axes, frame_of_reference=patient.frame_of_reference
    )
    oblique = doses_gy(on_grid(patient, grid))
    voxels = on_grid(patient, torso_geometry(patient))
    map_of_dose = voxel_dose(voxels.tia(), patient.nuclide, density=voxels.density()).dose
    shown = {r.region: r.mean_gy for r in mean_dose_of_regions(map_of_dose, voxels.regions(), density=voxels.density())}
    print(SHOWN)
    fine = True
    for name in JUDGED:
        off, seen = (100 * (dose[name] / truth.mean_gy(name) - 1) for dose in (oblique, shown))
        fine &= abs(off) <= WITHIN_PCT.get(name, 1.0)
        print(f"| {name} | {off:+.2f} % | {seen:+.1f} % |")
    return fine


def _mark(fine: bool) -> str:
    return "" if fine else " **does not hold**"


def main() -> int:
    """Print the page; exit code 1 when a point does not hold."""
    print(HEAD.format(cores=os.cpu_count(), python=platform.python_version()))
    fine = [convolution(), patients()]
    print(TAIL, end="")
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
