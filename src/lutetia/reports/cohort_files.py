"""The files of a cohort report as bytes by name: page, PDF, tables, figures, data, R script, and a manifest of all.

Nothing is written here (see `result_folder`); the same report gives the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.select import Flow
from lutetia.reports.cohort_report import Report
from lutetia.reports.result_files import csv_bytes, figure_files, json_bytes, records_csv, table_object
from lutetia.reports.result_folder import MANIFEST

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
    files[MANIFEST] = json_bytes(manifest(report, files))
    return files


def _numbers(report: Report, r_script: str) -> dict[str, bytes]:
    analysis = report.analysis
    files: dict[str, bytes] = {}
    for table in analysis.tables:
        files[f"tables/{table.key}.csv"] = records_csv(table.records)
        files[f"tables/{table.key}.json"] = json_bytes(table_object(table))
    files["analysis-data.csv"] = data_csv(analysis.data)
    files["flow.json"] = json_bytes(flow_object(analysis.flow))
    files["design-check.json"] = json_bytes([check.record() for check in report.checks])
    if r_script:
        files["analysis.R"] = r_script.encode()
    return files


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


def data_csv(data: AnalysisData) -> bytes:
    """The analysis data as CSV: one row per patient, with the ids of the entries behind each endpoint."""
    return csv_bytes(data.columns, data.rows)


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
