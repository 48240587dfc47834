"""`lutetia cohort report`: a study and its courses in, the whole report out: page, PDF, tables, figures, R script."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lutetia.cli.options import day_of

if TYPE_CHECKING:
    from lutetia.cohort.analysis import CohortAnalysis
    from lutetia.cohort.analysis_rows import AnalysisData
    from lutetia.reports.cohort_files import Parts
    from lutetia.reports.cohort_report import Report

Told = Callable[[str], None]


class Format(StrEnum):
    """What `lutetia cohort report` makes."""

    all = "all"
    html = "html"
    pdf = "pdf"
    tables = "tables"


def cohort_report(
    study: Annotated[Path, typer.Argument(help="study declaration (YAML or JSON)", metavar="STUDY")],
    out: Annotated[Path, typer.Option("--out", help="folder for the report; made if absent")],
    format: Annotated[Format, typer.Option(help="everything, or only the page, the PDF, or the numbers")] = Format.all,
    seed: Annotated[int, typer.Option("--seed", min=0, help="of bootstraps and imputations")] = 1,
    as_of: Annotated[str | None, typer.Option(help="day printed as the report's, YYYY-MM-DD; default: none")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace an earlier report in the folder")] = False,
) -> None:
    """Write the report of a cohort study: participant flow, design check, tables and figures, R script.

    report.html and report.pdf; tables/ and figures/; analysis-data.csv, flow.json, design-check.json; analysis.R, the
    same analysis in R; manifest.json with checksums. Same input, same bytes. Nothing is written if anything fails.

    Examples:

      lutetia cohort report examples/itanet-like/study.yaml --out out/itanet-like

      lutetia cohort report study.yaml --out out --format pdf --as-of 2026-11-20 --overwrite
    """
    from lutetia.reports.cohort_files import FORMAT, Parts, report_files
    from lutetia.reports.result_folder import refuse_folder, write_folder

    refuse_folder(out, format=FORMAT, overwrite=overwrite)
    parts = Parts(format.value)
    _refuse_without_drawer(parts)
    day = day_of(as_of, "--as-of") if as_of is not None else None
    with _watched() as told:
        report, script = _made(study, seed, day, told, drawn=parts is not Parts.tables)
        files = report_files(report, parts, r_script=script, told=told)
        write_folder(files, out, format=FORMAT, overwrite=overwrite)
    typer.echo("\n".join(_summary(report, out, list(files))))


def _made(study: Path, seed: int, day: date | None, told: Told, *, drawn: bool) -> tuple[Report, str]:
    """The report, without figures unless `drawn`, and its analysis as an R script."""
    from lutetia import __version__
    from lutetia.exchange.r_script import r_script
    from lutetia.exchange.study_inputs import study_inputs
    from lutetia.reports.cohort_report import Provenance, report_of

    analysis, origin = _analysed(study, seed, told)
    inputs = study_inputs(study, analysis.study.courses)
    provenance = Provenance(
        version=__version__, study_file=study.name, origin=origin, seed=seed, as_of=day, inputs=inputs
    )
    shown = analysis if drawn else replace(analysis, figures=())
    return report_of(shown, provenance, told=told), r_script(analysis, version=__version__)


def _analysed(study: Path, seed: int, told: Told) -> tuple[CohortAnalysis, str]:
    """The analysis of a study file, and in words where its courses came from."""
    from lutetia.cohort.analysis import analyse
    from lutetia.cohort.analysis_rows import analysis_data
    from lutetia.cohort.design_check import design_check
    from lutetia.exchange.studies import load_study

    told("reading the courses")
    file = load_study(study)
    data = analysis_data(file.courses, file.study)
    _refuse_nobody(data, study)
    told("analysing")
    design = design_check(data, file.courses, seed=seed)
    return analyse(data, courses=file.courses, design=design, seed=seed), file.origin


def _refuse_without_drawer(parts: Parts) -> None:
    """Raises InputError where figures are asked for and the package that draws them is not installed."""
    from importlib.util import find_spec

    from lutetia.errors import Fault, InputError

    if parts != "tables" and find_spec("vl_convert") is None:
        do = "Install Lutetia with its extra: lutetia[cohort]; or ask for --format tables."
        must = "must be installed to draw figures"
        raise InputError("command line", [Fault(place="vl-convert-python", must=must, do=do)])


def _refuse_nobody(data: AnalysisData, study: Path) -> None:
    """Raises InputError where the rules leave nobody, or nobody in a compared group, with the counts."""
    from lutetia.errors import Fault, InputError

    faults = []
    if not data.n:
        reasons = "; ".join(f"{why} {count}" for why, count in data.selection.flow.all_reasons)
        got = f"none of {data.selection.flow.screened} ({reasons or 'no course was read'})"
        do = "Correct eligibility, exposure or time_zero; lutetia cohort check prints the participant flow."
        faults.append(Fault(place="eligibility", must="must leave a patient to analyse", got=got, do=do))
    elif data.study.comparison is not None:
        there = data.selection.groups
        counts = ", ".join(f"{level} {count}" for level, count in there.items())
        for level in data.study.comparison.levels:
            if level not in there:
                must, got = f"{level} must have a patient to be compared", f"none ({counts})"
                faults.append(Fault(place="comparison", must=must, got=got, do="Compare other groups, or none."))
    if faults:
        raise InputError(str(study), faults)


@contextmanager
def _watched() -> Iterator[Told]:
    """A place to tell what is being done: a bar on stderr when a person watches."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(bar_width=24), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda step: bar.update(task, description=step)


def _summary(report: Report, out: Path, names: list[str]) -> list[str]:
    """What was written, folders by their endings, and what the reader should look at first."""
    lines = [str(out / name) for name in names if "/" not in name]
    for folder in dict.fromkeys(name.split("/")[0] for name in names if "/" in name):
        endings = Counter(Path(name).suffix[1:].upper() for name in names if name.startswith(f"{folder}/"))
        inside = ", ".join(f"{count} {ending}" for ending, count in endings.items())
        lines.append(f"{out / folder}: {inside}")
    flow = report.analysis.flow
    return [*lines, "", f"{flow.analysed} of {flow.screened} patients analysed.", *report.believe]
