"""What the HTML pages of all reports share: templates in which everything is escaped, figures inside the page."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from lutetia.reports.result_figures import Drawn
from lutetia.reports.typography import sentence, typographic

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment() -> Environment:
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


def inline_svg(figure: Drawn) -> Any:
    """The figure's SVG with ids of its own: several on one page must not share them; with its words for a reader."""
    from markupsafe import Markup, escape

    prefix = f"{figure.key}-"
    svg = _ID.sub(lambda found: prefix + found[0], figure.svg)
    svg = _USE.sub(lambda found: prefix + found[0], svg)
    opening = f'<svg role="img" aria-label="{escape(figure.description)}" '
    return Markup(svg.replace("<svg ", opening, 1))  # the drawer has escaped its texts


def script_json(data: Any) -> Any:
    """JSON that can stand inside a script element."""
    from markupsafe import Markup

    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))  # no tag can open in it
