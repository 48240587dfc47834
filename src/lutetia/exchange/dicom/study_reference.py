"""Whose study a written object joins: the patient and study elements, taken from a file of the study or made up."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.file import USUAL, Limits, open_dataset, quietly, text_of

# Elements of the patient and general study modules, type 2 unless said: written empty when not known.
_ELEMENTS = {
    "patient_name": "PatientName",
    "patient_id": "PatientID",
    "birth_date": "PatientBirthDate",
    "sex": "PatientSex",
    "study_uid": "StudyInstanceUID",  # type 1
    "study_date": "StudyDate",
    "study_time": "StudyTime",
    "study_id": "StudyID",
    "accession_number": "AccessionNumber",
    "referring_physician": "ReferringPhysicianName",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyReference:
    """Patient and study of a DICOM object, as texts in DICOM's own forms; "" is not known.

    `character_set` is the SpecificCharacterSet of the texts; everything is written as UTF-8.
    """

    patient_name: str = ""
    patient_id: str = ""
    birth_date: str = ""
    sex: str = ""
    study_uid: str = field(default_factory=generate_uid)
    study_date: str = ""
    study_time: str = ""
    study_id: str = ""
    accession_number: str = ""
    referring_physician: str = ""

    @classmethod
    def of(cls, path: str | Path, *, limits: Limits = USUAL) -> StudyReference:
        """Patient and study of a DICOM file. Raises InputError if it cannot be read or names no study."""
        with quietly():
            dataset = open_dataset(Path(path), pixels=False, limits=limits)
            if isinstance(dataset, Fault):
                raise InputError(str(path), [dataset])
            found = {name: text_of(dataset, keyword) for name, keyword in _ELEMENTS.items()}
        if not found["study_uid"]:
            fault = Fault(place=Path(path).name, must="must name its study (0020,000D)", got="none")
            raise InputError(str(path), [fault])
        return cls(**found)

    def write_into(self, dataset: Dataset) -> None:
        """Sets the elements of both modules."""
        dataset.SpecificCharacterSet = "ISO_IR 192"
        for name, keyword in _ELEMENTS.items():
            setattr(dataset, keyword, getattr(self, name))
