"""What a section of the report is made of: tables and figures, ready to be set on a page or a screen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from lutetia.reports.result_cells import aligned_rows
from lutetia.reports.result_figures import Drawn
from lutetia.results.printed import INDENT
from lutetia.results.table import Table

HEAD_LETTERS, HEAD_LETTERS_OF_MANY, MANY_COLUMNS = 17, 10, 11  # of a line of a column title
NO_BREAK = "\u00a0"
_TIED = re.compile(r"\(n = \d+\)|\(?\d+ % CI\)?|\([a-z]+\)")
WORDS_OF_TEXT = 4  # from which a cell is text, which may break, rather than a number
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A printed row; `inset` counts the steps its first cell is set in. A heading spans the table."""

    cells: tuple[str, ...]
    heading: bool
    inset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableBlock:
    """A table with its column titles broken into lines; `text_columns` are those whose cells are long text."""

    key: str
    title: str
    head: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    text_columns: tuple[int, ...]
    is_table: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FigureBlock:
    """A figure with its caption."""

    drawn: Drawn
    is_table: bool = False

    @property
    def key(self) -> str:
        """Its name in files."""
        return self.drawn.key


Block = TableBlock | FigureBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the report under one heading; `intro` stands above its blocks."""

    key: str
    title: str
    intro: tuple[str, ...]
    blocks: tuple[Block, ...]


def table_block(table: Table) -> TableBlock:
    """The table as it is set: decimals aligned, insets as numbers."""
    rows = tuple(
        Row(
            cells=(cells[0].lstrip(INDENT).strip(), *cells[1:]) if cells else (),
            heading=row.kind == "heading",
            inset=len(cells[0]) - len(cells[0].lstrip(INDENT)) if cells else 0,
        )
        for row, cells in zip(table.rows, aligned_rows(table), strict=True)
    )
    return TableBlock(
        key=table.key,
        title=table.title,
        head=tuple(head_lines(title, len(table.head)) for title in table.head),
        rows=rows,
        notes=table.notes,
        text_columns=_text_columns(len(table.head), rows),
    )


def head_lines(title: str, columns: int = 1) -> tuple[str, ...]:
    """A column title in short lines, shorter where there are many columns; intervals and brackets are not torn."""
    letters = HEAD_LETTERS if columns < MANY_COLUMNS else HEAD_LETTERS_OF_MANY
    tied = _TIED.sub(lambda found: found[0].replace(" ", NO_BREAK), title)
    return tuple(wrap(tied, letters, break_long_words=False)) or ("",)


def _text_columns(columns: int, rows: Sequence[Row]) -> tuple[int, ...]:
    """The columns after the first that hold sentences rather than numbers."""
    plain = [row.cells for row in rows if not row.heading]
    return tuple(
        at for at in range(1, columns) if any(len(_WORD.findall(cells[at])) >= WORDS_OF_TEXT for cells in plain)
    )


def numbers_of(sections: Sequence[Section], flow: Drawn | None) -> dict[tuple[bool, str], str]:
    """ "Table 1." and "Figure 1." by (is it a table, key), counted in the order of the report; the flow is Figure 1."""
    tables, figures = 0, 0
    names: dict[tuple[bool, str], str] = {}
    if flow is not None:
        figures = 1
        names[False, flow.key] = "Figure 1."
    for section in sections:
        for block in section.blocks:
            if block.is_table:
                tables += 1
                names[True, block.key] = f"Table {tables}."
            else:
                figures += 1
                names[False, block.key] = f"Figure {figures}."
    return names
