"""The two compared groups."""

from __future__ import annotations

import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.compared import compared_rows, comparison_factor, strata_factors
from lutetia.errors import InputError


def test_only_the_two_groups_are_in_it(itanet):
    data, _ = itanet
    compared = compared_rows(data, "OS")
    sizes = data.selection.groups
    assert compared.levels == ("SSA-RLT", "SSA-other")
    assert compared.rows.n == sizes["SSA-RLT"] + sizes["SSA-other"]
    assert compared.exposed.sum() == sizes["SSA-other"]
    assert compared.side("SSA-RLT").size == sizes["SSA-RLT"]


def test_the_reference_comes_first_whatever_the_order_of_the_levels(eight_courses, eight_study):
    study = eight_study(comparison={"levels": ["RLT", "other"], "reference": "other"})
    data = analysis_data(eight_courses("2015-01-01"), study)
    assert comparison_factor(data).levels == ("other", "RLT")
    assert compared_rows(data, "OS").exposed.tolist() == [True, False, True, False, True, False, False, False]


def test_an_endpoint_of_one_group_only_is_none(eight_courses, eight_study):
    study = eight_study(eligibility=[{"rule": "RLT", "line": {"number": 2, "regimen": ["RLT"]}}])
    assert compared_rows(analysis_data(eight_courses("2015-01-01"), study), "OS") is None


def test_without_a_comparison_it_is_refused(eight_courses, eight_study):
    data = analysis_data(eight_courses("2015-01-01"), eight_study(comparison=None))
    with pytest.raises(InputError, match="comparison: must be declared"):
        comparison_factor(data)


def test_strata_are_subgroups_and_the_centre(itanet):
    data, _ = itanet
    assert [factor.key for factor in strata_factors(data)] == ["ki67_class", "sex", "primary_resected", "centre"]
