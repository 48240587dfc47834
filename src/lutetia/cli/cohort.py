"""`lutetia cohort`: report a study, check a study and its courses, write out made-up cohorts."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lutetia.cli.cohort_report import cohort_report

if TYPE_CHECKING:
    from lutetia.cohort.analysis_rows import AnalysisData

app = typer.Typer(
    rich_markup_mode=None, help="Report or check a cohort study; write out made-up cohorts.", no_args_is_help=True
)
app.command("report")(cohort_report)


class Made(StrEnum):
    """The made-up cohorts."""

    itanet_like = "itanet_like"
    null = "null"


@app.command("check")
def cohort_check(
    study: Annotated[Path, typer.Argument(help="study declaration (YAML or JSON)", metavar="STUDY")],
    out: Annotated[Path | None, typer.Option("--out", help="write the analysis rows to this CSV file")] = None,
) -> None:
    """Check a study with all its courses: participant flow, groups, endpoints, conventions.

    Example:

      lutetia cohort check examples/itanet-like/study.yaml --out rows.csv
    """
    from lutetia.cohort.analysis_rows import analysis_data
    from lutetia.exchange.studies import load_study

    file = load_study(study)
    data = analysis_data(file.courses, file.study)
    typer.echo("\n".join(_summary(data, file.origin)))
    if out is not None:
        _write_csv(data, out)
        typer.echo(f"{out}: {data.n} rows, {len(data.columns)} columns")


@app.command("synthesise")
def cohort_synthesise(
    out: Annotated[Path, typer.Option("--out", help="folder for the course files; made if absent")],
    made: Annotated[Made, typer.Option("--made", help="which cohort")] = Made.itanet_like,
    patients: Annotated[int, typer.Option("--patients", min=1, max=100_000, help="number of patients")] = 201,
    seed: Annotated[int, typer.Option("--seed", min=0, help="same seed, same bytes")] = 1,
    investigational: Annotated[int, typer.Option("--investigational", min=0, help="itanet_like: further patients")] = 0,
    mean_wait_months: Annotated[float, typer.Option("--mean-wait-months", min=0, help="null: wait for RLT")] = 6.0,
    indolence: Annotated[float, typer.Option("--indolence", help="null: log-odds of RLT per SD of indolence")] = 0.0,
) -> None:
    """Write a made-up cohort as course files, one YAML file a patient.

    Example:

      lutetia cohort synthesise --out courses --patients 201 --seed 1
    """
    from lutetia.exchange.courses import dump_course
    from lutetia.exchange.synthetic import itanet_like, null_courses

    if made is Made.null:
        courses = null_courses(patients, seed, mean_wait_months=mean_wait_months, indolence=indolence)
    else:
        courses = itanet_like(patients, seed, investigational)
    out.mkdir(parents=True, exist_ok=True)
    for course in courses:
        (out / f"{course.patient.id}.yaml").write_text(dump_course(course), encoding="utf-8")
    typer.echo(f"{out}: {len(courses)} made-up courses")


def _summary(data: AnalysisData, origin: str) -> list[str]:
    flow = data.selection.flow
    lines = [data.study.title, f"Courses: {origin}", "", f"Screened: {flow.screened}"]
    for step in flow.steps:
        lines += [f"  {step.name}: {reason}" for reason in step.left_out]
        lines += [f"  {step.name}: {step.kept_unknown} kept, not known"] if step.kept_unknown else []
    lines += [f"Analysed: {flow.analysed}", *(f"  {group}: {n}" for group, n in data.selection.groups.items()), ""]
    for table in data.endpoints:
        ends = ", ".join(f"{reason} {count}" for reason, count in table.reasons.items())
        lines.append(f"{table.name}: {table.n} patients, {table.events} events ({ends})")
        lines += [f"  left out: {reason}" for reason in table.left_out]
    if ahead := data.study.looks_ahead():
        lines += ["", "Known only after time zero:", *(f"  {said}" for said in ahead)]
    return [*lines, "", "Conventions:", *(f"  {said}" for said in data.conventions)]


def _write_csv(data: AnalysisData, path: Path) -> None:
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(data.columns)
        writer.writerows([_cell(value) for value in row] for row in data.rows)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
