"""One measurement: ratios of the notes, exactness where it is claimed, bands, and refusal outside the window."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest

from lutetia.dosimetry.curve import ExponentialSum, MonoExponential
from lutetia.dosimetry.single_time_point import (
    HalfLives,
    double_time,
    double_time_error_fraction,
    population_mean,
    population_mean_error_fraction,
    population_mean_window_h,
    prior_cycle,
)
from lutetia.errors import InputError

EXPECTED = HalfLives(geometric_mean_h=52, sd_of_log=0.2, physical_half_life_h=159.528, source="made up")


def test_the_ratios_of_the_double_time_rule():
    """2x · 2^(−x), derived in the project's notes: 0.8919 (0.75), 1 (1), 1.0615 (1/ln 2), 1 (2), 0.8839 (2.5)."""
    ratios = {0.75: 0.8919, 1.0: 1.0, 1 / log(2): 1.0615, 2.0: 1.0, 2.5: 0.8839}
    for x, ratio in ratios.items():
        assert 1 + double_time_error_fraction(x * 50, 50) == pytest.approx(ratio, abs=1e-4)


def test_double_time_by_hand_and_as_dose():
    found = double_time(100, 96, EXPECTED, u_activity_mbq=3)
    assert found.tia_mbq_h.estimate == pytest.approx(100 * 2 * 96 / log(2))
    # k C t with k = 0.1479 MeV as 0.08531 Gy g/(MBq h) · 2 / ln 2 = 0.2461 (VER-DO-06)
    assert 0.08531 * found.tia_mbq_h.estimate / (100 * 96) == pytest.approx(0.2461, abs=1e-4)
    assert found.window_h == (pytest.approx(0.75 * 52), pytest.approx(2.5 * 52))


def test_the_population_mean_rule_is_exact_at_the_mean_and_stationary_at_its_mean_life():
    curve = MonoExponential(initial_mbq=200, effective_half_life_h=52)
    found = population_mean(float(curve.activity_mbq(80)), 80, EXPECTED, u_activity_mbq=1, most_error_fraction=0.3)
    assert found.tia_mbq_h.estimate == pytest.approx(curve.time_integrated_mbq_h(), rel=1e-6)
    mean_life = 52 / log(2)
    for step in (1.001, 0.999):  # second order: a thousandth off makes a millionth
        assert abs(population_mean_error_fraction(mean_life, 52 * step, 52)) < 2e-6
        assert abs(population_mean_error_fraction(24, 52 * step, 52)) > 1e-4


@pytest.mark.parametrize("half", [30.0, 45.0, 52.0, 70.0])
def test_errors_are_those_of_the_rules_on_true_curves(half):
    curve = MonoExponential(initial_mbq=200, effective_half_life_h=half)
    activity, truth = float(curve.activity_mbq(96)), curve.time_integrated_mbq_h()
    rule = double_time(activity, 96, EXPECTED, u_activity_mbq=0)
    assert rule.tia_mbq_h.estimate / truth - 1 == pytest.approx(double_time_error_fraction(96, half))
    mean = population_mean(activity, 96, EXPECTED, u_activity_mbq=0, most_error_fraction=0.3)
    assert mean.tia_mbq_h.estimate / truth - 1 == pytest.approx(population_mean_error_fraction(96, half, 52))


def test_the_limits_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(6)
    inside = {"double_time": 0, "population_mean": 0}
    n = 800
    for half in EXPECTED.geometric_mean_h * np.exp(0.2 * rng.standard_normal(n)):
        curve = MonoExponential(initial_mbq=200, effective_half_life_h=float(half))
        true_activity, truth = float(curve.activity_mbq(72)), curve.time_integrated_mbq_h()
        seen = true_activity * (1 + 0.02 * rng.standard_normal())
        for found in (
            double_time(seen, 72, EXPECTED, u_activity_mbq=0.02 * seen),
            population_mean(seen, 72, EXPECTED, u_activity_mbq=0.02 * seen, most_error_fraction=0.3),
        ):
            inside[found.rule] += found.tia_mbq_h.lower <= truth <= found.tia_mbq_h.upper
    assert all(count / n >= 0.93 for count in inside.values()), inside


