"""The activity of each region at each scan, with what blur took from it and how noisy it is.

Three ways, named for each region: the geometric transfer matrix (all regions together, free of blur and of voxels that
regions share), the integral over the outline divided by the recovery curve at its volume, or the integral alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from lutetia.dosimetry.activity_series import ActivitySeries, TimePoint
from lutetia.dosimetry.carried_regions import CarriedRegions, carried
from lutetia.dosimetry.curve import Floats
from lutetia.dosimetry.geometric_transfer import LEAST_FWHM_VOXELS, RegionContents, region_contents
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region_measure import total_in
from lutetia.dosimetry.region_plan import PartialVolume, RegionPlan
from lutetia.dosimetry.region_set import RegionSet
from lutetia.errors import Fault, InputError

BELOW_ZERO = "activity_below_zero"
BEYOND = "partly_beyond_the_image"
OUTSIDE_CURVE = "volume_outside_recovery_curve"
NEGLIGIBLE = 0.01  # of the region's highest activity: so little below 0 is rounding or noise of an empty region
SENTENCES = {
    BELOW_ZERO: "The correction for blur left less than no activity at a scan: 0 was taken there.",
    BEYOND: "Part of the region lies beyond an image: its activity is that of the part seen there.",
    OUTSIDE_CURVE: "The region is smaller or larger than every sphere of the recovery curve.",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegionActivity:
    """One region over the scans, arrays (n,): `activity_mbq` after correction, its random u (k = 1, nan where nothing
    tells it), the `recovery_fraction` that was divided by (seen within the outline over corrected), and its volume on
    each scan."""

    name: str
    partial_volume: PartialVolume
    times_h: Floats
    activity_mbq: Floats
    u_activity_mbq: Floats
    recovery_fraction: Floats
    volume_ml: Floats
    flags: tuple[str, ...]
    conventions: tuple[str, ...]


def region_activities(series: ActivitySeries, plans: Mapping[str, RegionPlan]) -> tuple[RegionActivity, ...]:
    """Activities of all regions of the series at all scans, in the order of the regions.

    Raises InputError for a geometric transfer without the remainder of the body, a recovery curve that is not there,
    and regions that lie beyond an image.
    """
    _refuse(series, plans)
    rows = [_at_scan(series, point, plans) for point in series.time_points]
    return tuple(_over_time(series, name, plans[name], [row[name] for row in rows]) for name in series.regions.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One region at one scan."""

    mbq: float
    u_mbq: float
    recovery: float
    volume_ml: float
    flags: tuple[str, ...]


def regions_at_scan(series: ActivitySeries, point: TimePoint, may_leave: tuple[str, ...] = ()) -> CarriedRegions:
    """The regions on the grid of the scan: the scan's own, or those of the series carried over."""
    onto = point.activity.geometry
    if point.regions is not None:
        own = RegionSet(
            regions=tuple(point.regions[name] for name in series.regions.names), overlaps=point.regions.overlaps
        )
        return carried(own, onto, may_leave=may_leave)
    back = None if point.to_reference is None else point.to_reference.inverse()
    return carried(series.regions, onto, transform=back, may_leave=may_leave)


def _at_scan(series: ActivitySeries, point: TimePoint, plans: Mapping[str, RegionPlan]) -> dict[str, _Seen]:
    remainder = tuple(name for name, plan in plans.items() if plan.role == "remainder")
    found = regions_at_scan(series, point, remainder)
    contents = None
    if any(plan.partial_volume == "geometric transfer" for plan in plans.values()):
        psf_mm = transfer_fwhm_mm(series.image_fwhm_mm, found.added_fwhm_mm, point.activity.geometry)
        contents = region_contents(point.activity, found.regions, psf_fwhm_mm=psf_mm)
    return {
        region.name: _seen(series, point, plans[region.name], found, region.name, contents) for region in found.regions
    }


def transfer_fwhm_mm(image_fwhm_mm: float, added_fwhm_mm: float, grid: Geometry) -> float:
    """The blur left for the transfer matrix: the image's, less what carrying has put on the borders already.

    Never finer than the grid can hold; 0 for an image without blur.
    """
    if image_fwhm_mm == 0:
        return 0.0
    left_mm = sqrt(max(image_fwhm_mm**2 - added_fwhm_mm**2, 0.0))
    return min(image_fwhm_mm, max(left_mm, LEAST_FWHM_VOXELS * max(grid.spacing_mm)))


