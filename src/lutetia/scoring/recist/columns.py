"""A table by its columns, whatever it came as: rows of dicts, a mapping of columns, a data frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any

from lutetia.errors import Fault, InputError

Table = Any
"""Rows of dicts (as csv.DictReader gives them), a mapping of column name to values, or any data frame."""


class Columns:
    """The columns of one table, taken out when asked for; `name` ("TU", "TR") opens the place of every fault."""

    def __init__(self, table: Table, name: str) -> None:
        """Raises InputError when it is no table or its columns differ in length."""
        self.name = name
        self._table = _rows(table, name) if _is_rows(table, name) else table
        self.columns = _names(self._table)
        lengths = {} if isinstance(self._table, list) else {column: len(self.values(column)) for column in self.columns}
        if len(set(lengths.values())) > 1:
            got = ", ".join(f"{column} {n}" for column, n in lengths.items())
            raise InputError(f"{name} table", [Fault(place=name, must="columns must be equally long", got=got)])
        self.rows = len(self._table) if isinstance(self._table, list) else next(iter(lengths.values()), 0)

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def values(self, column: str) -> Sequence[Any]:
        """The values of a column the table has."""
        if isinstance(self._table, list):
            return [row.get(column) for row in self._table]
        return _as_list(self._table[column])

    def together(self, *columns: str) -> Iterator[tuple[Any, ...]]:
        """The values of several columns, row by row; None throughout for a column the table lacks."""
        return zip(*(self.values(c) if c in self else repeat(None, self.rows) for c in columns), strict=True)

    def require(self, *alternatives: Sequence[str]) -> list[Fault]:
        """A fault for each group of columns of which the table has none."""
        return [
            Fault(
                place=f"{self.name} table",
                must=f"must have a column {' or '.join(group)}",
                got=f"the columns {', '.join(self.columns)}" if self.columns else "no columns",
            )
            for group in alternatives
            if not any(column in self for column in group)
        ]


def text(value: object) -> str:
    """A cell as text without blanks around it; "" for None, NaN and a data frame's own mark of a missing value."""
    try:
        if value is None or value != value:  # only NaN differs from itself
            return ""
    except TypeError:  # a missing value that refuses to be compared
        return ""
    return str(value).strip()


def _is_rows(table: Table, name: str) -> bool:
    if isinstance(table, Mapping) or (hasattr(table, "columns") and hasattr(table, "__getitem__")):
        return False
    if isinstance(table, Iterable) and not isinstance(table, str | bytes):
        return True
    must = "must be rows of dicts, a mapping of columns or a data frame"
    raise InputError(f"{name} table", [Fault(place=name, must=must, got=type(table).__name__)])


def _rows(table: Table, name: str) -> list[Mapping[str, Any]]:
    rows = list(table)
    wrong = [at for at, row in enumerate(rows, start=1) if not isinstance(row, Mapping)]
    if wrong:
        must = "must be a dict of column to value"
        raise InputError(f"{name} table", [Fault(place=f"{name} row {at}", must=must) for at in wrong])
    return rows


def _names(table: Any) -> dict[str, None]:
    """The column names in order; rows may differ in what they leave out."""
    if isinstance(table, list):
        names = dict.fromkeys(table[0]) if table else {}
        if any(row.keys() != names.keys() for row in table):
            names = dict.fromkeys(column for row in table for column in row)
        return names
    if isinstance(table, Mapping):
        return dict.fromkeys(table)
    named = getattr(table, "column_names", None)
    return dict.fromkeys(table.columns if named is None else named)


def _as_list(values: Any) -> Sequence[Any]:
    if isinstance(values, list | tuple):
        return values
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(values, method):
            return list(getattr(values, method)())
    return list(values)
