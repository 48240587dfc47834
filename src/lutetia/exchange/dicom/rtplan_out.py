"""The plan that an RTDOSE must name: a treatment with a radiopharmaceutical has no beams, and this one says so."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from lutetia.exchange.dicom.out import (
    RESEARCH,
    Deidentify,
    date_and_time,
    new_dataset,
    save,
    series_description,
    uid_from,
)
from lutetia.exchange.dicom.study_reference import StudyReference

RTPLAN = "1.2.840.10008.5.1.4.1.1.481.5"


def write_rtplan(
    path: str | Path, study: StudyReference, *, at: datetime, label: str, deidentify: Deidentify | None = None
) -> tuple[str, str]:
    """Writes an RT Plan of its general module alone (no beams, no prescription); returns its SOP class and instance."""
    series_uid = uid_from(study.study_uid, "RTPLAN", label)
    dataset = new_dataset(RTPLAN, uid_from(series_uid, at.isoformat()), study, at=at)
    dataset.Modality, dataset.SeriesInstanceUID, dataset.SeriesNumber = "RTPLAN", series_uid, 5
    dataset.SeriesDescription, dataset.OperatorsName = series_description("Radiopharmaceutical, no beams"), ""
    dataset.InstanceNumber = 1
    dataset.RTPlanLabel = "RADIOPHARM"
    dataset.RTPlanDescription = f"{label}: therapy with a radiopharmaceutical, without beams. {RESEARCH}"[:1024]
    dataset.RTPlanDate, dataset.RTPlanTime = date_and_time(at)
    dataset.RTPlanGeometry = "TREATMENT_DEVICE"
    dataset.ApprovalStatus = "UNAPPROVED"
    save(dataset, path, deidentify)
    return str(dataset.SOPClassUID), str(dataset.SOPInstanceUID)
