"""Decay corrections brought to one moment: by hand, by quadrature, by the header's own factors; refusals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from lutetia.exchange.dicom.decay import Timing, correction_of, decay_to_start, growth_over_scan

START = datetime(2024, 5, 4, 10, 30, tzinfo=UTC)
HALF_LIFE_H = 6.0


def timing(starts=(START,), durations=(1800.0,), factors=(None,), series=None):
    return Timing(starts=starts, durations_s=durations, decay_factors=factors, series_at=series)


def after(**delta):
    return START + timedelta(**delta)


@settings(max_examples=20, deadline=None)
@given(st.floats(1, 40_000), st.floats(0.1, 200))
def test_the_mean_over_a_scan_by_quadrature(duration_s, half_life_h):
    mean = quad(lambda t: 2 ** (-t / 3600 / half_life_h), 0, duration_s)[0] / duration_s
    assert growth_over_scan(duration_s, half_life_h) == pytest.approx(1 / mean, rel=1e-8)
    assert growth_over_scan(0, half_life_h) == 1


def test_admin_is_undone_over_the_time_since_injection():
    faults = []
    found = decay_to_start("ADMIN", timing(), HALF_LIFE_H, after(hours=-12), "a", faults)
    assert (found.factors, found.valid_at, faults) == ((0.25,), START, [])
    assert "undone over 12.000 h" in found.conventions[0]


def test_a_later_clock_for_both_changes_nothing_and_for_one_by_decay():
    """Time shifts: all moments by one amount leave the factor; the injection alone scales it exactly."""
    here = decay_to_start("ADMIN", timing(), HALF_LIFE_H, after(hours=-12), "a", [])
    shifted = timing(starts=(after(hours=5),))
    there = decay_to_start("ADMIN", shifted, HALF_LIFE_H, after(hours=-7), "a", [])
    earlier = decay_to_start("ADMIN", timing(), HALF_LIFE_H, after(hours=-15), "a", [])
    assert there.factors == here.factors
    assert earlier.factors[0] == pytest.approx(here.factors[0] * 2 ** (-3 / HALF_LIFE_H))


def test_uncorrected_slices_are_brought_from_their_own_means_to_the_first_start():
    starts = (START, after(minutes=10))
    found = decay_to_start("NONE", timing(starts, (600.0, 600.0), (None, None)), HALF_LIFE_H, None, "a", [])
    own = growth_over_scan(600, HALF_LIFE_H)
    assert found.factors == pytest.approx((own, own * 2 ** (1 / 6 / HALF_LIFE_H)))
    assert found.valid_at == START


def test_uncorrected_without_half_life_stays_a_mean_and_says_so():
    found = decay_to_start("NONE", timing(), None, None, "a", [])
    assert found.factors == (1.0,)
    assert "half-life or duration unknown" in found.conventions[0]
    faults = []
    apart = timing((START, after(minutes=3)), (600.0, 600.0), (None, None))
    assert decay_to_start("NONE", apart, None, None, "a", faults) is None
    assert "different moments" in faults[0].must


def test_start_holds_for_the_series_when_it_comes_first():
    """Two beds: the second is corrected to the start of the series, as its decay factors show."""
    starts = (START, after(minutes=20))
    factors = tuple(2 ** (m / 60 / HALF_LIFE_H) * growth_over_scan(600, HALF_LIFE_H) for m in (1, 21))
    found = decay_to_start(
        "START", timing(starts, (600.0,) * 2, factors, after(minutes=-1)), HALF_LIFE_H, None, "a", []
    )
    assert (found.valid_at, found.factors) == (after(minutes=-1), (1.0, 1.0))


@pytest.mark.parametrize("series", [after(hours=3), None, START])
def test_start_holds_for_the_acquisition_when_the_series_was_made_later(series):
    found = decay_to_start("START", timing(series=series), HALF_LIFE_H, None, "a", [])
    assert found.valid_at == START


def test_decay_factors_settle_which_start_is_meant():
    long_before = after(hours=-4)
    meant_acquisition = timing(factors=(growth_over_scan(1800, HALF_LIFE_H),), series=long_before)
    assert decay_to_start("START", meant_acquisition, HALF_LIFE_H, None, "a", []).valid_at == START
    meant_series = timing(factors=(2 ** (4 / HALF_LIFE_H),), series=long_before)
    assert decay_to_start("START", meant_series, HALF_LIFE_H, None, "a", []).valid_at == long_before
    faults = []
    assert decay_to_start("START", timing(factors=(3.0,), series=long_before), HALF_LIFE_H, None, "a", faults) is None
    assert "factors that fit neither" in str(faults[0])


def test_admin_without_injection_or_half_life_names_both():
    faults = []
    assert decay_to_start("ADMIN", timing(), None, None, "a", faults) is None
    assert ["injection" in fault.must for fault in faults] == [True, True]
    assert [fault.do for fault in faults] == ["Give injected_at=.", "Give half_life_h=."]
    assert decay_to_start("ADMIN", timing(), 6.0, after(hours=1), "a", faults) is None
    assert "before it is scanned" in faults[-1].must


@pytest.mark.parametrize(
    ("stated", "corrected", "modality", "wanted"),
    [
        ("START", ("DECY", "ATTN"), "PT", "START"),
        ("ADMIN", (), "PT", "ADMIN"),
        ("NONE", ("ATTN",), "PT", "NONE"),
        ("", ("ATTN",), "NM", "NONE"),
        ("START", ("DECY",), "NM", "START"),
        ("START", ("ATTN",), "PT", None),
        ("NONE", ("DECY",), "PT", None),
        ("", (), "PT", None),
        ("", ("DECY",), "NM", None),
        ("LATER", (), "PT", None),
    ],
)
def test_what_a_header_says_of_its_correction(stated, corrected, modality, wanted):
    faults = []
    assert correction_of(stated, corrected, None, modality, "a", faults) == wanted
    assert bool(faults) == (wanted is None)
    assert correction_of(stated, corrected, "START", modality, "a", []) == "START"


def test_factors_are_finite_over_any_time():
    for hours in (0.0, 1e-6, 1e4):
        found = decay_to_start("ADMIN", timing(), HALF_LIFE_H, after(hours=-hours), "a", [])
        assert np.isfinite(found.factors[0])
