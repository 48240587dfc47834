"""The command line: files in, files and tables out. Only this room prints; everything heavy is imported on use."""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from lutetia.cli import board, cohort, course, dose, evidence, guideline, score, trial

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
app.command("board")(board.board)
app.command("demo")(board.demo)
app.add_typer(cohort.app, name="cohort")
app.add_typer(course.app, name="course")
app.add_typer(dose.app, name="dose")
app.add_typer(evidence.app, name="evidence")
app.add_typer(guideline.app, name="guideline")
app.add_typer(score.app, name="score")
app.add_typer(trial.app, name="trial")


@app.callback(invoke_without_command=True)
def _main(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if version:
        from lutetia import __version__

        typer.echo(f"lutetia {__version__}")
        raise typer.Exit


def main() -> NoReturn:
    """Run the command line; an error of ours is a sentence on stderr and exit code 2."""
    from lutetia.errors import LutetiaError

    try:
        app()
    except LutetiaError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    sys.exit(0)
