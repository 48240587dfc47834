"""Time-activity curves, one small panel for each region: measured points with u, the curve with its band, and dashed
where no point supports it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

import numpy as np

from lutetia.dosimetry.curve import Curve, Floats
from lutetia.plots.figure import COLOURS, FAINT, GREY, INK, Figure
from lutetia.plots.strip_layout import shortened

SAMPLES = 90  # of a curve
BEYOND = 1.4  # the axis ends here, in times of the last point
MOST_DECADES = 3.0  # of a logarithmic axis
TITLE_PX, NOTE_PX, LABEL_PX = 10.5, 9, 9
AXIS_ROOM, GAP, HEAD, TICKS = 36, 8, 31, 14  # pixels around a plot


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPanel:
    """One region: its points (hours after administration, MBq, u with k = 1 or None), its curve and the curve's u.

    `curve` None: points only; `u_curve_mbq` gives u at times (h), nan where it is not known. `note` stands below the
    name.
    """

    name: str
    times_h: Sequence[float]
    activities_mbq: Sequence[float]
    u_activities_mbq: Sequence[float] | None = None
    curve: Curve | None = None
    u_curve_mbq: Callable[[Floats], Floats] | None = None
    note: str = ""


def time_activity_figure(
    panels: Sequence[ActivityPanel],
    *,
    columns: int = 3,
    logarithmic: bool = True,
    width_px: float = 340,
    panel_height_px: float = 74,
) -> Figure:
    """Small multiples with one time axis and an activity axis each; bars and bands are u with k = 1.

    A logarithmic axis shows three decades at most; points below it are open triangles at its foot. What lies outside
    the points (before the first, after the last) is dashed.
    """
    end_h = BEYOND * max([1.0, *(float(t) for panel in panels for t in panel.times_h)])
    columns = max(1, min(columns, len(panels)))
    wide = width_px / columns - AXIS_ROOM - GAP
    frame = _Frame(end_h=end_h, width_px=wide, height_px=panel_height_px, logarithmic=logarithmic)
    last_row = len(panels) - 1 - (len(panels) - 1) % columns if panels else 0
    drawn = [
        _panel(panel, frame, left=at % columns == 0, bottom=at >= last_row or at + columns >= len(panels))
        for at, panel in enumerate(panels)
    ]
    specification: dict[str, Any] = {
        "concat": drawn or [_nothing(frame)],
        "columns": columns,
        "bounds": "flush",  # plots stand in line whatever their labels are
        "spacing": {"row": HEAD + TICKS, "column": AXIS_ROOM + GAP},
        "padding": 2,
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
    }
    return Figure(specification=specification, description=_said(panels))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    end_h: float
    width_px: float
    height_px: float
    logarithmic: bool


def _panel(panel: ActivityPanel, frame: _Frame, *, left: bool, bottom: bool) -> dict[str, Any]:
    rows = _curve_rows(panel, frame.end_h)
    low, high = _domain(panel, rows, frame.logarithmic)
    x = {"field": "h", "type": "quantitative", "scale": {"domain": [0, frame.end_h], "nice": False},
         "axis": _axis("Hours after administration" if bottom else None, tickCount=4, labelFlush=False)}  # fmt: skip
    kind = {"type": "log", "base": 10} if frame.logarithmic else {}
    y = {"field": "mbq", "type": "quantitative",
         "scale": {**kind, "domain": [low, high], "nice": False},
         "axis": _axis("MBq" if left else None, format="~f", **_ticks(low, high, frame.logarithmic))}  # fmt: skip
    return {
        "width": frame.width_px,
        "height": frame.height_px,
        "view": {"stroke": FAINT},
        "layer": [*_curve_layers(rows, x, y, low), *_point_layers(panel, x, y, low), *_heading(panel, frame)],
    }


def _heading(panel: ActivityPanel, frame: _Frame) -> list[dict[str, Any]]:
    """Name and note above the plot, at one height in all panels."""
    room = frame.width_px + AXIS_ROOM - 4
    lines = ((panel.name, TITLE_PX, INK, 600, -20), (panel.note, NOTE_PX, GREY, 400, -9))
    return [
        {
            "data": {"values": [{}]},
            "mark": {"type": "text", "align": "left", "baseline": "middle", "fontSize": size, "color": fill,
                     "fontWeight": weight},
            "encoding": {"x": {"value": 6 - AXIS_ROOM}, "y": {"value": top},
                         "text": {"value": shortened(text, size, room)}},
        }
        for text, size, fill, weight, top in lines
        if text
    ]  # fmt: skip


def _axis(title: str | None, **more: Any) -> dict[str, Any]:
    return {"title": title, "labelFontSize": LABEL_PX, "titleFontSize": LABEL_PX, "titleFontWeight": 400,
            "titlePadding": 3, "tickSize": 3, "labelPadding": 2, "labelColor": GREY, "titleColor": GREY,
            "grid": True, "gridColor": FAINT, "gridOpacity": 0.6, **more}  # fmt: skip


def _curve_rows(panel: ActivityPanel, end_h: float) -> list[dict[str, Any]]:
    """The curve at many times, in parts: before the first point, between the points, beyond the last."""
    if panel.curve is None:
        return []
    first, last = (min(panel.times_h), max(panel.times_h)) if len(panel.times_h) else (0.0, 0.0)
    rows = []
    for part, start, stop in (("before", 0.0, first), ("measured", first, last), ("beyond", last, end_h)):
        if stop <= start:
            continue
        times = np.linspace(start, stop, max(12, round(SAMPLES * (stop - start) / end_h)))
        values = panel.curve.activity_mbq(times)
        spread = np.full(times.shape, np.nan) if panel.u_curve_mbq is None else panel.u_curve_mbq(times)
        for t, value, u in zip(times.tolist(), values.tolist(), spread.tolist(), strict=True):
            row = {"h": round(t, 4), "mbq": value, "part": part}
            rows.append(row | ({"low": value - u, "high": value + u} if u == u else {}))
    return rows


def _curve_layers(rows: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any], low: float) -> list[dict[str, Any]]:
    band = [{**row, "low": max(row["low"], low), "high": max(row["high"], low)} for row in rows if "low" in row]
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": band},
            "mark": {"type": "area", "color": COLOURS[0], "opacity": 0.2, "clip": True},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "detail": {"field": "part"}},
        }
    ]
    for part in ("before", "measured", "beyond"):
        inside = part == "measured"
        mark = {"type": "line", "color": COLOURS[0], "strokeWidth": 1.6 if inside else 1.2, "clip": True}
        shown = [{key: row[key] for key in ("h", "mbq")} for row in rows if row["part"] == part]
        shown = [row for row in shown if row["mbq"] > 0 or low == 0]  # zero has no place on a logarithmic axis
        layers.append(
            {
                "data": {"values": shown},
                "mark": mark if inside else {**mark, "strokeDash": [3, 2.5]},
                "encoding": {"x": x, "y": y},
            }
        )
    return layers


def _point_layers(panel: ActivityPanel, x: dict[str, Any], y: dict[str, Any], low: float) -> list[dict[str, Any]]:
    spread = panel.u_activities_mbq if panel.u_activities_mbq is not None else [float("nan")] * len(panel.times_h)
    rows = [
        {"h": float(t), "mbq": float(a), "low": max(float(a - u), low), "high": float(a + u), "u": float(u)}
        if u == u
        else {"h": float(t), "mbq": float(a)}
        for t, a, u in zip(panel.times_h, panel.activities_mbq, spread, strict=True)
    ]
    tip = [{"field": "h", "title": "h", "format": ".1f"}, {"field": "mbq", "title": "MBq", "format": ".4~g"},
           {"field": "u", "title": "u (k = 1)", "format": ".2~g"}]  # fmt: skip
    return [
        {
            "data": {"values": [row for row in rows if "low" in row]},
            "mark": {"type": "rule", "stroke": INK, "strokeWidth": 1, "clip": True},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "data": {"values": [{**row, "mbq": low} for row in rows if row["mbq"] < low]},  # beyond the axis
            "mark": {
                "type": "point",
                "shape": "triangle-down",
                "size": 26,
                "stroke": INK,
                "fill": "white",
                "opacity": 1,
            },
            "encoding": {"x": x, "y": y},
        },
        {
            "data": {"values": [row for row in rows if row["mbq"] >= low]},
            "mark": {"type": "point", "shape": "circle", "size": 18, "filled": True, "fill": INK, "opacity": 1},
            "encoding": {"x": x, "y": y, "tooltip": tip},
        },
    ]


def _domain(panel: ActivityPanel, rows: list[dict[str, Any]], logarithmic: bool) -> tuple[float, float]:
    spread = panel.u_activities_mbq if panel.u_activities_mbq is not None else [0.0] * len(panel.times_h)
    tops = [float(a + (u if u == u else 0)) for a, u in zip(panel.activities_mbq, spread, strict=True)]
    tops += [row.get("high", row["mbq"]) for row in rows]
    high = max([top for top in tops if top > 0], default=1.0)
    if not logarithmic:
        return 0.0, high * 1.05
    values = [float(a) for a in panel.activities_mbq] + [row["mbq"] for row in rows if row["part"] != "before"]
    low = min([value for value in values if value > 0], default=high / 10)
    return max(low * 0.8, high / 10**MOST_DECADES), high * 1.25


def _ticks(low: float, high: float, logarithmic: bool) -> dict[str, Any]:
    """Round ticks of a logarithmic axis: powers of ten, with 2 and 5 between where they are few."""
    if not logarithmic:
        return {"tickCount": 3}
    powers = range(floor(log10(low)), floor(log10(high)) + 1)
    for steps in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 7)):
        ticks = [step * 10.0**power for power in powers for step in steps if low <= step * 10.0**power <= high]
        if len(ticks) >= 2:
            break
    return {"values": ticks[:: -(-len(ticks) // 5)]}


def _nothing(frame: _Frame) -> dict[str, Any]:
    text = {"text": {"value": "no time-activity curve"}, "x": {"value": frame.width_px / 2}, "y": {"value": 20}}
    return {"data": {"values": [{}]}, "width": frame.width_px, "height": frame.height_px,
            "mark": {"type": "text", "color": GREY}, "encoding": text}  # fmt: skip


def _said(panels: Sequence[ActivityPanel]) -> str:
    parts = []
    for panel in panels:
        points = ", ".join(f"{a:.4g} MBq at {t:g} h" for t, a in zip(panel.times_h, panel.activities_mbq, strict=True))
        parts.append(f"{panel.name}: {points or 'no points'}" + (f" ({panel.note})" if panel.note else ""))
    return f"Activity against hours after administration. {'; '.join(parts) or 'No curves'}."