def test_u_is_the_root_mean_square_error_over_the_half_lives():
    rng = np.random.default_rng(2)
    lives = 52 * np.exp(0.2 * rng.standard_normal(200_000))
    logs = np.log(1 + np.array([double_time_error_fraction(72, half) for half in lives[:20_000]]))
    found = double_time(1, 72, EXPECTED, u_activity_mbq=0, level=0.999)
    assert found.tia_mbq_h.std_error / found.tia_mbq_h.estimate == pytest.approx(sqrt((logs**2).mean()), rel=0.05)


def test_the_window_of_the_population_mean_is_where_its_error_stays_small():
    first, last = population_mean_window_h(EXPECTED, 0.15)
    assert 0 < first < 52 / log(2) < last
    lives = EXPECTED.range_h(0.95)
    for at, inside in ((first, True), (last, True), (first - 2, False), (last + 2, False)):
        worst = max(abs(population_mean_error_fraction(at, float(half), 52)) for half in lives)
        assert (worst <= 0.15 + 1e-9) == inside
    wide = HalfLives(geometric_mean_h=52, sd_of_log=1.0, physical_half_life_h=159.528, source="made up")
    assert population_mean_window_h(wide, 0.05) == (0.0, 0.0)


def test_a_prior_cycle_is_exact_where_the_shape_is_the_same():
    shape = ExponentialSum(amplitudes_mbq=(100, 60, -160), effective_half_lives_h=(60, 8, 0.5))
    now = 1.3 * float(shape.activity_mbq(72))
    found = prior_cycle(
        now, 72, shape, first_measured_h=4, last_measured_h=168, u_activity_mbq=0.03 * now,
        u_prior_fraction=0.04, between_cycles_sd_fraction=0.1,
    )  # fmt: skip
    assert found.tia_mbq_h.estimate == pytest.approx(1.3 * shape.time_integrated_mbq_h())
    assert found.tia_mbq_h.std_error / found.tia_mbq_h.estimate == pytest.approx(sqrt(0.03**2 + 0.04**2 + 0.1**2))
    band = sqrt(0.04**2 + 0.1**2) * 1.959964
    assert np.log1p(found.error_band_fraction) == pytest.approx([-band, band])


def prior(at=72, activity=10.0, curve=None, **change):
    given = {"first_measured_h": 4, "last_measured_h": 168, "u_activity_mbq": 1, "u_prior_fraction": 0.1,
             "between_cycles_sd_fraction": 0.1}  # fmt: skip
    shape = MonoExponential(initial_mbq=1, effective_half_life_h=50) if curve is None else curve
    return prior_cycle(activity, at, shape, **(given | change))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: double_time(100, 24, EXPECTED, u_activity_mbq=1), "window, 39 to 130 h, but got 24 h"),
        (lambda: double_time(100, 140, EXPECTED, u_activity_mbq=1), "window"),
        (lambda: double_time(0, 96, EXPECTED, u_activity_mbq=1), "activity_mbq"),
        (lambda: double_time(100, 96, EXPECTED, u_activity_mbq=-1), "u_activity_mbq"),
        (lambda: double_time(100, -1, EXPECTED, u_activity_mbq=1), "above 0 h"),
        (lambda: population_mean(100, 4, EXPECTED, u_activity_mbq=1, most_error_fraction=0.1), "window"),
        (lambda: prior(at=200), "4 to 168 h"),
        (lambda: prior(u_prior_fraction=-1), "u_prior"),
        (lambda: prior(curve=MonoExponential(initial_mbq=0, effective_half_life_h=50)), "above 0 at the time"),
        (lambda: HalfLives(geometric_mean_h=200, sd_of_log=0.1, physical_half_life_h=159, source="x"), "below the"),
    ],
)
def test_outside_the_window_and_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_half_lives_to_expect_never_pass_physical_decay():
    wide = HalfLives(geometric_mean_h=100, sd_of_log=0.5, physical_half_life_h=159.528, source="made up")
    assert wide.range_h(0.95).max() == 159.528
