"""`lutetia evidence`: do the numbers of a paper agree with each other?"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from lutetia.evidence.integrity.finding import Finding
    from lutetia.evidence.paper import Paper

app = typer.Typer(rich_markup_mode=None, help="Check the printed numbers of papers.", no_args_is_help=True)

CELLS = 4
"""Cells of a finding named in the table before "and n more"; JSON has all."""


class Format(StrEnum):
    """What `lutetia evidence check` writes."""

    table = "table"
    json = "json"


@app.callback()
def _evidence() -> None:
    """Check the printed numbers of papers."""


@app.command("check")
def evidence_check(
    tables: Annotated[str, typer.Argument(help="A YAML, JSON or CSV file, or a packaged paper (S000, S002).")],
    format: Annotated[Format, typer.Option(help="What to print.")] = Format.table,
) -> None:
    """Check whether the printed numbers of a paper agree with each other; every finding shows its computation.

    hard: the numbers cannot all be true as printed. soft: a reader should know. Findings are a result: the exit
    code is 0 with or without them, and 2 when the tables cannot be read.

    Examples:

      lutetia evidence check S000

      lutetia evidence check my-paper.yaml --format json
    """
    from lutetia.evidence import integrity

    paper = _paper_of(tables)
    findings = integrity.check(paper)
    typer.echo(_json(paper, findings) if format is Format.json else _table(paper, findings))


def _paper_of(tables: str) -> Paper:
    """The paper in a file, or the packaged one of this name when there is no such file."""
    from lutetia.evidence import packaged_paper
    from lutetia.exchange.paper_tables import read_tables

    is_name = not Path(tables).suffix and not Path(tables).exists()
    return packaged_paper(tables) if is_name else read_tables(tables)


def _table(paper: Paper, findings: list[Finding]) -> str:
    from textwrap import wrap

    lines = [f"{paper.paper}  {paper.title}", f"      {paper.source}", ""]
    for finding in findings:
        more = f" and {len(finding.cells) - CELLS} more" if len(finding.cells) > CELLS else ""
        lines.append(f"{finding.severity}  {finding.rule}  {', '.join(finding.cells[:CELLS])}{more}")
        lines += wrap(finding.computed, 112, initial_indent="      ", subsequent_indent="      ")
    return "\n".join([*lines, *([""] if findings else []), _summary(paper, findings)])


def _summary(paper: Paper, findings: list[Finding]) -> str:
    from lutetia.evidence import integrity

    hard = sum(finding.severity == "hard" for finding in findings)
    rows = sum(len(table.rows) for table in paper.tables)
    read = f"Read: {len(paper.groups)} groups, {len(paper.tables)} tables, {rows} rows; {len(integrity.RULES)} rules."
    return f"{hard} hard, {len(findings) - hard} soft findings. {read}"


def _json(paper: Paper, findings: list[Finding]) -> str:
    import json
    from dataclasses import asdict

    said: dict[str, Any] = {"paper": paper.paper, "source": paper.source}
    said["findings"] = [asdict(finding) for finding in findings]
    return json.dumps(said, indent=1, ensure_ascii=False)
