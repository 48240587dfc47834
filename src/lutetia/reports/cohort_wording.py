"""Names and lines that the page and the PDF of a report share: "Table 1", versions, inputs."""

from __future__ import annotations

import re

from lutetia.reports.cohort_blocks import TableBlock
from lutetia.reports.cohort_report import Provenance, Report

MOST_INPUTS = 12  # printed one by one; manifest.json has all
_NUMBERED = re.compile(r"(table|figure)-(\d+[a-z]?)$")


def names_of(report: Report) -> dict[str, str]:
    """What each table and figure is called: "Table 1." for the key table-1; nothing for keys without a number."""
    keys = [figure.key for figure in report.figures]
    keys += [block.key for section in report.sections for block in section.blocks if isinstance(block, TableBlock)]
    return {key: _name(key) for key in keys}


def _name(key: str) -> str:
    found = _NUMBERED.match(key)
    return f"{found[1].capitalize()} {found[2]}." if found else ""


def provenance_rows(provenance: Provenance) -> tuple[tuple[str, str], ...]:
    """Version, declaration, courses, seed and day as lines."""
    rows = [
        ("Lutetia", provenance.version),
        ("Declaration", provenance.study_file),
        ("Courses", provenance.origin),
        ("Seed", str(provenance.seed)),
    ]
    if provenance.as_of is not None:
        rows.append(("Report of", provenance.as_of.isoformat()))
    return tuple(rows)


def input_rows(provenance: Provenance) -> tuple[tuple[str, str], ...]:
    """Inputs with their checksums; of many the first ones and how many more."""
    inputs = provenance.inputs
    if len(inputs) <= MOST_INPUTS:
        return inputs
    rest = len(inputs) - MOST_INPUTS
    return (*inputs[:MOST_INPUTS], (f"and {rest} more files", "see manifest.json"))
