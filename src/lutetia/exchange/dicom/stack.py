"""Slices of one series put in order by where they lie, and the grid they form; every fault named with its file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from lutetia.dosimetry.geometry import Geometry
from lutetia.errors import Fault
from lutetia.exchange.dicom.file import number_of, numbers_of, text_of, whole_number_of

Floats = NDArray[np.float64]
COSINE_WITHIN = 1e-3
SAME_ORIENTATION_WITHIN = 1e-4
SAME_PLACE_MM = 0.01
EVEN_WITHIN_FRACTION = 0.01  # of the slice spacing; at least EVEN_WITHIN_MM
EVEN_WITHIN_MM = 0.02
ASIDE_WITHIN_MM = 0.1  # that a slice may lie beside the axis through the first: more is a tilted gantry


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """Where one slice lies: first pixel's centre, cosines of rows and columns (6), spacing, size, frame."""

    name: str
    position_mm: Floats
    cosines: Floats
    spacing_mm: tuple[float, float]  # between rows, between columns
    rows: int
    columns: int
    frame: str


def plane_of(name: str, dataset: Dataset, place: Dataset | None = None) -> Plane | list[Fault]:
    """The plane of a slice, or its faults. `place` is the item that holds position and orientation, if not the file."""
    holder = place if place is not None else dataset
    position_mm = numbers_of(holder, "ImagePositionPatient")
    cosines = np.array(numbers_of(holder, "ImageOrientationPatient"))
    spacing_mm = numbers_of(dataset, "PixelSpacing")
    rows, columns = whole_number_of(dataset, "Rows"), whole_number_of(dataset, "Columns")
    frame = text_of(dataset, "FrameOfReferenceUID")
    faults = []
    if len(position_mm) != 3:
        faults.append(Fault(place=name, must="must state ImagePositionPatient as three numbers", got="none"))
    if cosines.size != 6:
        faults.append(Fault(place=name, must="must state ImageOrientationPatient as six numbers", got="none"))
    elif _off_right_angle(cosines) > COSINE_WITHIN:
        must = "must have unit row and column directions at right angles"
        faults.append(Fault(place=name, must=must, got=str(cosines.tolist())))
    if len(spacing_mm) != 2 or min(spacing_mm) <= 0:
        got = text_of(dataset, "PixelSpacing") or "none"
        faults.append(Fault(place=name, must="must state PixelSpacing as two numbers above 0", got=got))
    if not rows or not columns:
        faults.append(Fault(place=name, must="must state Rows and Columns"))
    if not frame:
        must = "must name its frame of reference (0020,0052)"
        faults.append(Fault(place=name, must=must, got="none", do="Without it no mask or dose can be laid on it."))
    if faults or rows is None or columns is None:
        return faults
    return Plane(
        name=name,
        position_mm=np.array(position_mm),
        cosines=cosines,
        spacing_mm=(spacing_mm[0], spacing_mm[1]),
        rows=rows,
        columns=columns,
        frame=frame,
    )


def normal_of(cosines: Floats) -> Floats:
    """The direction rows × columns."""
    return np.asarray(np.cross(cosines[:3], cosines[3:]))


def affine_of(plane: Plane, step_mm: Floats) -> Floats:
    """(4, 4): index (column, row, slice, 1) to mm, from the first plane and the step to the next."""
    affine = np.eye(4)
    affine[:3, 0] = plane.cosines[:3] * plane.spacing_mm[1]
    affine[:3, 1] = plane.cosines[3:] * plane.spacing_mm[0]
    affine[:3, 2] = step_mm
    affine[:3, 3] = plane.position_mm
    return affine


def stacked(slices: Sequence[tuple[str, Dataset]], faults: list[Fault]) -> tuple[Geometry, list[int]] | None:
    """The grid of single-frame slices (file name, data set) and their order; None after adding every fault."""
    planes = [plane_of(name, dataset) for name, dataset in slices]
    bad = [fault for plane in planes if isinstance(plane, list) for fault in plane]
    faults += bad
    good = [plane for plane in planes if not isinstance(plane, list)]
    if bad or not good:
        return None
    return stack(good, thickness_of_mm(slices[0][1]), faults)


