"""Numbers read off a curve: variance by hand, by the jackknife, and of a difference with shared clusters."""

import math

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.survival import FollowUp, kaplan_meier
from lutetia.survival.curve_functional import (
    Functional,
    difference,
    functional,
    is_robust,
    log_log_p,
    plain,
    ratio,
    reach_of,
    two_groups,
)

approx = pytest.approx

# Events at 1, 3 and 4, censored at 2: S = 3/4 from 1, 3/8 from 3, 0 from 4.
FOUR = FollowUp(stop=[1, 2, 3, 4], event=[1, 0, 1, 1])


def test_variance_of_survival_at_3_by_hand():
    pull = np.array([3 / 8, 3 / 8, 3 / 8, 0])
    found = functional(FOUR, kaplan_meier(FOUR), 3 / 8, pull, robust=False)
    assert found.variance == approx((3 / 8) ** 2 * (1 / (4 * 3) + 1 / (2 * 1)))
    assert functional(FOUR, kaplan_meier(FOUR), 3 / 8, pull, robust=True).variance == approx(found.variance)


def test_influences_of_clusters_are_summed_before_they_are_squared():
    f = FollowUp(stop=[1, 2, 3, 4], event=[1, 0, 0, 0], cluster=[1, 1, 2, 2])
    pull = np.array([3 / 4, 0, 0, 0])
    found = functional(f, kaplan_meier(f), 3 / 4, pull, robust=True)
    # S(1) = 1 − w1/Σw: derivatives −3/16, 1/16, 1/16, 1/16.
    assert found.influence == approx([-2 / 16, 2 / 16])
    assert found.variance == approx(2 * (2 / 16) ** 2)
    assert is_robust(f, None)
    assert not is_robust(FOUR, None)


def test_symmetric_limits_are_cut():
    found = plain(Functional(value=0.9, variance=0.01, influence=None), 0.95, 0.0, 1.0)
    assert (found.lower, found.upper) == (approx(0.9 - 0.1959964, abs=1e-6), 1.0)


FIRST = Functional(value=0.5, variance=0.01, influence=None)
SECOND = Functional(value=0.8, variance=0.02, influence=None)


def test_difference_ratio_and_log_log_by_hand():
    change, p = difference(FIRST, SECOND, 0.95)
    assert (change.estimate, change.std_error) == (approx(0.3), approx(np.sqrt(0.03)))
    assert p == approx(0.0832645, abs=1e-6)  # z = 1.7320508
    quotient, _ = ratio(FIRST, SECOND, 0.95)
    error = np.sqrt(0.01 / 0.25 + 0.02 / 0.64)
    assert quotient.estimate == approx(1.6)
    assert quotient.upper == approx(1.6 * np.exp(1.959964 * error), rel=1e-6)
    z = (np.log(-np.log(0.8)) - np.log(-np.log(0.5))) / np.sqrt(
        0.01 / (0.5 * np.log(0.5)) ** 2 + 0.02 / (0.8 * np.log(0.8)) ** 2
    )
    assert log_log_p(FIRST, SECOND) == approx(math.erfc(abs(z) / math.sqrt(2)))


def test_scales_that_do_not_exist_give_none():
    nothing = Functional(value=0.0, variance=0.0, influence=None)
    assert ratio(nothing, SECOND, 0.95)[0].estimate is None
    assert log_log_p(FIRST, nothing) is None
    assert difference(nothing, nothing, 0.95)[1] is None


def test_a_cluster_in_both_groups_counts_with_its_covariance():
    shared = np.array([0.3, -0.3])
    one, two = (Functional(value=v, variance=0.18, influence=shared) for v in (0.5, 0.6))
    assert difference(one, two, 0.95)[0].std_error == 0.0


def test_two_groups_are_needed_and_the_reference_comes_first():
    labels, parts, _ = two_groups(FOUR, ["a", "a", "b", "b"], "b", "test")
    assert labels == ("b", "a")
    assert parts[0].stop.tolist() == [3, 4]
    with pytest.raises(InputError, match="must have two groups, but got 3"):
        two_groups(FOUR, ["a", "a", "b", "c"], None, "test")
    with pytest.raises(InputError, match="must be one of a, b, but got 'x'"):
        two_groups(FOUR, ["a", "a", "b", "b"], "x", "test")


def test_a_curve_that_has_reached_0_speaks_of_all_times():
    assert reach_of(kaplan_meier(FOUR)) == np.inf
    assert reach_of(kaplan_meier(FollowUp(stop=[1, 2], event=[1, 0]))) == approx(2)
