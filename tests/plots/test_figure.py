"""A figure draws itself as SVG, PNG and PDF, and the same figure gives the same bytes."""

from __future__ import annotations

import json

from lutetia.plots.figure import FONT, Figure


def bars() -> Figure:
    return Figure(
        specification={
            "data": {"values": [{"a": "RLT", "b": 3}, {"a": "SSA", "b": 5}]},
            "mark": "bar",
            "encoding": {"x": {"field": "b", "type": "quantitative"}, "y": {"field": "a", "type": "nominal"}},
        },
        description="Two bars: RLT 3, SSA 5.",
    )


def test_the_three_forms_are_what_they_say():
    assert bars().svg().startswith("<svg")
    assert bars().png().startswith(b"\x89PNG")
    assert bars().pdf().startswith(b"%PDF")


def test_the_text_is_set_in_the_font_of_the_sheets():
    assert FONT in bars().svg()
    assert b"SourceSansPro" in bars().pdf()


def test_the_same_figure_gives_the_same_bytes():
    assert bars().svg() == bars().svg()
    assert bars().json() == bars().json()


def test_the_specification_tells_what_cannot_be_seen():
    assert json.loads(bars().json())["description"] == "Two bars: RLT 3, SSA 5."
