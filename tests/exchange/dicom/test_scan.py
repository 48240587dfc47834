"""Small rules that both nuclear readers share."""

from __future__ import annotations

from datetime import UTC, datetime
from math import exp, log

import pytest

from lutetia.errors import InputError
from lutetia.exchange.dicom.nm import read_nm
from lutetia.exchange.dicom.pt import read_pt
from lutetia.exchange.dicom.radiopharmaceutical import Injection
from lutetia.exchange.dicom.scan import aware_faults, half_life_used_h, zero_faults


def injection(half_life_h):
    return Injection(nuclide=None, half_life_h=half_life_h, at=None, activity_mbq=None, unknown=())


def test_the_given_half_life_goes_first_and_says_where_it_differs():
    assert half_life_used_h(None, injection(160.0), "a", []) == (160.0, ())
    assert half_life_used_h(159.5, injection(160.0), "a", []) == (159.5, ())
    used, notes = half_life_used_h(100.0, injection(160.0), "a", [])
    assert (used, notes) == (100.0, ("Half-life 100 h as given; the header says 160 h.",))
    faults = []
    assert half_life_used_h(-1.0, injection(160.0), "a", faults)[0] is None
    assert "above 0" in faults[0].must


def test_zeros_and_moments_without_zone_are_faults():
    assert "nothing but zeros" in str(zero_faults(0.0, "nm.dcm")[0])
    assert zero_faults(1.0, "nm.dcm") == []
    naive, aware = datetime(2024, 5, 4), datetime(2024, 5, 4, tzinfo=UTC)
    assert len(aware_faults((("acquired_at", naive), ("injected_at", aware), ("other", None)), "a")) == 1


def test_hours_after_injection(phantom, edit):
    path = phantom.write_nm()
    assert read_nm(path).hours_after_injection_h == pytest.approx(96)
    edit(path, lambda dataset: delattr(dataset, "RadiopharmaceuticalInformationSequence"))
    scan = read_nm(path)
    assert scan.hours_after_injection_h is None
    assert scan.injection.unknown


@pytest.mark.parametrize("correction", ["NONE", "START", "ADMIN"])
def test_at_its_middle_an_image_holds_the_mean_over_the_scan(phantom, correction):
    """The writer makes of 1 at the start what a scanner would write; the mean over an hour follows from λ alone."""
    path = phantom.write_pt(decay_correction=correction)[0].parent
    at_start = read_pt(path)
    scan = at_start.at_middle()
    decays = log(2) * 0.5 / 159.528
    assert scan.volume.array / at_start.volume.array == pytest.approx((1 - exp(-decays)) / decays, rel=1e-5)
    assert (scan.valid_at - scan.acquired_at).total_seconds() == 900
    assert scan.hours_after_injection_h == pytest.approx(96.25)
    assert "middle of the acquisition" in scan.conventions[-1]


def test_a_middle_needs_duration_and_half_life(phantom, edit):
    path = phantom.write_nm()
    edit(path, lambda dataset: delattr(dataset, "RotationInformationSequence"))
    with pytest.raises(InputError, match="duration and half-life"):
        read_nm(path).at_middle()
