"""Typst with the house's font: text that comes in as data, never as markup, and the same bytes for the same data."""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

STANDARD = "a-2b"  # PDF/A-2b: what an archive accepts
POINTS_PER_INCH = 72.0
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FIGURE = b"""
#let d = json(bytes(sys.inputs.data))
#set document(date: none)
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(d.svg), format: "svg")
"""


def typeset(template: bytes, data: Any, *, archive: bool = True) -> bytes:
    """The PDF of a template; its data is `sys.inputs.data`, JSON. PDF/A-2b where `archive`.

    Text in a script that the font lacks (PDF/A refuses it) is drawn with the fonts of the machine in a plain PDF.
    """
    import typst

    inputs = {"data": json.dumps(_printable(data), ensure_ascii=False, sort_keys=True)}
    made: bytes
    try:
        made = compiler().compile(
            template, format="pdf", sys_inputs=inputs, pdf_standards=[STANDARD] if archive else []
        )
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        made = compiler(fonts_of_machine=True).compile(template, format="pdf", sys_inputs=inputs, pdf_standards=[])
    return made


def picture(svg: str, kind: Literal["pdf", "png"], scale: float = 2.0) -> bytes:
    """A figure's SVG as one-page vector PDF, or as PNG with `scale` device pixels for each of its own.

    Typst draws both in a few milliseconds and gives the same bytes each time.
    """
    inputs = {"data": json.dumps({"svg": svg}, ensure_ascii=False)}
    if kind == "pdf":
        return bytes(compiler().compile(_FIGURE, format="pdf", sys_inputs=inputs, pdf_standards=[]))
    per_inch = scale * POINTS_PER_INCH / _POINTS_PER_PIXEL
    return bytes(compiler().compile(_FIGURE, format="png", ppi=per_inch, sys_inputs=inputs))


_POINTS_PER_PIXEL = 0.75  # of an SVG without units: 96 pixels an inch


@cache
def compiler(fonts_of_machine: bool = False) -> Any:
    """Typst's compiler with Source Sans Pro (package font-source-sans-pro); without it Typst's serif stands in."""
    import typst

    folder = _font_folder()
    folders = [str(folder)] if folder is not None else []
    fonts = typst.Fonts(include_system_fonts=fonts_of_machine, include_embedded_fonts=True, font_paths=folders)
    return typst.Compiler(font_paths=fonts)


@cache
def font_faces() -> str:
    """CSS that brings the font along inside a page (SIL OFL 1.1): figures are drawn to its widths; "" without it."""
    folder = _font_folder()
    if folder is None:
        return ""
    faces = []
    for weight, name in (("400", "Regular"), ("600 700", "Semibold")):
        data = base64.b64encode((folder / f"SourceSansPro-{name}.otf").read_bytes()).decode("ascii")
        source = f"url(data:font/otf;base64,{data}) format('opentype')"
        faces.append(f"@font-face {{ font-family: 'Source Sans Pro'; font-weight: {weight}; src: {source}; }}")
    return "\n".join(faces)


def _font_folder() -> Path | None:
    found = find_spec("font_source_sans_pro")
    return Path(found.origin).parent / "files" if found is not None and found.origin else None


def _printable(data: Any) -> Any:
    """The data without control characters, which no font can draw."""
    if isinstance(data, str):
        return _UNPRINTABLE.sub(" ", data)
    if isinstance(data, dict):
        return {key: _printable(value) for key, value in data.items()}
    return [_printable(value) for value in data] if isinstance(data, list | tuple) else data
