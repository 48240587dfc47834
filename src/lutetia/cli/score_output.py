"""What `lutetia score` prints: the rows of a score as a table, CSV or JSON, and what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import typer


class Format(StrEnum):
    """What `lutetia score` writes."""

    table = "table"
    csv = "csv"
    json = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The rows of one score; `read` counts what came in, `left_out` says what was not scored and why."""

    columns: tuple[str, ...]
    rows: Sequence[dict[str, Any]]
    read: str
    left_out: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    conventions: tuple[str, ...] = ()


def show(scored: Scored, format: Format) -> None:
    """Print the rows on stdout; the notes follow them in a table and go to stderr beside CSV and JSON."""
    text = {Format.table: _table, Format.csv: _csv, Format.json: _json}[format](scored)
    typer.echo(text)
    typer.echo("\n".join(notes(scored)), err=format is not Format.table)


def notes(scored: Scored) -> list[str]:
    """What was read and left out, cautions, and every choice made."""
    said = [f"Read: {scored.read}. Results: {len(scored.rows)} rows."]
    said += [f"Left out: {reason}" for reason in scored.left_out or ("nothing",)]
    said += [f"Caution: {caution}" for caution in scored.cautions]
    return [*said, "Conventions:", *(f"  {convention}" for convention in scored.conventions)]


def _table(scored: Scored) -> str:
    lines = [list(scored.columns), *([_shown(row[name]) for name in scored.columns] for row in scored.rows)]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    rule = ["-" * width for width in widths]
    padded = (
        [cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in [lines[0], rule, *lines[1:]]
    )
    return "\n".join(["  ".join(cells).rstrip() for cells in padded]) + "\n"


def _csv(scored: Scored) -> str:
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(scored.columns)
    writer.writerows([_cell(row[name]) for name in scored.columns] for row in scored.rows)
    return text.getvalue().removesuffix("\n")


def _json(scored: Scored) -> str:
    import json

    rows = [{name: row[name] for name in scored.columns} for row in scored.rows]
    return json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False)


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " | ".join(map(str, value))
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _shown(value: Any) -> str:
    """A cell for reading: no more than four decimals, a dash where there is nothing."""
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return _cell(value) or "-"
