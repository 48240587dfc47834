"""The trapezoid as a result: area, u by hand, flags."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest

from lutetia.dosimetry.trapezoid_fit import fit_trapezoid
from lutetia.errors import InputError

T, VALUES = [4.0, 24.0, 72.0], [80.0, 60.0, 30.0]


def fit(times=T, values=VALUES, beginning="zero", tail="physical", **more):
    return fit_trapezoid(times, values, physical_half_life_h=160.0, beginning=beginning, tail=tail, **more)


def test_area_and_u_by_hand():
    found = fit(sigmas_mbq=[8, 6, 3])
    tail = 160 / log(2)
    assert found.tia_mbq_h.estimate == pytest.approx(160 + 3560 + 30 * tail)
    weights = np.array([2 + 10, 10 + 24, 24 + tail])  # d area / d activity
    assert found.tia_mbq_h.std_error == pytest.approx(sqrt(((weights * [8, 6, 3]) ** 2).sum()), rel=1e-6)
    assert found.share_beyond_last_fraction == pytest.approx(30 * tail / (3720 + 30 * tail))
    assert found.share_before_first_fraction == pytest.approx(160 / (3720 + 30 * tail))
    assert found.flags == ("mostly_extrapolated",)
    assert found.model == "trapezoid, tail physical"


def test_u_of_a_tail_through_the_last_points_agrees_with_monte_carlo():
    sigmas = np.array([2.0, 1.5, 0.6])
    found = fit(sigmas_mbq=sigmas, tail="last_two_points")
    rng = np.random.default_rng(1)
    drawn = [
        fit(values=VALUES + sigmas * rng.standard_normal(3), tail="last_two_points").tia_mbq_h.estimate
        for _ in range(1500)
    ]
    assert found.tia_mbq_h.std_error == pytest.approx(np.std(drawn), rel=0.08)


def test_a_last_value_of_zero_has_its_u_too():
    found = fit(values=[80, 60, 0], sigmas_mbq=[1, 1, 1])
    weights = np.array([12, 34, 24 + 160 / log(2)])
    assert found.tia_mbq_h.std_error == pytest.approx(sqrt((weights**2).sum()), rel=1e-3)


def test_without_sigma_there_is_no_u():
    assert fit().tia_mbq_h.std_error is None


def test_a_bounded_tail_is_flagged():
    found = fit(values=[80, 60, 55], tail="last_two_points")
    assert "tail_bounded_by_physical_decay" in found.flags
    assert "slower_than_physical" in found.flags


def test_rising_points_equal_times_and_one_point_are_refused():
    with pytest.raises(InputError, match="without clearance"):
        fit(values=[10, 20, 30])
    assert "rising" in fit(values=[10, 20, 30], rising="flag").flags
    with pytest.raises(InputError, match="each once"):
        fit(times=[4, 4, 72])
    with pytest.raises(InputError, match="two different times"):
        fit(times=[4], values=[80])
    with pytest.raises(InputError, match="level"):
        fit(level=2)
