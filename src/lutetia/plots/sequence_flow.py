"""Treatment sequences as a Sankey diagram: which line followed which, ribbons as wide as their patients are many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lutetia.plots.figure import COLOURS, INK, Figure

WIDTH, HEIGHT, NODE, GAP = 620, 340, 14, 0.03
SAMPLES = 24  # points along a ribbon


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """So many patients went from one node of a column to a node of the next one."""

    column: int
    source: str
    target: str
    patients: int


def sequence_figure(links: Sequence[Link], *, columns: Sequence[str], title: str = "") -> Figure:
    """The ribbons of all links between the columns (line 1, line 2 …); every node shows its name and patients.

    Nodes of a column stand in falling order of patients. Colours belong to names, the same in every column.
    """
    totals = _totals(links, len(columns))
    places = [_stack(column, totals) for column in totals]
    names = list(dict.fromkeys(name for column in totals for name in sorted(column, key=lambda n: -column[n])))
    colour = {
        "field": "name",
        "type": "nominal",
        "scale": {"domain": names, "range": [COLOURS[at % len(COLOURS)] for at in range(len(names))]},
        "legend": None,
    }
    ribbons = _ribbons(links, places, totals)
    nodes = [
        {"name": name, "x": _x(at, len(columns)), "x2": _x(at, len(columns)) + NODE, "low": low, "high": high}
        for at, column in enumerate(places)
        for name, (low, high) in column.items()
    ]
    labels = [
        {
            "text": f"{node['name']} {totals[at][node['name']]}",
            "y": (node["low"] + node["high"]) / 2,
            "x": node["x"] - 5 if at == len(columns) - 1 else node["x2"] + 5,
            "end": at == len(columns) - 1,
        }
        for at in range(len(columns))
        for node in nodes
        if node["x"] == _x(at, len(columns))
    ]
    heads = [{"text": name, "x": _x(at, len(columns)) + NODE / 2} for at, name in enumerate(columns)]
    return Figure(
        specification=_specification(ribbons, nodes, labels, heads, colour, title),
        description="Treatment sequences: "
        + "; ".join(f"{link.source} then {link.target} {link.patients}" for link in links)
        + ".",
    )


def _totals(links: Sequence[Link], columns: int) -> list[dict[str, int]]:
    totals: list[dict[str, int]] = [{} for _ in range(columns)]
    for link in links:
        if link.column == 0:
            totals[0][link.source] = totals[0].get(link.source, 0) + link.patients
        totals[link.column + 1][link.target] = totals[link.column + 1].get(link.target, 0) + link.patients
    return totals


def _stack(column: Mapping[str, int], totals: Sequence[Mapping[str, int]]) -> dict[str, tuple[float, float]]:
    """Lower and upper edge (0 to 1, from the top) of each node of a column."""
    most = max(sum(other.values()) for other in totals)
    crowd = max(len(other) for other in totals)
    scale = (1 - GAP * (crowd - 1)) / most
    top, places = 0.0, {}
    for name in sorted(column, key=lambda name: (-column[name], name)):
        places[name] = (top, top + column[name] * scale)
        top += column[name] * scale + GAP
    return places


def _x(column: int, columns: int) -> float:
    return column * (WIDTH - NODE) / max(columns - 1, 1)


def _ribbons(
    links: Sequence[Link], places: Sequence[Mapping[str, tuple[float, float]]], totals: Sequence[Mapping[str, int]]
) -> list[dict[str, Any]]:
    """Points of every ribbon's two edges; ribbons leave and reach a node in the order of the nodes they join."""
    used: dict[tuple[int, str, str], float] = {}
    points: list[dict[str, Any]] = []
    order = sorted(links, key=lambda k: (k.column, places[k.column][k.source][0], places[k.column + 1][k.target][0]))
    arrive = sorted(links, key=lambda k: (k.column, places[k.column + 1][k.target][0], places[k.column][k.source][0]))
    at_target: dict[int, float] = {}
    for link in arrive:
        low, high = places[link.column + 1][link.target]
        key = (link.column, "in", link.target)
        width = (high - low) * link.patients / totals[link.column + 1][link.target]
        at_target[id(link)] = low + used.get(key, 0.0)
        used[key] = used.get(key, 0.0) + width
    for link in order:
        low, high = places[link.column][link.source]
        key = (link.column, "out", link.source)
        unit = (high - low) / totals[link.column][link.source]
        begin = low + used.get(key, 0.0)
        used[key] = used.get(key, 0.0) + unit * link.patients
        points += _ribbon(link, begin, at_target[id(link)], unit * link.patients, len(places))
    return points


def _ribbon(link: Link, begin: float, end: float, width: float, columns: int) -> list[dict[str, Any]]:
    left, right = _x(link.column, columns) + NODE, _x(link.column + 1, columns)
    rows = []
    for step in range(SAMPLES + 1):
        share = step / SAMPLES
        bend = share * share * (3 - 2 * share)
        top = begin + (end - begin) * bend
        rows.append(
            {
                "ribbon": f"{link.column} {link.source} {link.target}",
                "name": link.source,
                "x": left + (right - left) * share,
                "low": top,
                "high": top + width,
                "said": f"{link.source} → {link.target}: {link.patients}",
            }
        )
    return rows


def _specification(
    ribbons: list[dict[str, Any]],
    nodes: list[dict[str, Any]],
    labels: list[dict[str, Any]],
    heads: list[dict[str, Any]],
    colour: dict[str, Any],
    title: str,
) -> dict[str, Any]:
    x = {"field": "x", "type": "quantitative", "scale": {"domain": [0, WIDTH], "nice": False}, "axis": None}
    y = {"field": "low", "type": "quantitative", "scale": {"domain": [1, 0], "nice": False}, "axis": None}
    specification: dict[str, Any] = {
        "width": WIDTH,
        "height": HEIGHT,
        "padding": {"left": 8, "right": 8, "top": 24 if not title else 8, "bottom": 8},
        "layer": [
            {
                "data": {"values": ribbons},
                "mark": {"type": "area", "opacity": 0.32},
                "encoding": {
                    "x": x,
                    "y": y,
                    "y2": {"field": "high"},
                    "color": colour,
                    "detail": {"field": "ribbon"},
                    "tooltip": {"field": "said"},
                },
            },
            {
                "data": {"values": nodes},
                "mark": {"type": "rect", "opacity": 1},
                "encoding": {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "high"}, "color": colour},
            },
            *(_labels([row for row in labels if row["end"] is end], end) for end in (False, True)),
            {
                "data": {"values": heads},
                "mark": {"type": "text", "fontWeight": 600, "fontSize": 12, "baseline": "bottom", "color": INK},
                "encoding": {"x": x, "y": {"value": -6}, "text": {"field": "text"}},
            },
        ],
    }
    if title:
        specification["title"] = {"text": title, "offset": 24}
    return specification


def _labels(rows: list[dict[str, Any]], end: bool) -> dict[str, Any]:
    mark = {"type": "text", "align": "right" if end else "left", "baseline": "middle", "fontSize": 11, "color": INK}
    return {
        "data": {"values": rows},
        "mark": mark,
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "scale": {"domain": [0, WIDTH], "nice": False}, "axis": None},
            "y": {"field": "y", "type": "quantitative", "scale": {"domain": [1, 0], "nice": False}, "axis": None},
            "text": {"field": "text"},
        },
    }
