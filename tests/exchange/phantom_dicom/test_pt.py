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
    # λT/2 for half an hour: ln 2 · 0.5 / 159.528 / 2 = 0.001086; the next term adds (λT)²/12, 4e-7
    wanted = {"NONE": [], "START": [1.001087], "ADMIN": [1.001087 * 2 ** (96 / 159.528)]}[correction]
    assert [float(factor) for factor in (stated,) if factor is not None] == pytest.approx(wanted, rel=1e-5)


def test_what_it_cannot_hold_is_refused(phantom):
    with pytest.raises(InputError) as caught:
        phantom.write_pt(phantom.ct, decay_correction="LATER")
    assert [fault.place for fault in caught.value.faults] == ["volume", "decay_correction"]
