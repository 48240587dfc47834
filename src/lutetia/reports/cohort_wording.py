"""Lines that the page and the PDF of a report share: versions and inputs."""

from __future__ import annotations

from lutetia.reports.cohort_report import Provenance

MOST_INPUTS = 12  # printed one by one; manifest.json has all


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
