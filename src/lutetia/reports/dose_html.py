"""The report of a cycle as one self-contained HTML page: no script, no address outside, readable on a telephone."""

from __future__ import annotations

import base64
from functools import cache
from typing import TYPE_CHECKING, Any

from lutetia.plots.dose_overlay import Picture
from lutetia.reports.dose_figures import Sketch
from lutetia.reports.dose_page import DosePage
from lutetia.reports.dose_table import COLUMNS, NO_DOSE_FROM
from lutetia.reports.typesetting import font_faces
from lutetia.reports.typography import sentence

if TYPE_CHECKING:
    from jinja2 import Environment


def html(page: DosePage) -> str:
    """The report as HTML text; the same page gives the same text."""
    from markupsafe import Markup

    figures = page.figures
    return (
        _environment()
        .get_template("dose.html.j2")
        .render(
            page=page,
            head=[title.replace("\n", " ") for _, title in COLUMNS],
            apart=len(COLUMNS) - NO_DOSE_FROM,
            curves=_inline(figures.all_curves or figures.curves),
            histogram=_inline(figures.histogram),
            budget=_inline(figures.budget),
            cumulative=_inline(figures.cumulative),
            overlay=_source(figures.overlay),
            font_faces=Markup(font_faces()),
        )
    )


@cache
def _environment() -> Environment:
    """Everything that is put in is escaped, an unknown name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("lutetia.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["sentence"] = sentence
    return environment


def _inline(figure: Sketch | None) -> Any:
    """The figure's SVG with its words for a reader."""
    from markupsafe import Markup, escape

    if figure is None:
        return None
    opening = f'<svg role="img" aria-label="{escape(figure.description)}" '
    return Markup(figure.svg.replace("<svg ", opening, 1))  # the drawer has escaped its texts


def _source(picture: Picture | None) -> str:
    return "" if picture is None else f"data:image/png;base64,{base64.b64encode(picture.png).decode('ascii')}"
