"""The compared groups: who is in, who is left out, and the same hazard ratio as the model fitted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.group_contrast import compared_levels, group_contrast, group_follow_up
from lutetia.errors import InputError
from lutetia.survival import FollowUp, cox

DECLARED = {
    "exposure": {"rule": "treatment_of_line", "line": 1},
    "comparison": {"levels": ["SSA", "RLT"], "reference": "SSA"},
    "covariates": [{"name": "sex"}],
}


@pytest.fixture
def seven(course):
    """Three SSA, three RLT, one chemotherapy; one SSA patient dies on the first day."""
    return (
        course("A", lines=[("ssa_standard", "2010-01-01")], death="2012-01-01", sex="male"),
        course("B", lines=[("ssa_standard", "2010-01-01")], death="2013-01-01", sex="female"),
        course("C", lines=[("ssa_standard", "2010-01-01")], death="2010-01-01", sex="female"),
        course("D", lines=[("rlt", "2010-01-01")], death="2012-06-01", sex="male"),
        course("E", lines=[("rlt", "2010-01-01")], death="2015-01-01"),
        course("F", lines=[("rlt", "2010-01-01")], last_contact="2016-01-01", sex="female"),
        course("G", lines=[("captem", "2010-01-01")], death="2011-01-01", sex="male"),
    )


def test_reference_and_other_group(seven, study):
    assert compared_levels(analysis_data(seven, study(**DECLARED))) == ("SSA", "RLT")


def test_the_follow_up_of_the_groups_by_hand(seven, study):
    groups = group_follow_up(analysis_data(seven, study(**DECLARED)), "OS")
    # 2010-01-01 to 2012-01-01 is 730 days, to 2013 1096, to 2012-06-01 882, to 2015 1826, to 2016 2191
    assert groups.follow_up.stop.tolist() == [730, 1096, 882, 1826, 2191]
    assert groups.group.tolist() == ["SSA", "SSA", "RLT", "RLT", "RLT"]
    assert {left.why: left.count for left in groups.left_out} == {
        "in none of the compared groups": 1,
        "follow-up ends on its first day": 1,
    }


def test_the_hazard_ratio_is_that_of_the_model(seven, study):
    found = group_contrast(analysis_data(seven, study(**DECLARED)), "OS", analysis="plain")
    fit = cox(FollowUp(stop=[730, 1096, 882, 1826, 2191], event=[1, 1, 1, 1, 0]), np.array([[0.0], [0], [1], [1], [1]]))
    assert found.log_hazard_ratio == pytest.approx(float(fit.coef[0]))
    assert (found.n, found.events) == (5, 4)


def test_patients_without_the_covariate_are_left_out_and_counted(seven, study):
    found = group_contrast(analysis_data(seven, study(**DECLARED)), "OS", analysis="by sex", adjust=("sex",))
    assert found.n == 4
    assert any(left.why == "sex not known" for left in found.left_out)


def test_a_study_without_a_comparison_is_refused(seven, study):
    with pytest.raises(InputError, match="comparison: must be declared"):
        group_follow_up(analysis_data(seven, study(exposure=DECLARED["exposure"])), "OS")
