"""Small rules that both nuclear readers share."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lutetia.exchange.dicom.nm import read_nm
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
