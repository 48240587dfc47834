"""Treatment sequences as a Sankey diagram: which line followed which, ribbons as wide as their patients are many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lutetia.plots.figure import COLOURS, INK, Figure

WIDTH, LEAST_HEIGHT, NODE = 620, 340, 14
GAP, ROOM = 14, 42  # pixels between nodes, and for each node of the fullest column
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

    Nodes of a column stand in falling order of patients. Colours belong to names, the same in every column. Links
    without patients are not drawn. Raises ValueError for a link outside the columns.
    """
    merged = _merged(links, len(columns))
    totals = _totals(merged, len(columns))
    height_px = max(LEAST_HEIGHT, ROOM * max(len(column) for column in totals))
    places = [_stack(column, totals, GAP / height_px) for column in totals]
    names = list(dict.fromkeys(name for column in totals for name in sorted(column, key=lambda n: -column[n])))
    colour = {
        "field": "name",
        "type": "nominal",
        "scale": {"domain": names, "range": [COLOURS[at % len(COLOURS)] for at in range(len(names))]},
        "legend": None,
    }
    ribbons = _ribbons(merged, places, totals)
    nodes = [
        {
            "name": name, "x": _x(at, len(columns)), "x2": _x(at, len(columns)) + NODE, "low": low, "high": high,
            "text": f"{name} {totals[at][name]}",
        }
        for at, column in enumerate(places)
        for name, (low, high) in column.items()
    ]  # fmt: skip
    labels = [
        {"text": node["text"], "y": (node["low"] + node["high"]) / 2, "x": node["x2"] + 5}  # type: ignore[operator]
        for node in nodes
    ]
    heads = [{"text": name, "x": _x(at, len(columns)) + NODE / 2} for at, name in enumerate(columns)]
    said = "; ".join(f"{link.source} then {link.target} {link.patients}" for link in merged)
    return Figure(
        specification=_specification(ribbons, nodes, labels, heads, colour, title, height_px),
        description=f"Treatment sequences: {said or 'no patients'}.",
    )


def _merged(links: Sequence[Link], columns: int) -> list[Link]:
    """One link for each pair of nodes, without those of nobody."""
    found: dict[tuple[int, str, str], Link] = {}
    for link in links:
        if not 0 <= link.column < columns - 1:
            raise ValueError(
                f"{link.source} to {link.target}: column {link.column} has no next one ({columns} columns)"
            )
        key = (link.column, link.source, link.target)
        before = found[key].patients if key in found else 0
        found[key] = replace(link, patients=before + link.patients)
    return [link for link in found.values() if link.patients > 0]


def _totals(links: Sequence[Link], columns: int) -> list[dict[str, int]]:
    """Patients of every node: those who come, or those who go on where these are more."""
    come: list[dict[str, int]] = [{} for _ in range(columns)]
    go: list[dict[str, int]] = [{} for _ in range(columns)]
    for link in links:
        go[link.column][link.source] = go[link.column].get(link.source, 0) + link.patients
        come[link.column + 1][link.target] = come[link.column + 1].get(link.target, 0) + link.patients
    return [
        {name: max(one.get(name, 0), other.get(name, 0)) for name in {**one, **other}}
        for one, other in zip(come, go, strict=True)
    ]


def _stack(
    column: Mapping[str, int], totals: Sequence[Mapping[str, int]], gap: float
) -> dict[str, tuple[float, float]]:
    """Lower and upper edge (0 to 1, from the top) of each node of a column."""
    most = max([1, *(sum(other.values()) for other in totals)])
    crowd = max(len(other) for other in totals)
    scale = (1 - gap * (crowd - 1)) / most
    top, places = 0.0, {}
    for name in sorted(column, key=lambda name: (-column[name], name)):
        places[name] = (top, top + column[name] * scale)
        top += column[name] * scale + gap
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
    at_target: dict[Link, float] = {}
    for link in arrive:
        low, high = places[link.column + 1][link.target]
        key = (link.column, "in", link.target)
        width = (high - low) * link.patients / totals[link.column + 1][link.target]
        at_target[link] = low + used.get(key, 0.0)
        used[key] = used.get(key, 0.0) + width
    for link in order:
        low, high = places[link.column][link.source]
        key = (link.column, "out", link.source)
        unit = (high - low) / totals[link.column][link.source]
        begin = low + used.get(key, 0.0)
        used[key] = used.get(key, 0.0) + unit * link.patients
        points += _ribbon(link, begin, at_target[link], unit * link.patients, len(places))
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
    height_px: int,
) -> dict[str, Any]:
    x = {"field": "x", "type": "quantitative", "scale": {"domain": [0, WIDTH], "nice": False}, "axis": None}
    y = {"field": "low", "type": "quantitative", "scale": {"domain": [1, 0], "nice": False}, "axis": None}
    text = {"type": "text", "align": "left", "baseline": "middle", "fontSize": 11}
    at = {"x": x, "y": {**y, "field": "y"}, "text": {"field": "text"}}
    specification: dict[str, Any] = {
        "width": WIDTH,
        "height": height_px,
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
                "encoding": {
                    "x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "high"}, "color": colour,
                    "tooltip": {"field": "text"},
                },
            },
            {  # a white edge keeps the names legible on the ribbons
                "data": {"values": labels},
                "mark": {**text, "stroke": "white", "strokeWidth": 3, "strokeJoin": "round", "opacity": 0.8},
                "encoding": at,
            },
            {"data": {"values": labels}, "mark": {**text, "color": INK}, "encoding": at},
            {
                "data": {"values": heads},
                "mark": {"type": "text", "fontWeight": 600, "fontSize": 12, "baseline": "bottom", "color": INK},
                "encoding": {"x": x, "y": {"value": -6}, "text": {"field": "text"}},
            },
        ],
    }  # fmt: skip
    if not nodes:
        nobody = {"text": {"value": "no patients"}, "x": {"value": WIDTH / 2}, "y": {"value": height_px / 2}}
        specification["layer"].append({"data": {"values": [{}]}, "mark": {"type": "text"}, "encoding": nobody})
    if title:
        specification["title"] = {"text": title, "offset": 24}
    return specification
