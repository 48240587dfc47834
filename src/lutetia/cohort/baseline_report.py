"""Table 1 as it is printed: counts with shares, medians with quartiles and range, by group and for all patients."""

from __future__ import annotations

from typing import Any

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.describe import BaselineRow, BaselineTable, CountCell, NumberCell, baseline_of
from lutetia.results.printed import INDENT, NONE, count_text
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow


def baseline_report(data: AnalysisData, *, key: str) -> Table:
    """The study's baseline table (`describe.baseline_of`) as cells and records."""
    found = baseline_of(data)
    printed: list[TableRow] = []
    records: list[dict[str, Any]] = []
    for group, size in zip(found.groups, found.patients, strict=True):
        records.append(record("patients", size, unit="patients", analysis="baseline", group=group, n=size))
    for at, row in enumerate(found.rows):
        first = not at or found.rows[at - 1].variable != row.variable
        if first and row.level is not None:
            empty = [""] * len(found.groups)
            printed.append(TableRow(cells=(row.title, *empty, _difference(row))))
        printed.append(_row(row, standalone=row.level is None))
        records += _records(found, row)
    heads = [f"{group} (n = {size})" for group, size in zip(found.groups, found.patients, strict=True)]
    return Table(
        key=key,
        title="Baseline characteristics",
        head=("Characteristic", *heads, "Standardised difference"),
        rows=tuple(printed),
        records=tuple(records),
        notes=("Counts with %; numbers: median (quartiles; range).", *found.conventions),
    )


def _row(row: BaselineRow, *, standalone: bool) -> TableRow:
    text = row.title if standalone else INDENT + str(row.level)
    return TableRow(cells=(text, *map(_cell, row.cells), _difference(row) if standalone else ""))


def _difference(row: BaselineRow) -> str:
    if row.standardised_difference is None:
        return NONE
    return f"{row.standardised_difference:.2f}".replace("-", "−")


def _cell(cell: CountCell | NumberCell) -> str:
    if isinstance(cell, CountCell):
        return count_text(cell.count, cell.of)
    if cell.median is None:
        return NONE
    values = (cell.median, cell.lower_quartile, cell.upper_quartile, cell.lowest, cell.highest)
    texts = [f"{value:.1f}" for value in values]
    if cell.lowest == round(cell.lowest or 0) and cell.highest == round(cell.highest or 0):  # years, whole percentages
        texts = [text.removesuffix(".0") for text in texts]
    middle, low, high, least, most = texts
    return f"{middle} ({low}–{high}; {least}–{most})"


_NUMBERS = ("median", "lower_quartile", "upper_quartile", "lowest", "highest", "mean", "sd")


def _records(found: BaselineTable, row: BaselineRow) -> list[dict[str, Any]]:
    made = []
    for group, cell in zip(found.groups, row.cells, strict=True):
        told: dict[str, Any] = {"analysis": "baseline", "group": group, "term": row.variable, "level": row.level or ""}
        if isinstance(cell, CountCell):
            share = cell.count / cell.of if cell.of else None
            made.append(record("share", share, unit="proportion", n=cell.of, events=cell.count, **told))
        else:
            made += [record(name, getattr(cell, name), n=cell.known, **told) for name in _NUMBERS]
    if row.standardised_difference is not None:
        between = " / ".join(row.compared or ())
        told = {"analysis": "baseline", "term": row.variable, "note": between}
        made.append(record("standardised_difference", row.standardised_difference, **told))
    return made
