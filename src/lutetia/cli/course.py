"""`lutetia course`: check course files, print the schema they follow."""

from __future__ import annotations

import typer

from lutetia.cli.options import Files

app = typer.Typer(rich_markup_mode=None, help="Check course files; print the schema they follow.", no_args_is_help=True)


@app.command("check")
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


@app.command("schema")
def course_schema() -> None:
    """Print the JSON Schema of a course.

    Example:

      lutetia course schema > course.schema.json
    """
    import json

    from lutetia.course.course import Course

    typer.echo(json.dumps(Course.model_json_schema(), indent=2, ensure_ascii=False))
