"""`lutetia guideline`: look into the knowledge itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lutetia.cli.options import Files, day_of
from lutetia.cli.subjects import subjects_of

app = typer.Typer(rich_markup_mode=None, help="Look into the guideline knowledge itself.", no_args_is_help=True)


@app.command("lint")
def guideline_lint(
    folder: Annotated[Path | None, typer.Argument(help="A draft edition. Default: the packaged one.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Day of the check, YYYY-MM-DD. Default: today.")] = None,
) -> None:
    """Check the knowledge: ids, references, fields, sources, thresholds, guards, levels, dates.

    Examples:

      lutetia guideline lint

      lutetia guideline lint drafts/itanet-2027
    """
    from lutetia.guideline.edition import load_knowledge, read_edition
    from lutetia.guideline.linter import lint

    knowledge = read_edition(folder) if folder else load_knowledge()
    findings = lint(knowledge, as_of=day_of(as_of, "--as-of", quiet=True))
    for finding in findings:
        typer.echo(str(finding), err=True)
    if findings:
        raise typer.Exit(2)
    typer.echo(f"{knowledge.edition} {knowledge.version}: {len(knowledge.facts)} facts, no finding.")


@app.command("compare")
def guideline_compare(
    draft: Annotated[Path, typer.Argument(help="Folder of the other edition.")],
    files: Files,
    as_of: Annotated[str | None, typer.Option(help="Day of the board, YYYY-MM-DD. Default: today.")] = None,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List the patients whose answer changes between the packaged edition and another one.

    Example:

      lutetia guideline compare drafts/itanet-2027 examples/courses/*.yaml --as-of 2026-11-20
    """
    import json
    from dataclasses import asdict

    from lutetia.guideline.comparison import compare
    from lutetia.guideline.edition import load_knowledge, read_edition

    day = day_of(as_of, "--as-of")
    facts = [assessment.facts for assessment, _ in subjects_of(files, day, None, "ki67_sufficient")]
    changes = compare(load_knowledge(), read_edition(draft), facts, as_of=day)
    if json_out:
        typer.echo(json.dumps([asdict(change) for change in changes], indent=2, ensure_ascii=False))
        return
    for change in changes:
        typer.echo(f"{change.patient}  {change.part}: {change.before} -> {change.after}")
    changed = len({change.patient for change in changes})
    typer.echo(f"{changed} of {len(facts)} patients change.")


@app.command("show")
def guideline_show(
    ids: Annotated[list[str], typer.Argument(help="Fact ids, e.g. CONS-Q1-R.", metavar="ID…")],
) -> None:
    """Show facts: wording, level, condition and source.

    Example:

      lutetia guideline show CONS-Q1-R EXT-L-05
    """
    from lutetia.guideline import load_knowledge

    knowledge = load_knowledge()
    for fact_id in ids:
        fact = knowledge.resolve(fact_id)
        typer.echo(f"{fact.id}  {fact.strength or 'no level'}  {fact.source}\n  {fact.says}")
        for key, expression in fact.expressions():
            typer.echo(f"  {key}: {expression}")
