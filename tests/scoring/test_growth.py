"""Twin of src/lutetia/scoring/growth.py: the four worked rates, the three-month identity, the error band."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.scoring.growth import rate_percent_per_month, side_of_cut_off

MONTH = 365.25 / 12
BAND: dict[str, Any] = {"reading_error_pct": 3, "confidence": 0.95}

# 100 · ((after / before)^(3 / months) − 1): trial-and-scoring notes, section 2.4.
WORKED = [(100, 120, 3, 20.0000), (50, 60, 2, 31.4534), (100, 110, 6, 4.8809), (100, 70, 3, -30.0000)]


@pytest.mark.parametrize(("before", "after", "months", "expected"), WORKED)
def test_the_four_worked_rates(before: float, after: float, months: float, expected: float) -> None:
    rate = rate_percent_per_month(before, after, months * MONTH)
    assert rate.value == pytest.approx(expected, abs=5e-5)
    assert rate == pytest.approx(expected, abs=5e-5)  # the object is the number
    assert rate.months == pytest.approx(months)


sums = st.floats(min_value=5, max_value=500)


@given(before=sums, after=sums)
def test_at_three_months_the_rate_is_the_change_of_the_sum(before: float, after: float) -> None:
    rate = rate_percent_per_month(before, after, 3 * MONTH)
    assert rate == pytest.approx(100 * (after - before) / before, rel=1e-9, abs=1e-9)


@given(before=sums, after=sums, days=st.integers(min_value=20, max_value=900))
def test_the_rate_compounds_to_the_growth_of_the_volume(before: float, after: float, days: int) -> None:
    rate = rate_percent_per_month(before, after, days)
    months = days * 12 / 365.25
    assert (1 + rate / 100) ** months == pytest.approx((after / before) ** 3, rel=1e-6)


@given(before=sums, after=sums, factor=st.floats(min_value=0.2, max_value=5))
def test_the_scale_does_not_matter(before: float, after: float, factor: float) -> None:
    plain = rate_percent_per_month(before, after, 100)
    assert rate_percent_per_month(before * factor, after * factor, 100) == pytest.approx(plain, rel=1e-9, abs=1e-9)


def test_the_error_band_at_three_months() -> None:
    # Reading error 3 % of each of two sums: √2 · 3 % = 4.2426 points at no growth, five times the cut-off.
    rate = rate_percent_per_month(100, 100, 3 * MONTH, **BAND)
    assert rate.std_error == pytest.approx(4.2426, abs=5e-5)
    # exp(±1.959964 · 0.042426) − 1
    assert (rate.low, rate.high) == (pytest.approx(-7.9786, abs=1e-3), pytest.approx(8.6704, abs=1e-3))


def test_a_smaller_reading_error_and_a_longer_time_narrow_the_band() -> None:
    width = {
        (error, months): rate.high - rate.low
        for error in (1, 3)
        for months in (3, 6)
        if (rate := rate_percent_per_month(100, 110, months * MONTH, reading_error_pct=error, confidence=0.95)).high
    }
    assert width[1, 6] < width[1, 3] < width[3, 3]
    assert width[1, 6] < width[3, 6] < width[3, 3]


@pytest.mark.parametrize(
    ("after", "error", "expected"),
    [
        (100, 3, "undecided"),
        (100.8, 0.01, "undecided"),  # exactly on the cut-off: the band covers it
        (102, 0.1, "at_or_above"),
        (100, 0.1, "below"),
        (150, 3, "at_or_above"),
        (60, 3, "below"),
        (102, None, "undecided"),  # no reading error, no side
        (0, 3, "undecided"),
    ],
)
def test_the_side_of_the_first_follow_up_cut_off(after: float, error: Any, expected: str) -> None:
    band: dict[str, Any] = {"reading_error_pct": error, "confidence": 0.95} if error else {}
    side = side_of_cut_off(rate_percent_per_month(100, after, 3 * MONTH, **band), cut_off="first_follow_up")
    assert side.value == expected
    assert "0.8 %/month" in side.conventions[0]


@pytest.mark.parametrize(
    ("months", "expected"), [(1.9, "undecided"), (2, "at_or_above"), (4, "at_or_above"), (4.1, "undecided")]
)
def test_the_first_follow_up_is_at_three_months_give_or_take_one(months: float, expected: str) -> None:
    rate = rate_percent_per_month(100, 150, months * MONTH, **BAND)
    assert side_of_cut_off(rate, cut_off="first_follow_up").value == expected


def test_the_pretreatment_cut_off_is_4_and_has_no_window() -> None:
    for months in (1, 9):
        rate = rate_percent_per_month(
            100, 100 * 1.05 ** (months / 3), months * MONTH, reading_error_pct=0.1, confidence=0.9
        )
        assert rate == pytest.approx(5)
        assert side_of_cut_off(rate, cut_off="pretreatment").value == "at_or_above"
    slow = rate_percent_per_month(100, 101, 3 * MONTH, reading_error_pct=0.1, confidence=0.9)
    assert side_of_cut_off(slow, cut_off="pretreatment").value == "below"
    with pytest.raises(InputError, match="cut_off"):
        side_of_cut_off(slow, cut_off="progression")  # type: ignore[arg-type]


@pytest.mark.parametrize(("before", "after"), [(0, 50), (50, 0), (0, 0)])
def test_a_sum_of_0_makes_the_rate_undefined(before: float, after: float) -> None:
    rate = rate_percent_per_month(before, after, 90, **BAND)
    assert (rate.value, rate.low, rate.high) == (None, None, None)
    assert math.isnan(rate)
    assert "undefined" in str(rate.because[0])


def test_what_was_declared_is_printed() -> None:
    said = rate_percent_per_month(100, 90, 90, new_lesions=True, nodes_in_sum=False).conventions
    assert said[2:] == ("new lesions (not in the rate): yes", "nodes in the sum, by their short axis: no")
    assert "no error band" in said[1]
    assert "not declared" in rate_percent_per_month(100, 90, 90).conventions[2]


def test_the_result_is_frozen_and_can_be_sent_elsewhere() -> None:
    rate = rate_percent_per_month(100, 120, 90, **BAND)
    with pytest.raises(AttributeError):
        rate.value = 3.0  # type: ignore[misc]
    for again in (pickle.loads(pickle.dumps(rate)), copy.deepcopy(rate)):
        assert (float(again), again.low, again.because) == (float(rate), rate.low, rate.because)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"before_mm": -1}, "before_mm"),
        ({"after_mm": "50"}, "after_mm"),
        ({"days": 0}, "days"),
        ({"days": float("nan")}, "days"),
        ({"reading_error_pct": 0, "confidence": 0.95}, "reading_error_pct"),
        ({"reading_error_pct": 3}, "error band"),
        ({"confidence": 0.95}, "error band"),
        ({"reading_error_pct": 3, "confidence": 95}, "confidence"),
    ],
)
def test_wrong_inputs_are_refused(change: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError) as refused:
        rate_percent_per_month(**{"before_mm": 50, "after_mm": 60, "days": 90, **change})
    assert [fault.place for fault in refused.value.faults] == [place]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"new_lesions": "yes"}, "new_lesions"),
        ({"nodes_in_sum": 1}, "nodes_in_sum"),
        ({"days": 1e-9}, "days"),  # 20 % in a ten-millionth of a day is no growth rate
        ({"after_mm": 1e300, "before_mm": 1e-300, "days": 1}, "after_mm"),
        ({"reading_error_pct": 3, "confidence": 1 - 1e-16}, "confidence"),
        ({"reading_error_pct": 500, "confidence": 0.95}, "reading_error_pct"),
    ],
)
def test_what_makes_no_rate_is_refused_not_computed(change: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError) as caught:
        rate_percent_per_month(**{"before_mm": 50, "after_mm": 60, "days": 90, **change})
    assert [fault.place for fault in caught.value.faults] == [place]
