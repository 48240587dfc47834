"""Factors of an endpoint: which covariates, in which order, and why others are none."""

from __future__ import annotations

import numpy as np

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.factor import covariate_factor, endpoint_factors, treatment_factor


def test_levels_and_reference_of_a_declared_covariate(eight):
    factor = covariate_factor(eight, eight.study.covariate("ki67"))
    assert factor.values == ("<=10", ">10", "<=10", ">10", "<=10", "<=10", "<=10", None)
    assert (factor.levels, factor.reference, factor.ordered) == (("<=10", ">10"), "<=10", True)
    assert factor.known(np.arange(8)).tolist() == [True] * 7 + [False]
    assert factor.present(np.array([1, 3])) == (">10",)


def test_the_reference_of_the_comparison_is_that_of_the_treatment(eight):
    factor = treatment_factor(eight)
    assert (factor.levels, factor.reference) == (("RLT", "other"), "RLT")
    assert factor.values == ("RLT", "other", "RLT", "other", "RLT", "other", "other", "other")


def test_a_line_endpoint_takes_the_treatment_of_its_own_line(itanet):
    data, _ = itanet
    by = {table.name: endpoint_factors(data, table.endpoint) for table in data.endpoints}
    assert by["OS"].treatment.key == "group"
    assert by["PFS1"].treatment.key == "treatment_of_line_1"
    assert by["PFS2"].treatment.key == "treatment_of_line_2"
    assert by["OS"].in_model == (
        "sex", "ki67_class", "functional", "primary_resected", "extrahepatic_disease", "group",
    )  # fmt: skip


def test_what_is_known_only_later_is_no_factor(itanet):
    data, _ = itanet
    overall = endpoint_factors(data, data.endpoint("OS").endpoint)
    keys = {factor.key for factor in overall.factors}
    assert not keys & {"treatment_of_line_2", "year_of_line_2", "months_to_progression_1", "centre"}
    said = "\n".join(overall.why_not)
    assert "second-line treatment: known at start of line 2, after the clock starts" in said
    assert "centre: " in said
    second = endpoint_factors(data, data.endpoint("PFS2").endpoint)
    assert {"year_of_line_2", "months_to_progression_1"} <= {factor.key for factor in second.factors}


def test_without_candidates_a_fact_enters_the_model_once(itanet):
    data, courses = itanet
    declared = data.study.model_dump(exclude_none=True, mode="json")
    declared["selection"] = None
    study = type(data.study).model_validate(declared)
    found = endpoint_factors(analysis_data(courses, study), study.endpoints[0])
    assert "grade" in found.in_model
    assert not {"ki67_pct", "ki67_class", "treatment_of_line_1"} & set(found.in_model)
    assert any("not in the multivariable model, it repeats WHO grade" in why for why in found.why_not)


def test_a_covariate_that_says_what_the_groups_say_is_no_factor(eight_courses, eight_study):
    study = eight_study(
        exposure={"rule": "treatment_of_line", "line": 2},
        comparison=None,
        covariates=[{"name": "treatment_of_line", "line": 2}],
        subgroups=[],
    )
    data = analysis_data(eight_courses("2015-01-01"), study)
    found = endpoint_factors(data, study.endpoints[0])
    assert [factor.key for factor in found.factors] == ["group"]
    assert "the same as the treatment group" in found.why_not[0]


def test_yes_and_no_are_levels(itanet):
    data, _ = itanet
    factor = covariate_factor(data, data.study.covariate("functional"))
    assert set(factor.values) <= {"yes", "no", None}
    assert factor.levels == ("no", "yes")
