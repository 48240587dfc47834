"""The report as PDF/A-2b: Typst sets it, figures stay vectors, everything of the study travels as data."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from lutetia.reports.cohort_design import FIRED, Examined, remedy_cells
from lutetia.reports.cohort_report import INTENDED_USE, Report
from lutetia.reports.cohort_wording import input_rows, provenance_rows
from lutetia.reports.result_blocks import Block, Section, TableBlock
from lutetia.reports.result_figures import Drawn
from lutetia.reports.typesetting import typeset
from lutetia.reports.typography import sentence

JOINER = "\u2060"  # no line ends here


def pdf(report: Report) -> bytes:
    """The report as PDF/A-2b. The same report gives the same bytes: its date is `as_of`, or else the data cut-off."""
    return typeset(_template(), page_data(report))


@cache
def _template() -> bytes:
    return (resources.files("lutetia.reports") / "templates" / "cohort.typ").read_bytes()


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
        "flow": _figure(report.flow, report) if report.flow is not None else None,
        "reasons": _reasons(report),
        "counts": list(report.counts.items()),
        "checks": [_check(check) for check in report.checks],
        "sections": [_section(section, report) for section in report.sections],
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


def _section(section: Section, report: Report) -> dict[str, Any]:
    return {
        "title": section.title,
        "intro": section.intro,
        "blocks": [_block(block, report) for block in section.blocks],
    }


def _block(block: Block, report: Report) -> dict[str, Any]:
    if not isinstance(block, TableBlock):
        return {**_figure(block.drawn, report), "is_table": False}
    rows = [
        {"cells": [_unbroken(cell) for cell in row.cells], "heading": row.heading, "inset": row.inset}
        for row in block.rows
    ]
    return {
        "name": report.numbers[True, block.key],
        "title": block.title,
        "head": block.head,
        "rows": rows,
        "notes": [sentence(note) for note in block.notes],
        "text_columns": block.text_columns,
        "is_table": True,
    }


def _unbroken(cell: str) -> str:
    """The cell with its ranges held together: a line may end before a bracket, never after a dash."""
    return cell.replace("–", f"{JOINER}–{JOINER}")


def _figure(figure: Drawn, report: Report) -> dict[str, Any]:
    return {
        "name": report.numbers[False, figure.key],
        "title": figure.title,
        "svg": figure.svg,
        "description": figure.description,
        "notes": [sentence(line) for line in figure.conventions],
    }
