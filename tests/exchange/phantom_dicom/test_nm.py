"""A phantom's SPECT conforms to the standard and refuses what it cannot hold."""

from __future__ import annotations

import pydicom
import pytest

from lutetia.errors import InputError


@pytest.mark.parametrize("quantified", ["real_world", "units"])
def test_the_image_conforms(phantom, conforms, quantified):
    conforms(phantom.write_nm(quantified=quantified, decay_correction="START"))


def test_a_mirrored_stack_has_a_negative_spacing(phantom):
    assert float(pydicom.dcmread(phantom.write_nm()).SpacingBetweenSlices) == 4.8
    assert float(pydicom.dcmread(phantom.write_nm(phantom.activity.flipped(0))).SpacingBetweenSlices) == -4.8


def test_what_it_cannot_hold_is_refused(phantom):
    with pytest.raises(InputError, match="must be in counts to be written as counts"):
        phantom.write_nm(quantified="counts")
    with pytest.raises(InputError, match="must lie above 0"):
        phantom.write_nm(phantom.activity.with_array(-phantom.activity.array))
