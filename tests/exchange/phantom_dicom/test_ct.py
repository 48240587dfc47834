"""A phantom's CT conforms to the standard and refuses what it cannot hold."""

from __future__ import annotations

import pydicom
import pytest

from lutetia.dosimetry.transform import RigidTransform
from lutetia.errors import InputError


def test_the_first_and_last_slice_conform(phantom, conforms):
    paths = phantom.write_ct()
    conforms(paths[0])
    conforms(paths[-1])
    assert "Made-up" in pydicom.dcmread(paths[0]).SeriesDescription


def test_what_it_cannot_hold_is_refused(phantom):
    with pytest.raises(InputError) as caught:
        phantom.write_ct(phantom.activity.moved(RigidTransform.identity(phantom.frame, "a")))
    assert [fault.place for fault in caught.value.faults] == ["frame_of_reference", "volume", "volume"]
