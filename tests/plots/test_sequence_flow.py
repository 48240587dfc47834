"""Sankey diagrams: ribbons are as wide as their patients are many, and every node closes."""

from __future__ import annotations

import pytest

from lutetia.plots.sequence_flow import Link, sequence_figure

# The sequences of Panzuto 2024 that close: 35 SSA-RLT, 93 SSA-other, 35 RLT-other.
LINKS = [
    Link(column=0, source="SSA", target="RLT", patients=35),
    Link(column=0, source="SSA", target="other", patients=93),
    Link(column=0, source="RLT", target="other", patients=35),
]


def figure(links=LINKS):
    return sequence_figure(links, columns=["Line 1", "Line 2"])


def widths(drawn):
    rows = drawn.specification["layer"][0]["data"]["values"]
    return {row["ribbon"]: row["high"] - row["low"] for row in rows}


def test_a_ribbon_is_as_wide_as_its_patients_are_many():
    found = widths(figure())
    assert found["0 SSA other"] / found["0 SSA RLT"] == pytest.approx(93 / 35)
    assert found["0 RLT other"] == pytest.approx(found["0 SSA RLT"])


def test_the_ribbons_of_a_node_fill_it_without_overlap():
    rows = figure().specification["layer"][0]["data"]["values"]
    nodes = {(n["name"], n["x"]): (n["low"], n["high"]) for n in figure().specification["layer"][1]["data"]["values"]}
    begin = {}
    for row in rows:
        begin.setdefault(row["ribbon"], row)
    out = sorted((row["low"], row["high"]) for ribbon, row in begin.items() if ribbon.startswith("0 SSA"))
    assert out[0][0] == pytest.approx(nodes["SSA", 0.0][0])
    assert out[0][1] == pytest.approx(out[1][0])
    assert out[1][1] == pytest.approx(nodes["SSA", 0.0][1])


def test_the_labels_carry_the_patients_of_a_node():
    layers = figure().specification["layer"]
    labels = {row["text"] for layer in layers[2:4] for row in layer["data"]["values"]}
    assert labels == {"SSA 128", "RLT 35", "other 128"}


def test_the_figure_can_be_drawn():
    assert figure().svg().startswith("<svg")
