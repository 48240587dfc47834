"""A table has one cell under each column title."""

from __future__ import annotations

import pytest

from lutetia.results.table import Table, TableRow


def table(*rows):
    return Table(key="table-1", title="Patients", head=("", "n"), rows=rows, records=())


def test_a_heading_may_be_shorter_than_the_table():
    made = table(TableRow(cells=("Grade",), kind="heading"), TableRow(cells=("G1", "40")))
    assert [row.kind for row in made.rows] == ["heading", "row"]


def test_a_row_with_a_cell_too_few_is_refused():
    with pytest.raises(ValueError, match="table-1: 1 cells under 2 column titles"):
        table(TableRow(cells=("G1",)))
