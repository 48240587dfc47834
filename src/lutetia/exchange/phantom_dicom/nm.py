"""A phantom's SPECT written as one multi-frame NM image (RECON TOMO)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

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
from lutetia.exchange.phantom_dicom.made_up import (
    MADE_UP,
    Injected,
    code_item,
    lie_head_first_supine,
    radiopharmaceutical_item,
)

NM = "1.2.840.10008.5.1.4.1.1.20"
STORED = 65_535
FRAMES_IN_ROTATION = 60
Quantified = Literal["real_world", "units", "counts"]


def write_nm(
    volume: Volume,
    path: str | Path,
    study: StudyReference,
    *,
    acquired_at: datetime,
    duration_s: float,
    injected: Injected,
    quantified: Quantified = "real_world",
    frame_order: Sequence[int] | None = None,
    decay_correction: str | None = None,
    description: str = "SPECT",
) -> Path:
    """Writes a volume in Bq/mL (or counts) as one NM image with 16 bits a voxel; returns the path.

    `quantified` says how the header tells the activity: a Real World Value Mapping in Bq/ml, Units BQML with a rescale,
    or not at all (counts; whole ones up to 65535, else with a rescale). `frame_order` gives the slices (from 0) in the
    order in which they are stored. The slice spacing is negative where the array runs against rows × columns. Values
    are the numbers to be read back as they stand in the file: decay correction is only stated, not applied. Raises
    InputError for negative values, another unit and a frame of reference that is no UID.
    """
    faults = [*uid_faults(volume.frame_of_reference), *_faults(volume, quantified)]
    if faults:
        raise InputError("NM image", faults)
    slices = volume.geometry.shape[0]
    order = list(range(slices)) if frame_order is None else list(frame_order)
    series_uid = uid_from(study.study_uid, "NM", description, acquired_at.isoformat())
    dataset = new_dataset(NM, uid_from(series_uid, "1"), study, at=acquired_at)
    _write_series(dataset, series_uid, acquired_at, description)
    _write_tomo(dataset, volume, duration_s, order)
    item = radiopharmaceutical_item(injected, activity_in="MBq")
    dataset.RadiopharmaceuticalInformationSequence = [item]
    dataset.CorrectedImage = ["ATTN", "SCAT", *(["DECY"] if decay_correction not in (None, "NONE") else [])]
    if decay_correction is not None:
        dataset.DecayCorrection = decay_correction
    stored, slope = _stored(volume, quantified)
    _write_values(dataset, quantified, slope)
    write_pixels(dataset, stored[order])
    return save(dataset, path, None)


def _write_series(dataset: Dataset, series_uid: str, acquired_at: datetime, description: str) -> None:
    dataset.Modality, dataset.SeriesInstanceUID, dataset.SeriesNumber = "NM", series_uid, 2
    dataset.SeriesDescription = f"{description}. {MADE_UP}"[:64]
    dataset.InstanceNumber, dataset.BodyPartExamined = 1, "ABDOMEN"
    lie_head_first_supine(dataset)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"]
    dataset.TimezoneOffsetFromUTC = offset_text(acquired_at)
    day, clock = date_and_time(acquired_at)
    for stem in ("Series", "Acquisition", "Content"):
        setattr(dataset, f"{stem}Date", day)
        setattr(dataset, f"{stem}Time", clock)


def _write_tomo(dataset: Dataset, volume: Volume, duration_s: float, order: list[int]) -> None:
    """Geometry, frames, detector, rotation and energy window."""
    geometry = volume.geometry
    dataset.FrameOfReferenceUID, dataset.PositionReferenceIndicator = volume.frame_of_reference, ""
    detector = Dataset()
    detector.CollimatorType, detector.FocalDistance = "PARA", "0"
    write_plane(dataset, geometry, place=detector)
    dataset.DetectorInformationSequence = [detector]
    sign = -1.0 if geometry.is_mirrored else 1.0
    dataset.SliceThickness = decimal(geometry.spacing_mm[0])
    dataset.SpacingBetweenSlices = decimal(sign * geometry.spacing_mm[0])
    dataset.NumberOfFrames, dataset.NumberOfSlices = len(order), geometry.shape[0]
    dataset.FrameIncrementPointer = 0x00540080
    dataset.SliceVector = [k + 1 for k in order]
    dataset.NumberOfEnergyWindows = dataset.NumberOfDetectors = dataset.NumberOfRotations = 1
    dataset.AcquisitionTerminationCondition = dataset.CountsAccumulated = ""
    rotation = Dataset()
    rotation.StartAngle, rotation.AngularStep, rotation.ScanArc = "0", "6", "360"
    rotation.RotationDirection, rotation.RadialPosition = "CW", "250"
    rotation.ActualFrameDuration = str(round(duration_s * 1000 / FRAMES_IN_ROTATION))
    rotation.NumberOfFramesInRotation = FRAMES_IN_ROTATION
    dataset.RotationInformationSequence = [rotation]
    window, limits = Dataset(), Dataset()
    limits.EnergyWindowLowerLimit, limits.EnergyWindowUpperLimit = "187", "229"
    window.EnergyWindowName, window.EnergyWindowRangeSequence = "208 keV", [limits]
    dataset.EnergyWindowInformationSequence = [window]


def _stored(volume: Volume, quantified: Quantified) -> tuple[NDArray[np.uint16], float]:
    largest = float(volume.array.max())
    whole = quantified == "counts" and largest <= STORED
    slope = 1.0 if whole else float(decimal(largest / STORED * (1 + 1e-12)))
    return np.rint(volume.array / slope).astype(np.uint16), slope


def _write_values(dataset: Dataset, quantified: Quantified, slope: float) -> None:
    if quantified == "counts":
        if slope != 1:
            dataset.RescaleSlope, dataset.RescaleIntercept = decimal(slope), "0"
        return
    if quantified == "units":
        dataset.Units, dataset.RescaleSlope, dataset.RescaleIntercept = "BQML", decimal(slope), "0"
        return
    mapping = Dataset()
    mapping.add_new("RealWorldValueFirstValueMapped", "US", 0)
    mapping.add_new("RealWorldValueLastValueMapped", "US", STORED)
    mapping.RealWorldValueSlope, mapping.RealWorldValueIntercept = slope, 0.0
    mapping.LUTExplanation, mapping.LUTLabel = "Activity concentration", "BQML"
    mapping.MeasurementUnitsCodeSequence = [code_item("Bq/ml", "UCUM", "Becquerels/milliliter")]
    dataset.RealWorldValueMappingSequence = [mapping]


def _faults(volume: Volume, quantified: Quantified) -> list[Fault]:
    unit = "counts" if quantified == "counts" else "Bq/mL"
    faults = []
    if volume.unit != unit:
        faults.append(Fault(place="volume", must=f"must be in {unit} to be written as {quantified}", got=volume.unit))
    low, high = float(volume.array.min()), float(volume.array.max())
    if low < 0 or high == 0:
        faults.append(Fault(place="volume", must="must lie above 0", got=f"{low:g} to {high:g}"))
    return faults
