"""The Lea-Catcheside factor: closed forms, three numeric routes, limits."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad

from lutetia.dosimetry.curve import ExponentialSum, MonoExponential
from lutetia.dosimetry.dose_protraction import protraction_factor
from lutetia.dosimetry.trapezoid import Trapezoid
from lutetia.errors import InputError

UPTAKE = ExponentialSum(amplitudes_mbq=(60.0, 40.0, -100.0), effective_half_lives_h=(60.0, 10.0, 0.5))


def test_one_phase_by_hand():
    """λ/(λ+μ) = repair / (repair + half-life) in half-times: 2.8 / 54.8."""
    curve = MonoExponential(initial_mbq=7, effective_half_life_h=52)
    assert protraction_factor(curve, 2.8) == pytest.approx(2.8 / 54.8, rel=1e-12)


@pytest.mark.parametrize("repair", [0.3, 2.8, 50.0])
@pytest.mark.parametrize(
    "curve",
    [
        UPTAKE,
        MonoExponential(initial_mbq=1, effective_half_life_h=0.05),
        MonoExponential(initial_mbq=1, effective_half_life_h=500),
        ExponentialSum(amplitudes_mbq=(1, 30, 300), effective_half_lives_h=(100, 4, 0.1)),
    ],
    ids=["uptake", "fast", "slow", "three"],
)
def test_analytic_and_numeric_agree(curve, repair):
    assert protraction_factor(curve, repair, "numeric") == pytest.approx(protraction_factor(curve, repair), rel=1e-9)


def test_against_the_double_integral_itself():
    rate = log(2) / 2.8
    inner, _ = dblquad(
        lambda s, t: float(UPTAKE.activity_mbq(t) * UPTAKE.activity_mbq(s)) * exp(-rate * (t - s)),
        0, 600, 0, lambda t: t, epsabs=1e-3, epsrel=1e-7,
    )  # fmt: skip
    assert protraction_factor(UPTAKE, 2.8) == pytest.approx(2 * inner / UPTAKE.time_integrated_mbq_h() ** 2, rel=1e-4)


def test_trapezoid_against_a_fine_sum():
    curve = Trapezoid(
        times_h=(4.0, 24.0, 72.0), activities_mbq=(80.0, 60.0, 30.0), physical_half_life_h=160.0,
        beginning="zero", tail="physical",
    )  # fmt: skip
    step = 0.01
    at = np.arange(step / 2, 3000, step)
    rate, mu = curve.activity_mbq(at), log(2) / 2.8
    kept, carried = np.empty(at.size), 0.0
    fall = exp(-mu * step)
    for i, r in enumerate(rate):
        kept[i] = carried * exp(-mu * step / 2) + r * (1 - exp(-mu * step / 2)) / mu
        carried = carried * fall + r * (1 - fall) / mu
    slow = 2 * (rate * kept).sum() * step / (rate.sum() * step) ** 2
    assert protraction_factor(curve, 2.8) == pytest.approx(slow, rel=1e-4)


def test_a_sudden_dose_has_one_and_a_slow_one_nearly_nothing():
    assert protraction_factor(MonoExponential(initial_mbq=1, effective_half_life_h=1e-6), 2.8) == pytest.approx(
        1, rel=1e-6
    )
    assert protraction_factor(MonoExponential(initial_mbq=1, effective_half_life_h=1e6), 2.8) < 1e-5


@settings(max_examples=25, deadline=None)
@given(factor=st.floats(1e-3, 1e3), unit=st.floats(0.01, 100))
def test_neither_the_amount_nor_the_unit_of_time_matters(factor, unit):
    scaled = ExponentialSum(
        amplitudes_mbq=tuple(factor * a for a in UPTAKE.amplitudes_mbq),
        effective_half_lives_h=tuple(unit * half for half in UPTAKE.effective_half_lives_h),
    )
    assert protraction_factor(scaled, 2.8 * unit) == pytest.approx(protraction_factor(UPTAKE, 2.8), rel=1e-9)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="repair_half_time_h"):
        protraction_factor(UPTAKE, 0)
    with pytest.raises(InputError, match="auto, analytic or numeric"):
        protraction_factor(UPTAKE, 2.8, "guess")
    curve = Trapezoid(times_h=(4.0, 24.0), activities_mbq=(8.0, 6.0), physical_half_life_h=160.0, beginning="zero",
                      tail="physical")  # fmt: skip
    with pytest.raises(InputError, match="sum of exponentials, but got Trapezoid"):
        protraction_factor(curve, 2.8, "analytic")
    with pytest.raises(InputError, match="area above 0"):
        protraction_factor(MonoExponential(initial_mbq=0, effective_half_life_h=1), 2.8)
