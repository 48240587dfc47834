"""What an image holds in a region, and a region on the grid of another image."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region, Shares, bounding_box
from lutetia.dosimetry.resample import resample
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Array, Volume
from lutetia.errors import Fault, InputError

OFF_IMAGE_PCT = 0.1  # of a region's volume that may lie beyond the image without being refused


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionMeasure:
    """A region's numbers in one image, voxels weighted by their shares.

    `mean`, `std` (over voxels, of the whole region), `least` and `most` are in `unit`; `total` is in `total_unit`, both
    None for what is averaged (HU, Gy).
    """

    region: str
    rule: str
    volume_ml: float
    voxels: float
    mean: float
    std: float
    least: float
    most: float
    unit: str
    total: float | None
    total_unit: str | None


def measure(volume: Volume, region: Region) -> RegionMeasure:
    """Mean, spread and total of the volume in the region. Raises InputError for other grids and empty regions."""
    values, shares = _in_region(volume, region)
    weight = float(shares.sum())
    mean = float(values @ shares) / weight
    adds_up = volume.quantity != "intensive"
    return RegionMeasure(
        region=region.name,
        rule=region.rule,
        volume_ml=region.volume_ml,
        voxels=weight,
        mean=mean,
        std=float(np.sqrt(((values - mean) ** 2) @ shares / weight)),
        least=float(values.min()),
        most=float(values.max()),
        unit=volume.unit,
        total=mean * weight * volume.voxel_factor() if adds_up else None,
        total_unit=volume.total_unit if adds_up else None,
    )


def total_in(volume: Volume, region: Region) -> float:
    """The total in the region in `volume.total_unit`. Raises InputError as `measure`, and for what does not add up."""
    values, shares = _in_region(volume, region)
    return float(values @ shares) * volume.voxel_factor()


def activity_mbq(volume: Volume, region: Region) -> float:
    """The activity in the region. Raises InputError as `measure`, and for counts, HU, dose …"""
    if volume.quantity == "intensive" or volume.total_unit != "MBq":
        must = "must be an activity (Bq/mL, MBq …)"
        do = "Counts become activity by the camera's calibration." if volume.unit.startswith("counts") else None
        raise InputError("activity_mbq", [Fault(place="volume", must=must, got=volume.unit, do=do)])
    return total_in(volume, region)


def region_on(
    region: Region,
    onto: Geometry,
    *,
    transform: RigidTransform | None = None,
    whole_voxels: bool = False,
    off_image_pct: float = OFF_IMAGE_PCT,
) -> Region:
    """The region on another grid, as the fraction of each voxel that it fills (partial-volume fractions).

    `transform` moves the region's frame of reference to that of `onto`. `whole_voxels` keeps the voxels that are filled
    by half or more, as bool. Raises InputError for mixed frames, for an empty region and when more than `off_image_pct`
    of its volume lies beyond the new grid.
    """
    box = bounding_box(region)
    first = tuple(span.start for span in box)
    part = region.geometry.cropped(first, region.shares[box].shape)
    shares = np.asarray(region.shares[box], dtype=np.float32)
    volume = Volume(array=shares, geometry=part, unit="fraction")
    _refuse_off_image(region, volume, onto, transform, off_image_pct)
    fractions = resample(volume, onto, transform=transform, method="overlap").volume.array
    filled: Shares = np.clip(fractions, 0, 1).astype(np.float32)
    kept = filled >= 0.5 if whole_voxels else filled
    return replace(region, shares=kept, geometry=onto)


def off_image_ml(region: Region, onto: Geometry, *, transform: RigidTransform | None = None) -> float:
    """The volume of the region whose voxel centres lie outside the grid `onto`, in the frame of `onto`."""
    index = np.argwhere(region.shares)
    points = region.geometry.world_mm(index)
    points = points if transform is None else transform.apply_mm(points)
    outside = ~onto.contains(points, beyond_voxels=1e-6)
    shares = region.shares[tuple(index[outside].T)]
    return float(np.sum(shares, dtype=np.float64)) * region.geometry.voxel_volume_ml


def _refuse_off_image(
    region: Region, part: Volume, onto: Geometry, transform: RigidTransform | None, off_image_pct: float
) -> None:
    moved = part.geometry if transform is None else part.geometry.moved(transform)
    if moved.frame_of_reference != onto.frame_of_reference:
        must = f"must lie in the frame of reference of the image, {onto.frame_of_reference}"
        do = "Register the images first and give the transform."
        raise InputError(
            f"region {region.name}", [Fault(place=region.name, must=must, got=moved.frame_of_reference, do=do)]
        )
    if onto.contains(moved.corners_mm()).all():
        return
    lost_pct = 100 * off_image_ml(region, onto, transform=transform) / region.volume_ml
    if lost_pct > off_image_pct:
        must = f"must lie on the image (at most {off_image_pct:g} % beyond it)"
        do = "Its activity would be too low in silence. Check the registration and the field of view."
        got = f"{lost_pct:.1f} % of {region.volume_ml:.1f} mL beyond the image"
        raise InputError(f"region {region.name}", [Fault(place=region.name, must=must, got=got, do=do)])


def _in_region(volume: Volume, region: Region) -> tuple[Array, Array]:
    """The values and shares of the region's voxels, both float64 (n,)."""
    if not region.geometry.same_grid(volume.geometry):
        must = f"must lie on the grid of the image, {volume.geometry.shape} in {volume.frame_of_reference}"
        got = f"{region.geometry.shape} in {region.geometry.frame_of_reference}"
        do = "Bring the region to the image (region_on) or the image to the region (resample)."
        raise InputError(f"region {region.name}", [Fault(place=region.name, must=must, got=got, do=do)])
    box = bounding_box(region)
    shares = region.shares[box]
    taken = shares > 0
    return volume.array[box][taken].astype(np.float64), shares[taken].astype(np.float64)
