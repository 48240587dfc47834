"""`lutetia dose`: a study of one cycle in; doses, maps, tables, DICOM, the report and the plan out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from lutetia.course.course import Course
    from lutetia.dosimetry.plan import Plan
    from lutetia.exchange.dose_study.gather import Told
    from lutetia.exchange.dose_study.outcome import DoseOutcome

STUDY = "study"
HELPED = ("-h", "--help")
PACKAGES = ("pydicom", "highdicom", "nibabel", "SimpleITK", "icrp107_database", "radioactivedecay")


class StudyFirst(TyperGroup):
    """A group whose command is the study unless another one is named: `lutetia dose STUDY.yaml --out DIR`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Puts the study's command in front where no command is named."""
        if args and args[0] not in self.commands and args[0] not in HELPED:
            args = [STUDY, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=StudyFirst,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Absorbed doses of one cycle from its images, with their uncertainty, and a plan for the next one.\n\n"
    "  lutetia dose STUDY.yaml --out DIR [--course COURSE.yaml] [--at MOMENT]    (options: lutetia dose study --help)",
)


class Size(StrEnum):
    """How finely the digital patient is written."""

    standard = "standard"
    small = "small"
    coarse = "coarse"


@app.command(STUDY)
def dose_study(
    study: Annotated[Path, typer.Argument(help="study declaration (YAML or JSON)", metavar="STUDY")],
    out: Annotated[Path, typer.Option("--out", help="folder for the results; made if absent")],
    course: Annotated[Path | None, typer.Option(help="course of the patient: written out with the doses")] = None,
    at: Annotated[
        str | None, typer.Option(help="moment of writing, such as 2026-03-20T12:00+01:00; default: now")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="replace earlier results in the folder")] = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="leave out dose.html and dose.pdf")] = False,
) -> None:
    """Compute the absorbed doses of one cycle and write them: what is measured, how sure it is, what is left.

    dose.json (everything), regions.csv, curves.csv, dvh.csv, budget.csv, ledger.csv, plan.csv; dose.rtdose.dcm,
    regions.seg.dcm, report.sr.dcm; dose.nii.gz, tia.nii.gz; dose.html and dose.pdf; with --course course.yaml. Same
    input and --at, same bytes. Nothing is written if anything fails.

    Examples:

      lutetia dose study.yaml --out results

      lutetia dose study.yaml --out results --course course.yaml --at 2026-03-20T12:00+01:00 --overwrite
    """
    refuse_without_packages()
    from lutetia.exchange.courses import read_course
    from lutetia.exchange.dose_study.assemble import assemble
    from lutetia.exchange.dose_study.folder import refuse_folder, written
    from lutetia.exchange.dose_study.outcome import outcome_of

    refuse_folder(out, overwrite=overwrite)
    moment = moment_of(at)
    with _watched() as told:
        record = read_course(course) if course is not None else None
        outcome = outcome_of(assemble(study, told=told), told=told)
        left_out: list[str] = []

        def write(folder: Path) -> None:
            left_out.extend(_write(outcome, folder, moment, record, told, report=not no_report))

        paths = written(out, write, overwrite=overwrite)
    typer.echo("\n".join([*map(str, paths), "", *summary(outcome, left_out)]))


@app.command("schema")
def dose_schema() -> None:
    """Print the JSON Schema of a study.

    Example:

      lutetia dose schema > dose.schema.json
    """
    import json

    from lutetia.exchange.dose_study.study import DoseStudy

    typer.echo(json.dumps(DoseStudy.model_json_schema(), indent=2, ensure_ascii=False))


