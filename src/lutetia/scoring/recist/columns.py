"""A table by its columns, whatever it came as: rows of dicts, a mapping of columns, a data frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from itertools import chain, count, groupby, pairwise, repeat
from operator import contains, itemgetter
from typing import TYPE_CHECKING, Any

from lutetia.errors import Fault, InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Table = Any
"""Rows of dicts (as csv.DictReader gives them), a mapping of column name to values, or any data frame."""

Cells = tuple[Any, ...]


class Columns:
    """The columns of one table; `name` ("TU", "TR") opens the place of every fault."""

    def __init__(self, table: Table, name: str) -> None:
        """Raises InputError when it is no table or its columns differ in length."""
        self.name = name
        self._rows: list[Mapping[str, Any]] | None = _rows(table, name) if _is_rows(table, name) else None
        self._plain = set(map(type, self._rows or ())) <= {dict}
        self._there: dict[str, bool] = {}  # column → whether a row has it: asked once, for it looks at every row
        self._columns: dict[str, Sequence[Any]] = {} if self._rows is not None else _columns(table)
        lengths = {column: len(values) for column, values in self._columns.items()}
        if len(set(lengths.values())) > 1:
            got = ", ".join(f"{column} {n}" for column, n in lengths.items())
            raise InputError(f"{name} table", [Fault(place=name, must="columns must be equally long", got=got)])
        self.rows = len(self._rows) if self._rows is not None else next(iter(lengths.values()), 0)
        self.numbers: Sequence[int] = range(1, self.rows + 1)

    def parts(self, column: str, about: int) -> Iterator[Columns]:
        """The table in parts of about so many rows, none of which splits the rows of one value of the column.

        Where the rows of a value do not stand together the whole table is the one part. `numbers` are the numbers
        of a part's rows in the table, counted from 1.
        """
        starts = self._starts(column, about) if self.rows > about else [0]
        for start, stop in pairwise([*starts, self.rows]):
            yield self._part(start, stop)

    def _starts(self, column: str, about: int) -> list[int]:
        """Where the parts begin; 0 alone when a value comes again after another one."""
        values = list(self.column(column))
        runs = [value for value, _ in groupby(values)]
        if len(set(runs)) < len(runs):
            return [0]
        starts = [0]
        for at in range(about, self.rows, about):
            while at < self.rows and values[at] == values[at - 1]:
                at += 1
            if starts[-1] < at < self.rows:
                starts.append(at)
        return starts

    def _part(self, start: int, stop: int) -> Columns:
        part = copy(self)
        part.numbers, part.rows = self.numbers[start:stop], stop - start
        if self._rows is not None:
            part._rows = self._rows[start:stop]
        part._columns = {column: values[start:stop] for column, values in self._columns.items()}
        return part

    def at(self, rows: Sequence[int]) -> Columns:
        """The rows at these positions, as a table that remembers their numbers."""
        part = copy(self)
        part.numbers, part.rows = [self.numbers[row] for row in rows], len(rows)
        if self._rows is not None:
            part._rows = [self._rows[row] for row in rows]
        part._columns = {column: [values[row] for row in rows] for column, values in self._columns.items()}
        return part

    def alike(self, columns: Sequence[str]) -> tuple[list[Cells], NDArray[np.int64]]:
        """The different cells of columns the table has, in the order they are met, and which of them each row has."""
        import numpy as np

        met: dict[Cells, int] = {}
        # Each row is given the position of the first row with the same cells: one look-up a row.
        first = np.fromiter(map(met.setdefault, self.cells(columns), count()), np.int64, self.rows)
        number = np.empty(self.rows, np.int64)
        number[list(met.values())] = np.arange(len(met))
        return list(met), number[first]

    def __contains__(self, column: str) -> bool:
        """Whether any row of the table has the column."""
        if self._rows is None:
            return column in self._columns
        if column not in self._there:
            self._there[column] = any(map(contains, self._rows, repeat(column)))
        return self._there[column]

    def present(self, asked: Sequence[str]) -> tuple[str, ...]:
        """Those of the columns asked for that the table has, in the order asked."""
        return tuple(column for column in asked if column in self)

    def cells(self, columns: Sequence[str]) -> Iterator[Cells]:
        """The cells of columns the table has, row by row; None in a row of dicts that leaves one out."""
        if not columns:
            return iter([()] * self.rows)
        if self._rows is None:
            return zip(*(self._columns[column] for column in columns), strict=True)
        return _cells(self._rows, columns)

    def column(self, name: str) -> Iterator[Any]:
        """The values of one column; None throughout where the table has none."""
        if self._rows is None:
            return iter(self._columns[name]) if name in self._columns else iter([None] * self.rows)
        if self._plain:
            plain: Any = self._rows
            return map(dict.get, plain, repeat(name))
        return (row.get(name) for row in self._rows)

    def require(self, *alternatives: Sequence[str]) -> list[Fault]:
        """A fault for each group of columns of which the table has none."""
        named = list(self._rows[0]) if self._rows else list(self._columns)
        return [
            Fault(
                place=f"{self.name} table",
                must=f"must have a column {' or '.join(group)}",
                got=f"the columns {', '.join(map(str, named))}" if named else "no columns",
            )
            for group in alternatives
            if not self.present(group)
        ]


class CellReader(dict[Cells, Any]):
    """Cells → what they say; each combination of cells is read once, for tables repeat themselves.

    `asked`: the columns by name, `present`: those the table has, in the order of the cells.
    """

    def __init__(self, asked: Sequence[str], present: Sequence[str]) -> None:
        super().__init__()
        self._at = [present.index(column) if column in present else None for column in asked]

    def __missing__(self, cells: Cells) -> Any:
        texts = [cell.strip() if type(cell) is str else text(cell) for cell in cells]
        self[cells] = said = self.read(*["" if at is None else texts[at] for at in self._at])
        return said

    def read(self, *texts: str) -> Any:
        """What the cells say, each as text, in the order asked; "" where the table has no such column."""
        raise NotImplementedError


_AT_ONCE = 1000


def _cells(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[Cells]:
    get = itemgetter(*columns) if len(columns) > 1 else lambda row: (row[columns[0]],)
    some = (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))
    return chain.from_iterable(_cells_of(part, get, columns) for part in some)


def _cells_of(rows: Sequence[Mapping[str, Any]], get: Any, columns: Sequence[str]) -> list[Cells]:
    """The cells of some rows at once; one by one where a row leaves a column out."""
    try:
        return list(map(get, rows))
    except KeyError:
        return [tuple(row.get(column) for column in columns) for row in rows]


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
    rows = table if isinstance(table, list) else list(table)
    if not all(issubclass(kind, Mapping) for kind in set(map(type, rows))):
        wrong = [at for at, row in enumerate(rows, start=1) if not isinstance(row, Mapping)]
        must = "must be a dict of column to value"
        raise InputError(f"{name} table", [Fault(place=f"{name} row {at}", must=must) for at in wrong])
    return rows


def _columns(table: Any) -> dict[str, Sequence[Any]]:
    named = table if isinstance(table, Mapping) else getattr(table, "column_names", None) or list(table.columns)
    return {column: _as_list(table[column]) for column in named}


def _as_list(values: Any) -> Sequence[Any]:
    if isinstance(values, list | tuple):
        return values
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(values, method):
            return list(getattr(values, method)())
    return list(values)
