"""Cells of a report: estimates by what they are, tables column by column."""

from __future__ import annotations

from lutetia.estimate import Estimate
from lutetia.reports.result_cells import aligned_rows, estimate_text
from lutetia.reports.typography import FIGURE_SPACE
from lutetia.results.table import Table, TableRow


def estimate(middle, low, high):
    return Estimate(estimate=middle, lower=low, upper=high, method="by hand")


def test_estimates_read_as_a_journal_prints_them():
    assert estimate_text("hazard ratio", estimate(0.276, 0.182, 0.418)) == "0.28 (0.18–0.42)"
    assert estimate_text("months", estimate(22.84, 19.4, None)) == "22.8 (19.4–NE)"
    assert estimate_text("probability", estimate(0.43, 0.3503, 0.513)) == "43.0 (35.0–51.3)"
    assert estimate_text("months", estimate(-69.08, -109.94, -28.21)) == "−69.1 (−109.9 to −28.2)"
    assert estimate_text("months", estimate(None, None, None)) == "NE"
    assert estimate_text("hazard ratio", None) == ""
    assert estimate_text("hazard ratio", estimate(None, None, None)) == "not estimable"
    assert estimate_text("months", estimate(float("nan"), 1.0, 2.0)) == "not estimable"


def test_columns_are_aligned_and_headings_kept():
    rows = (
        TableRow(cells=("locally_advanced", "7 (3.5)")),
        TableRow(cells=("A block",), kind="heading"),
        TableRow(cells=("<=10", "194 (96.5)")),
    )
    table = Table(key="t", title="T", head=("", "n"), rows=rows, records=())
    assert aligned_rows(table) == [
        ("locally advanced", f"{FIGURE_SPACE * 2}7 (3.5)"),
        ("A block",),
        ("≤10", "194 (96.5)"),
    ]


def test_a_table_without_rows_has_none():
    assert aligned_rows(Table(key="t", title="T", head=("a",), rows=(), records=())) == []
