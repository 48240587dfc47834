"""Checks on the models: association and inflation by hand, too few events, missing covariates, order of testing."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.design_models import (
    cramers_v,
    incomplete_covariates,
    many_tests,
    overlapping_factors,
    stepwise_selection,
    too_few_events,
    variance_inflation,
)


def test_cramers_v_by_hand():
    # table 3 1 / 1 3: chi-squared 8 · (9 − 1)² / (4 · 4 · 4 · 4) = 2, V = √(2 / 8) = 0.5
    one = ("a",) * 4 + ("b",) * 4
    other = ("x", "x", "x", "y", "x", "y", "y", "y")
    assert cramers_v(one, other) == pytest.approx(0.5)


def test_factors_that_say_the_same_have_v_one_and_unknown_values_do_not_count():
    assert cramers_v(("a", "a", "b", "b", None), ("x", "x", "y", "y", "x")) == pytest.approx(1)


def test_a_factor_that_does_not_vary_has_v_zero():
    assert cramers_v(("a", "a"), ("x", "y")) == 0


def test_variance_inflation_by_hand():
    # correlation 0.8: 1 / (1 − 0.64) = 2.78, the same for both columns
    draw = np.random.default_rng(1)
    x = draw.normal(size=(200, 2))
    x -= x.mean(axis=0)
    x, _ = np.linalg.qr(x)
    table = np.column_stack([x[:, 0], 0.8 * x[:, 0] + 0.6 * x[:, 1]])
    assert variance_inflation(table) == pytest.approx([1 / 0.36, 1 / 0.36])


DECLARED = {
    "exposure": {"rule": "treatment_of_line", "line": 1},
    "comparison": {"levels": ["SSA", "RLT"], "reference": "SSA"},
    "covariates": [{"name": "sex"}, {"name": "treatment_of_line", "line": 1}],
}


@pytest.fixture
def twelve(course):
    """Six patients of each first line; the sex of two is not known."""
    made = []
    for n in range(12):
        sex = {} if n in (3, 8) else {"sex": "male" if n % 2 else "female"}
        regimen = "rlt" if n % 3 == 0 or n in (1, 2) else "ssa_standard"
        made.append(course(f"P{n}", lines=[(regimen, "2010-01-01")], death=f"{2012 + n}-02-0{1 + n % 9}", **sex))
    return tuple(made)


def test_the_group_and_the_covariate_that_makes_it_overlap(twelve, study):
    found = overlapping_factors(analysis_data(twelve, study(**DECLARED)))
    assert found.fired is True
    assert "treatment_of_line_1 and group (Cramér's V 1.00)" in found.trigger
    assert sum(row.n for row in found.run().rows) == 12


def test_few_events_and_small_groups_fire(twelve, study):
    found = too_few_events(analysis_data(twelve, study(**DECLARED)), "OS")
    assert found.fired is True
    assert "10 events of OS for 2 parameters (5.0 each)" in found.trigger
    assert "RLT has 6 patients" in found.trigger


def test_patients_with_unknown_covariates_are_counted_and_imputed(twelve, study):
    found = incomplete_covariates(analysis_data(twelve, study(**DECLARED)), "OS", seed=1)
    assert found.fired is True
    assert found.trigger == "in the models with all covariates: 10 of 12 (83 %); left out: sex not known 2"
    complete, imputed = found.run().rows
    assert (complete.n, imputed.n) == (10, 12)


def test_many_tests_without_an_order_fire_and_with_one_do_not(twelve, study):
    assert many_tests(analysis_data(twelve, study(**DECLARED))).fired is True
    assert many_tests(analysis_data(twelve, study(**(DECLARED | {"hierarchy": ["OS"]})))).fired is False


def test_no_selection_does_not_fire(twelve, study):
    assert stepwise_selection(analysis_data(twelve, study(**DECLARED)), "OS", bootstrap=0, seed=1).fired is False
