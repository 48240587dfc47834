"""A table by its columns, whatever it came as: rows of dicts, a mapping of columns, a data frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any

from lutetia.errors import Fault, InputError

Table = Sequence[Mapping[str, Any]] | Mapping[str, Sequence[Any]] | Any


class Columns:
    """The columns of one table; `name` ("TU", "TR") opens the place of every fault."""

    def __init__(self, table: Table, name: str) -> None:
        """Raises InputError when it is no table or its columns differ in length."""
        self.name = name
        self._columns = dict(_columns(table, name))
        lengths = {column: len(values) for column, values in self._columns.items()}
        if len(set(lengths.values())) > 1:
            got = ", ".join(f"{column} {n}" for column, n in lengths.items())
            raise InputError(f"{name} table", [Fault(place=name, must="columns must be equally long", got=got)])
        self.rows = next(iter(lengths.values()), 0)

    def __contains__(self, column: str) -> bool:
        return column in self._columns

    def __getitem__(self, column: str) -> Iterable[Any]:
        """The column's values; as many None where the table has no such column."""
        return self._columns[column] if column in self._columns else repeat(None, self.rows)

    def together(self, *columns: str) -> Iterator[tuple[Any, ...]]:
        """The values of several columns, row by row."""
        return zip(*(self[column] for column in columns), strict=True)

    def require(self, *alternatives: Sequence[str]) -> list[Fault]:
        """A fault for each group of columns of which the table has none."""
        return [
            Fault(
                place=f"{self.name} table",
                must=f"must have a column {' or '.join(group)}",
                got=f"the columns {', '.join(self._columns)}" if self._columns else "no columns",
            )
            for group in alternatives
            if not any(column in self for column in group)
        ]


def text(value: object) -> str:
    """A cell as text without blanks around it; "" for None, NaN and other marks of a missing value."""
    if value is None or value != value:  # only NaN differs from itself
        return ""
    try:
        return str(value).strip()
    except TypeError:  # a missing value that refuses to be text
        return ""


def _columns(table: Table, name: str) -> Iterable[tuple[str, Sequence[Any]]]:
    if isinstance(table, Mapping):
        return [(str(column), _as_list(values)) for column, values in table.items()]
    if hasattr(table, "columns") and hasattr(table, "__getitem__"):  # a data frame, of whichever library
        named = getattr(table, "column_names", None) or table.columns
        return [(str(column), _as_list(table[column])) for column in named]
    if isinstance(table, Iterable) and not isinstance(table, str | bytes):
        return _of_rows(list(table), name)
    must = "must be rows of dicts, a mapping of columns or a data frame"
    raise InputError(f"{name} table", [Fault(place=name, must=must, got=type(table).__name__)])


def _of_rows(rows: list[Any], name: str) -> list[tuple[str, Sequence[Any]]]:
    if not rows:
        return []
    wrong = [at for at, row in enumerate(rows, start=1) if not isinstance(row, Mapping)]
    if wrong:
        raise InputError(
            f"{name} table",
            [Fault(place=f"{name} row {at}", must="must be a dict of column to value") for at in wrong],
        )
    known = dict.fromkeys(rows[0])
    if any(row.keys() != known.keys() for row in rows):
        known = dict.fromkeys(column for row in rows for column in row)
    return [(str(column), [row.get(column) for row in rows]) for column in known]


def _as_list(values: Any) -> Sequence[Any]:
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(values, method):
            return list(getattr(values, method)())
    return values if isinstance(values, list | tuple) else list(values)
