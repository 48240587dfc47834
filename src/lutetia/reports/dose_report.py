"""The one-page report of a cycle as files: page, PDF and data, all from one model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lutetia.errors import Fault, InputError
from lutetia.reports.cycle_report import CycleReport as CycleReport
from lutetia.reports.dose_html import html
from lutetia.reports.dose_json import json_text
from lutetia.reports.dose_page import page_of
from lutetia.reports.dose_pdf import pdf


def cycle_report_files(report: CycleReport, *, told: Callable[[str], None] = lambda step: None) -> dict[str, bytes]:
    """`dose.html`, `dose.pdf` and `dose.json` by name; the same report gives the same bytes. `told` hears each step."""
    page = page_of(report, told=told)
    told("Report: HTML, PDF, JSON")
    return {
        "dose.html": html(page).encode("utf-8"),
        "dose.pdf": pdf(page),
        "dose.json": json_text(page).encode("utf-8"),
    }


def write_cycle_report(
    report: CycleReport, out: Path, *, told: Callable[[str], None] = lambda step: None
) -> tuple[Path, ...]:
    """Write the report's files into the folder `out` (made where absent), over files of these names; paths come back.

    Raises InputError where the folder cannot be written to.
    """
    files = cycle_report_files(report, told=told)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_bytes(content)
    except OSError as error:
        must = "must be a folder that can be written to"
        raise InputError(str(out), [Fault(place="out", must=must, got=error.strerror or str(error))]) from None
    return tuple(out / name for name in files)
