"""Tables in: CSV (comma, semicolon or tab) and Parquet as rows of text; all faults at once, with row and column.

A table is read or refused as a whole. A decimal comma is refused, never guessed: 1,234 may be a thousand or one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

from lutetia.errors import Fault, InputError

MAX_BYTES = 200_000_000
"""Largest file read: a million laboratory values have well under 100 MB."""
MAX_ROWS = 5_000_000
"""Most rows read; a small Parquet file can hold very many."""

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
_NUMBER_SIGNS = frozenset("0123456789.,+-–<>=≤≥% ")
_DECIMAL_COMMA = re.compile(r"[0-9],[0-9]")
_POINT = "Write numbers with a decimal point (7.5) and no thousands separator."


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows as dicts of column to text, blanks around it removed, "" where a cell is empty.

    `places`: what each row is called in a fault ("row 3"); `lines`: its line in the file, where it has one.
    """

    name: str
    columns: tuple[str, ...]
    rows: list[dict[str, str]]
    places: list[str]
    lines: list[int] | None = None
    left_out: tuple[str, ...] = ()

    def located(self, at: int, fault: Fault) -> Fault:
        """A fault of the row at this position (from 0) with its place and line."""
        line = self.lines[at] if self.lines is not None else None
        return replace(fault, place=f"{self.places[at]}, {fault.place}", line=line)

    def require(self, *alternatives: Collection[str]) -> None:
        """Raises InputError that names every group of columns of which the table has none."""
        faults = [self._lack(group) for group in alternatives if not set(group) & set(self.columns)]
        if faults:
            raise InputError(self.name, faults)

    def _lack(self, group: Collection[str]) -> Fault:
        by_lower_case = {column.lower(): column for column in self.columns}
        near = [by_lower_case[name] for want in group for name in get_close_matches(want.lower(), by_lower_case, 1)]
        must, got = f"must have a column {' or '.join(group)}", f"the columns {', '.join(self.columns)}"
        return Fault(place="header", must=must, got=got, do=f"Is it {near[0]}? Rename it." if near else None)


def read_table(path: str | Path) -> Table:
    """The table in a CSV file (UTF-8, separated by commas, semicolons or tabs) or a Parquet file (needs polars).

    Raises InputError with every fault: unreadable, more than 200 MB, not UTF-8, duplicate or empty column names,
    rows with too few or too many cells, decimal commas, broken quotes, no rows.
    """
    name = str(path)
    content = _bytes(Path(path))
    if Path(path).suffix.lower() in (".parquet", ".pq") or content[:4] == b"PAR1":
        return _parquet(content, name)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        got = f"byte 0x{content[error.start]:02x} at position {error.start}"
        raise _refusal(name, "the file must be UTF-8 text", got=got, do="Save it as CSV UTF-8.", line=line) from error
    return parse_table(text, name)


def parse_table(text: str, name: str = "table") -> Table:
    """The table in a CSV text; `name` stands in errors. Raises InputError as `read_table` does."""
    separator = _separator(text, name)
    records = _records(text, separator, name)
    header_line, header = next(records, (1, []))
    columns = tuple(cell.strip() for cell in header)
    faults = _header_faults(columns, header_line)
    rows, lines, places = list[dict[str, str]](), list[int](), list[str]()
    empty = 0
    may_hold_comma = '"' in text if separator == "," else "," in text
    for line, cells in records:
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            empty += 1
            continue
        place = f"row {len(rows) + 1}"
        if len(cells) != len(columns):
            faults.append(_wrong_count(cells, columns, separator, place, line))
        elif may_hold_comma:
            faults += _decimal_commas(dict(zip(columns, cells, strict=True)), place, line)
        rows.append(dict(zip(columns, cells, strict=False)))
        lines.append(line)
        places.append(place)
    faults += _count_faults(len(rows))
    if faults:
        raise InputError(name, faults)
    left_out = (f"{empty} empty rows",) if empty else ()
    return Table(name=name, columns=columns, rows=rows, places=places, lines=lines, left_out=left_out)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise _refusal(str(path), "the file must exist and be readable", got=why) from error
    if len(content) > MAX_BYTES:
        got = f"{path.stat().st_size / 1e6:.0f} MB"
        must = f"the file must not exceed {MAX_BYTES // 1_000_000} MB"
        raise _refusal(str(path), must, got=got, do="Split it, by patients.")
    return content


def _refusal(name: str, must: str, *, place: str = "table", **parts: Any) -> InputError:
    return InputError(name, [Fault(place=place, must=must, **parts)])


# ---- CSV


def _separator(text: str, name: str) -> str:
    """The separator that gives the header most columns; a comma where it has one column only."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    counts = {sign: len(next(csv.reader([header], delimiter=sign), [])) for sign in _SEPARATORS}
    most = max(counts.values())
    best = [sign for sign, count in counts.items() if count == most]
    if most > 1 and len(best) > 1:
        got = " and ".join(_SEPARATORS[sign] for sign in best)
        must, do = "columns must be separated by one sign: comma, semicolon or tab", "Use one of them throughout."
        raise _refusal(name, must, place="header", got=f"{got} equally often", do=do)
    return best[0]


def _records(text: str, separator: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """The lines at which records begin, with their cells; blank lines are no records."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        do = 'Close every quote; write a quote inside a cell twice ("").'
        raise _refusal(name, "the table must be well-formed CSV", got=str(error), do=do, line=line) from error


