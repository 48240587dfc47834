"""A phantom's CT written as a series of single slices."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.out import (
    date_and_time,
    decimal,
    new_dataset,
    offset_text,
    save,
    uid_faults,
    uid_from,
    write_pixels,
    write_plane,
)
from lutetia.exchange.dicom.study_reference import StudyReference
from lutetia.exchange.phantom_dicom.made_up import MADE_UP

CT = "1.2.840.10008.5.1.4.1.1.2"
INTERCEPT_HU = -1024.0


def write_ct_series(
    volume: Volume, folder: str | Path, study: StudyReference, *, at: datetime, description: str = "CT"
) -> tuple[Path, ...]:
    """Writes a volume in HU as CT slices `ct_0001.dcm` …, slope 1, intercept −1024; returns the paths in slice order.

    Values are rounded to whole HU. Raises InputError for another unit, values outside −1024…31743 and a frame of
    reference that is no UID.
    """
    faults = uid_faults(volume.frame_of_reference)
    if volume.unit != "HU":
        faults.append(Fault(place="volume", must="must be in HU", got=volume.unit))
    low, high = float(volume.array.min()), float(volume.array.max())
    if low < INTERCEPT_HU or high > INTERCEPT_HU + 32767:
        faults.append(Fault(place="volume", must="must lie within −1024 to 31743 HU", got=f"{low:g} to {high:g}"))
    if faults:
        raise InputError("CT series", faults)
    series_uid = uid_from(study.study_uid, "CT", description, at.isoformat())
    return tuple(
        _write_slice(volume, k, Path(folder) / f"ct_{k + 1:04d}.dcm", study, series_uid, at, description)
        for k in range(volume.geometry.shape[0])
    )


def _write_slice(
    volume: Volume, k: int, path: Path, study: StudyReference, series_uid: str, at: datetime, description: str
) -> Path:
    dataset = new_dataset(CT, uid_from(series_uid, str(k)), study, at=at)
    dataset.Modality, dataset.SeriesInstanceUID, dataset.SeriesNumber = "CT", series_uid, 1
    dataset.SeriesDescription = f"{description}. {MADE_UP}"[:64]
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.TimezoneOffsetFromUTC = offset_text(at)
    for stem in ("Series", "Acquisition", "Content"):
        day, clock = date_and_time(at)
        setattr(dataset, f"{stem}Date", day)
        setattr(dataset, f"{stem}Time", clock)
    dataset.PatientPosition, dataset.InstanceNumber, dataset.AcquisitionNumber = "HFS", k + 1, 1
    dataset.KVP, dataset.BodyPartExamined = "120", "ABDOMEN"
    dataset.FrameOfReferenceUID, dataset.PositionReferenceIndicator = volume.frame_of_reference, ""
    write_plane(dataset, volume.geometry, slice_index=k)
    dataset.SliceThickness = decimal(volume.geometry.spacing_mm[0])
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = "1", decimal(INTERCEPT_HU), "HU"
    write_pixels(dataset, np.rint(volume.array[k] - INTERCEPT_HU).astype(np.int16))
    return save(dataset, path, None)
