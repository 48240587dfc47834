"""The command line: files in, files and tables out. Only this room prints; everything heavy is imported on use."""

from __future__ import annotations

import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from lutetia.course.timeline import Timeline
    from lutetia.errors import Fault
    from lutetia.guideline.assessment import Assessment
    from lutetia.guideline.facts import Facts

    Subject = tuple[Assessment, Timeline | None]

app = typer.Typer(
    name="lutetia",
    help="Open software for radioligand therapy of neuroendocrine tumours. Research and education; the decision "
    "stays with the board.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: importing rich would cost more than half of the time of --help
    context_settings={"help_option_names": ["-h", "--help"]},
)
course_app = typer.Typer(
    rich_markup_mode=None, help="Check course files; print the schema they follow.", no_args_is_help=True
)
guideline_app = typer.Typer(
    rich_markup_mode=None, help="Look into the guideline knowledge itself.", no_args_is_help=True
)
app.add_typer(course_app, name="course")
app.add_typer(guideline_app, name="guideline")


class Format(StrEnum):
    """What `lutetia board` writes."""

    terminal = "terminal"
    html = "html"
    pdf = "pdf"
    json = "json"


class Jurisdiction(StrEnum):
    """Whose label applies."""

    EU = "EU"
    US = "US"
    other = "other"


class Grading(StrEnum):
    """What an unrecorded mitotic count does to the grade."""

    ki67_sufficient = "ki67_sufficient"
    strict = "strict"


Files = Annotated[list[Path], typer.Argument(help="YAML or JSON files: courses, or flat records.", metavar="FILE…")]


@app.callback(invoke_without_command=True)
def _main(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if version:
        from lutetia import __version__

        typer.echo(f"lutetia {__version__}")
        raise typer.Exit


@app.command()
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
    day = _day(as_of, "--as-of")
    place = jurisdiction.value if jurisdiction else None
    subjects = _subjects(files, day, place, grading.value)
    if format is Format.json:
        _print_json([assessment for assessment, _ in subjects])
    elif format is Format.terminal:
        _print_sheets(subjects)
    else:
        _write_sheets(subjects, format, out, annex)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the sheets.")] = Path("out/demo"),
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Only build, never serve.")] = False,
) -> None:
    """Build the board sheets of all example patients (all made up) with an index page, and say where they are."""
    from lutetia.exchange import examples

    files = examples.course_files()
    day = examples.BOARD_DAY
    subjects = _subjects(files, day, None, "ki67_sufficient")
    rows = _write_sheets(subjects, Format.html, out, annex=False)
    _write_sheets(subjects, Format.pdf, out, annex=False)
    index = _write_index(rows, out, note="All patients are made up.")
    typer.echo(f"\n{len(subjects)} board sheets of made-up patients, board day {day}, HTML and PDF.")
    typer.echo(f"Open {index.resolve()}")


@course_app.command("check")
def course_check(files: Files) -> None:
    """Check course files: all faults at once, each with line, place, what must hold and what to do.

    Example:

      lutetia course check examples/courses/VO-01.yaml
    """
    from lutetia.errors import InputError
    from lutetia.exchange.courses import read_course

    faulty = 0
    for path in files:
        try:
            course = read_course(path)
        except InputError as error:
            faulty += 1
            typer.echo(str(error), err=True)
        else:
            typer.echo(f"{path}: good, {len(course.entries)} entries")
    if faulty:
        raise typer.Exit(2)


@course_app.command("schema")
def course_schema() -> None:
    """Print the JSON Schema of a course.

    Example:

      lutetia course schema > course.schema.json
    """
    import json

    from lutetia.course.course import Course

    typer.echo(json.dumps(Course.model_json_schema(), indent=2, ensure_ascii=False))


@guideline_app.command("lint")
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
    findings = lint(knowledge, as_of=_day(as_of, "--as-of", quiet=True))
    for finding in findings:
        typer.echo(str(finding), err=True)
    if findings:
        raise typer.Exit(2)
    typer.echo(f"{knowledge.edition} {knowledge.version}: {len(knowledge.facts)} facts, no finding.")