def stack(
    planes: Sequence[Plane], thickness_mm: float | None, faults: list[Fault]
) -> tuple[Geometry, list[int]] | None:
    """The grid and the order of the slices along rows × columns; None after adding every fault to `faults`.

    Neither file order nor instance numbers count, only positions. `thickness_mm` is used for a single slice alone.
    """
    before = len(faults)
    usual = _most_common(planes)
    faults += [fault for plane in planes for fault in _unlike(plane, usual)]
    if len(faults) > before:
        return None
    normal = normal_of(usual.cosines)
    heights = np.array([float(plane.position_mm @ normal) for plane in planes])
    order = [int(which) for which in np.argsort(heights, kind="stable")]
    faults += _height_faults([planes[which] for which in order], heights[order], normal)
    if len(planes) == 1 and not thickness_mm:
        faults.append(Fault(place=usual.name, must="must state SliceThickness, as the only slice of its series"))
    if len(faults) > before:
        return None
    first, last = planes[order[0]], planes[order[-1]]
    step_mm = (last.position_mm - first.position_mm) / max(len(planes) - 1, 1)
    if len(planes) == 1:
        step_mm = normal * (thickness_mm or 1.0)
    shape = (len(planes), usual.rows, usual.columns)
    return Geometry(shape=shape, affine=affine_of(first, step_mm), frame_of_reference=usual.frame), order


def thickness_of_mm(dataset: Dataset) -> float | None:
    """SpacingBetweenSlices without its sign, else SliceThickness; None when neither is stated."""
    spacing_mm = abs(number_of(dataset, "SpacingBetweenSlices") or 0.0) or (number_of(dataset, "SliceThickness") or 0.0)
    return spacing_mm if spacing_mm > 0 else None


def _off_right_angle(cosines: Floats) -> float:
    axes = cosines.reshape(2, 3)
    return float(np.abs(axes @ axes.T - np.eye(2)).max())


def _most_common(planes: Sequence[Plane]) -> Plane:
    """A plane of the look most of them share, so that the odd ones are named, not the first."""
    looks = Counter((plane.rows, plane.columns, plane.frame, plane.spacing_mm) for plane in planes)
    most = looks.most_common(1)[0][0]
    return next(plane for plane in planes if (plane.rows, plane.columns, plane.frame, plane.spacing_mm) == most)


def _unlike(plane: Plane, usual: Plane) -> list[Fault]:
    faults = []
    if plane.frame != usual.frame:
        must = f"must lie in the frame of reference of its series, {usual.frame}"
        faults.append(Fault(place=plane.name, must=must, got=plane.frame))
    if (plane.rows, plane.columns) != (usual.rows, usual.columns):
        must = f"must have {usual.rows} × {usual.columns} pixels, as its series"
        faults.append(Fault(place=plane.name, must=must, got=f"{plane.rows} × {plane.columns}"))
    if np.abs(np.subtract(plane.spacing_mm, usual.spacing_mm)).max() > 1e-4:
        must = f"must have the pixel spacing of its series, {usual.spacing_mm}"
        faults.append(Fault(place=plane.name, must=must, got=str(plane.spacing_mm)))
    if np.abs(plane.cosines - usual.cosines).max() > SAME_ORIENTATION_WITHIN:
        must = f"must have the orientation of its series, {usual.cosines.tolist()}"
        faults.append(Fault(place=plane.name, must=must, got=str(plane.cosines.tolist()), do="Is it a localizer?"))
    return faults


def _height_faults(planes: Sequence[Plane], heights: Floats, normal: Floats) -> list[Fault]:
    """Faults of slices in order: two at one place, uneven or missing ones, a stack that leans."""
    if len(planes) == 1:
        return []
    steps = np.diff(heights)
    faults = [
        Fault(
            place=planes[i + 1].name,
            must="must lie elsewhere than every other slice",
            got=f"where {planes[i].name} lies",
        )
        for i in np.flatnonzero(steps < SAME_PLACE_MM).tolist()
    ]
    if faults:
        return faults
    usual_mm = float(np.median(steps))
    allowed = max(EVEN_WITHIN_MM, EVEN_WITHIN_FRACTION * usual_mm)
    for i in np.flatnonzero(np.abs(steps - usual_mm) > allowed).tolist():
        missing = round(steps[i] / usual_mm) - 1
        whole = missing > 0 and abs(steps[i] - (missing + 1) * usual_mm) < allowed * (missing + 1)
        do = (
            f"{missing} slice(s) are missing: fetch the series again." if whole else "Resample it to even slices first."
        )
        must = f"must follow {planes[i].name} at {usual_mm:g} mm, as the series does"
        faults.append(Fault(place=planes[i + 1].name, must=must, got=f"{steps[i]:.4g} mm", do=do))
    aside = np.array([p.position_mm - planes[0].position_mm for p in planes]) - np.outer(heights - heights[0], normal)
    worst = int(np.argmax(np.linalg.norm(aside, axis=1)))
    if np.linalg.norm(aside[worst]) > ASIDE_WITHIN_MM:
        must = "must lie straight above the first slice"
        do = "A tilted gantry or a sheared stack: resample it to a straight grid first."
        got = f"{np.linalg.norm(aside[worst]):.2f} mm beside it"
        faults.append(Fault(place=planes[worst].name, must=must, got=got, do=do))
    return faults
