"""Fits of one organ: by hand, against scipy, under noise (bias and u), laws, and what is refused or flagged."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from lutetia.dosimetry.curve import ExponentialSum
from lutetia.dosimetry.curve_model import MODELS
from lutetia.dosimetry.curve_slopes import value_slopes
from lutetia.dosimetry.fit import aic_c, area_estimate, fit_curve
from lutetia.errors import InputError

T = np.array([4.0, 24.0, 72.0, 168.0])
MANY = np.array([0.5, 1.0, 4.0, 24.0, 48.0, 96.0, 168.0, 240.0])
PHYSICAL = 159.528  # 177Lu


def mono(times=T, initial=100.0, half=50.0):
    return initial * 2 ** (-times / half)


def fit(times, values, model="mono", **more):
    return fit_curve(times, values, physical_half_life_h=PHYSICAL, model=model, **more)


def test_two_points_by_hand():
    found = fit([0, 50], [100, 50], shortest_half_life_h=1)
    assert found.tia_mbq_h.estimate == pytest.approx(7213.475, rel=1e-6)  # 100 · 50 / ln 2
    assert found.flags == ("no_spare_point",)
    assert found.tia_mbq_h.std_error is None
    assert found.tia_mbq_h.lower is None
    assert found.share_beyond_last_fraction == pytest.approx(0.5)
    assert found.share_before_first_fraction == 0


@pytest.mark.parametrize(
    ("model", "amplitudes", "lives"),
    [
        ("mono", (100,), (50,)),
        ("mono_uptake", (100, -100), (50, 1.5)),
        ("bi", (100, 60), (60, 8)),
        ("bi_uptake", (100, 60, -160), (60, 8, 0.5)),
        ("tri", (100, 40, 60), (100, 15, 0.8)),
    ],
)
def test_curves_without_noise_give_their_area_to_1e_6(model, amplitudes, lives):
    truth = ExponentialSum(amplitudes_mbq=amplitudes, effective_half_lives_h=lives)
    found = fit(MANY, truth.activity_mbq(MANY), model)
    assert found.tia_mbq_h.estimate == pytest.approx(truth.time_integrated_mbq_h(), rel=1e-6)
    assert found.converged
    assert found.flags == ()
    assert found.curve.activity_mbq(MANY) == pytest.approx(truth.activity_mbq(MANY), rel=1e-6)


@pytest.mark.parametrize("known", [True, False])
def test_parameters_and_covariance_are_those_of_scipy(known):
    rng = np.random.default_rng(2)
    truth = ExponentialSum(amplitudes_mbq=(100, 60), effective_half_lives_h=(60, 8))
    sigma = 0.04 * truth.activity_mbq(MANY)
    values = truth.activity_mbq(MANY) + sigma * rng.standard_normal(MANY.size)
    found = fit(MANY, values, "bi", sigmas_mbq=sigma if known else None)

    def model(t, a1, a2, r1, r2):
        return a1 * np.exp(-r1 * t) + a2 * np.exp(-r2 * t)

    parameters, covariance = curve_fit(
        model, MANY, values, p0=(100, 60, log(2) / 60, log(2) / 8),
        sigma=sigma if known else None, absolute_sigma=known, xtol=1e-14, ftol=1e-14, gtol=1e-14,
    )  # fmt: skip
    assert found.parameters == pytest.approx(parameters, rel=1e-6)
    assert found.covariance == pytest.approx(covariance, rel=1e-4)
    a1, a2, r1, r2 = parameters
    gradient = np.array([1 / r1, 1 / r2, -a1 / r1**2, -a2 / r2**2])
    assert found.tia_mbq_h.std_error == pytest.approx(np.sqrt(gradient @ covariance @ gradient), rel=1e-4)
    slopes = value_slopes(np.array([10.0]), parameters[:2], parameters[2:], MODELS["bi"])[0]
    assert float(found.u_activity_mbq(10.0)) == pytest.approx(np.sqrt(slopes @ covariance @ slopes), rel=1e-4)


def test_under_noise_the_area_is_unbiased_and_u_is_the_spread():
    rng = np.random.default_rng(11)
    sigma = 0.05 * mono()
    areas, us = [], []
    for _ in range(600):
        found = fit(T, mono() + sigma * rng.standard_normal(T.size), sigmas_mbq=sigma)
        areas.append(found.tia_mbq_h.estimate)
        us.append(found.tia_mbq_h.std_error)
    truth = 100 * 50 / log(2)
    assert np.mean(areas) == pytest.approx(truth, rel=0.005)
    assert np.mean(us) == pytest.approx(np.std(areas), rel=0.1)


@settings(max_examples=20, deadline=None)
@given(factor=st.floats(1e-3, 1e6), half=st.floats(10, 150))
def test_area_and_u_are_proportional_to_activity(factor, half):
    values = mono(half=half) * np.array([1.02, 0.97, 1.01, 1.0])
    one, more = fit(T, values), fit(T, factor * values)
    assert more.tia_mbq_h.estimate == pytest.approx(factor * one.tia_mbq_h.estimate, rel=1e-6)
    assert more.tia_mbq_h.std_error == pytest.approx(factor * one.tia_mbq_h.std_error, rel=1e-4)


def test_times_in_another_unit_give_the_area_in_that_unit():
    values = mono() * np.array([1.02, 0.97, 1.01, 1.0])
    minutes = fit_curve(T * 60, values, physical_half_life_h=PHYSICAL * 60, model="mono")
    assert minutes.tia_mbq_h.estimate == pytest.approx(60 * fit(T, values).tia_mbq_h.estimate, rel=1e-8)


def test_slower_than_physical_decay_is_held_there_and_flagged():
    found = fit(T, mono(half=200))
    assert found.flags == ("slower_than_physical", "at_physical_decay")
    assert found.held == ("rate_1_per_h",)
    assert found.curve.half_life_range_h == (pytest.approx(PHYSICAL), pytest.approx(PHYSICAL))
    assert "decay correction" in found.cautions[0]
    assert found.tia_mbq_h.std_error > 0


def test_a_rising_curve_is_refused_or_flagged():
    rising = [10, 20, 30, 40]
    with pytest.raises(InputError, match="without clearance"):
        fit(T, rising)
    found = fit(T, rising, rising="flag")
    assert found.flags[0] == "rising"
    assert "at_physical_decay" in found.flags


def test_a_phase_the_points_do_not_show_is_flagged():
    found = fit(MANY, mono(MANY) * np.array([1, 1, 1, 1, 1.01, 0.99, 1.01, 0.99]), "bi")
    assert {"phase_without_activity", "at_shortest_half_life"} & set(found.flags)
    assert found.held
    late = fit([72, 96, 168], mono(np.array([72.0, 96.0, 168.0]), half=15), shortest_half_life_h=20)
    assert "at_shortest_half_life" in late.flags


def test_too_few_points_and_unknown_models_are_refused():
    with pytest.raises(InputError, match="bi needs 4 different times or more, but got 3"):
        fit(T[:3], mono(T[:3]), "bi")
    with pytest.raises(InputError, match="bi needs 4"):
        fit([4, 4, 24, 72], [9, 9, 8, 2], "bi")
    with pytest.raises(InputError, match="must be one of mono"):
        fit(T, mono(), "quad")
    with pytest.raises(InputError, match="level"):
        fit(T, mono(), level=95)
    with pytest.raises(InputError, match="missing at position 2"):
        fit([4, 24, None, 168], mono())


def test_aic_c_by_hand():
    assert aic_c(3.0, 6, 2, True) == pytest.approx(3 + 4 + 12 / 3)  # χ² + 2p + 2p(p+1)/(n−p−1)
    assert aic_c(3.0, 8, 2, False) == pytest.approx(8 * log(3 / 8) + 6 + 24 / 4)  # σ counts as a parameter
    assert aic_c(3.0, 3, 2, True) is None


def test_limits_are_log_normal():
    found = area_estimate(100.0, 10.0, 0.95)
    assert found.lower == pytest.approx(100 / np.exp(0.1959964))
    assert found.upper == pytest.approx(100 * np.exp(0.1959964))


def test_what_was_done_is_said():
    found = fit(T, mono())
    assert any("4 points" not in line and "1 h and physical decay, 159.528 h" in line for line in found.conventions)
    assert found.n == 4
    assert found.parameter_names == ("amplitude_1_mbq", "rate_1_per_h")
    assert np.isnan(fit([0, 50], [100, 50], shortest_half_life_h=1).u_activity_mbq([1.0, 2.0])).all()
