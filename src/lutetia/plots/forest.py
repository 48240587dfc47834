"""Forest plot: one row for each estimate, its numbers as a table beside it, the axis on the log scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log, log10
from typing import Any

from lutetia.estimate import Estimate
from lutetia.plots.figure import COLOURS, FAINT, GREY, INK, Figure

ROW, PLOT_WIDTH, LABEL_WIDTH, COUNT_WIDTH, TEXT_WIDTH, INSET = 20, 260, 210, 110, 120, 12
_NICE = (0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 4, 5, 10, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One row: a heading when `ratio` is None, else an estimate with its numbers.

    `counts` stands in the second column ("34/80 vs 20/41"); `beside` in the last one (an interaction's p-value);
    `events` sets the size of the square.
    """

    label: str
    ratio: Estimate | None = None
    counts: str = ""
    beside: str = ""
    events: float = 1.0


def forest_figure(
    rows: Sequence[ForestRow],
    *,
    ratio: str,
    favours: tuple[str, str],
    counts_title: str = "Events/patients",
    beside_title: str = "",
    title: str = "",
) -> Figure:
    """Ratios with their intervals; `favours` says who is better off left and right of 1.

    Limits outside the axis end in an arrow. Rows whose ratio could not be estimated (an Estimate of None) say so.
    """
    ends = [v for row in rows if row.ratio for v in (row.ratio.lower, row.ratio.upper, row.ratio.estimate) if v]
    low, high = _domain([value for value in ends if value > 0])
    first = next((at for at, row in enumerate(rows) if row.ratio is None), len(rows))
    table = [{**_values(row, at, low, high), "inset": INSET * (at > first)} for at, row in enumerate(rows)]
    table = [{**entry, "inset": 0} if entry["bold"] else entry for entry in table]
    height_px = ROW * len(rows)
    columns = [
        _column(table, "label", LABEL_WIDTH, height_px, "left", ""),
        _column(table, "counts", COUNT_WIDTH, height_px, "middle", counts_title),
        _plot(table, low, high, height_px, favours, ratio),
        _column(table, "text", TEXT_WIDTH, height_px, "middle", f"{ratio} (95 % CI)"),
    ]
    if beside_title:
        columns.append(_column(table, "beside", 90, height_px, "middle", beside_title))
    specification: dict[str, Any] = {"hconcat": columns, "spacing": 6, "padding": 8}
    if title:
        specification["title"] = {"text": title}
    said = "; ".join(f"{row.label} {entry['text']}" for row, entry in zip(rows, table, strict=True) if row.ratio)
    return Figure(specification=specification, description=f"Forest plot, {ratio}: {said}.")


def _domain(values: Sequence[float]) -> tuple[float, float]:
    low, high = min([*values, 0.5]), max([*values, 2.0])
    return max(low / 1.15, 0.05), min(high * 1.15, 20.0)


def _values(row: ForestRow, at: int, low: float, high: float) -> dict[str, Any]:
    heading = row.ratio is None
    values: dict[str, Any] = {
        "row": at,
        "label": row.label,
        "counts": row.counts,
        "beside": row.beside,
        "text": "",
        "events": row.events,
        "bold": heading,
    }
    if row.ratio is None:
        return values
    if row.ratio.estimate is None:
        return {**values, "text": "not estimable"}
    limits = [row.ratio.lower, row.ratio.upper]
    values |= {
        "estimate": row.ratio.estimate if low <= row.ratio.estimate <= high else None,
        "lower": low if limits[0] is None else max(limits[0], low),
        "upper": high if limits[1] is None else min(limits[1], high),
        "cut_low": limits[0] is None or limits[0] < low,
        "cut_high": limits[1] is None or limits[1] > high,
    }
    return {**values, "text": f"{_two(row.ratio.estimate)} ({_two(limits[0])}–{_two(limits[1])})"}


def _two(value: float | None) -> str:
    if value is None:
        return "NE"
    return f"{value:.2f}" if value < 100 else f"{value:.{max(0, 3 - floor(log10(value)))}f}"


