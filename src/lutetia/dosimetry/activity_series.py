"""What one treatment cycle is measured from: its scans in order of time, its regions, and how well each is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np

from lutetia.dosimetry.curve import Floats
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.recovery import RecoveryCurve
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.registration import Registration
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimePoint:
    """One scan: `activity` (Bq/mL or another activity, on its own grid and frame) as it was `after_h` hours after
    administration.

    `regions` are those drawn on this scan's own images (any grid in its frame); without them those of the series are
    carried over. `to_reference` takes this scan's frame to that of the series (None: it is the same frame), and
    `registration` says how it was found (None: recorded or given). Noise: `u_counts_fraction` by region (k = 1), or
    `counts_per_mbq`, the counts of the whole acquisition for 1 MBq, from which noise is reckoned; with neither, the
    scatter of the voxels tells it where the geometric transfer matrix is used, and nothing elsewhere.
    """

    name: str
    after_h: float
    activity: Volume
    regions: RegionSet | None = None
    to_reference: RigidTransform | None = None
    registration: Registration | None = None
    u_counts_fraction: Mapping[str, float] | None = None
    counts_per_mbq: float | None = None

    def __post_init__(self) -> None:
        faults = []
        if not (isfinite(self.after_h) and self.after_h >= 0):
            do = "Hours from administration to the moment the numbers hold for."
            faults.append(Fault(place="after_h", must="must be 0 or above", got=f"{self.after_h}", do=do))
        if self.activity.quantity == "intensive" or self.activity.total_unit != "MBq":
            do = "Counts become activity by the camera's calibration."
            faults.append(Fault(place="activity", must="must be in Bq/mL or MBq", got=self.activity.unit, do=do))
        if self.counts_per_mbq is not None and not 0 < self.counts_per_mbq < np.inf:
            faults.append(Fault(place="counts_per_mbq", must="must be above 0", got=f"{self.counts_per_mbq}"))
        for region, u in (self.u_counts_fraction or {}).items():
            if not 0 <= u < np.inf:
                faults.append(Fault(place=f"u_counts_fraction[{region}]", must="must be 0 or above", got=f"{u}"))
        faults += _frame_faults(self)
        if faults:
            raise InputError(f"time point {self.name}", faults)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BloodSamples:
    """Concentration in whole blood `kbq_per_ml` (n,) at `times_h` (n,) after administration, decay not corrected;
    `u_fraction` is the relative u (k = 1) of each sample, None where it is not known."""

    times_h: Floats
    kbq_per_ml: Floats
    u_fraction: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ActivitySeries:
    """The scans of one cycle with all that turns them into doses.

    `regions` lie in the reference frame on their own grid, which may be finer than the scans (a CT's); `density` (g/mL)
    in the same frame on any grid. `image_fwhm_mm` is the blur of the activity images (0: none), `outline_fwhm_mm` that
    of the images on which the regions were drawn (None: drawn on the activity images). `recovery` is the camera's curve
    for spheres. Unknown standard uncertainties are None and make the u of the doses they enter unknown.
    """

    nuclide: str
    administered_mbq: float
    time_points: tuple[TimePoint, ...]
    regions: RegionSet
    density: Volume | None = None
    image_fwhm_mm: float
    u_image_fwhm_mm: float | None = None
    outline_fwhm_mm: float | None = None
    recovery: RecoveryCurve | None = None
    u_calibration_fraction: float | None = None
    blood: BloodSamples | None = None
    conventions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "time_points", tuple(sorted(self.time_points, key=lambda point: point.after_h)))
        faults = [*_number_faults(self), *_point_faults(self), *_region_faults(self)]
        if faults:
            raise InputError("ActivitySeries", faults)

    @property
    def frame_of_reference(self) -> str:
        """The frame in which the regions lie."""
        return self.regions.geometry.frame_of_reference

    @property
    def times_h(self) -> Floats:
        """(n,): hours after administration, rising."""
        return np.array([point.after_h for point in self.time_points])

    @property
    def dose_geometry(self) -> Geometry:
        """The grid of maps: that of the first scan which lies in the reference frame, else of the first scan, moved."""
        here = [point for point in self.time_points if point.to_reference is None]
        point = here[0] if here else self.time_points[0]
        grid = point.activity.geometry
        return grid if point.to_reference is None else grid.moved(point.to_reference)


def _frame_faults(point: TimePoint) -> list[Fault]:
    faults = []
    own = point.activity.frame_of_reference
    if point.to_reference is not None and point.to_reference.from_frame != own:
        must = f"must start from the frame of the scan, {own}"
        faults.append(Fault(place="to_reference", must=must, got=point.to_reference.from_frame))
    if point.regions is not None and point.regions.geometry.frame_of_reference != own:
        must = f"must lie in the frame of the scan, {own}"
        faults.append(Fault(place="regions", must=must, got=point.regions.geometry.frame_of_reference))
    return faults


def _number_faults(series: ActivitySeries) -> list[Fault]:
    faults = []
    if not 0 < series.administered_mbq < np.inf:
        faults.append(Fault(place="administered_mbq", must="must be above 0", got=f"{series.administered_mbq}"))
    for place in ("image_fwhm_mm", "u_image_fwhm_mm", "outline_fwhm_mm", "u_calibration_fraction"):
        value = getattr(series, place)
        if value is not None and not 0 <= value < np.inf:
            faults.append(Fault(place=place, must="must be 0 or above, None where it is not known", got=f"{value}"))
    if series.density is not None and series.density.unit != "g/mL":
        faults.append(Fault(place="density", must="must be in g/mL", got=series.density.unit))
    elif series.density is not None and series.density.frame_of_reference != series.frame_of_reference:
        must = f"must lie in the frame of the regions, {series.frame_of_reference}"
        faults.append(Fault(place="density", must=must, got=series.density.frame_of_reference))
    return faults


def _point_faults(series: ActivitySeries) -> list[Fault]:
    points = series.time_points
    if not points:
        return [Fault(place="time_points", must="must hold one scan or more")]
    faults = []
    for what, values in (("name", [p.name for p in points]), ("after_h", [f"{p.after_h:g}" for p in points])):
        twice = sorted({value for value in values if values.count(value) > 1})
        faults += [Fault(place=f"time_points, {what}", must="must differ between scans", got=t) for t in twice]
    for point in points:
        reached = point.activity.frame_of_reference if point.to_reference is None else point.to_reference.to_frame
        if reached != series.frame_of_reference:
            must = f"must lead to the frame of the regions, {series.frame_of_reference}"
            do = "Register the scan and give the transform; frames with other names are not taken as one."
            faults.append(Fault(place=f"time point {point.name}", must=must, got=reached, do=do))
    return faults


def _region_faults(series: ActivitySeries) -> list[Fault]:
    faults = []
    for point in series.time_points:
        if point.regions is None:
            continue
        lacking = [name for name in series.regions.names if name not in point.regions.names]
        if lacking:
            must = "must hold all regions of the series"
            do = "Draw them, or leave the scan's own regions away to carry those of the series over."
            got = f"none of {', '.join(lacking)}"
            faults.append(Fault(place=f"time point {point.name}, regions", must=must, got=got, do=do))
    return faults
