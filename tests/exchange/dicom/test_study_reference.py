"""Patient and study taken from one file and written into another."""

from __future__ import annotations

import pydicom
import pytest
from pydicom.dataset import Dataset

from lutetia.errors import InputError
from lutetia.exchange.dicom.study_reference import StudyReference


def test_the_study_of_a_file_is_written_into_another(phantom, edit):
    path = phantom.write_nm()
    edit(path, lambda dataset: setattr(dataset, "PatientName", "MadeUp^Zoë"))
    study = StudyReference.of(path)
    assert (study.patient_name, study.study_uid) == ("MadeUp^Zoë", phantom.study.study_uid)
    other = Dataset()
    study.write_into(other)
    assert (other.PatientID, other.StudyDate, other.AccessionNumber) == ("MADE-UP-TESTS", "20240504", "")
    assert other.SpecificCharacterSet == "ISO_IR 192"


def test_a_file_without_a_study_is_refused(phantom, edit):
    path = phantom.write_nm()
    edit(path, lambda dataset: delattr(dataset, "StudyInstanceUID"))
    with pytest.raises(InputError, match="must name its study"):
        StudyReference.of(path)
    with pytest.raises(InputError, match="must be a file"):
        StudyReference.of(phantom.folder / "none.dcm")


def test_a_new_study_has_a_uid_of_its_own():
    first, second = StudyReference(), StudyReference()
    assert first.study_uid != second.study_uid
    assert pydicom.uid.UID(first.study_uid).is_valid
