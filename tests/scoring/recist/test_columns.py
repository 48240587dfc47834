"""Twin of src/lutetia/scoring/recist/columns.py."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring.recist.columns import CellReader, Columns, text

ROWS = [{"A": 1, "B": "x"}, {"A": 2}, {"B": "z", "C": 3}]


class Frame:
    """What a data frame shows: columns, and each by its name."""

    columns = ("A", "B")

    def __getitem__(self, name: str) -> Any:
        class Values(list[Any]):
            def tolist(self) -> list[Any]:
                return list(self)

        return Values({"A": [1, 2], "B": ["x", float("nan")]}[name])


def test_rows_mappings_and_frames_are_tables() -> None:
    assert list(Columns(ROWS, "TR").cells(("A", "B"))) == [(1, "x"), (2, None), (None, "z")]
    assert list(Columns({"A": [1, 2], "B": [3, 4]}, "TR").cells(("B", "A"))) == [(3, 1), (4, 2)]
    frame = Columns(Frame(), "TR")
    assert [tuple(map(text, cells)) for cells in frame.cells(("A", "B"))] == [("1", "x"), ("2", "")]
    assert (Columns(ROWS, "TR").rows, frame.rows, Columns(iter(ROWS), "TR").rows, Columns([], "TR").rows) == (
        3,
        2,
        3,
        0,
    )


def test_a_column_that_only_a_later_row_has_is_there() -> None:
    table = Columns(ROWS, "TR")
    assert "C" in table
    assert table.present(("A", "C", "D")) == ("A", "C")
    assert list(table.column("C")) == [None, None, 3]
    assert list(table.column("D")) == [None, None, None]
    assert list(Columns({"A": [1]}, "TR").column("D")) == [None]
    assert list(table.cells(())) == [(), (), ()]
    assert list(table.cells(("A",))) == [(1,), (2,), (None,)]


@pytest.mark.parametrize("table", ["TR", 7, [1, 2], {"A": [1], "B": [1, 2]}])
def test_what_is_no_table_is_refused(table: Any) -> None:
    with pytest.raises(InputError, match="TR"):
        Columns(table, "TR")


def test_missing_columns_are_told_with_those_there_are() -> None:
    (fault,) = Columns(ROWS, "TR").require(["A"], ["X", "Y"], ["C", "X"])
    assert fault.must == "must have a column X or Y"
    assert fault.got == "the columns A, B"
    assert Columns([], "TR").require(["A"])[0].got == "no columns"


class Refusing:
    def __ne__(self, other: object) -> bool:
        raise TypeError


@pytest.mark.parametrize(
    ("cell", "said"), [(None, ""), (float("nan"), ""), (" a ", "a"), (3.0, "3.0"), (Refusing(), "")]
)
def test_a_cell_as_text(cell: Any, said: str) -> None:
    assert text(cell) == said


def test_cells_are_read_once_and_absent_columns_are_empty() -> None:
    calls = []

    class Joined(CellReader):
        def read(self, *texts: str) -> str:
            calls.append(texts)
            return "|".join(texts)

    reader = Joined(("A", "B", "C"), ("A", "C"))
    assert [reader[cells] for cells in ((1, " x"), (1, " x"), (2, None))] == ["1||x", "1||x", "2||"]
    assert len(calls) == 2


def test_parts_never_split_a_value_and_know_their_first_row() -> None:
    rows = [{"S": subject, "N": at} for at, subject in enumerate("AAABBCCCCD", start=1)]
    for table in (Columns(rows, "TR"), Columns({"S": [r["S"] for r in rows], "N": [r["N"] for r in rows]}, "TR")):
        parts = [(part.numbers[0], list(part.cells(("S", "N")))) for part in table.parts("S", 4)]
        numbers = [(first, [n for _, n in cells]) for first, cells in parts]
        assert numbers == [(1, [1, 2, 3, 4, 5]), (6, [6, 7, 8, 9]), (10, [10])]
        assert [part.rows for part in table.parts("S", 100)] == [10]
    scattered = Columns([*rows, rows[0]], "TR")
    assert [(part.numbers[0], part.rows) for part in scattered.parts("S", 4)] == [(1, 11)]
