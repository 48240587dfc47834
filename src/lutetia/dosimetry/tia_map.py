"""The map of time-integrated activity: a curve in every voxel of the registered scans, or one scan scaled by the curves
of the regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lutetia.dosimetry.activity_series import ActivitySeries, TimePoint
from lutetia.dosimetry.curve import LN2
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region_dose import source_shares
from lutetia.dosimetry.region_result import RegionCurve
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.resample import resample
from lutetia.dosimetry.volume import Volume
from lutetia.dosimetry.voxel_fit import fit_voxels
from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut

MapMethod = Literal["voxel fits", "region curves"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TiaMap:
    """`tia` in MBq h per voxel on the grid of the maps, how it was made, and what it does not rest on."""

    tia: Volume
    method: MapMethod
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def activity_on(series: ActivitySeries, point: TimePoint, onto: Geometry) -> Volume:
    """The scan's activity in MBq per voxel of the grid `onto` of the reference frame, its total kept."""
    return resample(point.activity.converted("MBq"), onto, transform=point.to_reference).volume


def tia_by_voxel_fits(series: ActivitySeries, onto: Geometry, *, physical_half_life_h: float, workers: int) -> TiaMap:
    """A mono-exponential in every voxel. Raises InputError for fewer than two scans."""
    if len(series.time_points) < 2:
        must = "must be two or more for a curve in every voxel"
        do = 'Ask for map_method="region curves", or for no map.'
        raise InputError("tia map", [Fault(place="time_points", must=must, got="1", do=do)])
    stack = np.array([activity_on(series, point, onto).array for point in series.time_points], dtype=np.float32)
    fit = fit_voxels(series.times_h, stack, physical_half_life_h=physical_half_life_h, workers=workers)
    states = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in fit.counts.items() if count)
    unsettled = fit.counts["not_settled"]
    left_out = (LeftOut(count=unsettled, why="voxels whose fit did not settle"),) if unsettled else ()
    array = np.nan_to_num(fit.tia_mbq_h, nan=0.0, posinf=0.0)
    return TiaMap(
        tia=Volume(array=array, geometry=onto, unit="MBq h"),
        method="voxel fits",
        conventions=(
            "Map of time-integrated activity: a curve in every voxel of the registered scans, no correction for blur.",
            *fit.conventions,
            f"Voxels: {states}.",
        ),
        left_out=(*fit.left_out, *left_out),
    )


def tia_by_region_curves(
    series: ActivitySeries,
    outlines: RegionSet,
    curves: Mapping[str, RegionCurve],
    remainder: str | None,
    *,
    physical_half_life_h: float,
) -> TiaMap:
    """One scan, each voxel times area over activity of its region's curve at the hour of that scan.

    The scan is the one on whose grid the maps lie. Voxels of no region follow the remainder's curve, or physical decay
    after the scan (and the same activity before it) where there is none; regions without a curve likewise.
    """
    point = reference_scan(series)
    image = activity_on(series, point, outlines.geometry)
    outside_h = physical_half_life_h / LN2 + point.after_h
    factors = {name: _hours(curves.get(name), point.after_h, outside_h) for name in outlines.names}
    rest_h = factors[remainder] if remainder is not None else outside_h
    hours = np.zeros(outlines.geometry.shape, dtype=np.float64)
    for share, factor in zip(source_shares(outlines), [*factors.values(), rest_h], strict=True):
        hours += share * factor
    lacking = [name for name in outlines.names if name not in curves]
    none = (f"Without a curve, thus with physical decay: {', '.join(lacking)}.",) if lacking else ()
    return TiaMap(
        tia=Volume(array=image.array * hours, geometry=outlines.geometry, unit="MBq h"),
        method="region curves",
        conventions=(
            f"Map of time-integrated activity: the scan {point.name}, each voxel scaled by the curve of its region, no "
            "correction for blur.",
            f"Voxels of no region follow {remainder or 'physical decay'}.",
            *none,
        ),
        left_out=(),
    )


def reference_scan(series: ActivitySeries) -> TimePoint:
    """The scan whose grid the maps have unless another is asked for: the first in the reference frame."""
    here = [point for point in series.time_points if point.to_reference is None]
    return here[0] if here else series.time_points[0]


def _hours(curve: RegionCurve | None, at_h: float, otherwise_h: float) -> float:
    """Area over activity of the curve at the hour."""
    if curve is None:
        return otherwise_h
    activity = float(curve.curve.activity_mbq(at_h))
    return float(curve.tia_mbq_h.estimate or 0.0) / activity if activity > 0 else otherwise_h
