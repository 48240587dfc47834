"""The map of time-integrated activity: a curve in every voxel of the registered scans, or one scan scaled by the curves
of the regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.activity_series import ActivitySeries, TimePoint
from lutetia.dosimetry.curve import LN2
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_dose import source_shares
from lutetia.dosimetry.region_result import RegionCurve
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.resample import resample
from lutetia.dosimetry.volume import Volume
from lutetia.dosimetry.voxel_fit import fit_voxels
from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut

GONE_FRACTION = 0.01  # of the highest activity: below it a scan says nothing about the region
LEAST_TOTAL = 1e-6  # of the largest total: an image of nothing keeps a σ
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
    totals = np.maximum(stack.sum(axis=(1, 2, 3), dtype=np.float64), 0.0)
    sigmas = np.sqrt(np.maximum(totals / max(totals.max(), 1e-300), LEAST_TOTAL))
    fit = fit_voxels(
        series.times_h, stack, physical_half_life_h=physical_half_life_h, sigmas_mbq=sigmas, workers=workers
    )
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
            "σ of a scan goes with the root of all the activity in it, as counts do; only its ratios matter here.",
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

    The scan is that nearest to the mean life of the activity in the regions. In voxels that regions share, activity is
    divided by their shares and concentrations. Voxels of no region follow the remainder's curve, or physical decay
    after the scan (and the same activity before it) where there is none; regions without a curve likewise. A region
    with less than 1 % of its highest activity at that scan cannot be read from it: its area is spread evenly.
    """
    point = scan_near_mean_life(series, [curve for name, curve in curves.items() if name != remainder])
    image = activity_on(series, point, outlines.geometry)
    outside_h = physical_half_life_h / LN2 + point.after_h
    gone = tuple(name for name, curve in curves.items() if name != remainder and _is_gone(curve, series, point))
    kept = {name: curve for name, curve in curves.items() if name not in gone}
    ways = [_way(kept.get(name), region.volume_ml, point.after_h, outside_h) for name, region in _named(outlines)]
    rest = ways[outlines.names.index(remainder)] if remainder is not None else (min(c for c, _ in ways), outside_h)
    weight = np.zeros(outlines.geometry.shape, dtype=np.float64)
    weighted_h = np.zeros(outlines.geometry.shape, dtype=np.float64)
    for share, (per_ml, hours) in zip(source_shares(outlines), [*ways, rest], strict=True):
        weight += share * per_ml
        weighted_h += share * (per_ml * hours)
    hours_h = np.divide(weighted_h, weight, out=np.full_like(weight, rest[1]), where=weight > 0)
    even_mbq_h, elsewhere = _spread_evenly(outlines, curves, gone)
    lacking = [name for name in outlines.names if name not in curves]
    none = [f"Without a curve, thus with physical decay: {', '.join(lacking)}."] if lacking else []
    if gone:
        none.append(f"Spread evenly over the region, for hardly anything is left at that scan: {', '.join(gone)}.")
    return TiaMap(
        tia=Volume(array=image.array * hours_h * elsewhere + even_mbq_h, geometry=outlines.geometry, unit="MBq h"),
        method="region curves",
        conventions=(
            f"Map of time-integrated activity: the scan {point.name}, each voxel scaled by the curve of its region, no "
            "correction for blur.",
            f"Voxels of no region follow {remainder or 'physical decay'}.",
            *none,
        ),
        left_out=(),
    )


def scan_near_mean_life(series: ActivitySeries, curves: Sequence[RegionCurve]) -> TimePoint:
    """The scan nearest (in ratio) to the mean life of the activity in regions with a curve, area over highest scan."""
    times = series.times_h
    area = sum(float(curve.tia_mbq_h.estimate or 0.0) for curve in curves)
    highest = sum(float(curve.curve.activity_mbq(times).max()) for curve in curves)
    if not (area > 0 and highest > 0):
        return series.time_points[-1]
    away = np.abs(np.log(np.maximum(times, 1e-3)) - np.log(area / highest))
    return series.time_points[int(np.argmin(away))]


def _named(outlines: RegionSet) -> list[tuple[str, Region]]:
    return [(region.name, region) for region in outlines]


def _is_gone(curve: RegionCurve, series: ActivitySeries, point: TimePoint) -> bool:
    """Whether hardly anything of the region is left at the scan, beside its highest value at any scan."""
    values = np.asarray(curve.curve.activity_mbq(series.times_h), dtype=np.float64)
    return bool(float(curve.curve.activity_mbq(point.after_h)) < GONE_FRACTION * values.max())


def _spread_evenly(
    outlines: RegionSet, curves: Mapping[str, RegionCurve], names: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The areas of these regions spread over their voxels, MBq h, and the share of each voxel that is not theirs."""
    spread_mbq_h = np.zeros(outlines.geometry.shape)
    elsewhere = np.ones(outlines.geometry.shape)
    for region, share in zip(outlines.regions, source_shares(outlines), strict=False):
        if region.name in names:
            area_mbq_h = float(curves[region.name].tia_mbq_h.estimate or 0.0)
            spread_mbq_h += share * (area_mbq_h / share.sum(dtype=np.float64))
            elsewhere -= share
    return spread_mbq_h, np.maximum(elsewhere, 0.0)


def _way(curve: RegionCurve | None, volume_ml: float, at_h: float, otherwise_h: float) -> tuple[float, float]:
    """Concentration at the hour (MBq/mL) and area over activity (h)."""
    activity = 0.0 if curve is None else float(curve.curve.activity_mbq(at_h))
    if curve is None or activity <= 0:
        return 0.0, otherwise_h
    return activity / volume_ml, float(curve.tia_mbq_h.estimate or 0.0) / activity
