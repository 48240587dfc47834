"""What the commands share: the files they take, the day they speak of, and progress on long work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

Files = Annotated[list[Path], typer.Argument(help="YAML or JSON files: courses, or flat records.", metavar="FILE…")]


class Jurisdiction(StrEnum):
    """Whose label applies."""

    EU = "EU"
    US = "US"
    other = "other"


class Grading(StrEnum):
    """What an unrecorded mitotic count does to the grade."""

    ki67_sufficient = "ki67_sufficient"
    strict = "strict"


_MANY = 5


def tracked(items: Any, description: str) -> Any:
    """The items with a progress bar on stderr when a person watches and there are many."""
    items = list(items)
    if len(items) < _MANY or not sys.stderr.isatty():
        return items
    from rich.console import Console
    from rich.progress import track

    return track(items, description, console=Console(stderr=True), transient=True)


@contextmanager
def counted(description: str) -> Iterator[Callable[[int, int], None]]:
    """A place to tell how many are done, of how many; a bar on stderr when a person watches and there are many."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=None, visible=False)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=total >= _MANY)


def day_of(text: str | None, option: str, *, quiet: bool = False) -> date:
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
