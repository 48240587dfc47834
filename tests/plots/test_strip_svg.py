"""SVG elements: text is escaped and held to its width, every shape is drawn."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from lutetia.plots.strip_layout import text_width
from lutetia.plots.strip_svg import line, mark, text_element, tick


def parsed(element: str) -> ElementTree.Element:
    return ElementTree.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg">{element}</svg>')


def test_text_is_escaped_and_held_to_its_computed_width():
    made = text_element('<script>&"\x07', 10, 20, fill="#000", size_px=7)
    text = parsed(made)[0]
    assert text.text == '<script>&" '
    assert float(text.get("textLength")) == pytest.approx(text_width('<script>&" ', 7), abs=0.06)


def test_a_halo_only_when_asked_for():
    assert "paint-order" not in text_element("a", 0, 0, fill="#000", size_px=7)
    assert "paint-order" in text_element("a", 0, 0, fill="#000", size_px=7, halo=True)


@pytest.mark.parametrize("shape", ["triangle", "down", "open", "diamond", "square", "cross", "dot", "ring"])
def test_every_shape_is_drawn_and_differs(shape):
    made = mark(shape, 50, 50)
    assert parsed(made)[0].tag.endswith(("path", "circle"))
    others = {
        mark(other, 50, 50) for other in ("triangle", "down", "open", "diamond", "square", "cross", "dot", "ring")
    }
    assert len(others) == 8


def test_lines_and_ticks_are_elements():
    assert parsed(line(0, 1, 2, 3, "#000", 0.5))[0].get("y2") == "3.0"
    assert len(parsed(tick(10, 10))) == 2
    assert re.search(r"M10\.0", tick(10, 10))
