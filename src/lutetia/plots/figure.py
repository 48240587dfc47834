"""A figure: one Vega-Lite specification that becomes SVG, PNG or vector PDF, with the same font everywhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
FONT = "Source Sans Pro"
INK, GREY, FAINT = "#1b2430", "#5b6673", "#d9dee4"
# Okabe & Ito: told apart with every kind of colour vision, and in grey print by the dashes beside them.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6b6b6b", "#882255")
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4], [4, 2], [1, 3], [12, 3, 3, 3])


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A Vega-Lite specification (a plain JSON object) with what a reader who cannot see it is told."""

    specification: dict[str, Any]
    description: str

    def json(self) -> str:
        """The specification as JSON text, the same bytes for the same figure."""
        return json.dumps(self.whole(), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

    def svg(self) -> str:
        """The figure as SVG text."""
        return str(_drawer().vegalite_to_svg(self.whole()))

    def png(self, scale: float = 2.0) -> bytes:
        """The figure as PNG bytes, `scale` device pixels for each of the specification's."""
        return bytes(_drawer().vegalite_to_png(self.whole(), scale=scale))

    def pdf(self) -> bytes:
        """The figure as a one-page vector PDF."""
        return bytes(_drawer().vegalite_to_pdf(self.whole()))

    def whole(self) -> dict[str, Any]:
        """The specification with schema, description and the house's look."""
        return {"$schema": SCHEMA, "description": self.description, "config": _LOOK, **self.specification}


_LOOK: dict[str, Any] = {
    "background": "white",
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 11,
        "titleFontSize": 12,
        "titleFontWeight": 600,
        "domainColor": INK,
        "tickColor": INK,
        "tickSize": 4,
        "grid": False,
    },
    "legend": {"labelColor": INK, "labelFontSize": 11, "title": None, "symbolStrokeWidth": 2, "labelLimit": 320},
    "title": {"color": INK, "fontSize": 13, "fontWeight": 600, "anchor": "start"},
    "text": {"color": INK, "fontSize": 11},
}


@cache
def _drawer() -> Any:
    """vl-convert, knowing the font of the printed sheets."""
    import vl_convert

    found = find_spec("font_source_sans_pro")
    if found is not None and found.origin is not None:
        vl_convert.register_font_directory(str(Path(found.origin).parent / "files"))
    return vl_convert
