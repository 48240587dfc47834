"""A table of a report: cells as they are printed, and the same numbers as tidy records with full precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One printed row; a heading opens a block and has its text in the first cell."""

    cells: tuple[str, ...]
    kind: Literal["row", "heading"] = "row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`key` is its name in files ("table-2"), `head` its column titles, `notes` what stands under it.

    `records` hold every number of the table as it was computed, one mapping per estimate with the same keys, in the
    order of the rows: what is written as CSV and JSON.
    """

    key: str
    title: str
    head: tuple[str, ...]
    rows: tuple[TableRow, ...]
    records: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for a row that has not one cell for each column."""
        for row in self.rows:
            if row.kind == "row" and len(row.cells) != len(self.head):
                raise ValueError(f"{self.key}: {len(row.cells)} cells under {len(self.head)} column titles")
