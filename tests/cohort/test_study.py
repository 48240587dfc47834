"""The declaration as a whole: names that must agree, and what it says of itself."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.cohort.study import Study
from lutetia.cohort.time_point import TimePoint

SEQUENCES = {"rule": "treatment_sequence"}
KI67 = {"name": "ki67_pct", "cut_points": [10], "key": "ki67_class"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"endpoints": [{"endpoint": "OS"}, {"endpoint": "OS"}]}, "name of its own"),
        ({"covariates": [{"name": "sex"}, {"name": "sex"}]}, "name of its own"),
        ({"eligibility": [{"rule": "r", "line": {"number": 1}}] * 2}, "name of its own"),
        ({"subgroups": [{"covariate": "sex"}]}, "must name a declared covariate"),
        ({"covariates": [{"name": "age_years"}], "subgroups": [{"covariate": "age_years"}]}, "covariate with levels"),
        ({"covariates": [KI67], "subgroups": [{"covariate": "ki67_class", "level": ">20"}]}, "must name a level"),
        ({"hierarchy": ["PFS1"]}, "must name a declared endpoint"),
        (
            {"selection": {"method": "spss_forward", "pin": 0.05, "pout": 0.1, "candidates": ["sex"]}},
            "declared covariate",
        ),
        ({"selection": {"method": "spss_forward", "pin": 0.1, "pout": 0.05}}, "pout must be larger than pin"),
        ({"comparison": {"levels": ["SSA", "PRRT"], "reference": "SSA"}}, "must name a group"),
        ({"comparison": {"levels": ["SSA", "RLT"], "reference": "TT"}}, "reference must be one of"),
        ({"endpoints": []}, "at least 1"),
        ({"data_cut_off": "2020"}, "whole day"),
        (
            {"time_zero": {"event": "line_start", "line": 2}, "cohort_entry": {"event": "line_start", "line": 1}},
            "must not come before time zero",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(study, wrong, said):
    with pytest.raises(ValidationError, match=said):
        study(**wrong)


def test_an_emulation_adjusts_for_declared_covariates(study):
    emulation = {
        "at": {"event": "progression", "line": 1},
        "strategies": [{"name": "a", "next_line": ["RLT"]}, {"name": "b", "next_line": ["not RLT"]}],
        "grace_days": 90,
        "adjust_for": ["sex"],
    }
    with pytest.raises(ValidationError, match="declared covariate"):
        study(emulation=emulation)
    assert study(emulation=emulation, covariates=[{"name": "sex"}]).emulation.adjust_for == ("sex",)


def test_hierarchies_may_name_response_rates(study):
    assert study(hierarchy=["OS", "ORR"]).hierarchy == ("OS", "ORR")


def test_a_study_tells_what_it_knows_only_after_time_zero(study):
    covariates = [{"name": "year_of_line", "line": 1}, {"name": "months_to_progression", "line": 1}, {"name": "sex"}]
    ahead = study(exposure=SEQUENCES, covariates=covariates).looks_ahead()
    assert [text.split(" is ")[0].split(" are ")[0] for text in ahead] == ["the groups", "months_to_progression_1"]
    assert study(exposure={"rule": "treatment_of_line", "line": 1}).looks_ahead() == ()
    ever = study(exposure={"rule": "ever_treated", "treatment": ["RLT"]}).looks_ahead()
    assert ever == ("the groups look at all lines up to the data cut-off",)
    from_second = study(exposure=SEQUENCES, covariates=covariates, time_zero={"event": "line_start", "line": 2})
    assert from_second.looks_ahead() == ()


def test_a_study_tells_from_when_its_patients_could_not_die(study):
    assert study().implied_entry() is None
    assert study(exposure=SEQUENCES).implied_entry() == TimePoint(event="line_start", line=2)
    rule = {"rule": "three lines", "line": {"number": 3, "progressed": True}}
    assert study(eligibility=[rule]).implied_entry() == TimePoint(event="progression", line=3)
    rule = {"rule": "one line", "line": {"number": 2, "exists": False}}
    assert study(eligibility=[rule]).implied_entry() is None


def test_the_schema_describes_every_field():
    properties = Study.model_json_schema()["properties"]
    assert set(properties) == set(Study.model_fields)
    assert all(field.description for field in Study.model_fields.values())
