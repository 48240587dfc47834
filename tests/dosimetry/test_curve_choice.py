"""The choice of a curve by AICc and the average over models."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from lutetia.dosimetry.curve import ExponentialSum
from lutetia.dosimetry.curve_choice import choose_curve
from lutetia.errors import InputError

T = np.array([1.0, 4.0, 24.0, 48.0, 96.0, 168.0, 240.0])
BI = ExponentialSum(amplitudes_mbq=(100, 80), effective_half_lives_h=(60, 6))
RNG = np.random.default_rng(4)
SIGMA = 0.03 * BI.activity_mbq(T)
VALUES = BI.activity_mbq(T) + SIGMA * RNG.standard_normal(T.size)


def choose(times=T, values=VALUES, sigmas=SIGMA, **more):
    return choose_curve(times, values, sigmas_mbq=sigmas, physical_half_life_h=159.528, **more)


def test_two_phases_are_found_where_there_are_two():
    choice = choose()
    assert choice.chosen.model == "bi"
    assert [fit.aic_c for fit in choice.fits] == sorted(fit.aic_c for fit in choice.fits)
    assert choice.not_compared == ()


def test_weights_by_hand():
    choice = choose(models=("mono", "bi"))
    first, second = choice.fits
    raw = exp(-(second.aic_c - first.aic_c) / 2)
    assert choice.weights == pytest.approx((1 / (1 + raw), raw / (1 + raw)))


def test_the_average_holds_what_the_models_disagree_about():
    sigmas = 8 * SIGMA  # so much noise that the models cannot be told apart
    choice = choose(values=BI.activity_mbq(T), sigmas=sigmas)
    average = choice.average()
    tias = np.array([fit.tia_mbq_h.estimate for fit in choice.fits])
    us = np.array([fit.tia_mbq_h.std_error for fit in choice.fits])
    weights = np.array(choice.weights)
    assert average.tia_mbq_h.estimate == pytest.approx(weights @ tias)
    spread = np.sqrt(weights @ (us**2 + (tias - weights @ tias) ** 2))
    assert average.tia_mbq_h.std_error == pytest.approx(spread)
    assert average.curve.time_integrated_mbq_h() == pytest.approx(weights @ tias)
    assert average.curve.time_integrated_mbq_h(from_h=240) / (weights @ tias) == pytest.approx(
        average.share_beyond_last_fraction
    )
    assert sum(average.weights.values()) == pytest.approx(1)


def test_models_that_cannot_be_compared_are_named():
    choice = choose(times=T[1:5], values=VALUES[1:5], sigmas=SIGMA[1:5])
    assert choice.chosen.model == "mono"
    assert dict(choice.not_compared) == {
        "mono_uptake": "AICc does not exist for 4 points",
        "bi": "AICc does not exist for 4 points",
        "bi_uptake": "5 parameters for 4 points",
    }
    assert any("Not compared: bi," in line for line in choice.conventions)


def test_an_unknown_rule_too_few_points_and_bad_models_are_refused():
    with pytest.raises(InputError, match="must be aicc"):
        choose(rule="best")
    with pytest.raises(InputError, match="enough for AICc"):
        choose(times=T[2:5], values=VALUES[2:5], sigmas=SIGMA[2:5])
    with pytest.raises(InputError, match="must be one of mono"):
        choose(models=("quad",))


def test_without_sigma_one_more_point_is_needed():
    found = choose(times=T[1:6], values=VALUES[1:6], sigmas=None, models=("mono", "bi"))
    assert found.chosen.model == "mono"
    assert [name for name, _ in found.not_compared] == ["bi"]
