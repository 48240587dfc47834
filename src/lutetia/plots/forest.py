"""Forest plot: one row for each estimate, its numbers as a table beside it, the axis on the log scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, log
from textwrap import wrap
from typing import Any

from lutetia.estimate import Estimate
from lutetia.plots.figure import COLOURS, FAINT, GREY, INK, Figure

ROW, PLOT_WIDTH, INSET = 20, 260, 12
LETTER, BOLD_LETTER, LEAST_WIDTH, MOST_WIDTH = 5.7, 6.2, 60, 330  # pixels of text and of its columns
TICKS_APART = 26  # pixels between ticks
_NICE = (1, 0.5, 2, 0.25, 4, 0.1, 10, 0.05, 20, 0.75, 1.5)  # the most telling first


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
    low, high = _domain([float(value) for value in ends if 0 < value < inf])
    first = next((at for at, row in enumerate(rows) if row.ratio is None), len(rows))
    table = [{**_values(row, at, low, high), "inset": INSET * (at > first)} for at, row in enumerate(rows)]
    table = [{**entry, "inset": 0} if entry["bold"] else entry for entry in table]
    height_px = ROW * max(len(rows), 1)
    columns = [_column(table, "label", height_px, "")]
    if any(row.counts for row in rows):
        columns.append(_column(table, "counts", height_px, counts_title))
    columns.append(_plot(table, low, high, height_px, favours, ratio))
    columns.append(_column(table, "text", height_px, f"{ratio} (95 % CI)"))
    if beside_title:
        columns.append(_column(table, "beside", height_px, beside_title))
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
    estimate, lower, upper = row.ratio.estimate, row.ratio.lower, row.ratio.upper
    ends = (0.0 if lower is None else float(lower), inf if upper is None else float(upper))
    values |= {
        "estimate": float(estimate) if low <= estimate <= high else None,
        "lower": min(max(ends[0], low), high),
        "upper": max(min(ends[1], high), low),
        "cut_low": ends[0] < low,
        "cut_high": ends[1] > high,
    }
    return {**values, "text": f"{_two(estimate)} ({_two(lower)}–{_two(upper)})"}


def _two(value: float | None) -> str:
    """Two decimals; one digit for what they would hide, whole numbers from 100 on; NE where there is none."""
    if value is None or not isfinite(value):
        return "NE"
    if 0 < value < 0.005:
        return f"{value:.1g}" if value >= 0.0001 else "<0.0001"
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def _y(height_px: int) -> dict[str, Any]:
    rows = height_px // ROW
    return {
        "field": "row",
        "type": "quantitative",
        "scale": {"domain": [rows - 0.5, -0.5], "nice": False, "zero": False},
        "axis": None,
    }


def _column(table: list[dict[str, Any]], name: str, height_px: int, title: str) -> dict[str, Any]:
    """One column of text, as wide as its longest; headings are bold, labels under them are set in on the left."""
    left = name == "label"
    longest = max((INSET * left + LETTER * len(row[name]) for row in table), default=0.0)
    width_px = min(max(LEAST_WIDTH, round(longest), round(BOLD_LETTER * len(title))), MOST_WIDTH)
    mark = {"type": "text", "align": "left" if left else "center", "baseline": "middle", "fontSize": 11}
    layers = [
        {
            "data": {"values": [row for row in table if row["bold"] is bold]},
            "mark": {**mark, "fontWeight": 600 if bold else 400, "limit": width_px},
            "encoding": {
                "x": {"field": "inset", "type": "quantitative", "scale": None} if left else {"value": width_px / 2},
                "y": _y(height_px),
                "text": {"field": name},
                **({"tooltip": {"field": "label"}} if left else {}),
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
    ticks = _ticks(low, high)
    scale = {"type": "log", "domain": [low, high], "nice": False}
    axis = {"values": ticks, "title": f"{ratio}, log scale", "format": "~g", "labelFlush": False}
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


def _ticks(low: float, high: float) -> list[float]:
    """Round ratios on the axis, the most telling first, none too near another."""
    chosen: list[float] = []
    for tick in _NICE:
        far = all(abs(log(tick / other)) / log(high / low) * PLOT_WIDTH >= TICKS_APART for other in chosen)
        if low <= tick <= high and far:
            chosen.append(tick)
    return sorted(chosen)


def _favours(favours: tuple[str, str], low: float, high: float) -> list[dict[str, Any]]:
    """Who is better off on each side, above the plot, centred on its side of 1."""
    one = PLOT_WIDTH * (log(1) - log(low)) / (log(high) - log(low))
    sides = (("← ", favours[0], one - 6, one, "right"), ("", favours[1], one + 6, PLOT_WIDTH - one, "left"))
    layers = []
    for before, who, at, room, align in sides:
        if not who:
            continue
        lines = wrap(f"{before}{who}" if before else f"{who} →", max(int(room / 5.2), 12))
        mark = {"type": "text", "align": align, "baseline": "bottom", "fontSize": 10, "lineHeight": 12, "color": GREY}
        encoding = {"text": {"field": "text"}, "x": {"value": at}, "y": {"value": -4 - 12 * (len(lines) - 1)}}
        layers.append({"data": {"values": [{"text": lines}]}, "mark": mark, "encoding": encoding})
    return layers
