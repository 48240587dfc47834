"""Cumulative dose-volume histograms: what share of each region gets at least how much."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import Any

import numpy as np

from lutetia.dosimetry.dose_volume import DoseVolume
from lutetia.plots.figure import COLOURS, DASHES, FAINT, GREY, INK, Figure
from lutetia.plots.strip_layout import shortened

STEPS = 120
WIDE_RANGE = 12.0  # highest over lowest median: from here on a linear axis shows one region only
LABEL_PX, LEGEND_PX = 9, 9.5
LEGEND_ROW, LEGEND_ROOM, AXIS_ROOM, VALUE_ROOM = 13, 170, 36, 34
MOST_CURVES = len(DASHES)


def dose_volume_figure(
    histograms: Sequence[DoseVolume],
    *,
    width_px: float = 340,
    height_px: float = 132,
    logarithmic: bool | None = None,
) -> Figure:
    """The curves of up to eight regions, each with its name and mean; colours and dashes tell them apart.

    `logarithmic` None: the dose axis is logarithmic where medians differ by a factor of 12 or more; the axis says so.
    Further regions are named in the description as not drawn.
    """
    shown = list(histograms[:MOST_CURVES])
    log_axis = _differ_widely(shown) if logarithmic is None else logarithmic
    plot_px = width_px - LEGEND_ROOM - AXIS_ROOM
    low, high = _range(shown, log_axis)
    rows = [row for at, one in enumerate(shown) for row in _curve(at, one, low, high, log_axis)]
    scale = {"type": "log"} if log_axis else {}
    x = {"field": "gy", "type": "quantitative", "scale": {**scale, "domain": [low, high], "nice": False, "clamp": True},
         "axis": _axis("Absorbed dose, Gy" + " (log scale)" * log_axis, **_ticks(low, high, log_axis))}  # fmt: skip
    y = {"field": "pct", "type": "quantitative", "scale": {"domain": [0, 100]},
         "axis": _axis("Volume with at least this dose, %", values=[0, 25, 50, 75, 100])}  # fmt: skip
    order = list(range(len(shown)))
    colour = {"field": "at", "type": "nominal", "legend": None,
              "scale": {"domain": order, "range": [COLOURS[at] for at in order]}}  # fmt: skip
    dash = {"field": "at", "type": "nominal", "legend": None,
            "scale": {"domain": order, "range": [DASHES[at] for at in order]}}  # fmt: skip
    layers = [
        {
            "data": {"values": rows},
            "mark": {"type": "line", "strokeWidth": 1.6, "clip": True},
            "encoding": {"x": x, "y": y, "color": colour, "strokeDash": dash},
        },
        *_legend(shown, plot_px, height_px),
    ]
    specification = {
        "width": plot_px,
        "height": height_px,
        "padding": 2,
        "view": {"stroke": FAINT},
        "layer": layers,
    }
    return Figure(specification=specification, description=_said(histograms))


def _axis(title: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "labelFontSize": LABEL_PX, "titleFontSize": LABEL_PX, "titleFontWeight": 400,
            "titlePadding": 3, "tickSize": 3, "labelPadding": 2, "labelColor": GREY, "titleColor": GREY,
            "grid": True, "gridColor": FAINT, "gridOpacity": 0.6, **more}  # fmt: skip


def _median_gy(one: DoseVolume) -> float:
    return float(one.dose_to_pct_gy(50))


def _differ_widely(shown: Sequence[DoseVolume]) -> bool:
    medians = [median for one in shown if (median := _median_gy(one)) > 0]
    return len(medians) > 1 and max(medians) / min(medians) >= WIDE_RANGE


def _range(shown: Sequence[DoseVolume], log_axis: bool) -> tuple[float, float]:
    high = max([float(one.dose_to_pct_gy(0.5)) for one in shown], default=1.0) or 1.0
    if not log_axis:
        return 0.0, high * 1.05
    least = [float(one.dose_to_pct_gy(98)) for one in shown]
    low = min([gy for gy in least if gy > 0], default=high / 100)
    return max(low / 1.3, high / 1000), high * 1.2


def _curve(at: int, one: DoseVolume, low: float, high: float, log_axis: bool) -> list[dict[str, Any]]:
    doses = np.geomspace(low, high, STEPS) if log_axis else np.linspace(low, high, STEPS)
    shares = one.at_least_pct(doses)
    kept = np.append(shares[:-1] > 0, False)
    kept[1:] |= kept[:-1]  # the first point at 0 % closes the curve
    return [
        {"at": at, "gy": round(gy, 5), "pct": round(pct, 3)}
        for gy, pct in zip(doses[kept].tolist(), shares[kept].tolist(), strict=True)
    ]


def _legend(shown: Sequence[DoseVolume], plot_px: float, height_px: float) -> list[dict[str, Any]]:
    """Names and means beside the plot, each with its line."""
    left, right = plot_px + 10, plot_px + LEGEND_ROOM - 2
    layers: list[dict[str, Any]] = []
    row_px = min(LEGEND_ROW, height_px / (len(shown) + 1))
    size = min(LEGEND_PX, row_px * 0.9)
    words = [("mean, Gy", right, 0, GREY, "right")] if shown else []
    for at, one in enumerate(shown):
        middle = (at + 1.5) * row_px
        line = {"type": "rule", "stroke": COLOURS[at], "strokeDash": DASHES[at], "strokeWidth": 1.8}
        here: dict[str, Any] = {"x": {"value": left}, "x2": {"value": left + 18}, "y": {"value": middle}}
        layers.append({"data": {"values": [{}]}, "mark": line, "encoding": here})
        name = shortened(one.region, size, LEGEND_ROOM - VALUE_ROOM - 30)
        words += [(name, left + 22, at + 1, INK, "left"), (_three_digits(one.mean_gy), right, at + 1, INK, "right")]
    for text, across, row, fill, align in words:
        mark = {"type": "text", "align": align, "baseline": "middle", "fontSize": size, "color": fill}
        place: dict[str, Any] = {"x": {"value": across}, "y": {"value": (row + 0.5) * row_px}, "text": {"value": text}}
        layers.append({"data": {"values": [{}]}, "mark": mark, "encoding": place})
    if not shown:
        mark = {"type": "text", "align": "center", "color": GREY}
        place = {"x": {"value": plot_px / 2}, "y": {"value": height_px / 2}, "text": {"value": "no dose map"}}
        layers.append({"data": {"values": [{}]}, "mark": mark, "encoding": place})
    return layers


def _three_digits(gy: float) -> str:
    if gy < 999.5 or gy >= 99_999.5:
        return f"{gy:#.3g}".rstrip(".")
    return f"{gy:.0f}"


def _ticks(low: float, high: float, log_axis: bool) -> dict[str, Any]:
    if not log_axis:
        return {"tickCount": 5, "labelFlush": False, "format": "~f"}
    powers = range(floor(log10(low)), floor(log10(high)) + 1)
    steps = (1, 2, 5) if log10(high / low) < 2.2 else (1, 3) if log10(high / low) < 2.8 else (1,)
    values = [round(step * 10.0**power, 9) for power in powers for step in steps]
    return {"values": [value for value in values if low <= value <= high], "format": "~f", "labelFlush": False}


def _said(histograms: Sequence[DoseVolume]) -> str:
    parts = [
        f"{one.region}: mean {one.mean_gy:.3g} Gy, D98% {float(one.dose_to_pct_gy(98)):.3g} Gy, "
        f"D2% {float(one.dose_to_pct_gy(2)):.3g} Gy"
        for one in histograms[:MOST_CURVES]
    ]
    left = [one.region for one in histograms[MOST_CURVES:]]
    more = f" Not drawn: {', '.join(left)}." if left else ""
    return f"Cumulative dose-volume histograms. {'; '.join(parts) or 'No dose map'}.{more}"
