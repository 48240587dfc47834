"""Structures drawn in another program in: RTSTRUCT contours as regions on the image they were drawn on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from lutetia.dosimetry.contour import region_of_contours
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.file import USUAL, Limits, items_of, open_dataset, quietly, text_of, whole_number_of
from lutetia.exchange.dicom.series import SeriesIdentity, identity_of
from lutetia.rows import LeftOut

RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"
CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Structures:
    """The regions of a structure set or segmentation, in its order; what was left out, and how they were made."""

    regions: tuple[Region, ...]
    series: SeriesIdentity
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]

    def __getitem__(self, name: str) -> Region:
        for region in self.regions:
            if region.name == name:
                return region
        must = f"must be one of {', '.join(region.name for region in self.regions)}"
        raise InputError("structures", [Fault(place="name", must=must, got=repr(name))])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """One ROI: its contours as points in mm, its frame of reference, contours of other kinds counted."""

    name: str
    frame: str
    contours: tuple[NDArray[np.float64], ...]
    others: int


def read_rtstruct(
    path: str | Path,
    geometry: Geometry,
    *,
    names: Iterable[str] | None = None,
    whole_voxels: bool = True,
    limits: Limits = USUAL,
) -> Structures:
    """The structures as regions on `geometry`, the grid of the CT they were drawn on.

    `names` chooses some of them. Polygons on one slice are taken even-odd (holes); points and open lines are left out
    and counted. Raises InputError with the faults of all structures at once: another frame of reference, contours off
    the image or across its slices, empty structures, names asked for that are not there or are there twice.
    """
    with quietly():
        name = Path(path).name
        dataset = open_dataset(Path(path), limits=limits)
        if isinstance(dataset, Fault):
            raise InputError("RTSTRUCT", [dataset])
        if text_of(dataset, "SOPClassUID") != RTSTRUCT:
            fault = Fault(place=name, must="must be an RT Structure Set", got=text_of(dataset, "SOPClassUID") or "none")
            raise InputError("RTSTRUCT", [fault])
        faults: list[Fault] = []
        drawn = _drawn(dataset, None if names is None else list(names), limits, faults)
        series = identity_of([(name, dataset)])
    regions = []
    for roi in drawn:
        region = _region(roi, geometry, whole_voxels, faults)
        regions += [region] if region is not None else []
    if not drawn and not faults:
        faults.append(Fault(place=name, must="must hold at least one closed structure", got="none"))
    if faults:
        raise InputError("RTSTRUCT", faults)
    others = sum(roi.others for roi in drawn)
    notes = tuple(sentence for region in regions for sentence in region.conventions)
    return Structures(
        regions=tuple(regions),
        series=series,
        left_out=(LeftOut(count=others, why="contour(s) that are points or open lines"),) if others else (),
        conventions=("RTSTRUCT: polygons on one slice taken even-odd, so that inner ones are holes.", *notes),
    )


def _drawn(dataset: Dataset, names: list[str] | None, limits: Limits, faults: list[Fault]) -> list[_Drawn]:
    """The ROIs wanted, in the order of the file."""
    contours_of = {
        whole_number_of(item, "ReferencedROINumber"): items_of(item, "ContourSequence")
        for item in items_of(dataset, "ROIContourSequence")
    }
    rois = [(text_of(item, "ROIName"), item) for item in items_of(dataset, "StructureSetROISequence")]
    known = [roi for roi, _ in rois]
    wanted = known if names is None else names
    for roi in dict.fromkeys(wanted):
        if known.count(roi) != 1:
            must = "must be the name of one structure of the file"
            got = "none" if roi not in known else f"{known.count(roi)} of that name"
            faults.append(
                Fault(place=roi or "structure without a name", must=must, got=f"{got}; it has {', '.join(known)}")
            )
    total = 0
    drawn: list[_Drawn] = []
    for roi, item in rois:
        if roi not in wanted or known.count(roi) != 1:
            continue
        closed, others = [], 0
        for number, contour in enumerate(contours_of.get(whole_number_of(item, "ROINumber"), []), start=1):
            if text_of(contour, "ContourGeometricType") not in CLOSED:
                others += 1
                continue
            points = _points(contour)
            total += 0 if points is None else len(points)
            if points is None or len(points) != (whole_number_of(contour, "NumberOfContourPoints") or len(points)):
                must = "must hold the number of points it states, x, y, z each"
                faults.append(Fault(place=f"{roi}, contour {number}", must=must, do="Is the file truncated?"))
            elif total > limits.contour_points:
                faults.append(Fault(place=roi, must=f"must stay below {limits.contour_points} contour points in all"))
                return drawn
            else:
                closed.append(points)
        frame = text_of(item, "ReferencedFrameOfReferenceUID")
        drawn.append(_Drawn(name=roi, frame=frame, contours=tuple(closed), others=others))
    return drawn


def _points(contour: Dataset) -> NDArray[np.float64] | None:
    """(n, 3) points in mm; read from the bytes of the element where these are still there, which is much faster."""
    raw = contour.get_item("ContourData")
    value = getattr(raw, "value", None)
    try:
        if isinstance(value, bytes):
            numbers = np.array(value.strip(b"\0 ").split(b"\\"), dtype=np.float64)
        else:
            numbers = np.array([float(one) for one in value or ()], dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    return numbers.reshape(-1, 3) if numbers.size and numbers.size % 3 == 0 else None


def _region(roi: _Drawn, geometry: Geometry, whole_voxels: bool, faults: list[Fault]) -> Region | None:
    if roi.frame != geometry.frame_of_reference:
        must = f"must be drawn in the frame of reference of the image, {geometry.frame_of_reference}"
        do = "Give the CT it was drawn on; bring it to another image by region_on with a transform."
        faults.append(Fault(place=roi.name, must=must, got=roi.frame or "none", do=do))
        return None
    if not roi.contours:
        do = "Leave it out by names=."
        faults.append(Fault(place=roi.name, must="must hold at least one closed contour", got="none", do=do))
        return None
    try:
        return region_of_contours(roi.name, roi.contours, geometry, whole_voxels=whole_voxels)
    except InputError as error:
        faults += [
            Fault(place=f"{roi.name}, {fault.place}", must=fault.must, got=fault.got, do=fault.do)
            for fault in error.faults
        ]
        return None
