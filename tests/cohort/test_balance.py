"""Weights and balance: by hand, against R on the Rotterdam data, and the laws of each target."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lutetia.cohort.balance import balance, e_value, effective_n, weighted_contrast, weights
from lutetia.cohort.propensity import propensity_score
from lutetia.errors import InputError
from lutetia.estimate import Estimate
from lutetia.survival import FollowUp

ROTTERDAM = Path(__file__).resolve().parents[3] / "shared" / "data" / "survival" / "rotterdam.csv"
NAMES = ("age", "meno", "size 20-50", "size > 50", "grade", "nodes", "pgr", "er")


def ratio(estimate, lower, upper):
    return Estimate(estimate=estimate, lower=lower, upper=upper, method="Wald on the log scale")


def four():
    """Four of five exposed in one half, one of five in the other: scores 0.8 and 0.2."""
    table = np.repeat([0.0, 1.0], 5)[:, None]
    exposed = np.array([True] * 4 + [False] + [True] + [False] * 4)
    return propensity_score(exposed, table, ("half",)), exposed, table


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        # exposed at 0.8, unexposed at 0.8, exposed at 0.2, unexposed at 0.2
        ("ate", [1.25, 5, 5, 1.25]),
        ("ate_stabilised", [0.625, 2.5, 2.5, 0.625]),
        ("att", [1, 4, 1, 0.25]),
        ("overlap", [0.2, 0.8, 0.8, 0.2]),
    ],
)
def test_the_weights_by_hand(target, expected):
    score, exposed, _ = four()
    assert weights(score, exposed, target=target)[[0, 4, 5, 6]] == pytest.approx(expected)


def test_the_effective_number_by_hand():
    assert effective_n(np.array([1.0, 1.0, 2.0])) == pytest.approx(16 / 6)


def test_the_standardised_difference_by_hand():
    # means 0.2 and 0.8, both variances 0.2 (n − 1): difference −0.6 / √0.2; weighted to everybody it vanishes
    score, exposed, table = four()
    (row,) = balance(table, ("half",), exposed, weights(score, exposed, target="ate"))
    assert row.before == pytest.approx(-0.6 / 0.2**0.5)
    assert row.after == pytest.approx(0, abs=1e-9)


@pytest.fixture(scope="module")
def rotterdam():
    if not ROTTERDAM.exists():
        pytest.skip("../shared/data/survival/rotterdam.csv is not on this machine")
    with ROTTERDAM.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def column(name):
        return np.array([float(row[name]) for row in rows])

    size = np.array([row["size"] for row in rows])
    table = np.column_stack(
        [column("age"), column("meno"), size == "20-50", size == ">50", *map(column, ("grade", "nodes", "pgr", "er"))]
    ).astype(float)
    event = np.maximum(column("recur"), column("death"))
    follow_up = FollowUp(stop=np.minimum(column("rtime"), column("dtime")), event=event)
    exposed = column("hormon") == 1
    return follow_up, exposed, table, propensity_score(exposed, table, NAMES)


@pytest.mark.parametrize(
    ("target", "coefficient"),
    # R 4.2.2, survival 3.5-3: glm(hormon ~ age + meno + size + grade + nodes + pgr + er, binomial), weighted coxph
    [("ate", -0.1595690922), ("ate_stabilised", -0.1582494299), ("att", -0.2127817746)],
)
def test_the_weighted_hazard_ratios_of_the_rotterdam_data(rotterdam, target, coefficient):
    follow_up, exposed, _, score = rotterdam
    found = weighted_contrast(follow_up, exposed, score, target=target)
    assert found.log_hazard_ratio == pytest.approx(coefficient, abs=1e-6)


def test_the_robust_standard_error_of_the_rotterdam_data(rotterdam):
    follow_up, exposed, _, score = rotterdam
    assert weighted_contrast(follow_up, exposed, score, target="ate").std_error == pytest.approx(0.1225490792, abs=1e-6)


def test_overlap_weights_balance_every_covariate_of_the_score_exactly(rotterdam):
    _, exposed, table, score = rotterdam
    rows = balance(table, NAMES, exposed, weights(score, exposed, target="overlap"))
    assert max(abs(row.after) for row in rows) < 1e-9
    assert max(abs(row.before) for row in rows) > 0.7


def test_a_score_that_failed_gives_no_weights():
    exposed = np.arange(20) >= 10
    score = propensity_score(exposed, np.arange(20.0)[:, None], ("year",))
    with pytest.raises(InputError, match="year separates"):
        weights(score, exposed, target="ate")


def test_an_unknown_target_is_refused():
    score, exposed, _ = four()
    with pytest.raises(InputError, match="must be one of ate"):
        weights(score, exposed, target="matching")


def test_the_published_e_value():
    # VanderWeele, Ding 2017, doi 10.7326/M16-2607: risk ratio 3.9 (1.8 to 8.7) → 7.26 and 3.0
    found = e_value(ratio(3.9, 1.8, 8.7), outcome="rare")
    assert found.estimate == pytest.approx(7.26, abs=0.005)
    assert found.limit == pytest.approx(3.0, abs=0.005)


def test_the_e_value_of_an_interval_that_holds_one_is_one():
    assert e_value(ratio(1.3, 0.9, 1.9), outcome="rare").limit == 1


def test_a_protective_ratio_has_the_e_value_of_its_inverse():
    one, other = e_value(ratio(0.5, 0.4, 0.8), outcome="common"), e_value(ratio(2, 1.25, 2.5), outcome="common")
    assert one.estimate == pytest.approx(other.estimate)
    assert one.limit == pytest.approx(other.limit)


def test_a_common_outcome_needs_less_confounding():
    # (1 − 0.5^√2) / (1 − 0.5^√0.5) = 0.624786 / 0.387451 = 1.612555, E = 2.606
    assert e_value(ratio(2, 1.5, 2.7), outcome="common").estimate == pytest.approx(2.6061, abs=5e-4)


@pytest.mark.parametrize(("target", "there"), [("ate", False), ("att", False), ("overlap", True)])
def test_a_score_of_one_gives_somebody_no_weight(target, there):
    found, exposed, _ = four()
    scores = found.score.copy()
    scores[4], exposed[4] = 1.0, there
    with pytest.raises(InputError, match="must lie between 0 and 1, but got 1 patients"):
        weights(replace(found, score=scores), exposed, target=target)


def test_a_group_of_one_has_no_standardised_difference():
    (row,) = balance(np.array([[1.0], [2], [3]]), ("age",), np.array([True, False, False]), np.ones(3))
    assert np.isnan(row.before)


def test_groups_without_spread_that_differ_have_no_end_of_difference():
    (row,) = balance(np.array([[1.0], [1], [0], [0]]), ("men",), np.array([True, True, False, False]), np.ones(4))
    assert row.before == np.inf


@pytest.mark.parametrize("values", [(None, None, None), (1.5, 1.2, np.inf), (1.5, 0.0, 2.0), (3.0, 1.0, 2.0)])
def test_a_ratio_without_an_end_has_no_e_value(values):
    with pytest.raises(InputError, match="ratio"):
        e_value(ratio(*values), outcome="rare")


def test_a_follow_up_keeps_its_strata_and_clusters():
    score, exposed, _ = four()
    draw = np.random.default_rng(2)
    plain = FollowUp(stop=draw.exponential(1, 10), event=np.ones(10))
    twice = FollowUp(stop=np.repeat(plain.stop, 2), event=np.ones(20), cluster=np.repeat(np.arange(10), 2))
    doubled = replace(score, score=np.repeat(score.score, 2))
    one = weighted_contrast(plain, exposed, score, target="ate", ties="breslow")
    two = weighted_contrast(twice, np.repeat(exposed, 2), doubled, target="ate", ties="breslow")
    assert two.log_hazard_ratio == pytest.approx(one.log_hazard_ratio)
    assert two.std_error == pytest.approx(one.std_error, rel=1e-6)
