"""The report as PDF/A-2b: Typst sets it, figures stay vectors, everything of the study travels as data."""

from __future__ import annotations

from typing import Any

from lutetia.reports.cohort_design import FIRED, Examined, remedy_cells
from lutetia.reports.cohort_report import INTENDED_USE, Report
from lutetia.reports.cohort_wording import input_rows, provenance_rows
from lutetia.reports.result_pdf import figure_data, section_data, template
from lutetia.reports.typesetting import typeset
from lutetia.reports.typography import sentence


def pdf(report: Report) -> bytes:
    """The report as PDF/A-2b. The same report gives the same bytes: its date is `as_of`, or else the data cut-off."""
    return typeset(template("cohort.typ"), page_data(report))


def page_data(report: Report) -> dict[str, Any]:
    """What the template sets, as plain data."""
    day = report.provenance.as_of or report.data_cut_off
    return {
        "day": [day.year, day.month, day.day],
        "title": report.title,
        "running": report.running,
        "made_up": report.made_up,
        "intended_use": INTENDED_USE,
        "facts": report.facts,
        "believe": report.believe,
        "flow": figure_data(report.flow, report.numbers) if report.flow is not None else None,
        "reasons": _reasons(report),
        "counts": list(report.counts.items()),
        "checks": [_check(check) for check in report.checks],
        "sections": [section_data(section, report.numbers) for section in report.sections],
        "conventions": report.conventions,
        "left_out": report.left_out,
        "not_made": report.not_made,
        "provenance": provenance_rows(report.provenance),
        "inputs": input_rows(report.provenance),
    }


def _reasons(report: Report) -> str:
    said = "; ".join(f"{reason} {count}" for reason, count in report.reasons)
    return f"Every reason of every screened patient, also of those who had left before: {said}." if said else ""


def _check(check: Examined) -> dict[str, Any]:
    found = check.finding
    cells = remedy_cells(check.remedy) if check.remedy is not None and check.state == FIRED else None
    result = None
    if cells is not None:
        told = [sentence(line) for line in cells.conventions]
        result = {
            "title": cells.title,
            "head": cells.head,
            "rows": cells.rows,
            "more": cells.more,
            "conventions": told,
        }
    return {
        "state": check.state,
        "check": found.check,
        "title": found.title,
        "trigger": sentence(found.trigger),
        "direction": found.direction,
        "remedy_words": found.remedy,
        "remedy": result,
        "failure": check.failure,
    }
