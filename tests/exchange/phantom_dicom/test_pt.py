"""A phantom's PET conforms to the standard and refuses what it cannot hold."""

from __future__ import annotations

import pydicom
import pytest

from lutetia.errors import InputError


@pytest.mark.parametrize("correction", ["NONE", "START", "ADMIN"])
def test_every_slice_conforms_and_states_its_factor(phantom, conforms, correction):
    paths = phantom.write_pt(decay_correction=correction)
    conforms(paths[0])
    stated = pydicom.dcmread(paths[0]).get("DecayFactor")
    wanted = {"NONE": None, "START": 1.001087, "ADMIN": 1.001087 * 2 ** (96 / 159.528)}[correction]
    assert stated == pytest.approx(wanted, rel=1e-5)


def test_what_it_cannot_hold_is_refused(phantom):
    with pytest.raises(InputError) as caught:
        phantom.write_pt(phantom.ct, decay_correction="LATER")
    assert [fault.place for fault in caught.value.faults] == ["volume", "decay_correction"]
