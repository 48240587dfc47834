"""A phantom's PET written as a series of single slices, each with its own rescale."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.decay import growth_over_scan
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
from lutetia.exchange.phantom_dicom.made_up import MADE_UP, Injected, lie_head_first_supine, radiopharmaceutical_item

PT = "1.2.840.10008.5.1.4.1.1.128"
STORED = 32_767


def write_pt_series(
    volume: Volume,
    folder: str | Path,
    study: StudyReference,
    *,
    acquired_at: datetime,
    duration_s: float,
    injected: Injected,
    decay_correction: str = "START",
    description: str = "PET",
) -> tuple[Path, ...]:
    """Writes the activity (Bq/mL) at the start of the scan as a PET series with the decay correction stated.

    The written values are what a scanner would write: NONE the mean over the scan, START the activity at the start,
    ADMIN that corrected back to the injection. Returns the paths in slice order. Raises InputError for negative values,
    another unit and a frame of reference that is no UID.
    """
    faults = uid_faults(volume.frame_of_reference)
    if volume.unit != "Bq/mL" or float(volume.array.min()) < 0 or float(volume.array.max()) == 0:
        faults.append(Fault(place="volume", must="must be in Bq/mL, not negative and not all 0", got=volume.unit))
    if decay_correction not in ("NONE", "START", "ADMIN"):
        faults.append(Fault(place="decay_correction", must="must be NONE, START or ADMIN", got=decay_correction))
    if faults:
        raise InputError("PET series", faults)
    hours = (acquired_at - injected.at).total_seconds() / 3600
    during = growth_over_scan(duration_s, injected.half_life_h)
    written, factor = {
        "NONE": (1 / during, 1.0),
        "START": (1.0, during),
        "ADMIN": (2 ** (hours / injected.half_life_h), during * 2 ** (hours / injected.half_life_h)),
    }[decay_correction]
    series_uid = uid_from(study.study_uid, "PT", description, acquired_at.isoformat())
    paths = []
    for k in range(volume.geometry.shape[0]):
        dataset = new_dataset(PT, uid_from(series_uid, str(k)), study, at=acquired_at)
        _write_series(dataset, series_uid, acquired_at, description, volume, k)
        dataset.DecayCorrection = decay_correction
        if decay_correction != "NONE":
            dataset.DecayFactor = decimal(factor)
        dataset.CorrectedImage = ["ATTN", "SCAT", *(["DECY"] if decay_correction != "NONE" else [])]
        dataset.RadiopharmaceuticalInformationSequence = [radiopharmaceutical_item(injected, activity_in="Bq")]
        dataset.ActualFrameDuration = str(round(duration_s * 1000))
        dataset.FrameReferenceTime = decimal(duration_s * 500)
        _write_values(dataset, volume.array[k] * written)
        paths.append(save(dataset, Path(folder) / f"pt_{k + 1:04d}.dcm", None))
    return tuple(paths)


def _write_series(
    dataset: Dataset, series_uid: str, acquired_at: datetime, description: str, volume: Volume, k: int
) -> None:
    dataset.Modality, dataset.SeriesInstanceUID, dataset.SeriesNumber = "PT", series_uid, 3
    dataset.SeriesDescription = f"{description}. {MADE_UP}"[:64]
    dataset.InstanceNumber, dataset.ImageIndex = k + 1, k + 1
    dataset.ImageType, dataset.BodyPartExamined = ["ORIGINAL", "PRIMARY"], "ABDOMEN"
    lie_head_first_supine(dataset)
    dataset.TimezoneOffsetFromUTC = offset_text(acquired_at)
    day, clock = date_and_time(acquired_at)
    for stem in ("Series", "Acquisition", "Content"):
        setattr(dataset, f"{stem}Date", day)
        setattr(dataset, f"{stem}Time", clock)
    dataset.SeriesType, dataset.NumberOfSlices = ["STATIC", "IMAGE"], volume.geometry.shape[0]
    dataset.CountsSource, dataset.CollimatorType, dataset.Units = "EMISSION", "NONE", "BQML"
    dataset.RandomsCorrectionMethod = "NONE"
    dataset.FrameOfReferenceUID, dataset.PositionReferenceIndicator = volume.frame_of_reference, ""
    write_plane(dataset, volume.geometry, slice_index=k)
    dataset.SliceThickness = decimal(volume.geometry.spacing_mm[0])


def _write_values(dataset: Dataset, values: np.ndarray) -> None:
    largest = float(values.max()) or 1.0
    slope = float(decimal(largest / STORED * (1 + 1e-12)))
    dataset.RescaleSlope, dataset.RescaleIntercept = decimal(slope), "0"
    write_pixels(dataset, np.rint(values / slope).astype(np.int16))
