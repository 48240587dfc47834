"""The sheet as one self-contained HTML page: no script, inline style, every rule behind every line on click."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lutetia.reports.board_sheet import Sheet

if TYPE_CHECKING:
    from jinja2 import Environment, Template


def html(sheet: Sheet) -> str:
    """The sheet as HTML text, ready to be written to a file. The same sheet gives the same text."""
    return template("board.html.j2").render(sheet=sheet, rules=sheet.rules)


@cache
def _environment() -> Environment:
    """Templates of this room; everything that is put in is escaped, an unknown name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("lutetia.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@cache
def template(name: str) -> Template:
    """A template of this room by its file name."""
    return _environment().get_template(name)
