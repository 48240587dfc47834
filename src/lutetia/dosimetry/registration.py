"""Rigid registration of two images: the motion that lays one on the other, stored, with figures on how well it fits.

SimpleITK searches (regular-step gradient descent from coarse to fine); it is loaded on first use and sees arrays only.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np

from lutetia.dosimetry.geometry import Floats, Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError

Metric = Literal["mutual_information", "correlation", "mean_squares"]
Start = Literal["as_recorded", "centres", "moments"]
SHRINK = (4, 2, 1)
SMOOTH_MM = (8.0, 4.0, 0.0)
ALARM_SHIFT_MM = 30.0
ALARM_ANGLE_DEG = 10.0
LEAST_OVERLAP_PCT = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """The motion that takes the moving image to the fixed one, and how it was found.

    `metric_before` and `metric_after` are SimpleITK's cost, lower is better. `shift_mm` is how far the middle of the
    moving image travels, `largest_shift_mm` its furthest corner, `overlap_pct` the share of the fixed image's voxels
    that the moved image covers. `converged` is False when the search ran out of steps or made the cost worse; `why`
    says what ended it. `alarms` are sentences for what a person must look at before the result is used.
    """

    transform: RigidTransform
    metric: Metric
    metric_before: float
    metric_after: float
    iterations: int
    converged: bool
    why: str
    shift_mm: float
    largest_shift_mm: float
    angle_deg: float
    overlap_pct: float
    alarms: tuple[str, ...]
    conventions: tuple[str, ...]


def register_rigid(
    fixed: Volume,
    moving: Volume,
    *,
    metric: Metric = "mutual_information",
    start: Start | RigidTransform = "as_recorded",
    within: Region | None = None,
    samples: int = 200_000,
    iterations: int = 200,
    seed: int = 1,
) -> Registration:
    """The rigid motion from the frame of `moving` to the frame of `fixed`.

    `start` is where the search begins: as recorded (the mm of both images taken as one space), the middles of the
    grids laid on each other, the centres of gravity, or a known transform. `within` limits the comparison to a region
    on the fixed grid. `samples` voxels (all, if the image has fewer) are compared, drawn with `seed`. Raises InputError
    for unknown words, an image without contrast and a region on another grid.
    """
    faults = _faults(fixed, moving, metric, start, within, samples)
    if faults:
        raise InputError("register_rigid", faults)
    sitk = simple_itk()
    images = [image_of(volume) for volume in (fixed, moving)]
    begun = _start(fixed, moving, start)
    method = _method(sitk, metric, min(1.0, samples / fixed.geometry.voxels), iterations, seed)
    if within is not None:
        method.SetMetricFixedMask(image_of_array(within.mask().astype(np.uint8), within.geometry))
    euler = _euler(sitk, begun.inverse(), fixed.geometry.centre_mm)  # ITK maps fixed points to moving ones
    method.SetInitialTransform(euler, inPlace=True)
    before = float(method.MetricEvaluate(*images))
    method.Execute(*images)
    found = _rigid(euler, moving.frame_of_reference, fixed.frame_of_reference)
    after = float(method.GetMetricValue())
    return _registration(fixed, moving, found, metric, before, after, method, start)


@cache
def simple_itk() -> Any:
    """SimpleITK, loaded on first use (0.3 s)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of its SWIG wrappers
        import SimpleITK

    return SimpleITK


def image_of(volume: Volume) -> Any:
    """The volume as a SimpleITK image (float32) with origin, spacing and directions."""
    return image_of_array(np.asarray(volume.array, dtype=np.float32), volume.geometry)


def image_of_array(array: Any, geometry: Geometry) -> Any:
    """An array (z, y, x) on a grid as a SimpleITK image of the array's type."""
    image = simple_itk().GetImageFromArray(array)
    image.SetOrigin(geometry.affine[:3, 3].tolist())
    image.SetSpacing(geometry.spacing_mm[::-1])
    image.SetDirection(geometry.directions.ravel().tolist())
    return image


def _method(sitk: Any, metric: Metric, sampled_fraction: float, iterations: int, seed: int) -> Any:
    method = sitk.ImageRegistrationMethod()
    if metric == "mutual_information":
        method.SetMetricAsMattesMutualInformation(numberOfHistogramBins=50)
    elif metric == "correlation":
        method.SetMetricAsCorrelation()
    else:
        method.SetMetricAsMeanSquares()
    method.SetMetricSamplingStrategy(method.RANDOM if sampled_fraction < 1 else method.NONE)
    method.SetMetricSamplingPercentage(sampled_fraction, seed)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=2.0, minStep=1e-3, numberOfIterations=iterations, gradientMagnitudeTolerance=1e-8
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel(SHRINK)
    method.SetSmoothingSigmasPerLevel(SMOOTH_MM)
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    return method


def _start(fixed: Volume, moving: Volume, start: Start | RigidTransform) -> RigidTransform:
    """Where the search begins, from moving to fixed."""
    if isinstance(start, RigidTransform):
        return start
    frames = {"from_frame": moving.frame_of_reference, "to_frame": fixed.frame_of_reference}
    shift_mm = np.zeros(3)
    if start == "centres":
        shift_mm = fixed.geometry.centre_mm - moving.geometry.centre_mm
    elif start == "moments":
        shift_mm = centre_of_gravity_mm(fixed) - centre_of_gravity_mm(moving)
    return RigidTransform(rotation=np.eye(3), translation_mm=shift_mm, **frames)


