"""`lutetia trial report`: a trial's datasets in, the whole report out: page, PDF, tables, figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lutetia.cli.trial_files import REPORT, about, give, provenance_of, refuse, refuse_without, watched

if TYPE_CHECKING:
    from lutetia.exchange.trials import TrialDeclaration
    from lutetia.trial.adam import TrialData


def trial_report(
    trial: Annotated[Path, typer.Argument(help="trial declaration (YAML or JSON)", metavar="TRIAL")],
    out: Annotated[Path, typer.Option("--out", help="folder for the report; made if absent")],
    data: Annotated[Path | None, typer.Option("--data", help="folder of the datasets; wins over analysis.data")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace an earlier report in the folder")] = False,
) -> None:
    """Analyse a trial's datasets and write the report: participant flow, tables, Kaplan-Meier curves, forest.

    report.html and report.pdf; tables/ as CSV and JSON, figures/ as SVG, PNG, PDF; manifest.json with checksums. The
    datasets are ADSL, ADRS, ADTTE, ADAE and ADLB as Parquet or Dataset-JSON, checked as a whole first. Same input, same
    bytes. Nothing is written if anything fails.

    Examples:

      lutetia trial report trial.yaml --out report

      lutetia trial report trial.yaml --data simulated/dataset-json --out report --overwrite
    """
    from lutetia.exchange.adam_files import data_file_names, read_trial_data
    from lutetia.exchange.trials import needed, read_trial
    from lutetia.reports.page_files import page_files
    from lutetia.reports.trial_report import trial_page
    from lutetia.trial.analyse import analyse_trial

    refuse(out, REPORT, overwrite=overwrite)
    declared = read_trial(trial)
    asked = needed(declared.analysis, "analysis", trial)
    choices = asked.choices()
    folder = data if data is not None else asked.folder(trial.parent)
    refuse_without("polars")
    with watched() as told:
        told("reading the datasets")
        read = read_trial_data(folder, cut_off=asked.cut_off)
        _refuse_other_strata(declared, read, folder)
        told("analysing")
        analysis = analyse_trial(read, choices)
        inputs = {name: folder / name for name in data_file_names(folder)}
        source = provenance_of(trial, ("Datasets", folder.name), inputs=inputs)
        page = trial_page(analysis, title=asked.title or declared.title, provenance=source, told=told)
        files = page_files(page, "report", pdf=True, told=told)
    give(files, out, REPORT, about(page), overwrite=overwrite)
    typer.echo("\n".join([*(f"{name}: {value}" for name, value in page.facts), "", *page.lead, *page.not_made]))


def _refuse_other_strata(declared: TrialDeclaration, data: TrialData, folder: Path) -> None:
    """Raises InputError where patients are in strata that the declared list does not have."""
    from lutetia.errors import InputError
    from lutetia.exchange.trial_randomisation import strata_faults

    if declared.randomisation is None:
        return
    if faults := strata_faults(data, declared.randomisation.factors):
        raise InputError(str(folder), faults)