def _y(height_px: int) -> dict[str, Any]:
    rows = height_px // ROW
    return {
        "field": "row",
        "type": "quantitative",
        "scale": {"domain": [rows - 0.5, -0.5], "nice": False, "zero": False},
        "axis": None,
    }


def _column(
    table: list[dict[str, Any]], name: str, width_px: int, height_px: int, align: str, title: str
) -> dict[str, Any]:
    """One column of text; headings are bold, what stands under them is set in by a few pixels on the left."""
    left = align == "left"
    mark = {
        "type": "text",
        "align": "left" if left else "center",
        "baseline": "middle",
        "fontSize": 11,
        "limit": width_px,
    }
    layers = [
        {
            "data": {"values": [row for row in table if row["bold"] is bold]},
            "mark": {**mark, "fontWeight": 600 if bold else 400},
            "encoding": {
                "x": {"field": "inset", "type": "quantitative", "scale": None} if left else {"value": width_px / 2},
                "y": _y(height_px),
                "text": {"field": name},
            },
        }
        for bold in (True, False)
    ]
    head = {"text": title, "fontSize": 11, "anchor": "middle", "offset": 6}
    return {"title": head, "width": width_px, "height": height_px, "layer": layers}


def _plot(
    table: list[dict[str, Any]], low: float, high: float, height_px: int, favours: tuple[str, str], ratio: str
) -> dict[str, Any]:
    drawn = [row for row in table if "lower" in row]
    ticks = [tick for tick in _NICE if low <= tick <= high]
    scale = {"type": "log", "domain": [low, high], "nice": False}
    axis = {"values": ticks, "title": f"{ratio}, log scale", "format": "~g"}
    x = {"field": "estimate", "type": "quantitative", "scale": scale, "axis": axis}
    y = _y(height_px)
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": [{"x": 1}]},
            "mark": {"type": "rule", "stroke": GREY, "strokeDash": [3, 3]},
            "encoding": {"x": {**x, "field": "x"}},
        },
        {
            "data": {"values": drawn},
            "mark": {"type": "rule", "stroke": INK, "strokeWidth": 1.3},
            "encoding": {"x": {**x, "field": "lower"}, "x2": {"field": "upper"}, "y": y},
        },
        {
            "data": {"values": [row for row in drawn if row["estimate"] is not None]},
            "mark": {"type": "point", "shape": "square", "filled": True, "opacity": 1, "color": COLOURS[0]},
            "encoding": {
                "x": x,
                "y": y,
                "size": {
                    "field": "events",
                    "type": "quantitative",
                    "scale": {"range": [25, 130], "zero": True},
                    "legend": None,
                },
            },
        },
    ]
    for side, field, shape in (("cut_low", "lower", "triangle-left"), ("cut_high", "upper", "triangle-right")):
        cut = [row for row in drawn if row[side]]
        if cut:
            mark = {"type": "point", "shape": shape, "filled": True, "opacity": 1, "color": INK, "size": 45}
            layers.append({"data": {"values": cut}, "mark": mark, "encoding": {"x": {**x, "field": field}, "y": y}})
    layers += _favours(favours, low, high)
    return {"width": PLOT_WIDTH, "height": height_px, "view": {"stroke": FAINT}, "layer": layers}


def _favours(favours: tuple[str, str], low: float, high: float) -> list[dict[str, Any]]:
    """Who is better off on each side, above the plot, centred on its side of 1."""
    one = PLOT_WIDTH * (log(1) - log(low)) / (log(high) - log(low))
    places = ((f"← {favours[0]}", one - 6, "right"), (f"{favours[1]} →", one + 6, "left"))
    return [
        {
            "data": {"values": [{"text": text}]},
            "mark": {"type": "text", "align": align, "baseline": "bottom", "fontSize": 10, "color": GREY},
            "encoding": {"text": {"field": "text"}, "x": {"value": at}, "y": {"value": -4}},
        }
        for text, at, align in places
        if text.strip("←→ ")
    ]
