"""The names of curves: beside a piece of each line with its median, and before its numbers at risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lutetia.dates import DAYS_PER_MONTH
from lutetia.plots.figure import COLOURS, DASHES, INK
from lutetia.survival.curve_interval import Interval
from lutetia.survival.kaplan_meier import KaplanMeier

WIDTH, HEIGHT, ROW, LINE = 560, 300, 17, 15
LETTER, NAME_LETTERS, LEGEND_LETTERS = 5.6, 44, 60  # pixels of a letter, letters of a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Names of the curves, where the axis ends and how far apart its ticks are, in months."""

    names: tuple[str, ...]
    end_months: float
    every_months: float

    @property
    def ticks(self) -> NDArray[np.float64]:
        return np.round(np.arange(0, self.end_months + 1e-9, self.every_months), 9)

    def x(self, axis: dict[str, Any] | None) -> dict[str, Any]:
        """The encoding of months."""
        scale = {"domain": [0, self.end_months], "nice": False}
        return {"field": "months", "type": "quantitative", "scale": scale, "axis": axis}

    @property
    def dash(self) -> dict[str, Any]:
        scale = {"domain": list(self.names), "range": list(DASHES)}
        return {"field": "group", "type": "nominal", "scale": scale, "legend": None}


def colour_of(names: tuple[str, ...]) -> dict[str, Any]:
    colours = [COLOURS[at % len(COLOURS)] for at in range(len(names))]
    return {"field": "group", "type": "nominal", "scale": {"domain": list(names), "range": colours}, "legend": None}


def legend(curves: Mapping[str, KaplanMeier], frame: Frame, interval: Interval, note: str) -> list[dict[str, Any]]:
    """Name and median of each curve beside a piece of its line, then the note; at the top right, or above the plot."""
    lines: list[tuple[str | None, str]] = []
    for name in frame.names:
        median = _median_text(curves[name], interval)
        whole = f"{name}: {median}"
        parts = [whole] if len(whole) <= LEGEND_LETTERS else [*wrap(f"{name}:", NAME_LETTERS), median]
        lines += [(name if at == 0 else None, part) for at, part in enumerate(parts)]
    lines += [(None, line) for line in note.split("\n")] if note else []
    top = 8 if _clear(curves, frame, lines) else -LINE * len(lines)
    rows = [{"text": text, "row": top + LINE * at} for at, (_, text) in enumerate(lines)]
    y = {"field": "row", "type": "quantitative", "scale": None, "axis": None}
    ends = [
        {"group": name, "row": top + LINE * at, "pixel": pixel}
        for at, (name, _) in enumerate(lines)
        if name is not None
        for pixel in (WIDTH - 30, WIDTH - 4)
    ]
    x = {"field": "pixel", "type": "quantitative", "scale": None, "axis": None}
    return [
        {
            "data": {"values": ends},
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {"x": x, "y": y, "color": colour_of(frame.names), "strokeDash": frame.dash},
        },
        {
            "data": {"values": rows},
            "mark": {"type": "text", "align": "right", "baseline": "middle", "fontSize": 11, "color": INK},
            "encoding": {"x": {"value": WIDTH - 36}, "y": y, "text": {"field": "text"}},
        },
    ]


def _clear(curves: Mapping[str, KaplanMeier], frame: Frame, lines: list[tuple[str | None, str]]) -> bool:
    """Whether every curve has fallen below the lines, or ended, where they begin."""
    width_px = 42 + LETTER * max(len(text) for _, text in lines)
    days = max(frame.end_months * (1 - width_px / WIDTH), 0) * DAYS_PER_MONTH
    floor = 1 - (8 + LINE * len(lines)) / HEIGHT
    there = [curve for curve in curves.values() if curve.times[-1] > days]
    return width_px < WIDTH and all((curve.survival_at(days).estimate or 0.0) <= floor for curve in there)


def _median_text(curve: KaplanMeier, interval: Interval) -> str:
    median = curve.median(interval)
    if median.estimate is None:
        return "median not reached"
    said = f"median {median.estimate / DAYS_PER_MONTH:.1f} months"
    if median.lower is None and median.upper is None:
        return f"{said} (no interval)"
    low, high = (
        "not reached" if limit is None else f"{limit / DAYS_PER_MONTH:.1f}" for limit in (median.lower, median.upper)
    )
    return f"{said} ({low}–{high})"


def at_risk(curves: Mapping[str, KaplanMeier], frame: Frame) -> dict[str, Any]:
    """Numbers at risk under the ticks, one row for each curve, with a piece of its line before them."""
    labels = {name: "\n".join(wrap(name, NAME_LETTERS)) or name for name in frame.names}
    rows = []
    for name, curve in curves.items():
        for tick, count in zip(frame.ticks, curve.at_risk_at(frame.ticks * DAYS_PER_MONTH), strict=True):
            rows.append({"group": name, "label": labels[name], "months": float(tick), "count": f"{float(count):.0f}"})
    digits = max(len(f"{float(curve.at_risk_at(0.0)):.0f}") for curve in curves.values())
    near = -round(6 + 3.2 * digits)
    keys = [{"group": name, "label": labels[name], "pixel": near - at} for name in frame.names for at in (0, 20)]
    y = {
        "field": "label",
        "type": "nominal",
        "sort": [labels[name] for name in frame.names],
        "axis": {
            "title": None,
            "domain": False,
            "ticks": False,
            "labelPadding": 26 - near,
            "labelLimit": 300,
            "labelExpr": "split(datum.label, '\\n')",
        },
    }
    pixel = {"field": "pixel", "type": "quantitative", "scale": None, "axis": None}
    key = {"x": pixel, "y": y, "color": colour_of(frame.names), "strokeDash": frame.dash, "detail": {"field": "group"}}
    text = {"x": frame.x(None), "y": y, "text": {"field": "count"}}
    return {
        "title": {"text": "Number at risk", "fontSize": 11, "fontWeight": 600, "offset": 2, "color": INK},
        "width": WIDTH,
        "height": (ROW + 13 * max(label.count("\n") for label in labels.values())) * len(curves),
        "layer": [
            {"data": {"values": rows}, "mark": {"type": "text", "fontSize": 11, "color": INK}, "encoding": text},
            {"data": {"values": keys}, "mark": {"type": "line", "strokeWidth": 2}, "encoding": key},
        ],
    }
