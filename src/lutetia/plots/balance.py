"""Love plot: how unlike two groups are in each covariate, before and after weighting, the worst on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from textwrap import wrap
from typing import Any

from lutetia.plots.figure import COLOURS, FAINT, GREY, INK, Figure

ROW, ROW_OF_TWO, PLOT_WIDTH, LABEL_LETTERS = 20, 30, 340, 44
BEFORE, AFTER = "before weighting", "after weighting"
_STROKE, _FILL = {BEFORE: COLOURS[1], AFTER: COLOURS[0]}, {BEFORE: "white", AFTER: COLOURS[0]}


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceMark:
    """One covariate: its standardised difference before and after weighting; not finite where there is none."""

    name: str
    before: float
    after: float


def balance_figure(marks: Sequence[BalanceMark], *, imbalance: float = 0.1, title: str = "") -> Figure:
    """Absolute standardised differences, sorted by the one before weighting; dashed line at `imbalance`.

    A difference that does not exist (a covariate without spread) has no mark and is named in the description.
    """
    ordered = sorted(marks, key=lambda mark: (-_magnitude(mark.before), mark.name))
    names = [_label(mark.name) for mark in ordered]
    values = [
        {"name": _label(mark.name), "when": when, "size": abs(value), "signed": value}
        for mark in ordered
        for when, value in ((BEFORE, mark.before), (AFTER, mark.after))
        if isfinite(value)
    ]
    most = max([imbalance, *(float(str(row["size"])) for row in values)])
    row_px = ROW_OF_TWO if any("\n" in name for name in names) else ROW
    specification: dict[str, Any] = {
        "width": PLOT_WIDTH,
        "height": row_px * max(len(names), 1),
        "padding": 8,
        "view": {"stroke": FAINT},
        "layer": [_limit(imbalance), _paths(ordered, names), _points(values, names)],
        "encoding": {"x": {"scale": {"domain": [0, most * 1.06], "nice": False}}},
    }
    if title:
        specification["title"] = {"text": title}
    return Figure(specification=specification, description=_said(ordered, imbalance))


def _magnitude(value: float) -> float:
    return abs(value) if isfinite(value) else -1.0


def _label(name: str) -> str:
    """The name on one or two lines."""
    lines = wrap(name, LABEL_LETTERS)
    return "\n".join([*lines[:1], " ".join(lines[1:])]) if len(lines) > 1 else name


def _axes(names: list[str]) -> dict[str, Any]:
    bare = {"title": None, "ticks": False, "domain": False, "labelLimit": 400, "labelPadding": 8}
    lines = {"grid": True, "gridColor": FAINT, "labelExpr": "split(datum.label, '\\n')"}
    return {
        "x": {
            "field": "size",
            "type": "quantitative",
            "axis": {"title": "Absolute standardised difference", "format": "~g", "tickCount": 7, "labelFlush": False},
        },
        "y": {"field": "name", "type": "nominal", "scale": {"domain": names}, "axis": {**bare, **lines}},
    }


def _limit(imbalance: float) -> dict[str, Any]:
    return {
        "data": {"values": [{"size": imbalance}]},
        "mark": {"type": "rule", "stroke": GREY, "strokeDash": [4, 3]},
        "encoding": {"x": {"field": "size", "type": "quantitative"}},
    }


def _paths(ordered: Sequence[BalanceMark], names: list[str]) -> dict[str, Any]:
    """A thin line from before to after, so that the eye finds the pair."""
    pairs = [
        {"name": _label(mark.name), "size": abs(mark.before), "to": abs(mark.after)}
        for mark in ordered
        if isfinite(mark.before) and isfinite(mark.after)
    ]
    axes = _axes(names)
    return {
        "data": {"values": pairs},
        "mark": {"type": "rule", "stroke": GREY, "strokeWidth": 1},
        "encoding": {**axes, "x2": {"field": "to"}},
    }


def _points(values: Sequence[dict[str, Any]], names: list[str]) -> dict[str, Any]:
    legend = {"orient": "top", "title": None, "labelColor": INK, "symbolSize": 60}

    def look(colours: dict[str, str]) -> dict[str, Any]:
        scale = {"domain": list(colours), "range": list(colours.values())}
        return {"field": "when", "type": "nominal", "scale": scale, "legend": legend}

    return {
        "data": {"values": list(values)},
        "mark": {"type": "point", "shape": "circle", "size": 60, "opacity": 1, "strokeWidth": 1.8},
        "encoding": {
            **_axes(names),
            "stroke": look(_STROKE),
            "fill": look(_FILL),
            "tooltip": [{"field": "name"}, {"field": "when"}, {"field": "signed", "format": "+.3f"}],
        },
    }


def _said(ordered: Sequence[BalanceMark], imbalance: float) -> str:
    """The figure in words."""
    parts = []
    for mark in ordered:
        before, after = (f"{value:+.2f}" if isfinite(value) else "none" for value in (mark.before, mark.after))
        parts.append(f"{mark.name} {before} before, {after} after")
    return f"Standardised differences, limit {imbalance:g}: {'; '.join(parts)}."
