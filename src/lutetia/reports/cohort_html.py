"""The report as one self-contained HTML page: figures inside, no address outside, readable without its script."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from lutetia.reports.cohort_design import remedy_cells
from lutetia.reports.cohort_report import INTENDED_USE, Report
from lutetia.reports.cohort_wording import input_rows, provenance_rows
from lutetia.reports.result_figures import Drawn
from lutetia.reports.typesetting import font_faces
from lutetia.reports.typography import sentence, typographic

if TYPE_CHECKING:
    from jinja2 import Environment


def html(report: Report, *, links: bool = False) -> str:
    """The report as HTML text. `links` points to the files of the whole folder; the same report gives the same text."""
    from markupsafe import Markup

    figures = {figure.key: figure for figure in report.figures}
    return (
        _environment()
        .get_template("cohort.html.j2")
        .render(
            report=report,
            links=links,
            svg_of={key: _inline(figure) for key, figure in figures.items()},
            readout_of={key: _json(figure.readout) for key, figure in figures.items() if figure.readout},
            remedy_cells=remedy_cells,
            intended_use=INTENDED_USE,
            font_faces=Markup(font_faces()),
            provenance=provenance_rows(report.provenance),
            inputs=input_rows(report.provenance),
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
    environment.filters["typographic"] = typographic
    return environment


_ID = re.compile(r'(?<=\sid=")([^"]+)(?=")')
_USE = re.compile(r'(?<=url\(#)([^)]+)(?=\))|(?<=href="#)([^"]+)(?=")')


def _inline(figure: Drawn) -> Any:
    """The figure's SVG with ids of its own: several on one page must not share them; with its words for a reader."""
    from markupsafe import Markup, escape

    prefix = f"{figure.key}-"
    svg = _ID.sub(lambda found: prefix + found[0], figure.svg)
    svg = _USE.sub(lambda found: prefix + found[0], svg)
    opening = f'<svg role="img" aria-label="{escape(figure.description)}" '
    return Markup(svg.replace("<svg ", opening, 1))  # the drawer has escaped its texts


def _json(data: Any) -> Any:
    """JSON that can stand inside a script element."""
    from markupsafe import Markup

    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))  # no tag can open in it
