"""`lutetia trial`: one declaration in; a design, a sealed list, simulated datasets, a report out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lutetia.cli.trial_files import DESIGN, LIST, SIMULATION, about, give, printed, provenance_of, refuse, watched
from lutetia.cli.trial_report import trial_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from lutetia.exchange.trial_simulation import SimulationRequest
    from lutetia.trial.adam import TrialData
    from lutetia.trial.permuted_blocks import RandomisationList
    from lutetia.trial.sealed_list import Seal
    from lutetia.trial.simulate import Simulations
    from lutetia.trial.trial_model import TrialModel

app = typer.Typer(
    rich_markup_mode=None, help="Design, randomise, simulate and report a trial, from one file.", no_args_is_help=True
)
Declaration = Annotated[Path, typer.Argument(help="trial declaration (YAML or JSON)", metavar="TRIAL")]
Out = Annotated[Path, typer.Option("--out", help="folder for the files; made if absent")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="replace earlier files of this command in the folder")]


@app.command("design")
def trial_design(trial: Declaration, out: Out, overwrite: Overwrite = False) -> None:
    """Size a survival trial: every published formula, months, drop-out readings, and simulated power beside them.

    design.html, design.json; tables/ as CSV and JSON. Same input, same bytes. Nothing is written if anything fails.

    Example:

      lutetia trial design examples/netter2-replayed/trial.yaml --out out/design
    """
    from lutetia.exchange.trial_design import design_outcome
    from lutetia.exchange.trials import needed, read_trial
    from lutetia.reports.page_files import page_files
    from lutetia.reports.result_files import json_bytes, table_object
    from lutetia.reports.trial_design import design_page

    refuse(out, DESIGN, overwrite=overwrite)
    declared = read_trial(trial)
    asked = needed(declared.design, "design", trial)
    with watched() as told:
        told("formulas, and trials simulated")
        found = design_outcome(asked)
        page = design_page(
            found.design,
            title=declared.title,
            readings=found.readings,
            looks=found.looks,
            provenance=provenance_of(trial),
        )
        files = page_files(page, "design", told=told)
    said = {
        "title": declared.title,
        "tables": [table_object(table) for table in page.tables],
        "conventions": page.conventions,
    }
    files["design.json"] = json_bytes(said)
    give(files, out, DESIGN, about(page), overwrite=overwrite)
    for table in page.tables:
        printed(table)
    typer.echo("\n".join(page.lead))


@app.command("randomise")
def trial_randomise(trial: Declaration, out: Out, overwrite: Overwrite = False) -> None:
    """Make a stratified list in permuted blocks, seal it, verify it, and say what it gives away.

    private/list.csv and private/seed.txt are for the keeper alone; public/ may be published: seal.json,
    randomisation.html, tables. Without randomisation.seed_file the seed is drawn anew at each call.

    Example:

      lutetia trial randomise trial.yaml --out list && lutetia trial verify list/private/list.csv list/public/seal.json
    """
    from lutetia.exchange.trials import needed, read_trial
    from lutetia.reports.page_files import page_files
    from lutetia.reports.trial_list import list_page
    from lutetia.trial.sealed_list import seal

    refuse(out, LIST, overwrite=overwrite)
    declared = read_trial(trial)
    asked = needed(declared.randomisation, "randomisation", trial)
    with watched() as told:
        told("the list and its seal")
        seed, drawn = asked.seed(trial.parent)
        made = asked.made(seed)
        sealed = seal(made)
        page = list_page(
            made,
            sealed,
            title=declared.title,
            expected=asked.expected_patients,
            provenance=provenance_of(trial),
        )
        files = {f"public/{name}": content for name, content in page_files(page, "randomisation", told=told).items()}
        secret = _secrets(made, sealed)
        files |= {"public/seal.json": secret.pop("seal.json"), **secret}
    give(files, out, LIST, about(page), overwrite=overwrite, secret=tuple(secret))
    for table in page.tables:
        printed(table)
    typer.echo("\n".join(page.lead))
    typer.echo("The list was checked against its seal: every record is the one that was sealed.")
    typer.echo(
        f"Seed: {'drawn' if drawn else 'from ' + str(asked.seed_file)}. Keep {out / 'private'} from everybody else."
    )
    weak = [line for line in made.conventions if line.startswith("The seed")]
    typer.echo("\n".join(weak), nl=bool(weak), err=True)


def _secrets(made: RandomisationList, sealed: Seal) -> dict[str, bytes]:
    """The private files, and the seal, once the written list has been read again and verified."""
    import tempfile

    from lutetia.exchange.list_files import list_csv, seal_json, verified

    files = {"list.csv": list_csv(made), "seal.json": seal_json(sealed)}
    with tempfile.TemporaryDirectory() as place:
        for name, content in files.items():
            (Path(place) / name).write_bytes(content)
        verified(Path(place) / "list.csv", Path(place) / "seal.json", root=sealed.root)
    return {
        "seal.json": files["seal.json"],
        "private/list.csv": files["list.csv"],
        "private/seed.txt": f"{made.seed}\n".encode(),
    }


@app.command("verify")
def trial_verify(
    list_file: Annotated[Path, typer.Argument(help="list.csv, whole or the records used so far", metavar="LIST")],
    seal_file: Annotated[Path, typer.Argument(help="seal.json", metavar="SEAL")],
    root: Annotated[str | None, typer.Option("--root", help="root that was published; must be the seal's")] = None,
    part: Annotated[bool, typer.Option("--part", help="the list holds only the records used so far")] = False,
) -> None:
    """Check a randomisation list against its seal; needs no seed. Exit code 2 names every place that differs.

    Example:

      lutetia trial verify list/private/list.csv list/public/seal.json --root 5f1c…
    """
    from lutetia.exchange.list_files import verified

    count, seal = verified(list_file, seal_file, root=root, part=part)
    typer.echo(f"{count} records are those that were sealed; {len(seal.links)} strata, root {seal.root}.")
    if root is None:
        typer.echo("Compare the root with the one that was published, or give it with --root.")


@app.command("simulate")
def trial_simulate(trial: Declaration, out: Out, overwrite: Overwrite = False) -> None:
    """Simulate a trial: one written out as datasets under ADaM names, and the means of many.

    parquet/ and dataset-json/ hold ADSL, ADRS, ADTTE, ADAE, ADLB and trial.json, ready for lutetia trial report;
    simulation.html and tables/ the means with their Monte-Carlo errors, beside printed values for netter2. Every
    patient is made up. Same input, same bytes.

    Example:

      lutetia trial simulate examples/netter2-replayed/trial.yaml --out out/simulated
    """
    from lutetia.cli.trial_files import refuse_without
    from lutetia.exchange.adam_files import adam_files
    from lutetia.exchange.trials import needed, read_trial
    from lutetia.reports.page_files import page_files
    from lutetia.reports.trial_simulation import simulation_page
    from lutetia.trial.netter2 import netter2_printed

    refuse(out, SIMULATION, overwrite=overwrite)
    declared = read_trial(trial)
    asked = needed(declared.simulation, "simulation", trial)
    refuse_without("polars")
    with watched() as told:
        model = asked.trial_model()
        found, data = _simulated(asked, model, told)
        page = simulation_page(
            found,
            data,
            model=model,
            title=declared.title,
            printed=netter2_printed() if asked.model == "netter2" else {},
            provenance=provenance_of(trial, ("Seed", str(asked.seed)), ("Trial written out", str(asked.written))),
        )
        files = page_files(page, "simulation", told=told)
        for form in ("parquet", "dataset-json"):
            told(form)
            files |= {f"{form}/{name}": content for name, content in adam_files(data, form).items()}
    give(files, out, SIMULATION, about(page), overwrite=overwrite)
    for table in page.tables:
        printed(table)
    typer.echo("\n".join([page.made_up, *page.lead]))


def _simulated(
    asked: SimulationRequest, model: TrialModel, told: Callable[[str], None]
) -> tuple[Simulations, TrialData]:
    """Many trials for the means, and one whole one."""
    from lutetia.trial.simulate import simulate, simulate_trial
    from lutetia.trial.simulated_datasets import trial_datasets

    done = 0

    def progress(count: int) -> None:
        nonlocal done
        done += count
        told(f"{done} of {asked.trials} trials")

    told("simulating")
    found = simulate(model, asked.trials, seed=asked.seed, progress=progress)
    return found, trial_datasets(simulate_trial(model, seed=asked.seed, number=asked.written))


app.command("report")(trial_report)


@app.command("schema")
def trial_schema() -> None:
    """Print the JSON Schema of a trial declaration.

    Example:

      lutetia trial schema > trial.schema.json
    """
    import json

    from lutetia.exchange.trials import TrialDeclaration

    typer.echo(json.dumps(TrialDeclaration.model_json_schema(), indent=2, ensure_ascii=False))
