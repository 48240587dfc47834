"""A page of results as files by name: the page itself, its tables, its figures, and a manifest of all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from lutetia.reports.result_files import figure_files, json_bytes, records_csv, table_object
from lutetia.reports.result_folder import MANIFEST
from lutetia.reports.result_page import ResultPage, page_html, page_pdf

Told = Callable[[str], None]


def page_files(page: ResultPage, name: str, *, pdf: bool = False, told: Told = lambda step: None) -> dict[str, bytes]:
    """name.html (and name.pdf), tables/*.csv and *.json, figures/*: every file by its name in the folder."""
    told(f"{name}.html")
    files = {f"{name}.html": page_html(page).encode()}
    if pdf:
        told(f"{name}.pdf")
        files[f"{name}.pdf"] = page_pdf(page)
    for table in page.tables:
        files[f"tables/{table.key}.csv"] = records_csv(table.records)
        files[f"tables/{table.key}.json"] = json_bytes(table_object(table))
    for figure in page.figures:
        told(f"figures/{figure.key}")
        files |= figure_files(figure)
    return files


def with_manifest(
    files: Mapping[str, bytes], *, format: str, about: Mapping[str, Any], secret: tuple[str, ...] = ()
) -> dict[str, bytes]:
    """The files and manifest.json, which lists them with their sha256; secret ones without it."""
    listed = []
    for name, content in files.items():
        entry: dict[str, Any] = {"file": name, "bytes": len(content)}
        listed.append(entry if name in secret else {**entry, "sha256": hashlib.sha256(content).hexdigest()})
    return {**files, MANIFEST: json_bytes({"format": format, **about, "files": listed})}
