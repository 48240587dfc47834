"""`lutetia board` and `lutetia demo`: the sheets of patients, to the screen, as JSON, or as files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lutetia.cli.options import Files, Grading, Jurisdiction, day_of, tracked
from lutetia.cli.subjects import subjects_of

if TYPE_CHECKING:
    from lutetia.cli.subjects import Subject
    from lutetia.guideline.assessment import Assessment

NEXT = (
    "Dosimetry of a made-up patient, from images to the plan:\n"
    "  lutetia dose phantom --out digital && lutetia dose digital/study.yaml --out results"
)


class Format(StrEnum):
    """What `lutetia board` writes."""

    terminal = "terminal"
    html = "html"
    pdf = "pdf"
    json = "json"


def board(
    files: Files,
    format: Annotated[Format, typer.Option(help="What to make.")] = Format.terminal,
    as_of: Annotated[str | None, typer.Option(help="Day of the board, YYYY-MM-DD. Default: today.")] = None,
    jurisdiction: Annotated[
        Jurisdiction | None, typer.Option(help="Wins over the record's own.", case_sensitive=False)
    ] = None,
    grading: Annotated[Grading, typer.Option(help="Whether Ki-67 alone may grade.")] = Grading.ki67_sufficient,
    out: Annotated[Path, typer.Option(help="Folder for HTML and PDF sheets.")] = Path("board-sheets"),
    annex: Annotated[bool, typer.Option("--annex", help="PDF: add the criteria of every trial.")] = False,
) -> None:
    """Make the tumour-board sheet of each patient.

    Examples:

      lutetia board examples/courses/VO-01.yaml --as-of 2026-11-20

      lutetia board examples/courses/*.yaml --as-of 2026-11-20 --format pdf --out sheets

      lutetia board record.json --jurisdiction US --format json
    """
    day = day_of(as_of, "--as-of")
    place = jurisdiction.value if jurisdiction else None
    subjects = subjects_of(files, day, place, grading.value)
    if format is Format.json:
        _print_json(subjects)
    elif format is Format.terminal:
        _print_sheets(subjects)
    else:
        _write_sheets(subjects, format, out, annex)


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the sheets.")] = Path("out/demo"),
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Only build, never serve.")] = False,
) -> None:
    """Build the board sheets of all example patients (all made up) with an index page, and say where they are."""
    from lutetia.exchange import examples

    files = examples.course_files()
    day = examples.BOARD_DAY
    subjects = subjects_of(files, day, None, "ki67_sufficient")
    rows = _write_sheets(subjects, Format.html, out, annex=False)
    _write_sheets(subjects, Format.pdf, out, annex=False)
    index = _write_index(rows, out, note="All patients are made up.")
    typer.echo(f"\n{len(subjects)} board sheets of made-up patients, board day {day}, HTML and PDF.")
    typer.echo(f"Open {index.resolve()}")
    typer.echo(f"\n{NEXT}")


def _print_json(subjects: list[Subject]) -> None:
    import json

    from lutetia.reports.board_json import as_object

    objects = [as_object(assessment, timeline) for assessment, timeline in subjects]
    typer.echo(json.dumps(objects, indent=2, ensure_ascii=False))


def _print_sheets(subjects: list[Subject]) -> None:
    from rich.console import Console

    from lutetia.reports.board_sheet import sheet_of
    from lutetia.reports.board_terminal import render

    console = Console()
    for assessment, timeline in subjects:
        render(sheet_of(assessment, timeline), console)


def _write_sheets(subjects: list[Subject], format: Format, out: Path, annex: bool) -> list[tuple[Assessment, str]]:
    """Render everything first, then write; the rows are assessments with the stem of their files."""
    from lutetia.reports import board_html, board_pdf
    from lutetia.reports.board_sheet import sheet_of

    rows: list[tuple[Assessment, str]] = []
    contents: list[bytes] = []
    for assessment, timeline in tracked(subjects, f"Drawing {format.value}"):
        sheet = sheet_of(assessment, timeline)
        html = format is Format.html
        contents.append(board_html.html(sheet).encode() if html else board_pdf.pdf(sheet, annex=annex))
        rows.append((assessment, _stem(assessment.facts.name, [stem for _, stem in rows])))
    out.mkdir(parents=True, exist_ok=True)
    for (_, stem), content in zip(rows, contents, strict=True):
        (out / f"{stem}.{format.value}").write_bytes(content)
    _say_where(out, [f"{stem}.{format.value}" for _, stem in rows])
    return rows


def _say_where(out: Path, names: list[str]) -> None:
    """The files written: one by one when they are few, else how many and where."""
    if len(names) > 5:
        typer.echo(f"{len(names)} files in {out}, {names[0]} to {names[-1]}", err=True)
        return
    for name in names:
        typer.echo(str(out / name), err=True)


def _write_index(rows: list[tuple[Assessment, str]], out: Path, note: str) -> Path:
    from lutetia.reports import board_index

    index = out / "index.html"
    index.write_text(board_index.html(rows, note=note), encoding="utf-8")
    return index


def _stem(name: str, taken: list[str]) -> str:
    """A file name for a patient: letters, digits and dashes only, made unique by a number."""
    safe = "".join(char if char.isalnum() or char in "-_." else "-" for char in name).strip(".-") or "record"
    numbered = [safe, *(f"{safe}-{number}" for number in range(2, len(taken) + 3))]
    return next(stem for stem in numbered if stem not in taken)
