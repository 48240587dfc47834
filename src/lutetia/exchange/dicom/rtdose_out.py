"""A dose map out as RTDOSE, on its own grid: absorbed dose as PHYSICAL, BED and EQD2 as EFFECTIVE, never mixed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.out import (
    Deidentify,
    date_and_time,
    decimal,
    decimals,
    new_dataset,
    save,
    series_description,
    uid_faults,
    uid_from,
    write_pixels,
    write_plane,
)
from lutetia.exchange.dicom.rtplan_out import write_rtplan
from lutetia.exchange.dicom.study_reference import StudyReference

RTDOSE = "1.2.840.10008.5.1.4.1.1.481.2"
_TYPE_OF = {"Gy": "PHYSICAL", "BED Gy": "EFFECTIVE", "EQD2 Gy": "EFFECTIVE"}
MOST_LETTERS, MOST_LETTERS_OF_TEXT = 64, 10_240  # of DoseComment (LO), of ImageComments (LT)
Bits = Literal[16, 32]
Reference = tuple[str, str]  # SOP class, SOP instance


def write_rtdose(
    dose: Volume,
    path: str | Path,
    study: StudyReference,
    *,
    at: datetime,
    description: str = "Absorbed dose",
    comment: str = "",
    plan: Reference | None = None,
    references: tuple[Reference, ...] = (),
    bits: Bits = 16,
    deidentify: Deidentify | None = None,
) -> Path:
    """Writes a map in Gy (or BED, EQD2) as RTDOSE; returns the path.

    `at` is the moment of writing, `references` pairs of SOP class and instance that the dose rests on (the CT),
    `deidentify` is applied to each data set before it is saved. An RTDOSE must name a plan: unless `plan` is given, a
    plan without beams is written beside it (`<name>_plan.dcm`). The step between stored values is the largest dose
    over 2¹⁶ − 1 (or 2³² − 1, which the checker dciodvfy of 2022 cannot read). Raises InputError for another unit,
    negative doses, a map of zeros, other `bits`, and a frame of reference that is no UID.
    """
    faults = [*_faults(dose, bits), *uid_faults(dose.frame_of_reference)]
    if faults:
        raise InputError("RTDOSE", faults)
    dose = dose.flipped(0) if dose.geometry.is_mirrored else dose  # offsets then rise along rows × columns
    stored, scaling = _stored(dose, bits)
    target = Path(path)
    if plan is None:
        beside = target.with_name(f"{target.stem}_plan.dcm")
        plan = write_rtplan(beside, study, at=at, label=description, deidentify=deidentify)
    series_uid = uid_from(study.study_uid, "RTDOSE", description, dose.unit)
    sop_uid = uid_from(series_uid, target.name, at.isoformat(), decimal(dose.array.sum(dtype=np.float64)))
    dataset = new_dataset(RTDOSE, sop_uid, study, at=at)
    dataset.Modality, dataset.SeriesInstanceUID, dataset.SeriesNumber = "RTDOSE", series_uid, 1
    dataset.SeriesDescription = series_description(description)
    dataset.InstanceNumber, dataset.OperatorsName = 1, ""
    dataset.ContentDate, dataset.ContentTime = date_and_time(at)
    dataset.FrameOfReferenceUID, dataset.PositionReferenceIndicator = dose.frame_of_reference, ""
    write_plane(dataset, dose.geometry)
    dataset.SliceThickness = decimal(dose.geometry.spacing_mm[0])
    _write_dose(dataset, dose, scaling, comment or " ".join(dose.conventions))
    dataset.ReferencedRTPlanSequence = [_reference(*plan)]
    if references:
        dataset.ReferencedImageSequence = [_reference(*pair) for pair in references]
    write_pixels(dataset, stored)
    return save(dataset, target, deidentify)


def _write_dose(dataset: Dataset, dose: Volume, scaling: str, comment: str) -> None:
    """The RT Dose module."""
    frames, step_mm = dose.geometry.shape[0], dose.geometry.spacing_mm[0]
    dataset.NumberOfFrames = frames
    dataset.FrameIncrementPointer = 0x3004000C
    dataset.GridFrameOffsetVector = decimals(np.arange(frames) * step_mm)
    dataset.DoseUnits, dataset.DoseType = "GY", _TYPE_OF[dose.unit]
    dataset.DoseSummationType = "PLAN"
    label = "" if dose.unit == "Gy" else f"{dose.unit.split()[0]}, not absorbed dose. "
    dataset.DoseComment = f"{label}{comment}"[:MOST_LETTERS]
    if len(comment) + len(label) > MOST_LETTERS:
        dataset.ImageComments = comment[:MOST_LETTERS_OF_TEXT]
    dataset.DoseGridScaling = scaling


def _reference(sop_class: str, sop_uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, sop_uid
    return item


def _stored(dose: Volume, bits: Bits) -> tuple[NDArray[np.unsignedinteger[Any]], str]:
    """The whole numbers and the scaling as text: rounded up so that the largest dose still fits."""
    largest, most = float(dose.array.max()), 2**bits - 1
    scaling = decimal(largest / most * (1 + 1e-12))
    while float(scaling) * most < largest:
        scaling = decimal(float(scaling) * (1 + 1e-9))
    return np.rint(dose.array / np.float64(scaling)).astype(f"u{bits // 8}"), scaling


def _faults(dose: Volume, bits: int) -> list[Fault]:
    faults = []
    if bits not in (16, 32):
        faults.append(Fault(place="bits", must="must be 16 or 32", got=str(bits)))
    if dose.unit not in _TYPE_OF:
        faults.append(Fault(place="dose", must=f"must be in {', '.join(_TYPE_OF)}", got=dose.unit))
    low, high = float(dose.array.min()), float(dose.array.max())
    if low < 0:
        must = "must not be negative anywhere"
        faults.append(Fault(place="dose", must=must, got=f"{low:g}", do="Set what the method undershoots to 0 first."))
    elif high == 0:
        faults.append(Fault(place="dose", must="must hold a dose", got="nothing but zeros"))
    return faults
