"""Sankey diagrams: ribbons are as wide as their patients are many, and every node closes."""

from __future__ import annotations

from itertools import pairwise

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
    labels = {row["text"] for row in layers[3]["data"]["values"]}
    assert labels == {"SSA 128", "RLT 35", "other 128"}


def test_links_of_nobody_are_not_drawn_and_equal_links_are_one():
    doubled = [*LINKS, Link(column=0, source="RLT", target="SSA", patients=0), LINKS[0]]
    assert set(widths(figure(doubled))) == set(widths(figure()))
    labels = {row["text"] for row in figure(doubled).specification["layer"][3]["data"]["values"]}
    assert labels == {"SSA 163", "RLT 35", "RLT 70", "other 128"}


def test_the_ribbons_that_reach_a_node_fill_it_without_overlap():
    rows = figure().specification["layer"][0]["data"]["values"]
    ends = {row["ribbon"]: (row["low"], row["high"]) for row in rows if row["ribbon"].endswith("other")}
    (node,) = [n for n in figure().specification["layer"][1]["data"]["values"] if n["name"] == "other"]
    (first, second) = sorted(ends.values())
    assert (first[0], second[1]) == (pytest.approx(node["low"]), pytest.approx(node["high"]))
    assert first[1] == pytest.approx(second[0])


def test_a_node_that_patients_only_leave_is_as_high_as_they_are_many():
    links = [*LINKS, *(Link(column=1, source=source, target="died", patients=35) for source in ("RLT", "TT"))]
    drawn = sequence_figure(links, columns=["Line 1", "Line 2", "Line 3"])
    high = {(n["name"], round(n["x"])): n["high"] - n["low"] for n in drawn.specification["layer"][1]["data"]["values"]}
    assert high["TT", 303] == pytest.approx(high["RLT", 303])
    assert high["died", 606] == pytest.approx(2 * high["RLT", 303])


def test_a_crowded_column_makes_a_higher_figure_whose_names_do_not_touch():
    links = [Link(column=0, source="SSA", target=f"drug {n}", patients=1 if n else 500) for n in range(30)]
    drawn = figure(links)
    places = sorted(row["y"] for row in drawn.specification["layer"][3]["data"]["values"] if row["text"] != "SSA 529")
    apart = min(b - a for a, b in pairwise(places)) * drawn.specification["height"]
    assert apart >= 14
    assert max(n["high"] for n in drawn.specification["layer"][1]["data"]["values"]) <= 1 + 1e-9


def test_nobody_is_said_and_drawn():
    assert figure([]).description == "Treatment sequences: no patients."
    assert "no patients" in figure([]).svg()


def test_a_link_behind_the_last_column_is_refused():
    with pytest.raises(ValueError, match="column 1 has no next one"):
        figure([Link(column=1, source="SSA", target="RLT", patients=1)])


def test_the_figure_can_be_drawn():
    assert figure().svg().startswith("<svg")
