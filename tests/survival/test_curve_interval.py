"""Intervals of a survival probability: by hand and as R computes them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from lutetia.errors import InputError
from lutetia.survival import kaplan_meier
from lutetia.survival.curve_interval import INTERVALS, limits, normal_quantile

Z = 1.959963984540054


@pytest.mark.parametrize(
    ("interval", "lower", "upper"),
    [
        ("plain", 0.5 - Z * 0.1, 0.5 + Z * 0.1),
        ("log", 0.5 * np.exp(-Z * 0.2), 0.5 * np.exp(Z * 0.2)),
        ("log-log", 0.5 ** np.exp(Z * 0.2 / np.log(2)), 0.5 ** np.exp(-Z * 0.2 / np.log(2))),
        ("logit", 1 / (1 + np.exp(Z * 0.4)), 1 / (1 + np.exp(-Z * 0.4))),
        ("arcsine", np.sin(np.pi / 4 - Z * 0.1) ** 2, np.sin(np.pi / 4 + Z * 0.1) ** 2),
    ],
)
def test_half_with_a_standard_error_of_a_tenth(interval, lower, upper):
    found = limits(np.array([0.5]), np.array([0.1]), interval)
    assert (found[0][0], found[1][0]) == (pytest.approx(lower, abs=1e-12), pytest.approx(upper, abs=1e-12))


@pytest.mark.parametrize("interval", INTERVALS)
def test_limits_stay_within_0_and_1_and_stand_around_the_estimate(interval):
    s, error = np.array([0.02, 0.5, 0.98]), np.array([0.05, 0.3, 0.05])
    lower, upper = limits(s, error, interval)
    assert ((lower >= 0) & (lower <= s) & (s <= upper) & (upper <= 1)).all()


def test_the_ends_of_the_curve():
    ends, error = np.array([1.0, 0.0]), np.array([0.0, np.nan])
    for interval in ("plain", "log"):
        lower, upper = limits(ends, error, interval)
        assert (lower[0], upper[0]) == (1, 1)
        assert np.isnan([lower[1], upper[1]]).all()
    for interval in ("log-log", "logit", "arcsine"):
        assert np.isnan(limits(ends, error, interval)).all()


def test_another_level_and_what_is_none():
    assert normal_quantile(0.9) == pytest.approx(1.6448536269514722)
    for level in (0, 1, 95):
        with pytest.raises(InputError, match="level: must lie between 0 and 1"):
            normal_quantile(level)
    with pytest.raises(InputError, match="must be one of plain, log, log-log, logit, arcsine, but got 'wald'"):
        limits(np.ones(1), np.ones(1), "wald")


@pytest.mark.parametrize("interval", INTERVALS)
def test_limits_of_r(case, interval):
    curve = kaplan_meier(case.follow_up)
    alive = curve.survival > 0  # at 0 R prints 0 to 0 after a robust fit; here there is no interval
    for side, found in zip(("lower", "upper"), limits(curve.survival, curve.std_error, interval), strict=True):
        value = case.says[f"{interval.replace('arcsine', 'arcsin')} {side}"][1][: curve.times.size]
        assert_allclose(found[alive], value[alive], rtol=1e-9, atol=1e-12)
        assert np.isnan(found[~alive]).all()
