"""Weights by hand: one over the probability to be in the arm still, from starts and from leaving."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.cohort.leaving import Hazard, first_starts, hazard_of, nobody_leaves, until_contrary, until_too_late
from lutetia.errors import InputError

NOBODY_KNOWN = np.empty((6, 0))


def hazard(days, steps, risk):
    return Hazard(days=np.array(days, dtype=float), cumulative=np.cumsum(steps, dtype=float), risk=np.array(risk))


def test_the_hazard_of_six_patients_without_covariates():
    # starts on day 3 (of six) and on day 8 (of four): 1 − 1/6, then 1 − 1/4
    found = hazard_of(np.array([4, 3, 8, 10, 10, 10]), np.array([0, 1, 1, 0, 0, 0], dtype=bool), NOBODY_KNOWN)
    assert found.days.tolist() == [3, 8]
    assert np.exp(-found.cumulative).tolist() == pytest.approx([5 / 6, 5 / 8])
    assert found.risk.tolist() == [1] * 6


def test_a_column_that_does_not_vary_is_idle():
    stop, happened = np.array([4, 3, 8, 10, 10, 10]), np.array([0, 1, 1, 0, 0, 0], dtype=bool)
    with_it = hazard_of(stop, happened, np.full((6, 1), 7.0))
    assert with_it.cumulative.tolist() == hazard_of(stop, happened, NOBODY_KNOWN).cumulative.tolist()


def test_a_model_that_separates_is_refused():
    stop, happened = np.arange(1, 7), np.array([1, 1, 1, 0, 0, 0], dtype=bool)
    with pytest.raises(InputError, match="must let the model of leaving an arm converge"):
        hazard_of(stop, happened, happened[:, None].astype(float))


def test_weights_count_leaving_only_before_the_day():
    made = until_contrary(hazard([3, 8], [0.5, 0.25], [1.0, 2.0]))
    both = np.arange(2)
    assert made.weights_of(both, 3).tolist() == [1, 1]
    assert made.weights_of(both, 3.5).tolist() == pytest.approx([exp(0.5), exp(1.0)])
    assert made.weights_of(both, np.array([8, 9])).tolist() == pytest.approx([exp(0.5), exp(1.5)])


def test_an_arm_without_a_contrary_start_is_left_at_its_end_only():
    made = until_too_late(hazard([3, 8], [0.5, 0.25], [1.0]), None, 10)
    patient = np.array([0])
    assert made.weights_of(patient, 10).tolist() == [1]
    assert made.weights_of(patient, 11).tolist() == pytest.approx([1 / (1 - exp(-0.75))])


def test_two_starts_that_compete_by_hand():
    # Day 2: own with hazard log 2, so half start. Day 5: contrary with hazard log 4, three quarters of the other half.
    own, contrary = hazard([2], [np.log(2)], [1.0]), hazard([5], [np.log(4)], [1.0])
    first = first_starts(own, contrary, np.array([1, 2, 5]))
    assert [part[:, 0].tolist() for part in first] == [pytest.approx([0, 0.5, 0.5]), pytest.approx([0, 0, 0.375])]
    made = until_too_late(own, contrary, 6)
    patient = np.array([0])
    assert [made.weights_of(patient, day)[0] for day in (5, 6, 7)] == pytest.approx([1, 1 / (1 - 0.375), 2])


def test_starts_on_one_day_share_it_in_proportion_to_their_hazards():
    own, contrary = hazard([2], [0.3], [1.0, 2.0]), hazard([2], [0.1], [1.0, 1.0])
    first = first_starts(own, contrary, np.array([2]))
    gone = np.array([1 - exp(-0.4), 1 - exp(-0.7)])
    assert first[0][0].tolist() == pytest.approx((gone * [3 / 4, 6 / 7]).tolist())
    assert first[1][0].tolist() == pytest.approx((gone * [1 / 4, 1 / 7]).tolist())


def test_when_everybody_left_has_started_nobody_is_free():
    own = hazard_of(np.array([1.0, 2.0]), np.array([True, True]), np.empty((2, 0)))
    first = first_starts(own, None, np.array([1, 2]))[0]
    assert first[:, 0].tolist() == pytest.approx([0.5, 1])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_free_and_both_starts_add_up_and_weights_never_fall(seed):
    draw = np.random.default_rng(seed)
    days = [np.unique(draw.integers(1, 20, 6)).astype(float) for _ in range(2)]
    own, contrary = (hazard(d, draw.exponential(0.2, d.size), draw.exponential(1, 4)) for d in days)
    first = first_starts(own, contrary, np.array([25.0]))
    free = np.exp(-own.cumulative[-1] * own.risk - contrary.cumulative[-1] * contrary.risk)
    assert (first[0] + first[1] + free)[0].tolist() == pytest.approx([1] * 4)
    weights = until_too_late(own, contrary, 25).weights
    assert (np.diff(weights[:-1], axis=0) >= -1e-12).all()
    assert (weights >= 1 - 1e-12).all()


def test_nobody_leaves_and_every_weight_is_one():
    assert nobody_leaves(3).weights_of(np.arange(3), 1e9).tolist() == [1, 1, 1]