@app.command("phantom")
def dose_phantom(
    out: Annotated[Path, typer.Option("--out", help="folder for the files; made if absent")],
    seed: Annotated[int, typer.Option("--seed", min=0, help="which patient; same seed, same bytes")] = 1,
    size: Annotated[Size, typer.Option("--size", help="standard: 128³ voxels of 4.8 mm; small: 64³; coarse: 32³")] = (
        Size.standard
    ),
) -> None:
    """Write a digital patient as DICOM with a study.yaml that is ready, a course.yaml, and the truth.

    Four visits of a made-up patient who moves between them: CT, SPECT in counts with noise, structures.

    Example:

      lutetia dose phantom --out digital --seed 1 && lutetia dose digital/study.yaml --out results
    """
    refuse_without_packages()
    from lutetia.exchange.dose_study.example import write_example
    from lutetia.exchange.dose_study.folder import written

    with _watched() as told:
        paths = written(out, lambda folder: write_example(folder, seed=seed, size=size.value, told=told))
    here = [path for path in paths if path.parent == out]
    typer.echo("\n".join(map(str, here)))
    visits = sorted({path.relative_to(out).parts[0] for path in paths} - {path.name for path in here})
    for visit in visits:
        count = sum(1 for path in paths if path.relative_to(out).parts[0] == visit)
        typer.echo(f"{out / visit}: {count} files")
    typer.echo(f"\nThe patient is made up. Next: lutetia dose {out / 'study.yaml'} --out results")


def refuse_without_packages() -> None:
    """Raises InputError that names every package of the extra `dose` which is not installed."""
    from importlib.util import find_spec

    from lutetia.errors import Fault, InputError

    lacking = [name for name in PACKAGES if find_spec(name) is None]
    if lacking:
        must, do = "must be installed for dosimetry", "Install Lutetia with its extra: lutetia[dose]."
        raise InputError("command line", [Fault(place=name, must=must, do=do) for name in lacking])


def moment_of(text: str | None) -> datetime:
    """The moment of --at; now where none is given. Raises InputError for anything but a moment with its zone."""
    from lutetia.errors import Fault, InputError

    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        must = "must be a moment with its offset from UTC, such as 2026-03-20T12:00+01:00"
        raise InputError("command line", [Fault(place="--at", must=must, got=repr(text))])
    return moment


def summary(outcome: DoseOutcome, left_out: list[str]) -> list[str]:
    """What was found, and what a person must look at first."""
    said = []
    for region in outcome.cycle.regions:
        dose = region.dose
        u = "u not known" if dose is None or dose.u_gy is None else f"u {dose.u_gy:.3g} Gy (k = 1)"
        said.append(
            f"{region.name}: {region.why or 'no dose'}" if dose is None else f"{region.name}: {dose.gy:.3g} Gy, {u}"
        )
    plan = outcome.plan
    if plan is not None:
        said.append(planned(plan))
    elif "plan" in outcome.why_not:
        said.append(f"No plan: {outcome.why_not['plan'].rstrip('.')}.")
    said += [f"Missing: {sentence.rstrip('.')}." for sentence in outcome.missing]
    said += [f"Look at: {sentence}" for sentence in outcome.alarms]
    return [*said, *left_out, "Research and education software; it prescribes nothing."]


def planned(plan: Plan) -> str:
    """What the limits leave, in one sentence."""
    if not plan.cycles:
        organ = "a limit" if plan.active is None else f"the limit of {plan.active.organ}"
        return f"No further cycle: {organ} leaves none."
    ended = "no limit within the plan" if plan.active is None else f"then {plan.active.organ}"
    return f"Next cycle: {plan.next_activity_mbq:.0f} MBq; {len(plan.cycles)} further, {ended}."


def _write(
    outcome: DoseOutcome, folder: Path, at: datetime, course: Course | None, told: Told, *, report: bool
) -> tuple[str, ...]:
    from lutetia.cli.dose_report import write_report
    from lutetia.exchange.dose_study.write import write_outcome

    left_out = write_outcome(outcome, folder, at=at, course=course, told=told)
    if report:
        write_report(outcome, folder, at=at, told=told)
    return left_out


@contextmanager
def _watched() -> Iterator[Told]:
    """A place to tell what is being done: a bar on stderr when a person watches."""
    from lutetia.exchange.dose_study.gather import silent

    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(bar_width=24), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def told(step: str, done: int = 0, total: int = 0, /) -> None:
            bar.update(task, description=step, completed=done, total=total or None)

        yield told
