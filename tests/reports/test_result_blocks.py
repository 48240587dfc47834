"""Blocks of a section: insets as numbers, titles in short lines, text told from numbers."""

from __future__ import annotations

from lutetia.reports.result_blocks import NO_BREAK, head_lines, table_block
from lutetia.results.printed import INDENT
from lutetia.results.table import Table, TableRow


def table(*rows, head=("Factor", "n", "Why")):
    made = tuple(TableRow(cells=cells, kind="heading" if len(cells) < len(head) else "row") for cells in rows)
    return Table(key="t", title="T", head=head, rows=made, records=(), notes=("a note",))


def test_a_level_is_set_in_by_its_spaces():
    block = table_block(table(("sex", "", ""), (INDENT + "female", "85", ""), (INDENT * 2 + "old", "4", "")))
    assert [(row.cells[0], row.inset, row.heading) for row in block.rows] == [
        ("sex", 0, False),
        ("female", 1, False),
        ("old", 2, False),
    ]


def test_a_heading_spans_and_notes_stay():
    block = table_block(table(("OS: from time zero",), ("x", "1", "")))
    assert block.rows[0].heading
    assert block.notes == ("a note",)


def test_sentences_are_told_from_numbers():
    row = ("landmark", "61.4 (53.4–69.9; 34.0–80.6)", "groups are known before the clock starts")
    assert table_block(table(row)).text_columns == (2,)


def test_titles_break_between_words_and_never_in_an_interval():
    assert head_lines("Univariable HR (95 % CI)") == ("Univariable HR", f"(95{NO_BREAK}%{NO_BREAK}CI)")
    assert head_lines("RLT-other (n = 34)") == ("RLT-other", f"(n{NO_BREAK}={NO_BREAK}34)")
    assert head_lines("ORR, % (exact 95 % CI)", 12)[-1] == f"95{NO_BREAK}%{NO_BREAK}CI)"
    assert head_lines("") == ("",)
    assert len(head_lines("NE or not known", 12)) > len(head_lines("NE or not known", 4))
