"""Typst: text is data, pictures are the same each time, a PDF/A where the font has every letter."""

from __future__ import annotations

import struct

import pytest

from lutetia.reports.typesetting import font_faces, picture, typeset

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><rect width="50" height="40"/></svg>'
TEMPLATE = b"""
#let d = json(bytes(sys.inputs.data))
#set document(title: d.title, date: datetime(year: 2026, month: 11, day: 20))
#set text(font: "Source Sans Pro")
#d.title
"""


def test_a_picture_has_the_pixels_of_its_svg_times_the_scale():
    png = picture(SVG, "png", scale=3.0)
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == (360, 120)


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_pictures_are_the_same_each_time(kind):
    assert picture(SVG, kind) == picture(SVG, kind)


def test_the_archive_standard_is_declared():
    assert b"pdfaid:part" in typeset(TEMPLATE, {"title": "A study"})


def test_text_is_never_markup_and_control_characters_go():
    made = typeset(TEMPLATE, {"title": '#panic("no") = heading $x$ \x00\x1f end'})
    assert made.startswith(b"%PDF")


def test_a_script_the_font_lacks_is_still_set():
    assert typeset(TEMPLATE, {"title": "研究 A"}).startswith(b"%PDF")


def test_the_font_travels_inside_the_page():
    faces = font_faces()
    assert faces.count("@font-face") == 2
    assert "http" not in faces
