"""What the commands of a trial share: the folder that is written, the table on the terminal, the bar."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from lutetia.reports.result_page import Provenance, ResultPage
    from lutetia.results.table import Table

Told = Callable[[str], None]
DESIGN, LIST, SIMULATION, REPORT = "trial-design/1", "trial-list/1", "trial-simulation/1", "trial-report/1"
"""Formats, as manifest.json names them."""
WIDEST = 40  # letters of a column on the terminal


def refuse(out: Path, format: str, *, overwrite: bool) -> None:
    """Raises InputError where the folder may not be written, before any work is done."""
    from lutetia.reports.result_folder import refuse_folder

    refuse_without("vl_convert")
    refuse_folder(out, format=format, overwrite=overwrite)


def refuse_without(package: str) -> None:
    """Raises InputError where a package of the extra `cohort` is not installed."""
    from importlib.util import find_spec

    from lutetia.errors import Fault, InputError

    if find_spec(package) is None:
        must, do = "must be installed for this command", "Install Lutetia with its extra: lutetia[cohort]."
        raise InputError("command line", [Fault(place=package, must=must, do=do)])


def provenance_of(trial: Path, *rows: tuple[str, str], inputs: Mapping[str, Path] | None = None) -> Provenance:
    """Version, rows, and the checksum of the declaration and of other inputs, each under the name to print."""
    from hashlib import sha256

    from lutetia import __version__
    from lutetia.reports.result_page import Provenance

    read = {trial.name: trial, **(inputs or {})}
    sums = tuple((name, sha256(path.read_bytes()).hexdigest()) for name, path in read.items())
    return Provenance(version=__version__, rows=rows, inputs=sums)


def about(page: ResultPage) -> dict[str, Any]:
    """What the manifest says of a page."""
    made = page.provenance
    return {
        "lutetia": made.version,
        "title": page.title,
        "made_up": page.made_up,
        **{name.lower().replace(" ", "_"): value for name, value in made.rows},
        "inputs": [{"file": name, "sha256": checksum} for name, checksum in made.inputs],
    }


def give(
    files: Mapping[str, bytes],
    out: Path,
    format: str,
    said: Mapping[str, Any],
    *,
    overwrite: bool,
    secret: tuple[str, ...] = (),
) -> None:
    """Write all files or none, and list them: those at the top by name, folders by their endings."""
    from lutetia.reports.page_files import with_manifest
    from lutetia.reports.result_folder import write_folder

    whole = with_manifest(files, format=format, about=said, secret=secret)
    write_folder(whole, out, format=format, overwrite=overwrite)
    for line in listed(whole, out):
        typer.echo(line)
    typer.echo("")


def listed(files: Mapping[str, bytes], out: Path) -> list[str]:
    """Every file at the top and in folders of few; folders of many by their endings."""
    lines = [str(out / name) for name in files if "/" not in name]
    folders: dict[str, list[str]] = {}
    for name in files:
        if "/" in name:
            folders.setdefault(name.rsplit("/", 1)[0], []).append(name)
    for folder, names in folders.items():
        if folder.rsplit("/", 1)[-1] in ("tables", "figures"):
            endings = Counter(Path(name).suffix[1:].upper() for name in names)
            lines.append(f"{out / folder}: {', '.join(f'{count} {ending}' for ending, count in endings.items())}")
        else:
            lines += [str(out / name) for name in names]
    return lines


def printed(table: Table) -> None:
    """The table on the terminal: columns under each other, long cells cut."""
    rows = [table.head, *(row.cells for row in table.rows if row.kind == "row")]
    cells = [[_short(cell) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in cells) for at in range(len(table.head))]
    typer.echo(table.title)
    for row in cells:
        padded = [
            cell.ljust(w) if at == 0 else cell.rjust(w) for at, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        typer.echo("  " + "  ".join(padded).rstrip())
    typer.echo("")


def _short(cell: str) -> str:
    return cell if len(cell) <= WIDEST else cell[: WIDEST - 1] + "…"


@contextmanager
def watched() -> Iterator[Told]:
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