def _header_faults(columns: tuple[str, ...], line: int) -> list[Fault]:
    faults = []
    for number, column in enumerate(columns, start=1):
        place = f"header, column {number}"
        if not column:
            do = "Name the column, or delete it."
            faults.append(Fault(place=place, line=line, must="every column must have a name", do=do))
        elif (first := columns.index(column) + 1) != number:
            got, do = f"{column} again (first in column {first})", "Keep one of the two, or rename one."
            faults.append(Fault(place=place, line=line, must="each column name must stand once", got=got, do=do))
    return faults


def _wrong_count(cells: list[str], columns: tuple[str, ...], separator: str, place: str, line: int) -> Fault:
    many = len(cells) > len(columns)
    do = f"Is there a decimal comma in it? {_POINT}" if many and separator == "," else None
    place = f"{place}, column {len(columns) + 1 if many else columns[len(cells)]}"
    must = f"a row must have {len(columns)} cells, one for each column"
    return Fault(place=place, line=line, must=must, got=f"{len(cells)}", do=do)


def _decimal_commas(row: dict[str, str], place: str, line: int) -> list[Fault]:
    return [
        Fault(
            place=f"{place}, column {column}",
            line=line,
            must="a number must not have a comma",
            got=repr(cell),
            do=_POINT,
        )
        for column, cell in row.items()
        if "," in cell and _NUMBER_SIGNS.issuperset(cell) and _DECIMAL_COMMA.search(cell)
    ]


def _count_faults(rows: int) -> list[Fault]:
    if not rows:
        return [Fault(place="table", must="must have a header and at least one row below it")]
    if rows > MAX_ROWS:
        must, got = f"must have at most {MAX_ROWS:,} rows", f"{rows:,}"
        return [Fault(place="table", must=must, got=got, do="Split it, by patients.")]
    return []


# ---- Parquet


def _parquet(content: bytes, name: str) -> Table:
    """The table in a Parquet file: its shape and kinds of cells are checked before any cell is read."""
    try:
        polars: Any = import_module("polars")  # only here, for it takes longer to load than most tables to read
    except ImportError as error:
        do = "Install it (python -m pip install polars), or save the table as CSV."
        raise _refusal(name, "reading Parquet needs the library polars", got="none installed", do=do) from error
    with _polars_faults(name):
        lazy = polars.scan_parquet(io.BytesIO(content))
        kinds = dict(lazy.collect_schema())
        height = int(lazy.select(polars.len()).collect().item())
    columns = tuple(column.strip() for column in kinds)
    faults = [*_header_faults(columns, 1), *_count_faults(height)]
    faults += [_strange_cells(column, kind) for column, kind in kinds.items() if not _is_plain(polars, kind)]
    if faults:
        raise InputError(name, [replace(fault, line=None) for fault in faults])
    short = [column for column, kind in kinds.items() if kind == polars.Float32]
    with _polars_faults(name):
        # 12.1 held in 32 bits is 12.1 again when read from its own text, and 12.1000003815 otherwise.
        frame = lazy.with_columns(polars.col(short).cast(polars.String).cast(polars.Float64)).collect()
    rows = [{column: _text(cell) for column, cell in zip(columns, cells, strict=True)} for cells in frame.iter_rows()]
    places = [f"row {number}" for number in range(1, len(rows) + 1)]
    if commas := [fault for row, at in zip(rows, places, strict=True) for fault in _decimal_commas(row, at, 0)]:
        raise InputError(name, [replace(fault, line=None) for fault in commas])
    full = [at for at, row in enumerate(rows) if any(row.values())]
    empty = len(rows) - len(full)
    return Table(
        name=name,
        columns=columns,
        rows=[rows[at] for at in full],
        places=[places[at] for at in full],
        left_out=(f"{empty} empty rows",) if empty else (),
    )


@contextmanager
def _polars_faults(name: str) -> Iterator[None]:
    """What goes wrong inside polars, its own errors and panics of its core alike, as a refusal of the file."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise _refusal(name, "the file must be a readable Parquet file", got=type(error).__name__) from error


def _is_plain(polars: Any, kind: Any) -> bool:
    """Whether cells of this kind have one text that everyone writes alike."""
    plain = (polars.String, polars.Categorical, polars.Enum, polars.Boolean, polars.Date, polars.Datetime, polars.Null)
    return bool(kind.is_numeric()) or kind.base_type() in plain


def _strange_cells(column: str, kind: Any) -> Fault:
    do = "Give each entry a row or a column of its own." if kind.is_nested() else None
    return Fault(place=f"column {column}", must="cells must be text, numbers or dates", got=str(kind), do=do)


def _text(cell: object) -> str:
    """A cell of a typed table as text: "" for a missing one, whole numbers without a point, days as ISO dates."""
    if cell is None or cell != cell:  # only NaN differs from itself
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return cell.date().isoformat() if midnight else cell.isoformat()
    return str(cell).lower() if isinstance(cell, bool) else str(cell).strip()
