"""An RTDOSE in: the map on its grid, absorbed dose, BED and EQD2 kept apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.file import USUAL, Limits, number_of, numbers_of, open_dataset, quietly, text_of
from lutetia.exchange.dicom.pixels import stored_values
from lutetia.exchange.dicom.stack import EVEN_WITHIN_FRACTION, affine_of, normal_of, plane_of, thickness_of_mm

RTDOSE = "1.2.840.10008.5.1.4.1.1.481.2"


def read_rtdose(path: str | Path, *, effective_as: str | None = None, limits: Limits = USUAL) -> Volume:
    """The dose map of an RTDOSE file in Gy.

    A map of type EFFECTIVE is weighted dose: `effective_as` ("BED Gy" or "EQD2 Gy") says which, else it is refused.
    Raises InputError with all faults: relative units, uneven frames, a scaling that is missing or not above 0.
    """
    with quietly():
        name = Path(path).name
        dataset = open_dataset(Path(path), limits=limits)
        if isinstance(dataset, Fault):
            raise InputError("RTDOSE", [dataset])
        faults: list[Fault] = []
        unit = _unit(dataset, name, effective_as, faults)
        scaling = number_of(dataset, "DoseGridScaling")
        if scaling is None or scaling <= 0:
            faults.append(Fault(place=name, must="must state a DoseGridScaling above 0"))
        stored = stored_values(dataset, name, limits)
        if isinstance(stored, Fault):
            raise InputError("RTDOSE", [*faults, stored])
        geometry = _geometry(dataset, name, stored.shape[0], faults)
        if faults or geometry is None or scaling is None or unit is None:
            raise InputError("RTDOSE", faults)
        array = stored * np.float64(scaling)
        comment = text_of(dataset, "ImageComments") or text_of(dataset, "DoseComment")
        sentence = f"RTDOSE: {unit} = stored value × DoseGridScaling {scaling:g}."
        return Volume(
            array=array, geometry=geometry, unit=unit, conventions=(sentence, *([comment] if comment else []))
        )


def _unit(dataset: Dataset, name: str, effective_as: str | None, faults: list[Fault]) -> str | None:
    own_class, units, kind = (text_of(dataset, word) for word in ("SOPClassUID", "DoseUnits", "DoseType"))
    if own_class != RTDOSE:
        faults.append(Fault(place=name, must="must be an RTDOSE", got=own_class or "no class"))
    if units != "GY":
        faults.append(Fault(place=name, must="must be in GY", got=f"DoseUnits {units or 'none'}"))
    if kind == "PHYSICAL":
        return "Gy"
    if kind == "EFFECTIVE" and effective_as in ("BED Gy", "EQD2 Gy"):
        return effective_as
    do = 'Say what it is weighted as: effective_as="BED Gy" or "EQD2 Gy".' if kind == "EFFECTIVE" else None
    faults.append(Fault(place=name, must="must be an absorbed dose (DoseType PHYSICAL)", got=kind or "none", do=do))
    return None


def _geometry(dataset: Dataset, name: str, frames: int, faults: list[Fault]) -> Geometry | None:
    """The grid; offsets are along rows × columns from the first frame, or (older) the frames' own z."""
    plane = plane_of(name, dataset)
    if isinstance(plane, list):
        faults += plane
        return None
    offsets = np.array(numbers_of(dataset, "GridFrameOffsetVector") or ((0.0,) if frames == 1 else ()))
    if offsets.size != frames:
        must = f"must have {frames} entries in GridFrameOffsetVector, one for each frame"
        faults.append(Fault(place=name, must=must, got=str(offsets.size)))
        return None
    normal = normal_of(plane.cosines)
    if frames == 1:
        step_mm = normal * (thickness_of_mm(dataset) or 1.0)
        return Geometry(
            shape=(1, plane.rows, plane.columns), affine=affine_of(plane, step_mm), frame_of_reference=plane.frame
        )
    steps = np.diff(offsets)
    if offsets[0] != 0 and abs(offsets[0] - plane.position_mm[2]) > 0.01:
        must = "must start GridFrameOffsetVector at 0 or at the first frame's z"
        faults.append(Fault(place=name, must=must, got=f"{offsets[0]:g}"))
    usual = float(np.median(steps))
    if usual == 0 or np.abs(steps - usual).max() > EVEN_WITHIN_FRACTION * abs(usual):
        must = "must have frames at even distances"
        got = f"{steps.min():g} to {steps.max():g} mm"
        faults.append(Fault(place=name, must=must, got=got, do="Resample it to even frames first."))
        return None
    step_mm = normal * ((offsets[-1] - offsets[0]) / (frames - 1))
    shape = (frames, plane.rows, plane.columns)
    return Geometry(shape=shape, affine=affine_of(plane, step_mm), frame_of_reference=plane.frame)
