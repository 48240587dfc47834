"""What lies in a folder, which files make a series, and what is refused."""

from __future__ import annotations

import shutil

import pytest

from lutetia.errors import InputError
from lutetia.exchange.dicom.file import Limits
from lutetia.exchange.dicom.series import files_of, find_series, identity_of, read_series

CT = "1.2.840.10008.5.1.4.1.1.2"


def test_a_folder_lists_its_series_and_names_the_rest(phantom):
    phantom.write_ct()
    phantom.write_nm()
    (phantom.folder / "notes.txt").write_text("hello", encoding="utf-8")
    found, faults = find_series(phantom.folder)
    assert [(one.modality, len(one.paths)) for one in found] == [("CT", 6), ("NM", 1)]
    assert found[0].frame_of_reference == phantom.frame
    assert [fault.place for fault in faults] == ["notes.txt"]


def test_folders_that_are_not_there_or_too_full_are_refused(phantom):
    with pytest.raises(InputError, match="must be a folder"):
        find_series(phantom.folder / "none")
    phantom.write_ct()
    with pytest.raises(InputError, match="at most 3 files"):
        find_series(phantom.folder, limits=Limits(files=3))
    with pytest.raises(InputError, match="at least one file"):
        files_of([], Limits())


def reading(source, **other):
    faults = []
    given = {"modality": "CT", "sop_classes": [CT], "series_uid": None, "limits": Limits(), **other}
    return read_series(source, faults=faults, **given), faults


def test_files_of_other_modalities_are_passed_over(phantom):
    phantom.write_ct(folder="all")
    phantom.write_nm(name="all/nm.dcm")
    found, faults = reading(phantom.folder / "all")
    assert (len(found), faults) == (6, [])
    identity = identity_of(found)
    assert (identity.modality, len(identity.sop_uids), identity.files[0]) == ("CT", 6, "ct_0001.dcm")
    assert identity.device == "Lutetia Lutetia"


def test_two_series_need_a_choice(phantom, edit):
    paths = phantom.write_ct()
    shutil.copytree(phantom.folder / "ct", phantom.folder / "ct" / "again")
    for path in (phantom.folder / "ct" / "again").iterdir():
        edit(path, lambda dataset: setattr(dataset, "SeriesInstanceUID", "1.2.3"))
    _, faults = reading(phantom.folder / "ct")
    assert "must hold one CT series" in faults[0].must
    assert "1.2.3" in faults[0].do
    found, faults = reading(phantom.folder / "ct", series_uid="1.2.3")
    assert (len(found), faults) == (len(paths), [])


def test_none_and_other_classes_are_faults(phantom, edit):
    path = phantom.write_nm()
    _, faults = reading([path])
    assert faults[0].must == "must hold CT images"
    first = phantom.write_ct()[0]
    edit(first, lambda dataset: setattr(dataset, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.2.1"))
    _, faults = reading([first])
    assert faults[0].got == "Enhanced CT Image Storage"
    assert "classic form" in faults[0].do
