"""The design matrix: categories against their reference, numbers as they are, unknowns apart."""

from __future__ import annotations

import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.design_matrix import adjustment_set, columns_of, design_matrix, named_columns, varying

COVARIATES = [
    {"name": "sex", "reference": "male"},
    {"name": "treatment_of_line", "line": 1},
    {"name": "year_of_line", "line": 1},
    {"name": "year_of_line", "line": 1, "key": "decade", "cut_points": [2010]},
]


@pytest.fixture
def data(course, study):
    courses = (
        course("A", lines=[("ssa_standard", "2009-01-01")], death="2012-01-01", sex="male"),
        course("B", lines=[("rlt", "2010-01-01")], death="2013-01-01", sex="female"),
        course("C", lines=[("ssa_standard", "2011-01-01")], death="2012-01-01"),
    )
    return analysis_data(courses, study(covariates=COVARIATES))


def test_the_columns_by_hand(data):
    made = design_matrix(data, ("sex", "year_of_line_1"))
    assert made.names[0].endswith("female")
    assert made.table.tolist() == [[0, 2009], [1, 2010]]
    assert made.references == {"sex": "male"}
    assert made.rows.tolist() == [0, 1]
    assert [(left.count, left.why) for left in made.left_out] == [(1, "sex not known")]


def test_without_columns_everybody_stays(data):
    made = design_matrix(data, ())
    assert made.table.shape == (3, 0)


def test_what_makes_the_groups_or_stands_twice_is_not_adjusted_for(data):
    assert adjustment_set(data.study) == ("sex", "year_of_line_1")


def test_completed_values_become_columns(data):
    table = columns_of(data.study, {"sex": ["male", "female", "female"]}, ("sex",))
    assert table.tolist() == [[0], [1], [1]]


def test_a_column_that_is_not_declared_is_refused(data):
    with pytest.raises(KeyError, match="ecog"):
        design_matrix(data, ("ecog",))


def test_among_some_only_their_levels_and_their_unknowns_count(data):
    made = design_matrix(data, ("sex", "decade"), among=[0, 2])
    assert made.rows.tolist() == [0]
    assert made.names == ()
    assert [(left.count, left.rows) for left in made.left_out] == [(1, (2,))]


def test_when_nobody_is_known_there_is_no_row_and_no_level(data):
    made = design_matrix(data, ("sex",), among=[2])
    assert made.table.shape == (0, 0)
    assert made.references == {}


def test_further_columns_stand_first_against_their_reference(data):
    made = design_matrix(data, ("year_of_line_1",), also={"group": (("b", "a", None), "a")})
    assert made.names[0] == "group: b"
    assert made.table.tolist() == [[1, 2009], [0, 2010]]


def test_columns_that_do_not_vary_go_with_their_terms(data):
    made = varying(design_matrix(data, ("sex", "year_of_line_1"), among=[1]))
    assert (made.names, made.terms, made.references) == ((), {}, {})
    kept = varying(design_matrix(data, ("decade", "year_of_line_1")))
    assert kept.terms == {"decade": (0,), "year_of_line_1": (1,)}


def test_completed_values_have_names(data):
    assert named_columns(data.study, {"sex": ["male", "female"]}, ("sex",))[1] == ("sex: female",)


def test_what_is_known_only_after_the_choice_is_not_adjusted_for(study):
    """Groups by line 2: the way to its choice may be adjusted for, the wait for it and its own course may not."""
    names = [
        ("year_of_line", 2),
        ("months_to_progression", 1),
        ("months_to_next_line", 1),
        ("months_to_progression", 2),
    ]
    covariates = [{"name": name, "line": line} for name, line in names]
    declared = study(covariates=covariates, exposure={"rule": "treatment_sequence"})
    assert adjustment_set(declared) == ("year_of_line_2", "months_to_progression_1")
    first = study(covariates=covariates, exposure={"rule": "treatment_of_line", "line": 1})
    assert adjustment_set(first) == ()
    ever = study(covariates=covariates, exposure={"rule": "ever_treated", "treatment": ["RLT"]})
    assert adjustment_set(ever) == ()
