"""Cells of a printed table: decimal points under each other, estimates as a journal prints them."""

from __future__ import annotations

from math import isfinite

from lutetia.estimate import Estimate
from lutetia.reports.typography import aligned, cell_text
from lutetia.results.printed import NOT_ESTIMABLE, NOT_REACHED, ratio_text
from lutetia.results.table import Table


def aligned_rows(table: Table) -> list[tuple[str, ...]]:
    """The printed cells of a table, every column but the first aligned; a heading keeps its one cell."""
    plain = [tuple(map(cell_text, row.cells)) for row in table.rows if row.kind == "row"]
    columns = [list(column) if at == 0 else aligned(column) for at, column in enumerate(zip(*plain, strict=True))]
    rows = iter(zip(*columns, strict=True))
    return [next(rows) if row.kind == "row" else row.cells for row in table.rows]


def estimate_text(quantity: str, value: Estimate | None) -> str:
    """An estimate of a remedy with its interval, by what it is: a ratio, months, a probability in %, or a number."""
    if value is None:
        return ""
    if quantity.endswith("ratio"):
        return ratio_text(value)
    if value.estimate is None and value.lower is None:
        return NOT_REACHED
    numbers = (value.estimate, value.lower, value.upper)
    if value.estimate is not None and not isfinite(value.estimate):
        return NOT_ESTIMABLE
    middle, low, high = (_number(number, quantity) for number in numbers)
    joined = " to " if any(text.startswith("−") for text in (low, high)) else "–"
    return f"{middle} ({low}{joined}{high})"


def _number(value: float | None, quantity: str) -> str:
    if value is None or not isfinite(value):
        return NOT_REACHED
    if quantity == "probability":
        return f"{100 * value:.1f}"
    text = f"{value:.1f}" if quantity == "months" or abs(value) >= 100 else f"{value:.2f}"
    return text.replace("-", "−")