def _seen(
    series: ActivitySeries,
    point: TimePoint,
    plan: RegionPlan,
    found: CarriedRegions,
    name: str,
    contents: RegionContents | None,
) -> _Seen:
    region = found.regions[name]
    within_mbq = total_in(point.activity, region)
    volume_ml = point.regions[name].volume_ml if point.regions is not None else series.regions[name].volume_ml
    flags = [BEYOND] if name in found.beyond_pct else []
    mbq, scatter_mbq = within_mbq, np.nan
    if plan.partial_volume == "geometric transfer" and contents is not None:
        spread = 1.0 if flags else volume_ml / region.volume_ml  # carrying rounds volumes; what lies beyond is not seen
        mbq, scatter_mbq = spread * contents.total_of(name), spread * contents.u_total_of(name)
    elif plan.partial_volume == "recovery curve" and series.recovery is not None:
        mbq = float(series.recovery.corrected_mbq(within_mbq, volume_ml))
        low_ml, high_ml = series.recovery.volume_range_ml
        flags += [] if low_ml <= volume_ml <= high_ml else [OUTSIDE_CURVE]
    recovery = within_mbq / mbq if mbq > 0 else np.nan
    u_mbq = _noise_mbq(point, name, max(mbq, 0.0), within_mbq, scatter_mbq)
    return _Seen(mbq=mbq, u_mbq=u_mbq, recovery=recovery, volume_ml=volume_ml, flags=tuple(flags))


def _noise_mbq(point: TimePoint, name: str, mbq: float, within_mbq: float, scatter_mbq: float) -> float:
    """u given for the region; else the scatter of the voxels, never below the noise of the counts within the outline;
    nan where neither is known."""
    given = (point.u_counts_fraction or {}).get(name)
    if given is not None:
        return given * mbq
    counted = np.nan
    if point.counts_per_mbq is not None and within_mbq > 0:
        counted = mbq / sqrt(within_mbq * point.counts_per_mbq)
    return float(np.fmax(scatter_mbq, counted))


def _over_time(series: ActivitySeries, name: str, plan: RegionPlan, seen: list[_Seen]) -> RegionActivity:
    found = np.array([one.mbq for one in seen])
    below = (BELOW_ZERO,) if found.min() < -NEGLIGIBLE * max(found.max(), 0.0) else ()
    return RegionActivity(
        name=name,
        partial_volume=plan.partial_volume,
        times_h=series.times_h,
        activity_mbq=np.maximum(found, 0.0),
        u_activity_mbq=np.array([one.u_mbq for one in seen]),
        recovery_fraction=np.array([one.recovery for one in seen]),
        volume_ml=np.array([one.volume_ml for one in seen]),
        flags=tuple(dict.fromkeys((*(flag for one in seen for flag in one.flags), *below))),
        conventions=_sentences(series, plan),
    )


def _sentences(series: ActivitySeries, plan: RegionPlan) -> tuple[str, ...]:
    own = [point.name for point in series.time_points if point.regions is not None]
    where = (
        "Regions of the series, carried to each scan by its registration."
        if not own
        else f"Regions drawn on the scan itself at {', '.join(own)}, carried over elsewhere."
    )
    blur = {
        "geometric transfer": f"Activity by the geometric transfer matrix: even concentration in each region, image "
        f"blur of {series.image_fwhm_mm:g} mm (FWHM).",
        "recovery curve": "Activity within the outline, divided by the recovery curve at the region's volume.",
        "none": "Activity within the outline, without correction for blur.",
    }
    noise = "Noise as given for the region; else the scatter of voxels, and at least that of the counts where known."
    return where, blur[plan.partial_volume], noise


def _refuse(series: ActivitySeries, plans: Mapping[str, RegionPlan]) -> None:
    faults = []
    transfer = [name for name, plan in plans.items() if plan.partial_volume == "geometric transfer"]
    if transfer and not any(plan.role == "remainder" for plan in plans.values()):
        must = "must include the remainder of the body for the geometric transfer matrix"
        do = "Draw the rest of the body (body minus all regions), or correct by the recovery curve."
        faults.append(Fault(place="regions", must=must, got=", ".join(series.regions.names), do=do))
    if series.recovery is None:
        faults += [
            Fault(place=f"{name}, partial_volume", must="needs the recovery curve of the camera in the series")
            for name, plan in plans.items()
            if plan.partial_volume == "recovery curve"
        ]
    if faults:
        raise InputError("region activities", faults)
