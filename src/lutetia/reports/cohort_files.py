"""The files of a cohort report as bytes by name: page, PDF, tables, figures, data, R script, and a manifest of all.

Nothing is written here (see `result_folder`); the same report gives the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from io import StringIO
from typing import Any

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.select import Flow
from lutetia.reports.cohort_report import Report
from lutetia.reports.result_figures import Drawn
from lutetia.reports.result_folder import MANIFEST
from lutetia.reports.typesetting import picture
from lutetia.results.table import Table

FORMAT = "cohort-report/1"


class Parts(StrEnum):
    """What is made of a report: everything, the page, the PDF, or the numbers without either."""

    all = "all"
    html = "html"
    pdf = "pdf"
    tables = "tables"


def report_files(
    report: Report, parts: Parts = Parts.all, *, r_script: str = "", told: Callable[[str], None] = lambda step: None
) -> dict[str, bytes]:
    """Every file by its name in the folder, the manifest last. `told` hears what is being made."""
    files: dict[str, bytes] = {}
    if parts in (Parts.all, Parts.html):
        from lutetia.reports.cohort_html import html

        told("report.html")
        files["report.html"] = html(report, links=parts is Parts.all).encode()
    if parts in (Parts.all, Parts.pdf):
        from lutetia.reports.cohort_pdf import pdf

        told("report.pdf")
        files["report.pdf"] = pdf(report)
    if parts in (Parts.all, Parts.tables):
        told("tables")
        files |= _numbers(report, r_script)
    if parts is Parts.all:
        for drawn in report.figures:
            told(f"figures/{drawn.key}")
            files |= figure_files(drawn)
    files[MANIFEST] = _json(manifest(report, files))
    return files


def _numbers(report: Report, r_script: str) -> dict[str, bytes]:
    analysis = report.analysis
    files: dict[str, bytes] = {}
    for table in analysis.tables:
        files[f"tables/{table.key}.csv"] = records_csv(table.records)
        files[f"tables/{table.key}.json"] = _json(table_object(table))
    files["analysis-data.csv"] = data_csv(analysis.data)
    files["flow.json"] = _json(flow_object(analysis.flow))
    files["design-check.json"] = _json([check.record() for check in report.checks])
    if r_script:
        files["analysis.R"] = r_script.encode()
    return files


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


def flow_object(flow: Flow) -> dict[str, Any]:
    """The participant flow: screened, every step with those who left by reason, analysed."""
    steps = [
        {
            "step": step.name,
            "before": step.before,
            "left_out": [{"why": left.why, "patients": left.count} for left in step.left_out],
            "kept_unknown": step.kept_unknown,
            "after": step.after,
        }
        for step in flow.steps
    ]
    reasons = [{"why": why, "patients": count} for why, count in flow.all_reasons]
    return {"screened": flow.screened, "steps": steps, "analysed": flow.analysed, "all_reasons": reasons}


def records_csv(records: Sequence[Mapping[str, Any]]) -> bytes:
    """Tidy records as CSV, every key a column in the order of its first record; None is an empty cell."""
    columns = list(dict.fromkeys(key for record in records for key in record))
    return _csv(columns, ([record.get(column) for column in columns] for record in records))


def data_csv(data: AnalysisData) -> bytes:
    """The analysis data as CSV: one row per patient, with the ids of the entries behind each endpoint."""
    return _csv(data.columns, data.rows)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
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


def manifest(report: Report, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What was made of what: version, seed, inputs and files with their sha256."""
    made = report.provenance
    return {
        "format": FORMAT,
        "lutetia": made.version,
        "title": report.title,
        "made_up": report.made_up,
        "data_cut_off": report.data_cut_off.isoformat(),
        "as_of": made.as_of.isoformat() if made.as_of is not None else None,
        "seed": made.seed,
        "courses": made.origin,
        "inputs": [{"file": name, "sha256": checksum} for name, checksum in made.inputs],
        "files": [
            {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        ],
    }


def _json(data: Any) -> bytes:
    return (json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False, default=str) + "\n").encode()
