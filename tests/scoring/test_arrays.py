"""Twin of src/lutetia/scoring/arrays.py."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.errors import Fault
from lutetia.scoring.arrays import as_numbers, as_truth, fault_with_rows, is_number

np = pytest.importorskip("numpy")


@pytest.mark.parametrize(
    ("given", "numbers"), [(None, [None]), (3, [3]), ([1, None, 2.5], [1, None, 2.5]), (["1", " 2 "], [1, 2])]
)
def test_numbers_and_none_as_an_array(given: Any, numbers: list[float | None]) -> None:
    faults: list[Fault] = []
    found = np.atleast_1d(as_numbers("value", given, faults)).tolist()
    assert [None if number != number else number for number in found] == numbers
    assert faults == []


def test_each_text_is_one_fault_with_its_rows() -> None:
    faults: list[Fault] = []
    assert as_numbers("value", [1, "<5", 2, "<5", "x"], faults).shape == (5,)
    assert [str(fault) for fault in faults] == [
        "value: must be a number, but got '<5' in rows 1, 3.",
        "value: must be a number, but got 'x' in row 4.",
    ]


def test_truths_and_what_is_none() -> None:
    faults: list[Fault] = []
    assert as_truth("after", True, 2, faults).tolist() == [True, True]
    assert as_truth("after", np.array([True, False]), 2, faults).tolist() == [True, False]
    assert faults == []
    assert as_truth("after", [1, False, None], 2, faults).tolist() == [False, False]
    assert [fault.must for fault in faults] == [
        "must have as many entries as there are values (2)",
        "must be True or False",
        "must be True or False",
    ]


@pytest.mark.parametrize(("item", "yes"), [(1, True), ("1.5", True), (None, True), ("", False), ([1], False)])
def test_what_numpy_takes_as_a_number(item: Any, yes: bool) -> None:
    assert is_number(item) is yes


@pytest.mark.parametrize(("rows", "text"), [([4], "row 4"), ([0, 1, 2, 7], "rows 0-2, 7"), ([1, 3, 4], "rows 1, 3-4")])
def test_every_row_number_is_written(rows: list[int], text: str) -> None:
    fault = fault_with_rows(Fault(place="unit", must="must be one", got="'x'"), np.array(rows))
    assert str(fault) == f"unit: must be one, but got 'x' in {text}."
