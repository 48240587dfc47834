"""Tables and figures of any report as bytes: CSV and JSON of the numbers, SVG, PNG, PDF of the drawings."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

from lutetia.reports.result_figures import Drawn
from lutetia.reports.typesetting import picture
from lutetia.results.table import Table


def figure_files(drawn: Drawn) -> dict[str, bytes]:
    """A figure as SVG, PNG, vector PDF and Vega-Lite specification."""
    name = f"figures/{drawn.key}"
    return {
        f"{name}.svg": drawn.svg.encode(),
        f"{name}.png": picture(drawn.svg, "png"),
        f"{name}.pdf": picture(drawn.svg, "pdf"),
        f"{name}.json": drawn.figure.json().encode(),
    }


def table_object(table: Table) -> dict[str, Any]:
    """A table as it is printed, and its records in full precision."""
    rows = [{"kind": row.kind, "cells": list(row.cells)} for row in table.rows]
    printed = {"head": list(table.head), "rows": rows, "notes": list(table.notes)}
    return {"key": table.key, "title": table.title, "printed": printed, "records": list(table.records)}


def records_csv(records: Sequence[Mapping[str, Any]]) -> bytes:
    """Tidy records as CSV, every key a column in the order of its first record; None is an empty cell."""
    columns = list(dict.fromkeys(key for record in records for key in record))
    return csv_bytes(columns, ([record.get(column) for column in columns] for record in records))


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as CSV under their columns; None is an empty cell."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    """A value as text: shortest digits that give the number back, true and false, "" for None."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def json_bytes(data: Any) -> bytes:
    """Any plain data as indented JSON; no NaN."""
    return (json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False, default=str) + "\n").encode()
