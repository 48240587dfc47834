"""The few SVG elements a strip is drawn from: labels held to their width, lines, marks whose shape carries meaning."""

from __future__ import annotations

import re
from html import escape

from lutetia.plots.strip_layout import text_width

INK, SOFT, HAIR, ACCENT = "#17202a", "#4a5561", "#c9cfd5", "#0b4a66"
FONT = "Source Sans Pro, Source Sans 3, Segoe UI, Helvetica, Arial, sans-serif"
_NOT_XML = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def text_element(
    text: str, x: float, y: float, *, fill: str, size_px: float, bold: bool = False, halo: bool = False
) -> str:
    """A label held to its computed width, so that another font cannot make it run into its neighbour."""
    text = _NOT_XML.sub(" ", text)
    width = text_width(text, size_px)
    weight = 600 if bold else 400
    clear = ' stroke="#ffffff" stroke-width="2" stroke-linejoin="round" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{x:.1f}" y="{y + size_px * 0.34:.1f}" font-size="{size_px:g}" font-weight="{weight}"'
        f' fill="{fill}"{clear} textLength="{width:.1f}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
    )


def line(x1: float, y1: float, x2: float, y2: float, colour: str, thick: float) -> str:
    """A straight line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{thick:g}"/>'


def mark(shape: str, x: float, y: float) -> str:
    """The mark of a point in time, about five units wide."""
    paths = {
        "triangle": f"M{x:.1f} {y - 3:.1f}l3 5.4h-6z",
        "down": f"M{x:.1f} {y + 3:.1f}l-3 -5.4h6z",
        "open": f"M{x:.1f} {y + 3:.1f}l-3 -5.4h6z",
        "diamond": f"M{x:.1f} {y - 3.2:.1f}l3.2 3.2l-3.2 3.2l-3.2 -3.2z",
        "square": f"M{x - 2.3:.1f} {y - 2.3:.1f}h4.6v4.6h-4.6z",
        "cross": f"M{x - 0.9:.1f} {y - 2.8:.1f}h1.8v1.9h1.9v1.8h-1.9v1.9h-1.8v-1.9h-1.9v-1.8h1.9z",
    }
    if shape in {"dot", "ring"}:
        fill = INK if shape == "dot" else "#ffffff"
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{fill}" stroke="{INK}" stroke-width="0.8"/>'
    fill = "#ffffff" if shape in {"open", "square"} else INK
    return f'<path d="{paths[shape]}" fill="{fill}" stroke="{INK}" stroke-width="0.8"/>'


def tick(x: float, y: float) -> str:
    """One RLT cycle: a stub above the bar and a light line across it."""
    return (
        f'<path d="M{x:.1f} {y - 0.6:.1f}v1.5" stroke="{INK}" stroke-width="1.2"/>'
        f'<path d="M{x:.1f} {y + 1.2:.1f}v6.8" stroke="#ffffff" stroke-width="1.1"/>'
    )
