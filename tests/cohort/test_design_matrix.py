"""The design matrix: categories against their reference, numbers as they are, unknowns apart."""

from __future__ import annotations

import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.design_matrix import adjustment_set, columns_of, design_matrix

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
