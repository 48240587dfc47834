"""The compared groups: who is in, who is left out, and the same hazard ratio as the model fitted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.group_contrast import compared_levels, from_entry, group_contrast, group_follow_up
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
    assert groups.follow_up.stop.tolist() == [730, 1096, 0, 882, 1826, 2191]
    assert groups.group.tolist() == ["SSA", "SSA", "SSA", "RLT", "RLT", "RLT"]
    assert groups.members.tolist() == [0, 1, 2, 3, 4, 5]
    assert {left.why: left.count for left in groups.left_out} == {"in none of the compared groups": 1}


def test_the_hazard_ratio_is_that_of_the_model(seven, study):
    found = group_contrast(analysis_data(seven, study(**DECLARED)), "OS", analysis="plain")
    follow_up = FollowUp(stop=[730, 1096, 0, 882, 1826, 2191], event=[1, 1, 1, 1, 1, 0])
    fit = cox(follow_up, np.array([[0.0], [0], [0], [1], [1], [1]]))
    assert found.log_hazard_ratio == pytest.approx(float(fit.coef[0]))
    assert (found.n, found.events) == (6, 5)


def test_patients_without_the_covariate_are_left_out_and_counted_once(seven, study):
    found = group_contrast(analysis_data(seven, study(**DECLARED)), "OS", analysis="by sex", adjust=("sex",))
    assert found.n == 5
    assert {left.why: left.count for left in found.left_out} == {
        "in none of the compared groups": 1,
        "sex not known": 1,
    }


def test_a_patient_of_another_group_without_the_covariate_is_counted_once(course, seven, study):
    other = course("H", lines=[("captem", "2010-01-01")], death="2011-01-01")
    found = group_contrast(analysis_data((*seven, other), study(**DECLARED)), "OS", analysis="by sex", adjust=("sex",))
    assert found.n + sum(left.count for left in found.left_out) == 8


def test_a_level_that_only_other_groups_have_is_no_column(course, seven, study):
    """The reference level of the declaration is absent among the compared; the next one takes its place."""
    declared = DECLARED | {
        "covariates": [{"name": "year_of_line", "line": 1, "key": "year", "cut_points": [2008, 2010]}]
    }
    late = [
        course(f"L{n}", lines=[("rlt" if n % 2 else "ssa_standard", "2012-01-01")], death=f"{2014 + n}-01-01")
        for n in range(4)
    ]
    early = course("X", lines=[("captem", "2005-01-01")], death="2011-01-01")
    data = analysis_data((*seven, *late, early), study(**declared))
    found = group_contrast(data, "OS", analysis="by year", adjust=("year",))
    assert found.converged
    assert found.n == 10


def test_strata_that_are_not_known_leave_the_patient_out(seven, study):
    found = group_contrast(analysis_data(seven, study(**DECLARED)), "OS", analysis="by sex", strata="sex")
    assert found.n == 5
    assert (1, "sex not known") in [(left.count, left.why) for left in found.left_out]


def test_a_group_without_patients_is_refused_by_name(seven, study):
    declared = DECLARED | {"comparison": {"levels": ["SSA", "TT"], "reference": "SSA"}}
    with pytest.raises(InputError, match="must have patients of the group TT"):
        group_contrast(analysis_data(seven, study(**declared)), "OS", analysis="plain")


def test_a_study_without_a_comparison_is_refused(seven, study):
    with pytest.raises(InputError, match="comparison: must be declared"):
        group_follow_up(analysis_data(seven, study(exposure=DECLARED["exposure"])), "OS")


SEQUENCES = {
    "exposure": {"rule": "treatment_sequence"},
    "comparison": {"levels": ["SSA-RLT", "SSA-other"], "reference": "SSA-RLT"},
}


@pytest.fixture
def three(course):
    """Line 2 after 365, 731 and 151 days; the last patient dies on the day it starts."""
    return (
        course("A", lines=[("ssa_standard", "2015-01-01"), ("rlt", "2016-01-01")], death="2019-01-01"),
        course("B", lines=[("ssa_standard", "2015-01-01"), ("everolimus", "2017-01-01")], last_contact="2019-06-01"),
        course("C", lines=[("ssa_standard", "2015-01-01"), ("everolimus", "2015-06-01")], death="2015-06-01"),
    )


def test_at_risk_from_the_moment_that_all_must_reach(three, study):
    data = analysis_data(three, study(**SEQUENCES))
    follow_up, kept, entry = from_entry(data, group_follow_up(data, "OS"))
    assert follow_up.start.tolist() == [365, 731]
    assert follow_up.stop.tolist() == [1461, 1612]
    assert kept.tolist() == [0, 1]
    assert str(entry) == "start of line 2"


def test_without_such_a_moment_everybody_is_at_risk_from_the_first_day(seven, study):
    data = analysis_data(seven, study(**DECLARED))
    follow_up, kept, entry = from_entry(data, group_follow_up(data, "OS"))
    assert follow_up.start.tolist() == [0] * 5  # C has no time at risk
    assert kept.tolist() == [0, 1, 3, 4, 5]
    assert entry is None


def test_declared_entry_counts_from_it_on_and_says_who_is_gone(three, study):
    data = analysis_data(three, study(**SEQUENCES, cohort_entry={"event": "line_start", "line": 2}))
    groups = group_follow_up(data, "OS", delayed_entry=True)
    assert groups.follow_up.start.tolist() == [365, 731]
    assert {left.why: left.count for left in groups.left_out} == {"follow-up ends on or before cohort entry": 1}
