"""Checks on the models: selection, too few events, missing covariates."""

from __future__ import annotations

import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.design_models import incomplete_covariates, stepwise_selection, too_few_events

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


def test_no_selection_does_not_fire(twelve, study):
    assert stepwise_selection(analysis_data(twelve, study(**DECLARED)), "OS", bootstrap=0, seed=1).fired is False


def test_without_covariates_the_comparison_is_the_model(twelve, study):
    found = too_few_events(analysis_data(twelve, study(**(DECLARED | {"covariates": []}))), "OS")
    assert found.fired is True
    assert "12 events of OS for 1 parameters (12.0 each); SSA has 6 patients" in found.trigger
    assert found.run is None


def test_without_a_model_nothing_can_be_too_few(twelve, study):
    bare = {"covariates": [], "comparison": None}
    assert too_few_events(analysis_data(twelve, study(**(DECLARED | bare))), "OS").fired is None


def sixty(course, *, men_die=True):
    """Thirty patients of each first line; all men die before all women, or each sex dies in turn."""
    made = []
    for n in range(60):
        man = n % 4 < 2
        year = (2011 if man else 2016) if men_die else 2011 + n % 7
        death = f"{year}-{1 + n % 12:02d}-{1 + n // 12:02d}"
        regimen = "rlt" if n % 2 else "ssa_standard"
        made.append(course(f"P{n}", lines=[(regimen, "2010-01-01")], death=death, sex="male" if man else "female"))
    return tuple(made)


def test_enough_events_and_patients_do_not_fire(course, study):
    declared = DECLARED | {"covariates": [{"name": "sex"}]}
    found = too_few_events(analysis_data(sixty(course, men_die=False), study(**declared)), "OS")
    assert found.fired is False
    assert found.trigger == "60 events of OS for 1 parameters (60.0 each)"


def test_firths_ratios_stand_even_where_maximum_likelihood_has_none(course, study):
    declared = DECLARED | {"covariates": [{"name": "sex"}]}
    plain, shrunk = too_few_events(analysis_data(sixty(course), study(**declared)), "OS").run().rows
    assert plain.estimate is None
    assert plain.says.startswith("not estimable: ")
    assert shrunk.analysis == "Firth: sex: male"
    assert shrunk.estimate.lower > 1


SELECTION = {"method": "spss_forward", "pin": 0.05, "pout": 0.10}


def test_the_full_model_stands_beside_the_path_and_how_often_it_was_taken(course, study):
    declared = DECLARED | {"covariates": [{"name": "sex"}, {"name": "treatment_of_line", "line": 1}]}
    data = analysis_data(sixty(course, men_die=False), study(**declared, selection=SELECTION))
    found = stepwise_selection(data, "OS", bootstrap=20, seed=1)
    assert found.fired is True
    assert found.trigger == "spss_forward, entry p < 0.05, removal p > 0.1"
    rows = {row.analysis: row for row in found.run().rows}
    assert {"full model: sex: male", "stepwise path keeps", "chosen in bootstrap samples: sex"} <= set(rows)


def test_candidates_that_do_not_vary_are_said(course, study):
    same = tuple(course(f"P{n}", lines=[("rlt", "2010-01-01")], death=f"201{n}-05-01", sex="male") for n in range(1, 5))
    declared = DECLARED | {"covariates": [{"name": "sex"}]}
    remedy = stepwise_selection(analysis_data(same, study(**declared, selection=SELECTION)), "OS", bootstrap=0, seed=1)
    (row,) = remedy.run().rows
    assert row.says.startswith("cannot be made: candidates must vary")


def test_with_nothing_unknown_the_models_hold_everybody(course, study):
    declared = DECLARED | {"covariates": [{"name": "sex"}]}
    found = incomplete_covariates(analysis_data(sixty(course), study(**declared)), "OS", seed=1)
    assert found.fired is False
    assert found.run is None
