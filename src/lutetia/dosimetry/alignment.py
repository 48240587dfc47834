"""How well two images lie on each other: the same organ seen in both, and a checkerboard for the eye."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_measure import region_on
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Array, Volume
from lutetia.errors import Fault, InputError

ALARM_DICE = 0.8
ALARM_CENTROID_MM = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """One organ as drawn on the fixed image and as brought over from the moving one; both volumes are reported.

    `dice` is twice the common volume over the sum of both, `centroid_mm` how far the centres of gravity lie apart.
    `alarms` are sentences for what lies beyond the thresholds.
    """

    region: str
    dice: float
    centroid_mm: float
    fixed_volume_ml: float
    moved_volume_ml: float
    alarms: tuple[str, ...]


def alignment(
    fixed: Region,
    moving: Region,
    *,
    transform: RigidTransform | None = None,
    alarm_dice: float = ALARM_DICE,
    alarm_centroid_mm: float = ALARM_CENTROID_MM,
) -> Alignment:
    """The two regions compared on the grid of the fixed one. Raises InputError as `region_on`, and for empty ones."""
    brought = region_on(moving, fixed.geometry, transform=transform)
    both = float(np.minimum(fixed.shares, brought.shares).sum(dtype=np.float64))
    dice = 2 * both / (fixed.voxels + brought.voxels)
    apart_mm = float(np.linalg.norm(fixed.centroid_mm - brought.centroid_mm))
    alarms = []
    if dice < alarm_dice:
        alarms.append(f"{fixed.name}: Dice {dice:.2f} (alarm below {alarm_dice:g}).")
    if apart_mm > alarm_centroid_mm:
        alarms.append(f"{fixed.name}: centres {apart_mm:.1f} mm apart (alarm above {alarm_centroid_mm:g} mm).")
    return Alignment(
        region=fixed.name,
        dice=dice,
        centroid_mm=apart_mm,
        fixed_volume_ml=fixed.volume_ml,
        moved_volume_ml=brought.volume_ml,
        alarms=tuple(alarms),
    )


def checkerboard(first: Volume, second: Volume, *, tiles: int = 8) -> Array:
    """(z, y, x): squares of the first and of the second image by turns, each scaled to 0…1 over its own range.

    Raises InputError if the images do not share a grid or have no contrast.
    """
    faults = []
    if not first.geometry.same_grid(second.geometry):
        faults.append(Fault(place="second", must="must lie on the grid of the first image", do="Resample it first."))
    for place, volume in (("first", first), ("second", second)):
        if volume.array.min() == volume.array.max():
            faults.append(Fault(place=place, must="must have contrast"))
    if faults:
        raise InputError("checkerboard", faults)
    side = max(1, min(first.geometry.shape[1:]) // tiles)
    _, y, x = np.ogrid[: first.geometry.shape[0], : first.geometry.shape[1], : first.geometry.shape[2]]
    return np.where((y // side + x // side) % 2 == 0, _to_unit_range(first.array), _to_unit_range(second.array))


def _to_unit_range(array: Array) -> Array:
    low, high = array.min(), array.max()
    return np.asarray((array - low) / (high - low), dtype=np.float32)
