"""Multiple imputation: nothing unknown changes nothing, donors are alike, the same seed gives the same answer."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.group_contrast import group_contrast
from lutetia.cohort.imputation import _completed, _pooled, imputed_contrast
from lutetia.errors import InputError

DECLARED = {
    "exposure": {"rule": "treatment_of_line", "line": 1},
    "comparison": {"levels": ["SSA", "RLT"], "reference": "SSA"},
    "covariates": [{"name": "sex"}],
}


def cohort(course, unknown=()):
    made = []
    for n in range(24):
        sex = {} if n in unknown else {"sex": "male" if n % 5 < 2 else "female"}
        regimen = "rlt" if n % 2 else "ssa_standard"
        made.append(course(f"P{n}", lines=[(regimen, "2010-01-01")], death=f"{2011 + n % 9}-0{1 + n % 7}-15", **sex))
    return tuple(made)


def test_with_nothing_unknown_it_is_the_complete_analysis(course, study):
    data = analysis_data(cohort(course), study(**DECLARED))
    plain = group_contrast(data, "OS", analysis="plain", adjust=("sex",))
    imputed = imputed_contrast(data, "OS", ("sex",), seed=1)
    assert imputed.log_hazard_ratio == pytest.approx(plain.log_hazard_ratio, abs=1e-10)
    assert imputed.std_error == pytest.approx(plain.std_error, abs=1e-10)


def test_imputation_keeps_everybody_and_says_how_many_were_unknown(course, study):
    data = analysis_data(cohort(course, unknown=(4, 9, 17)), study(**DECLARED))
    found = imputed_contrast(data, "OS", ("sex",), seed=1)
    assert found.n == 24
    assert found.conventions[0].startswith("3 patients with an unknown covariate")


def test_the_same_seed_gives_the_same_answer(course, study):
    data = analysis_data(cohort(course, unknown=(4, 9, 17)), study(**DECLARED))
    one, other = (imputed_contrast(data, "OS", ("sex",), seed=7).log_hazard_ratio for _ in range(2))
    assert one == other


def test_a_donor_has_the_same_group_and_event():
    values = ["a", "b", None, "c"]
    exposed, event = np.array([True, False, False, False]), np.array([1, 0, 1, 1])
    drawn = {
        _completed(values, exposed, event, np.array([1.0, 2.0, 3.0, 4.0]), np.random.default_rng(seed))[2]
        for seed in range(40)
    }
    assert drawn == {"b", "c"}  # fewer than two with the same event: the group decides


def test_rubins_rules_by_hand():
    # means 1 and 3: estimate 2, between 2, within 0.5: √(0.5 + 1.5 · 2) = 1.870829
    estimate, error = _pooled(np.array([1.0, 3.0]), np.array([0.4, 0.6]))
    assert estimate == 2
    assert error == pytest.approx(1.8708287)


def test_a_covariate_hardly_ever_known_is_left_out_and_named(course, study):
    data = analysis_data(cohort(course, unknown=range(1, 24, 2)), study(**DECLARED))  # all of RLT
    found = imputed_contrast(data, "OS", ("sex",), seed=1)
    assert found.conventions[-1] == "adjusted for nothing"
    assert "covariates hardly ever known: sex" in [left.why for left in found.left_out]


def test_donors_are_the_nearest_in_follow_up():
    values = [None, *range(30)]
    stop = np.array([15.0, *range(30)])
    drawn = {
        _completed(values, np.ones(31, dtype=bool), np.ones(31), stop, np.random.default_rng(seed))[0]
        for seed in range(60)
    }
    assert min(drawn) > 3  # ten of the sample around day 15, not the first
    assert max(drawn) < 27
    assert len(drawn) > 5


def test_unknown_values_widen_the_interval(course, study):
    whole = analysis_data(cohort(course), study(**DECLARED))
    part = analysis_data(cohort(course, unknown=range(0, 24, 3)), study(**DECLARED))
    within = imputed_contrast(whole, "OS", ("sex",), seed=1).std_error
    assert imputed_contrast(part, "OS", ("sex",), seed=1).std_error > within


def test_data_sets_that_cannot_be_fitted_make_a_result_that_says_so(course, study):
    made = [course(f"P{n}", lines=[("rlt" if n < 4 else "ssa_standard", "2010-01-01")], last_contact=f"201{n}-05-01")
            for n in range(1, 8)]  # fmt: skip
    found = imputed_contrast(analysis_data(made, study(**DECLARED)), "OS", ("sex",), seed=1)
    assert found.converged is False
    assert "at least one event" in found.why
    assert found.value is None


def test_one_imputation_is_refused(course, study):
    with pytest.raises(InputError, match="must be at least 2"):
        imputed_contrast(analysis_data(cohort(course), study(**DECLARED)), "OS", ("sex",), seed=1, imputations=1)


def test_a_declared_entry_holds_for_the_imputed_models_too(course, study):
    made = [
        course(
            f"P{n}", lines=[("rlt" if n % 2 else "ssa_standard", "2010-01-01"), ("captem", f"2010-{3 + n % 6:02d}-01")],
            death=f"{2010 + n % 5}-{6 + n % 6:02d}-15", sex="male" if n % 3 else "female",
        )
        for n in range(30)
    ]  # fmt: skip
    data = analysis_data(made, study(**DECLARED, cohort_entry={"event": "line_start", "line": 2}))
    plain = group_contrast(data, "OS", analysis="plain", adjust=("sex",), delayed_entry=True)
    found = imputed_contrast(data, "OS", ("sex",), seed=1)
    assert found.why == ""
    assert found.log_hazard_ratio == pytest.approx(plain.log_hazard_ratio)
