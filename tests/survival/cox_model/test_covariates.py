"""Covariates from arrays, mappings and frames; faults are named, all at once."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_array_equal

from lutetia.errors import InputError
from lutetia.survival.cox_model.covariates import read_covariates


def test_arrays_of_one_and_two_dimensions():
    one = read_covariates([1, 2, 3])
    assert (one.names, one.n, one.p) == (("x1",), 3, 1)
    two = read_covariates(np.arange(6.0).reshape(3, 2), names=["age", "sex"])
    assert two.names == ("age", "sex")
    assert_array_equal(two.columns[1], [1, 3, 5])
    assert two.moments is not None
    assert two.missing() == {}


def test_frame_and_mapping_give_the_same():
    frame = pl.DataFrame(
        {
            "age": [61, 47, None, 70],
            "resected": [True, False, True, True],
            "drug": pl.Series(["SSA", "RLT", "RLT", "SSA"], dtype=pl.Enum(["SSA", "RLT", "CHT"])),
            "site": ["ileum", "pancreas", None, "ileum"],
        }
    )
    found = read_covariates(frame)
    assert found.names == ("age", "resected", "drug=RLT", "site=pancreas")
    assert [(term.name, term.reference) for term in found.terms] == [
        ("age", None), ("resected", None), ("drug", "SSA"), ("site", "ileum"),
    ]  # fmt: skip
    assert_array_equal(found.columns[0], [61, 47, np.nan, 70])
    assert_array_equal(found.columns[2], [0, 1, 1, 0])
    assert_array_equal(found.columns[3], [0, 1, np.nan, 0])
    again = read_covariates({name: frame[name].to_list() for name in frame.columns}, reference={"drug": "SSA"})
    assert again.names == found.names
    for one, other in zip(found.columns, again.columns, strict=True):
        assert_array_equal(one, other)


def test_missing_rows_are_counted_by_the_first_column():
    found = read_covariates({"a": [1, np.nan, 3, np.nan], "b": [np.nan, np.nan, 1, 2]}).missing()
    assert {name: rows.tolist() for name, rows in found.items()} == {"a": [1, 3], "b": [0]}
    matrix = np.array([[1.0, np.nan], [np.nan, 2], [3, 4]])
    assert {name: rows.tolist() for name, rows in read_covariates(matrix).missing().items()} == {"x1": [1], "x2": [0]}


def test_terms_join_columns():
    x = np.arange(8.0).reshape(2, 4) ** 2
    found = read_covariates(x, terms={"spline": ["x2", "x3"]})
    assert [(term.name, term.columns) for term in found.terms] == [("x1", (0,)), ("spline", (1, 2)), ("x4", (3,))]


def test_reference_comes_first():
    found = read_covariates({"drug": ["RLT", "SSA", "CHT"]}, reference={"drug": "SSA"})
    assert found.names == ("drug=CHT", "drug=RLT")
    assert found.terms[0].levels == ("SSA", "CHT", "RLT")


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ({"a": [1, 2], "b": [1, 2, 3]}, {}, "must have one length"),
        ({"a": [1, np.inf]}, {}, "must be finite"),
        ({"a": ["one", "one"]}, {}, "must have two levels at least"),
        ({"id": [f"P{i}" for i in range(60)]}, {}, "must have 50 levels at most"),
        ({"when": np.array(["2020-01-01", "2021-01-01"], dtype="datetime64[D]")}, {}, "numbers, booleans or labels"),
        ({"a": ["x", "y"]}, {"reference": {"a": "z"}}, r"must be a level \(x, y\), but got z"),
        ({"a": [1.0, 2]}, {"reference": {"a": 1}}, "this one is numeric"),
        ({"a": [1.0, 2]}, {"reference": {"b": 1}}, "must name a categorical column"),
        ({"a": [1.0, 2]}, {"terms": {"t": ["b"]}}, "must join columns of X"),
        ({"a": ["x", "y", "z"]}, {"terms": {"t": ["a=y"]}}, "must keep the levels of a column together"),
        (np.ones((2, 2)), {"names": ["a", "a"]}, "must be 2 different names"),
        (np.ones((2, 2, 2)), {}, "must have rows and columns"),
    ],
)
def test_faults_are_named(columns, options, message):
    with pytest.raises(InputError, match=message):
        read_covariates(columns, **options)


def test_all_faults_come_together():
    with pytest.raises(InputError) as caught:
        read_covariates({"a": [1, np.inf], "b": ["x", "x"]}, terms={"t": ["c"]})
    assert len(caught.value.faults) == 3
