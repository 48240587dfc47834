"""A table as arrays: its groups, its columns, and the rows at fault."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.errors import Fault
from lutetia.scoring.ctcae import sheet

np = pytest.importorskip("numpy")


def test_rows_are_grouped_by_analyte_and_unit_in_order() -> None:
    values = np.arange(5.0)
    groups = list(sheet.grouped(["a", "b", "a", "b", "a"], ["x", "x", "x", "y", "x"], values))
    assert [(name, unit, rows.tolist()) for name, unit, rows in groups] == [
        ("a", "x", [0, 2, 4]),
        ("b", "x", [1]),
        ("b", "y", [3]),
    ]
    assert [rows.tolist() for *_, rows in sheet.grouped("a", "x", values)] == [[0, 1, 2, 3, 4]]
    arrays = sheet.grouped(np.array(["a", "a"]), np.array(["x", "y"]), np.arange(2.0))
    assert [unit for _, unit, _ in arrays] == ["x", "y"]


@pytest.mark.parametrize(("given", "expected"), [(None, [None, None]), (3, [3, 3]), ([1, None], [1, None])])
def test_a_column_is_as_long_as_the_values(given: Any, expected: list[float | None]) -> None:
    column = sheet.as_column("lln", given, np.zeros(2), [])
    assert [None if np.isnan(number) else number for number in column.tolist()] == expected


def test_a_column_of_another_length_is_refused() -> None:
    faults: list[Fault] = []
    sheet.as_column("uln", [1, 2, 3], np.zeros(2), faults)
    assert [str(fault) for fault in faults] == ["uln: must have as many numbers as there are values (2), but got 3."]
