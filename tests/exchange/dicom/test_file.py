"""Files that are truncated, foreign, enormous or hostile: a named fault, never a crash."""

from __future__ import annotations

import pickle

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from lutetia.errors import Fault
from lutetia.exchange.dicom.file import (
    Limits,
    element,
    items_of,
    number_of,
    numbers_of,
    open_dataset,
    quietly,
    text_of,
    whole_number_of,
    words_of,
)


def test_a_good_file_opens(phantom):
    path = phantom.write_nm()
    assert open_dataset(path).Modality == "NM"
    assert "PixelData" not in open_dataset(path, pixels=False)


@pytest.mark.parametrize("kept_bytes", [0, 50, 131, 400, 900])
def test_a_truncated_file_is_named(phantom, kept_bytes):
    path = phantom.write_nm()
    path.write_bytes(path.read_bytes()[:kept_bytes])
    with quietly():
        opened = open_dataset(path)
    if isinstance(opened, Dataset):  # cut between two elements: what is missing is found by the readers
        assert "PixelData" not in opened
    else:
        assert isinstance(opened, Fault)
        assert opened.place == "nm.dcm"


def test_foreign_files_are_named(tmp_path):
    for name, content in (("a.txt", b"hello"), ("b.dcm", b"\0" * 5000), ("c.pkl", pickle.dumps({"a": 1}))):
        (tmp_path / name).write_bytes(content)
        fault = open_dataset(tmp_path / name)
        assert (fault.place, fault.must) == (name, "must be a DICOM file (DICM after 128 bytes)")
    assert "exists" in open_dataset(tmp_path / "none").must
    assert "exists" in open_dataset(tmp_path).must


def test_garbage_after_the_preamble_is_a_fault_or_an_empty_set(tmp_path):
    for seed in range(20):
        junk = bytes((seed * 37 + i * i) % 256 for i in range(3000))
        path = tmp_path / f"{seed}.dcm"
        path.write_bytes(b"\0" * 128 + b"DICM" + junk)
        with quietly():
            opened = open_dataset(path)
        assert isinstance(opened, Fault) or not text_of(opened, "SOPClassUID")


def test_too_large_and_deflated_files_are_refused_before_they_are_read(phantom):
    path = phantom.write_nm()
    fault = open_dataset(path, limits=Limits(file_bytes=1000))
    assert "at most 0 MiB" in fault.must
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.save_as(path)
    assert open_dataset(path).must == "must not be deflated"


def test_elements_are_read_or_unknown():
    dataset = Dataset()
    dataset.PixelSpacing = ["1.5", "2"]
    dataset.ImageType = ["ORIGINAL", "", "RECON TOMO"]
    dataset.PatientID = " A1 "
    dataset.Rows = 3
    assert numbers_of(dataset, "PixelSpacing") == (1.5, 2.0)
    assert number_of(dataset, "PixelSpacing") == 1.5
    assert number_of(dataset, "SliceThickness") is None
    assert words_of(dataset, "ImageType") == ("ORIGINAL", "RECON TOMO")
    assert (text_of(dataset, "PatientID"), text_of(dataset, "StudyID")) == ("A1", "")
    assert (whole_number_of(dataset, "Rows"), whole_number_of(dataset, "PixelSpacing")) == (3, None)
    assert items_of(dataset, "RotationInformationSequence") == []


@pytest.mark.parametrize("value", ["one", "1e999", "nan", "1\\two"])
def test_a_number_that_is_none_is_unknown(value, phantom):
    path = phantom.write_nm()
    raw = path.read_bytes()
    with quietly():
        dataset = open_dataset(path)
        dataset.add_new("SliceThickness", "DS", "")
        dataset["SliceThickness"]._value = value.split("\\") if "\\" in value else value
        assert numbers_of(dataset, "SliceThickness") == ()
    assert path.read_bytes() == raw


def test_a_broken_element_is_none():
    class Broken(Dataset):
        def get(self, *_):
            raise OverflowError

    assert element(Broken(), "Rows") is None
