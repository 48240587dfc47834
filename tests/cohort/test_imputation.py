"""Multiple imputation: nothing unknown changes nothing, donors are alike, the same seed gives the same answer."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.group_contrast import group_contrast
from lutetia.cohort.imputation import _completed, _pooled, imputed_contrast

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
