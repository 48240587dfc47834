"""Table 1 worked on paper: counts, missing rows, medians, standardised differences."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.describe import Column, CountCell, baseline_of, baseline_table, standardised_difference
from lutetia.errors import InputError

GROUP = ["a", "a", "a", "a", "b", "b"]
GRADE = Column(
    name="grade", title="Grade", kind="category", levels=("G1", "G2", "G3"), values=("G1", "G2", "G2", None, "G2", "G2")
)
AGE = Column(name="age", title="Age", kind="number", values=(40.0, 50.0, 60.0, None, 70.0, 80.0))
SEX = Column(name="m", title="Male", kind="yes_no", levels=("no", "yes"), values=(True, True, True, False, True, False))


def cells(table, variable, level):
    (row,) = [row for row in table.rows if (row.variable, row.level) == (variable, level)]
    return row.cells


def counts(table, variable, level):
    return [(cell.count, cell.of) for cell in cells(table, variable, level)]


def test_counts_with_missing_as_a_row_of_its_own():
    table = baseline_table([GRADE], GROUP)
    assert (table.groups, table.patients) == (("a", "b", "all patients"), (4, 2, 6))
    assert [row.level for row in table.rows] == ["G1", "G2", "missing"]
    assert counts(table, "grade", "G1") == [(1, 4), (0, 2), (1, 6)]
    assert counts(table, "grade", "G2") == [(2, 4), (2, 2), (4, 6)]
    assert counts(table, "grade", "missing") == [(1, 4), (0, 2), (1, 6)]
    assert cells(table, "grade", "G2")[0].percent_pct == 50
    assert CountCell(count=0, of=0).percent_pct is None


def test_percentages_of_the_known_when_asked_for():
    table = baseline_table([GRADE], GROUP, percent_of="known")
    assert counts(table, "grade", "G2") == [(2, 3), (2, 2), (4, 5)]
    assert counts(table, "grade", "missing") == [(1, 4), (0, 2), (1, 6)]


def test_numbers_with_quartiles_and_range():
    """40, 50, 60: quartiles 45 and 55 (type 7), standard deviation 10; with 70 and 80 the median is 60."""
    cell, _, overall = cells(baseline_table([AGE], GROUP), "age", None)
    assert (cell.known, cell.median, cell.lower_quartile, cell.upper_quartile) == (3, 50, 45, 55)
    assert (cell.lowest, cell.highest, cell.mean, cell.sd) == (40, 60, 50, 10)
    assert overall.median == 60
    assert counts(baseline_table([AGE], GROUP), "age", "missing") == [(1, 4), (0, 2), (1, 6)]


def test_a_number_known_of_nobody():
    cell = cells(baseline_table([Column(name="x", title="x", kind="number", values=(None,))], ["a"]), "x", None)[0]
    assert (cell.known, cell.median, cell.sd) == (0, None, None)


def test_standardised_differences_by_hand():
    """Yes 3/4 against 1/2: 0.25 / sqrt((3/16 + 1/4) / 2). Age 50 (variance 100) against 75 (50): -25 / sqrt(75)."""
    table = baseline_table([SEX, AGE], GROUP, compare=("a", "b"))
    found = {row.variable: row.standardised_difference for row in table.rows if row.standardised_difference is not None}
    assert found["m"] == pytest.approx(0.25 / sqrt((3 / 16 + 1 / 4) / 2))
    assert found["age"] == pytest.approx(-25 / sqrt(75))


def test_more_than_two_levels_by_the_formula_of_yang_and_dalton():
    """Shares (1/2, 1/4, 1/4) and (1/4, 1/4, 1/2), first level left out: d = (0, -1/4); S is the mean covariance."""
    one, two = ["x"] * 2 + ["y"] + ["z"], ["x"] + ["y"] + ["z"] * 2
    column = Column(name="c", title="c", kind="category", levels=("x", "y", "z"), values=tuple(one + two))
    first = np.array([True] * 4 + [False] * 4)
    cov = np.array([[3 / 16, -(1 / 16 + 1 / 8) / 2], [-(1 / 16 + 1 / 8) / 2, (3 / 16 + 1 / 4) / 2]])
    d = np.array([0.0, -0.25])
    assert standardised_difference(column, first, ~first) == pytest.approx(sqrt(d @ np.linalg.inv(cov) @ d))


def test_two_levels_give_the_same_as_yes_and_no():
    labels = Column(
        name="m", title="m", kind="category", levels=("no", "yes"), values=("yes",) * 3 + ("no", "yes", "no")
    )
    mask = np.array([True] * 4 + [False] * 2)
    assert standardised_difference(labels, mask, ~mask) == pytest.approx(standardised_difference(SEX, mask, ~mask))


def test_no_difference_and_none_that_can_be_told():
    mask = np.array([True, True, False, False])
    same = Column(name="s", title="s", kind="yes_no", values=(True, False, True, False))
    apart = Column(name="s", title="s", kind="yes_no", values=(True, True, False, False))
    unknown = Column(name="s", title="s", kind="yes_no", values=(True, True, None, None))
    found = [standardised_difference(column, mask, ~mask) for column in (same, apart, unknown)]
    assert found == [0.0, None, None]


def test_the_largest_of_all_pairs_is_named():
    column = Column(name="x", title="x", kind="yes_no", values=(True, False, True, True, False, False, True, False))
    table = baseline_table([column], ["a", "a", "b", "b", "b", "c", "c", "c"])
    row = next(row for row in table.rows if row.compared)
    pairs = {("a", "b"), ("a", "c"), ("b", "c")}
    assert row.compared in pairs
    labels = np.array(["a", "a", "b", "b", "b", "c", "c", "c"])
    largest = max(abs(standardised_difference(column, labels == p, labels == q)) for p, q in pairs)
    assert abs(row.standardised_difference) == pytest.approx(largest)


def test_all_faults_together():
    with pytest.raises(InputError) as refused:
        baseline_table([GRADE, AGE], ["a"], compare=("a", "x"))
    assert len(refused.value.faults) == 3


def test_table_1_of_a_study(course, study):
    covariates = [{"name": "sex"}, {"name": "age_years"}]
    courses = [
        course("A", lines=[("ssa_standard", "2015-01-01")], sex="male", birth="1950-01-01"),
        course("B", lines=[("rlt", "2015-01-01")], sex="female"),
    ]
    data = analysis_data(
        courses, study(covariates=covariates, comparison={"levels": ["SSA", "RLT"], "reference": "SSA"})
    )
    table = baseline_of(data)
    assert table.groups == ("SSA", "RLT", "all patients")
    assert counts(table, "sex", "male") == [(1, 1), (0, 1), (1, 2)]
    assert "between SSA and RLT" in " ".join(table.conventions)
