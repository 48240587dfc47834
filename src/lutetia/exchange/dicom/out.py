"""What every written object shares: file meta, equipment, times, identifiers, and the hook that takes names out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar
from uuid import NAMESPACE_OID, uuid5

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from lutetia.dosimetry.geometry import Geometry
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.study_reference import StudyReference

Built = TypeVar("Built")
Deidentify = Callable[[Dataset], None]
RESEARCH = "Research use only, not for clinical decisions"
RESEARCH_SHORT = "Research use only"  # for a series description, whose 64 characters would cut the longer one
MANUFACTURER = "Lutetia"
MOST_UID_LETTERS = 64
EMPTY_ELEMENTS = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
)


def software_version() -> str:
    """The version of Lutetia that writes."""
    try:
        return version("lutetia")
    except PackageNotFoundError:
        return "unknown"


def uid_from(*parts: str) -> str:
    """A UID that is always the same for the same parts, so that the same input gives the same object.

    It stands below 2.25 (PS3.5 B.2: the UUID as a decimal number), the UUID is made of the parts (RFC 9562, version 5).
    """
    return f"2.25.{uuid5(NAMESPACE_OID, chr(0).join(('lutetia', *parts))).int}"


def new_dataset(sop_class: str, sop_uid: str, study: StudyReference, *, at: datetime) -> FileDataset:
    """A data set with file meta, SOP, patient, study, equipment and creation time."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(sop_class)
    meta.MediaStorageSOPInstanceUID = UID(sop_uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(uid_from("implementation", MANUFACTURER))
    meta.ImplementationVersionName = f"LUTETIA {software_version()}"[:16]
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, sop_uid
    study.write_into(dataset)
    dataset.Manufacturer = MANUFACTURER
    dataset.ManufacturerModelName = MANUFACTURER
    dataset.SoftwareVersions = software_version()
    dataset.InstanceCreationDate, dataset.InstanceCreationTime = date_and_time(at)
    return dataset


def date_and_time(at: datetime) -> tuple[str, str]:
    """DA and TM of a moment, in its own zone."""
    return at.strftime("%Y%m%d"), at.strftime("%H%M%S.%f")


def write_moment(dataset: Dataset, at: datetime) -> None:
    """Sets the moment of content and of creation of an object that another library built."""
    day, clock = date_and_time(at)
    for stem in ("Content", "InstanceCreation"):
        setattr(dataset, f"{stem}Date", day)
        setattr(dataset, f"{stem}Time", clock)
    for equipment in dataset.get("ContributingEquipmentSequence", ()):
        if "ContributionDateTime" in equipment:
            equipment.ContributionDateTime = f"{day}{clock}"


def with_empty_elements(dataset: Dataset) -> Dataset:
    """A header of a source with the patient and study elements that may be empty but must not be missing.

    What took names out of a file may have taken the elements too; other libraries then fail.
    """
    for keyword in EMPTY_ELEMENTS:
        if keyword not in dataset:
            setattr(dataset, keyword, "")
    return dataset


def built(what: str, build: Callable[[], Built]) -> Built:
    """What another library makes of source files; InputError where it cannot, whatever it raises."""
    try:
        return build()
    except InputError:
        raise
    except Exception as error:  # a broken source may raise anything in the library
        text = " ".join(str(error).split())[:160]
        must = "must be complete, valid DICOM to be referred to"
        raise InputError(what, [Fault(place="source", must=must, got=f"{type(error).__name__}: {text}")]) from error


def offset_text(at: datetime) -> str:
    """The time zone as (0008,0201) writes it: +0100. Raises InputError for a moment without a zone."""
    if at.tzinfo is None:
        must = "must have a time zone"
        raise InputError("moment", [Fault(place="at", must=must, got=at.isoformat())])
    return at.strftime("%z")[:5]


def decimal(value: float) -> str:
    """A number as a decimal string of at most 16 letters, rounded as little as that allows."""
    for digits in range(16, 0, -1):
        text = f"{value:.{digits}g}"
        if len(text) <= 16:
            return text
    return f"{value:.8e}"


def decimals(values: Sequence[float] | NDArray[np.floating[Any]]) -> list[str]:
    """Each number as `decimal`."""
    return [decimal(float(value)) for value in values]


def write_plane(dataset: Dataset, geometry: Geometry, *, slice_index: int = 0, place: Dataset | None = None) -> None:
    """Sets pixel spacing, size and the plane of a slice (position and orientation into `place`, if given)."""
    holder = dataset if place is None else place
    directions = geometry.directions
    holder.ImagePositionPatient = decimals(geometry.world_mm((slice_index, 0, 0)))
    holder.ImageOrientationPatient = decimals(np.concatenate([directions[:, 0], directions[:, 1]]))
    dataset.PixelSpacing = decimals(geometry.spacing_mm[1:])
    dataset.Rows, dataset.Columns = geometry.shape[1:]


def write_pixels(dataset: Dataset, stored: NDArray[np.integer[Any]]) -> None:
    """Sets the pixel module for whole numbers of 16 or 32 bits, grey, little endian."""
    bits = stored.dtype.itemsize * 8
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = 1 if stored.dtype.kind == "i" else 0
    dataset.PixelData = stored.astype(stored.dtype.newbyteorder("<")).tobytes()
    dataset["PixelData"].VR = "OW"


def uid_faults(frame: str) -> list[Fault]:
    """A fault for a frame of reference that is no UID (a phantom's name, a NIfTI file's)."""
    parts = frame.split(".")
    good = len(frame) <= MOST_UID_LETTERS and all(p.isdecimal() and (p == "0" or p[0] != "0") for p in parts)
    if good and len(parts) > 1:
        return []
    must = "must be a DICOM UID to be written"
    do = "Move the volume into the frame of its CT first (RigidTransform.identity)."
    return [Fault(place="frame_of_reference", must=must, got=repr(frame), do=do)]


def save(dataset: FileDataset, path: str | Path, deidentify: Deidentify | None) -> Path:
    """Writes the file after the hook, creating its folder; returns the path."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if deidentify is not None:
        deidentify(dataset)
    dataset.save_as(target, enforce_file_format=True)
    return target


def series_description(text: str) -> str:
    """The description of a series with the words on research use, whole: the text before them is cut, to 64 in all."""
    end = f". {RESEARCH_SHORT}"
    return text[: 64 - len(end)] + end
