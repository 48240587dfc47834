"""The curve of a region: which model is taken when, and whether u covers what the model misses."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.curve import ExponentialSum, MonoExponential
from lutetia.dosimetry.curve_choice import CurveChoice
from lutetia.dosimetry.region_curve import region_curve
from lutetia.dosimetry.region_plan import ByTrapezoid, ChooseCurve, OneModel, OnePoint
from lutetia.dosimetry.single_time_point import HalfLives
from lutetia.errors import InputError

PHYSICAL_H = 159.528
HOURS = np.array([4.0, 24.0, 96.0, 168.0])


def taken(times, values, u, plan=None):
    return region_curve(
        np.asarray(times, float),
        np.asarray(values, float),
        np.asarray(u, float) * np.ones(len(times)),
        plan or ChooseCurve(),
        names=tuple(f"{t:g} h" for t in times),
        physical_half_life_h=PHYSICAL_H,
        administered_mbq=7400.0,
    )


MONO = MonoExponential(initial_mbq=100.0, effective_half_life_h=52.0)
UPTAKE = ExponentialSum(amplitudes_mbq=(100.0, -100.0), effective_half_lives_h=(90.0, 3.0))


def test_a_plain_curve_is_mono():
    found = taken(HOURS, MONO.activity_mbq(HOURS), 1.0)
    assert found.model == "mono"
    assert isinstance(found.found, CurveChoice)
    assert found.tia_mbq_h.estimate == pytest.approx(100 * 52 / np.log(2), rel=1e-6)
    # before 4 h: 1 − 2^(−4/52) of the area; between ½ and 3/2 of it, rectangular
    before = (1 - 2 ** (-4 / 52)) * found.tia_mbq_h.estimate
    assert found.u_before_first_mbq_h == pytest.approx(before / np.sqrt(12), rel=1e-6)
    assert found.flags == ()


def test_points_that_refute_the_small_sample_choice_are_heard():
    """Four points let AICc compare one model only: mono. Uptake seen with 1 % noise refutes it."""
    values = UPTAKE.activity_mbq(HOURS)
    found = taken(HOURS, values, 0.01 * values)
    assert found.model == "mono_uptake"
    assert "simpler_model_refuted" in found.flags
    assert found.tia_mbq_h.estimate == pytest.approx(100 * 87 / np.log(2), rel=1e-4)
    noisy = taken(HOURS, values, 0.6 * values)
    assert noisy.model == "mono"


def test_u_grows_with_the_scatter():
    """Three clearances of 10 MBq noise said to be 1 MBq: the mono fit's u is multiplied by √(χ²/ν)."""
    values = MONO.activity_mbq(HOURS) + np.array([8.0, -8.0, 8.0, -8.0])
    found = taken(HOURS, values, 1.0, OneModel(model="mono"))
    fit = found.found
    factor = np.sqrt(fit.chi_square / 2)
    assert factor > 5
    assert found.tia_mbq_h.std_error == pytest.approx(factor * fit.tia_mbq_h.std_error)
    assert "scatter_beyond_noise" in found.flags


def test_two_and_three_scans_are_mono_by_default_and_say_so():
    for n in (2, 3):
        found = taken(HOURS[1 : 1 + n], MONO.activity_mbq(HOURS[1 : 1 + n]), 1.0)
        assert found.model == "mono"
        assert "one_phase_by_default" in found.flags
    unknown = taken(HOURS, MONO.activity_mbq(HOURS), np.nan)
    assert "one_phase_by_default" in unknown.flags  # no σ: AICc needs five points
    assert unknown.tia_mbq_h.std_error is not None  # from the residuals


def test_a_named_model_is_kept_and_a_trapezoid_drawn():
    values = UPTAKE.activity_mbq(HOURS)
    assert taken(HOURS, values, 0.01 * values, OneModel(model="mono")).model == "mono"
    plan = ByTrapezoid(beginning="zero", tail="last_two_points")
    drawn = taken(HOURS, values, 0.01 * values, plan)
    assert drawn.model == "trapezoid, tail last_two_points"
    by_hand = 4 * values[0] / 2 + sum((values[i] + values[i + 1]) / 2 * (HOURS[i + 1] - HOURS[i]) for i in range(3))
    tail_h = 72 / np.log2(values[2] / values[3])
    assert drawn.tia_mbq_h.estimate == pytest.approx(by_hand + values[3] * tail_h / np.log(2))


def test_rising_curves_end_with_physical_decay_and_are_flagged():
    found = taken(HOURS, [10, 20, 30, 40], 1.0)
    assert {"rising", "at_physical_decay", "scatter_beyond_noise"} <= set(found.flags)
    assert len(found.cautions) == len(found.flags)


def test_no_activity_at_one_scan_is_a_point_like_others():
    found = taken(HOURS, [100, 60, 10, 0], np.array([1.0, 1.0, 1.0, 0.0]))
    assert found.tia_mbq_h.estimate > 0


@pytest.mark.parametrize(
    ("times", "values", "plan", "words"),
    [
        ([24.0], [10.0], ChooseCurve(), "With one scan name a rule with a prior"),
        ([24.0, 96.0], [10.0, 5.0], OneModel(model="bi"), "bi needs 4"),
        (HOURS, [0, 0, 0, 0], ChooseCurve(), "not all 0"),
    ],
)
def test_what_cannot_be_followed_is_refused(times, values, plan, words):
    with pytest.raises(InputError, match=words):
        taken(times, values, 1.0, plan)


def test_u_covers_the_truth_of_curves_it_was_not_made_for():
    """Kidney-like curves that start at half their height (no model here does), 1 % noise: inside k = 2."""
    rng, inside = np.random.default_rng(5), 0
    for _ in range(60):
        life, early = rng.uniform(40, 60), rng.uniform(-0.6, 0.4)
        curve = ExponentialSum(amplitudes_mbq=(100.0, 100 * early), effective_half_lives_h=(life, 1.5))
        true = curve.activity_mbq(HOURS)
        found = taken(HOURS, true * (1 + 0.01 * rng.normal(size=4)), 0.01 * true)
        u = np.hypot(found.tia_mbq_h.std_error, found.u_before_first_mbq_h)
        inside += abs(found.tia_mbq_h.estimate - curve.time_integrated_mbq_h()) < 2 * u
    assert inside >= 54


def test_one_scan_with_a_prior_is_passed_on():
    lives = HalfLives(geometric_mean_h=52.0, sd_of_log=0.2, physical_half_life_h=PHYSICAL_H, source="test")
    found = taken([96.0], [30.0], 1.0, OnePoint(rule="double_time", half_lives=lives))
    assert found.tia_mbq_h.estimate == pytest.approx(30 * 2 * 96 / np.log(2))