def centre_of_gravity_mm(volume: Volume) -> Floats:
    """The centre of gravity (x, y, z) of the values above the image's least one."""
    weight = volume.array.astype(np.float64) - float(volume.array.min())
    index = [
        float(weight.sum(axis=tuple(b for b in range(3) if b != a)) @ np.arange(weight.shape[a])) for a in range(3)
    ]
    return volume.geometry.world_mm(np.array(index) / weight.sum())


def _euler(sitk: Any, transform: RigidTransform, centre_mm: Floats) -> Any:
    """The motion as an ITK transform about a centre: p → R (p − c) + c + t."""
    euler = sitk.Euler3DTransform()
    euler.SetCenter(centre_mm.tolist())
    euler.SetMatrix(transform.rotation.ravel().tolist(), 1e-6)
    euler.SetTranslation((transform.apply_mm(centre_mm) - centre_mm).tolist())
    return euler


def _rigid(euler: Any, moving_frame: str, fixed_frame: str) -> RigidTransform:
    """From moving to fixed, of the ITK transform that takes fixed points to moving ones."""
    rotation = np.array(euler.GetMatrix()).reshape(3, 3)
    u, _, v = np.linalg.svd(rotation)
    rotation = u @ v  # the nearest exact rotation
    centre, shift = np.array(euler.GetCenter()), np.array(euler.GetTranslation())
    to_moving = RigidTransform(
        rotation=rotation,
        translation_mm=centre + shift - rotation @ centre,
        from_frame=fixed_frame,
        to_frame=moving_frame,
    )
    return to_moving.inverse()


def _registration(
    fixed: Volume,
    moving: Volume,
    found: RigidTransform,
    metric: Metric,
    before: float,
    after: float,
    method: Any,
    start: Start | RigidTransform,
) -> Registration:
    moves = found.displacement_mm(moving.geometry.corners_mm())
    shift_mm = float(found.displacement_mm(moving.geometry.centre_mm))
    overlap_pct = overlap_of_grids_pct(fixed.geometry, moving.geometry.moved(found))
    why = str(method.GetOptimizerStopConditionDescription())
    out_of_steps = "Maximum number of iterations" in why
    converged = after <= before + 1e-9 and not out_of_steps
    why = why if after <= before + 1e-9 else f"The cost rose from {before:.4g} to {after:.4g}. {why}"
    begun = "a given transform" if isinstance(start, RigidTransform) else start.replace("_", " ")
    return Registration(
        transform=found,
        metric=metric,
        metric_before=before,
        metric_after=after,
        iterations=int(method.GetOptimizerIteration()),
        converged=converged,
        why=why,
        shift_mm=shift_mm,
        largest_shift_mm=float(moves.max()),
        angle_deg=found.angle_deg,
        overlap_pct=overlap_pct,
        alarms=_alarms(converged, shift_mm, found.angle_deg, overlap_pct),
        conventions=(
            f"Rigid registration by {metric.replace('_', ' ')}, started {begun}, levels {SHRINK}; SimpleITK.",
            "The transform takes the moving image's frame of reference to the fixed image's.",
        ),
    )


def _alarms(converged: bool, shift_mm: float, angle_deg: float, overlap_pct: float) -> tuple[str, ...]:
    found = []
    if not converged:
        found.append("The search did not converge.")
    if shift_mm > ALARM_SHIFT_MM:
        found.append(f"The middle of the image moved by {shift_mm:.0f} mm (alarm above {ALARM_SHIFT_MM:.0f} mm).")
    if angle_deg > ALARM_ANGLE_DEG:
        found.append(f"The image turned by {angle_deg:.0f}° (alarm above {ALARM_ANGLE_DEG:.0f}°).")
    if overlap_pct < LEAST_OVERLAP_PCT:
        found.append(f"Only {overlap_pct:.0f} % of the fixed image is covered (alarm below {LEAST_OVERLAP_PCT:.0f} %).")
    return tuple(found)


def overlap_of_grids_pct(fixed: Geometry, moved: Geometry) -> float:
    """The share of the fixed grid that lies inside the moved one, from every fourth voxel along each axis."""
    steps = [np.arange(0, count, max(1, min(4, count // 4))) for count in fixed.shape]
    points = fixed.world_mm(np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1))
    return 100 * float(np.mean(moved.contains(points)))


def _faults(
    fixed: Volume,
    moving: Volume,
    metric: str,
    start: Start | RigidTransform,
    within: Region | None,
    samples: int,
) -> list[Fault]:
    faults = []
    metrics, starts = ("mutual_information", "correlation", "mean_squares"), ("as_recorded", "centres", "moments")
    if metric not in metrics:
        faults.append(Fault(place="metric", must=f"must be one of {', '.join(metrics)}", got=repr(metric)))
    if isinstance(start, RigidTransform):
        if (start.from_frame, start.to_frame) != (moving.frame_of_reference, fixed.frame_of_reference):
            must = "must lead from the frame of the moving image to the frame of the fixed one"
            faults.append(Fault(place="start", must=must, got=f"{start.from_frame} → {start.to_frame}"))
    elif start not in starts:
        faults.append(Fault(place="start", must=f"must be a transform or one of {', '.join(starts)}", got=repr(start)))
    if samples < 1000:
        faults.append(Fault(place="samples", must="must be at least 1000 voxels", got=str(samples)))
    for place, volume in (("fixed", fixed), ("moving", moving)):
        if min(volume.geometry.shape) < 4:
            faults.append(Fault(place=place, must="must have at least 4 voxels along each axis"))
        if volume.array.min() == volume.array.max():
            faults.append(Fault(place=place, must="must have contrast", got=f"{volume.array.flat[0]:g} everywhere"))
    if within is not None and (not within.geometry.same_grid(fixed.geometry) or within.is_empty):
        faults.append(Fault(place="within", must="must be a region with voxels on the grid of the fixed image"))
    return faults