@guideline_app.command("compare")
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

    day = _day(as_of, "--as-of")
    facts = [assessment.facts for assessment, _ in _subjects(files, day, None, "ki67_sufficient")]
    changes = compare(load_knowledge(), read_edition(draft), facts, as_of=day)
    if json_out:
        typer.echo(json.dumps([asdict(change) for change in changes], indent=2, ensure_ascii=False))
        return
    for change in changes:
        typer.echo(f"{change.patient}  {change.part}: {change.before} -> {change.after}")
    changed = len({change.patient for change in changes})
    typer.echo(f"{changed} of {len(facts)} patients change.")


@guideline_app.command("show")
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


def _subjects(files: list[Path], day: date, place: str | None, grading: str) -> list[Subject]:
    """Each patient assessed; when any file is faulty one InputError carries all faults of all files."""
    from lutetia.errors import InputError
    from lutetia.guideline.assessment import assess
    from lutetia.guideline.edition import load_knowledge

    knowledge = load_knowledge()
    ready: list[tuple[Facts, Timeline | None]] = []
    faults: list[Fault] = []
    for path in _tracked(files, "Reading"):
        try:
            ready += _patients(path, day)
        except InputError as error:
            faults += [_placed(path, fault) for fault in error.faults]
    if faults:
        raise InputError(f"{len(files)} files" if len(files) > 1 else str(files[0]), faults)
    return [(assess(facts, knowledge, place, as_of=day, grading=grading), timeline) for facts, timeline in ready]


def _patients(path: Path, day: date) -> list[tuple[Facts, Timeline | None]]:
    """The facts of every patient of a file, with the timeline where it is a course."""
    from lutetia.course.timeline import Timeline
    from lutetia.errors import InputError
    from lutetia.exchange.records import read_patients
    from lutetia.guideline.derive import facts_on
    from lutetia.guideline.facts import read_flat

    found: list[tuple[Facts, Timeline | None]] = []
    for patient in read_patients(path):
        if patient.course is not None:
            timeline = Timeline(patient.course, day)
            found.append((facts_on(timeline), timeline))
            continue
        try:
            found.append((read_flat(patient.flat or {}, name=patient.name), None))
        except InputError as error:
            raise InputError(error.name, [patient.located(fault) for fault in error.faults]) from None
    return found


def _placed(path: Path, fault: Fault) -> Fault:
    """The fault with its file in front, for a list of faults from several files."""
    from dataclasses import replace

    line = f", line {fault.line}" if fault.line else ""
    return replace(fault, place=f"{path}{line}: {fault.place}", line=None)


def _print_json(assessments: list[Assessment]) -> None:
    import json

    from lutetia.reports.board_json import as_object

    objects = [as_object(assessment) for assessment in assessments]
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
    for assessment, timeline in _tracked(subjects, f"Drawing {format.value}"):
        sheet = sheet_of(assessment, timeline)
        html = format is Format.html
        contents.append(board_html.html(sheet).encode() if html else board_pdf.pdf(sheet, annex=annex))
        rows.append((assessment, _stem(assessment.facts.name, [stem for _, stem in rows])))
    out.mkdir(parents=True, exist_ok=True)
    for (_, stem), content in zip(rows, contents, strict=True):
        path = out / f"{stem}.{format.value}"
        path.write_bytes(content)
        typer.echo(f"{path}  ({len(content) / 1024:.0f} kB)", err=True)
    return rows


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


def _tracked(items: Any, description: str) -> Any:
    """The items with a progress bar on stderr when a person watches and there are many."""
    items = list(items)
    if len(items) < 5 or not sys.stderr.isatty():
        return items
    from rich.console import Console
    from rich.progress import track

    return track(items, description, console=Console(stderr=True), transient=True)


def _day(text: str | None, option: str, *, quiet: bool = False) -> date:
    from lutetia.errors import Fault, InputError

    if text is None:
        today = date.today()
        if not quiet:
            typer.echo(f"Board day: {today} (today; choose another with --as-of)", err=True)
        return today
    try:
        return date.fromisoformat(text)
    except ValueError:
        must = "must be a day written YYYY-MM-DD"
        raise InputError("command line", [Fault(place=option, must=must, got=repr(text))]) from None


def main() -> NoReturn:
    """Run the command line; an error of ours is a sentence on stderr and exit code 2."""
    from lutetia.errors import LutetiaError

    try:
        app()
    except LutetiaError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    sys.exit(0)


if __name__ == "__main__":
    main()
