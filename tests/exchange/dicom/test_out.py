"""What every written object shares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.exchange.dicom.out import (
    date_and_time,
    decimal,
    decimals,
    new_dataset,
    offset_text,
    save,
    series_description,
    uid_faults,
    uid_from,
    write_moment,
    write_pixels,
    write_plane,
)


@given(st.floats(-1e300, 1e300))
def test_decimals_fit_and_lose_little(value):
    text = decimal(value)
    assert len(text) <= 16
    assert float(text) == pytest.approx(value, rel=1e-8, abs=1e-300)


def test_the_words_on_research_use_are_never_cut():
    assert series_description("Dose report") == "Dose report. Research use only"
    long = series_description("a" * 100)
    assert len(long) == 64  # a LO
    assert long.endswith("aaa. Research use only")


def test_moments_and_zones():
    at = datetime(2024, 5, 4, 9, 8, 7, 60, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
    assert date_and_time(at) == ("20240504", "090807.000060")
    assert offset_text(at) == "-0330"
    with pytest.raises(InputError, match="must have a time zone"):
        offset_text(datetime(2024, 5, 4))
    dataset = pydicom.Dataset()
    write_moment(dataset, at)
    assert (dataset.ContentDate, dataset.InstanceCreationTime) == ("20240504", "090807.000060")


def test_uids_come_from_their_parts():
    assert uid_from("a", "b") == uid_from("a", "b") != uid_from("b", "a")
    assert pydicom.uid.UID(uid_from("a")).is_valid
    assert uid_faults(uid_from("a")) == []
    for wrong in ("phantom", "", "1.02.3", "1" * 65, "1..2"):
        assert "must be a DICOM UID" in uid_faults(wrong)[0].must


def test_a_written_file_reads_back(phantom):
    dataset = new_dataset("1.2.840.10008.5.1.4.1.1.2", "1.2.3", phantom.study, at=datetime(2024, 5, 4, tzinfo=UTC))
    write_plane(dataset, phantom.ct.geometry, slice_index=2)
    write_pixels(dataset, np.arange(12 * 16, dtype=np.int16).reshape(12, 16))
    path = save(dataset, phantom.folder / "deep" / "one.dcm", lambda one: setattr(one, "PatientID", "X"))
    back = pydicom.dcmread(path)
    assert np.array_equal(back.pixel_array, np.arange(192).reshape(12, 16))
    assert (back.PatientID, back.Manufacturer, back.PixelRepresentation) == ("X", "Lutetia", 1)
    assert [float(x) for x in back.ImagePositionPatient] == pytest.approx(phantom.ct.geometry.world_mm((2, 0, 0)))
    assert [float(x) for x in back.PixelSpacing] == [2.0, 1.5]
    assert decimals(np.array([1.5, 2])) == ["1.5", "2"]
