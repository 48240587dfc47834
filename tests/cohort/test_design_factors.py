"""Check on the factors: association and inflation by hand, and the cells of those that overlap."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.design_factors import cramers_v, overlapping_factors, variance_inflation


def test_cramers_v_by_hand():
    # table 3 1 / 1 3: chi-squared 8 · (9 − 1)² / (4 · 4 · 4 · 4) = 2, V = √(2 / 8) = 0.5
    one = ("a",) * 4 + ("b",) * 4
    other = ("x", "x", "x", "y", "x", "y", "y", "y")
    assert cramers_v(one, other) == pytest.approx(0.5)


def test_factors_that_say_the_same_have_v_one_and_unknown_values_do_not_count():
    assert cramers_v(("a", "a", "b", "b", None), ("x", "x", "y", "y", "x")) == pytest.approx(1)


def test_a_factor_that_does_not_vary_has_v_zero():
    assert cramers_v(("a", "a"), ("x", "y")) == 0


def test_variance_inflation_by_hand():
    # correlation 0.8: 1 / (1 − 0.64) = 2.78, the same for both columns
    draw = np.random.default_rng(1)
    x = draw.normal(size=(200, 2))
    x -= x.mean(axis=0)
    x, _ = np.linalg.qr(x)
    table = np.column_stack([x[:, 0], 0.8 * x[:, 0] + 0.6 * x[:, 1]])
    assert variance_inflation(table) == pytest.approx([1 / 0.36, 1 / 0.36])


def levels_as_columns(codes, reference):
    return np.column_stack([codes == level for level in range(4) if level != reference]).astype(float)


def test_the_inflation_of_a_category_does_not_hang_on_its_reference_level():
    """A rare reference level makes its dummy columns look alike; the category as a whole is not inflated."""
    draw = np.random.default_rng(2)
    codes, x = draw.choice(4, 300, p=[0.02, 0.4, 0.3, 0.28]), draw.normal(size=300)
    by = {
        ref: variance_inflation(np.column_stack([levels_as_columns(codes, ref), x]), [(0, 1, 2), (3,)])
        for ref in (0, 1)
    }
    assert by[0] == pytest.approx(by[1])
    assert by[0][0] < 1.1
    assert max(variance_inflation(levels_as_columns(codes, 0))) > 5


def test_the_inflation_of_a_column_that_repeats_others_has_no_limit():
    draw = np.random.default_rng(3)
    x = draw.normal(size=(50, 2))
    found = variance_inflation(np.column_stack([x, x[:, 0] + x[:, 1], np.ones(50)]))
    assert found[:3] == pytest.approx([1e6] * 3)
    assert found[3] == 1


def test_fewer_patients_than_columns_tell_nothing():
    assert variance_inflation(np.eye(3)) == [1, 1, 1]


DECLARED = {
    "exposure": {"rule": "treatment_of_line", "line": 1},
    "comparison": {"levels": ["SSA", "RLT"], "reference": "SSA"},
    "covariates": [{"name": "sex"}, {"name": "treatment_of_line", "line": 1}],
}


@pytest.fixture
def twelve(course):
    """Six patients of each first line; the sex of two is not known."""
    made = []
    for n in range(12):
        sex = {} if n in (3, 8) else {"sex": "male" if n % 2 else "female"}
        regimen = "rlt" if n % 3 == 0 or n in (1, 2) else "ssa_standard"
        made.append(course(f"P{n}", lines=[(regimen, "2010-01-01")], death=f"{2012 + n}-02-0{1 + n % 9}", **sex))
    return tuple(made)


def test_the_group_and_the_covariate_that_makes_it_overlap(twelve, study):
    found = overlapping_factors(analysis_data(twelve, study(**DECLARED)))
    assert found.fired is True
    assert "treatment_of_line_1 and group (Cramér's V 1.00)" in found.trigger
    assert sum(row.n for row in found.run().rows) == 12


def test_factors_that_say_different_things_do_not_fire(course, study):
    made = [
        course(f"P{n}", lines=[("rlt" if n % 2 else "captem", "2010-01-01")], death="2015-01-01",
               sex="male" if n % 4 < 2 else "female")
        for n in range(40)
    ]  # fmt: skip
    found = overlapping_factors(analysis_data(made, study(**(DECLARED | {"covariates": [{"name": "sex"}]}))))
    assert found.fired is False
    assert found.run is None


def test_cells_call_what_is_not_known_so(twelve, study):
    cells = {row.analysis for row in overlapping_factors(analysis_data(twelve, study(**DECLARED))).run().rows}
    assert "treatment_of_line_1 RLT, group RLT" in cells
