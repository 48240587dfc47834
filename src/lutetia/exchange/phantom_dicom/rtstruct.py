"""A phantom's structures written as an RTSTRUCT on its CT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydicom import dcmread
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from lutetia.errors import InputError
from lutetia.exchange.dicom.out import date_and_time, decimals, new_dataset, save, uid_faults, uid_from
from lutetia.exchange.dicom.study_reference import StudyReference
from lutetia.exchange.phantom_dicom.made_up import MADE_UP

CONTOUR_DATA = 0x30060050
RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"


def write_structures(
    contours: Mapping[str, Sequence[ArrayLike]],
    path: str | Path,
    study: StudyReference,
    ct: Sequence[str | Path],
    *,
    at: datetime,
) -> Path:
    """As `write_rtstruct`, with the identifiers of the CT taken from its slices, of which there must be one or more."""
    slices = [dcmread(one, stop_before_pixels=True) for one in ct]
    return write_rtstruct(
        contours,
        path,
        study,
        at=at,
        frame_of_reference=str(slices[0].FrameOfReferenceUID),
        ct_series_uid=str(slices[0].SeriesInstanceUID),
        ct_sop_uids=[str(one.SOPInstanceUID) for one in slices],
    )


def write_rtstruct(
    contours: Mapping[str, Sequence[ArrayLike]],
    path: str | Path,
    study: StudyReference,
    *,
    at: datetime,
    frame_of_reference: str,
    ct_series_uid: str,
    ct_sop_uids: Sequence[str],
    ct_sop_class: str = "1.2.840.10008.5.1.4.1.1.2",
) -> Path:
    """Writes closed contours, each (n, 3) points x, y, z in mm, by the name of their structure; returns the path.

    Raises InputError for a frame of reference that is no UID.
    """
    faults = uid_faults(frame_of_reference)
    if faults:
        raise InputError("RTSTRUCT", faults)
    series_uid = uid_from(study.study_uid, "RTSTRUCT", ct_series_uid)
    dataset = new_dataset(RTSTRUCT, uid_from(series_uid, at.isoformat()), study, at=at)
    dataset.Modality, dataset.SeriesInstanceUID, dataset.SeriesNumber = "RTSTRUCT", series_uid, 4
    dataset.SeriesDescription, dataset.OperatorsName = MADE_UP, ""
    dataset.InstanceNumber = 1
    dataset.FrameOfReferenceUID, dataset.PositionReferenceIndicator = frame_of_reference, ""
    dataset.StructureSetLabel = "PHANTOM"
    dataset.StructureSetDate, dataset.StructureSetTime = date_and_time(at)
    dataset.ReferencedFrameOfReferenceSequence = [
        _frame(frame_of_reference, study.study_uid, ct_series_uid, ct_sop_class, ct_sop_uids)
    ]
    dataset.StructureSetROISequence = [
        _roi(number, name, frame_of_reference) for number, name in enumerate(contours, start=1)
    ]
    dataset.ROIContourSequence = [_drawn(number, many) for number, many in enumerate(contours.values(), start=1)]
    dataset.RTROIObservationsSequence = [_observation(number) for number in range(1, len(contours) + 1)]
    dataset.ApprovalStatus = "UNAPPROVED"
    return save(dataset, path, None)


def _frame(frame: str, study_uid: str, series_uid: str, sop_class: str, sop_uids: Sequence[str]) -> Dataset:
    item, study, series = Dataset(), Dataset(), Dataset()
    series.SeriesInstanceUID = series_uid
    images = []
    for uid in sop_uids:
        image = Dataset()
        image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = sop_class, uid
        images.append(image)
    series.ContourImageSequence = images
    study.ReferencedSOPClassUID, study.ReferencedSOPInstanceUID = "1.2.840.10008.3.1.2.3.1", study_uid
    study.RTReferencedSeriesSequence = [series]
    item.FrameOfReferenceUID, item.RTReferencedStudySequence = frame, [study]
    return item


def _roi(number: int, name: str, frame: str) -> Dataset:
    item = Dataset()
    item.ROINumber, item.ReferencedFrameOfReferenceUID, item.ROIName = number, frame, name
    item.ROIGenerationAlgorithm = "MANUAL"
    return item


def _drawn(number: int, contours: Sequence[ArrayLike]) -> Dataset:
    item = Dataset()
    item.ReferencedROINumber, item.ROIDisplayColor = number, [255, 0, 0]
    many = []
    for points in contours:
        contour, xyz = Dataset(), np.asarray(points, dtype=np.float64)
        contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", len(xyz)
        contour[CONTOUR_DATA] = _numbers(xyz)
        many.append(contour)
    item.ContourSequence = many
    return item


def _numbers(xyz: NDArray[np.float64]) -> RawDataElement:
    """The points as they stand in the file: pydicom would check each of half a million texts on its own."""
    text = "\\".join(decimals(xyz.ravel())).encode()
    text += b" " * (len(text) % 2)
    return RawDataElement(Tag(CONTOUR_DATA), "DS", len(text), text, 0, False, True)


def _observation(number: int) -> Dataset:
    item = Dataset()
    item.ObservationNumber = item.ReferencedROINumber = number
    item.RTROIInterpretedType, item.ROIInterpreter = "ORGAN", ""
    return item
