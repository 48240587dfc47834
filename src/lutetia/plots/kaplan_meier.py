"""Kaplan-Meier curves as a journal prints them: steps, bands, censor marks, median lines, numbers at risk below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lutetia.plots.figure import COLOURS, DASHES, GREY, INK, Figure
from lutetia.survival.curve_interval import Interval
from lutetia.survival.kaplan_meier import KaplanMeier

DAYS_PER_MONTH = 30.4375
WIDTH, HEIGHT, ROW = 560, 300, 17
MOST_STEPS = 1500  # of one curve; more cannot be told apart at this width


def kaplan_meier_figure(
    curves: Mapping[str, KaplanMeier],
    *,
    outcome: str,
    interval: Interval = "log-log",
    horizon_months: float | None = None,
    every_months: float | None = None,
    note: str = "",
    title: str = "",
) -> Figure:
    """Curves of days by name, drawn in months (days / 30.4375), with the table of numbers at risk.

    `outcome` names the vertical axis ("Overall survival"); `note` stands in the plot (a log-rank p, a hazard ratio).
    The horizontal axis ends at `horizon_months`, by default where the last curve ends; ticks and numbers at risk stand
    every `every_months`, by default a round number that gives five to nine of them.
    """
    end = horizon_months or max(float(curve.times[-1]) for curve in curves.values()) / DAYS_PER_MONTH
    step = every_months or _round_step(end)
    end = float(np.ceil(end / step - 1e-9) * step)
    names = list(curves)
    frame = {"names": names, "end": end, "step": step}
    top = _curves(curves, frame, outcome, interval, note)
    specification = {
        "vconcat": [top, _at_risk(curves, frame)],
        "spacing": 8,
        "resolve": {"scale": {"x": "independent", "color": "independent"}},
        "padding": 8,
    }
    if title:
        specification["title"] = {"text": title}
    return Figure(specification=specification, description=_said(curves, outcome, interval, note))


def _round_step(end: float) -> float:
    for step in (1, 2, 3, 6, 12, 24, 36, 48, 60, 120):
        if end / step <= 9:
            return float(step)
    return 240.0


def _curves(
    curves: Mapping[str, KaplanMeier], frame: Mapping[str, Any], outcome: str, interval: Interval, note: str
) -> dict[str, Any]:
    steps, marks, medians = [], [], []
    for name, curve in curves.items():
        steps += _steps(name, curve, interval, frame["end"])
        marks += _censored(name, curve, frame["end"])
        medians += _median(name, curve, frame["end"])
    ticks = [float(tick) for tick in np.arange(0, frame["end"] + 1e-9, frame["step"])]
    x = {
        "field": "months",
        "type": "quantitative",
        "scale": {"domain": [0, frame["end"]], "nice": False},
        "axis": {"values": ticks, "title": "Months", "titlePadding": 6, "labelFlush": False},
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {"format": "%", "title": outcome, "values": [0, 0.25, 0.5, 0.75, 1]},
    }
    colour = _colour(frame["names"])
    dash = {
        "field": "group",
        "type": "nominal",
        "scale": {"domain": frame["names"], "range": list(DASHES)},
        "legend": None,
    }
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": [s for s in steps if s["lower"] is not None]},
            "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.13},
            "encoding": {
                "x": x,
                "y": {**y, "field": "lower"},
                "y2": {"field": "upper"},
                "color": colour,
            },
        },
        {
            "data": {"values": medians},
            "mark": {"type": "rule", "strokeDash": [3, 3], "stroke": GREY, "strokeWidth": 1},
            "encoding": {"x": x, "y": y, "x2": {"field": "to_months"}, "y2": {"field": "to_share"}},
        },
        {
            "data": {"values": steps},
            "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2, "clip": True},
            "encoding": {
                "x": x,
                "y": y,
                "color": colour,
                "strokeDash": dash,
                "tooltip": _tooltip(),
            },
        },
        {
            "data": {"values": marks},
            "mark": {"type": "tick", "orient": "vertical", "thickness": 1, "size": 8},
            "encoding": {"x": x, "y": y, "color": colour},
        },
    ]
    layers += _legend(curves, frame["names"], interval)
    if note:
        layers.append(_note(note, below=len(curves)))
    return {"width": WIDTH, "height": HEIGHT, "layer": layers}


def _colour(names: list[str]) -> dict[str, Any]:
    return {
        "field": "group",
        "type": "nominal",
        "scale": {"domain": names, "range": [COLOURS[at % len(COLOURS)] for at in range(len(names))]},
        "legend": None,
    }


def _legend(curves: Mapping[str, KaplanMeier], names: list[str], interval: Interval) -> list[dict[str, Any]]:
    """Name and median of each curve at the top right, beside a piece of its line."""
    rows = [
        {"group": name, "text": f"{name}: {_median_text(curves[name], interval)}", "row": 8 + 15 * at}
        for at, name in enumerate(names)
    ]
    y = {"field": "row", "type": "quantitative", "scale": None, "axis": None}
    ends = [{**row, "pixel": pixel} for row in rows for pixel in (WIDTH - 30, WIDTH - 4)]
    dash = {"field": "group", "type": "nominal", "scale": {"domain": names, "range": list(DASHES)}, "legend": None}
    x = {"field": "pixel", "type": "quantitative", "scale": None, "axis": None}
    return [
        {
            "data": {"values": ends},
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {"x": x, "y": y, "color": _colour(names), "strokeDash": dash},
        },
        {
            "data": {"values": rows},
            "mark": {"type": "text", "align": "right", "baseline": "middle", "fontSize": 11},
            "encoding": {"x": {"value": WIDTH - 36}, "y": y, "text": {"field": "text"}},
        },
    ]


def _median_text(curve: KaplanMeier, interval: Interval) -> str:
    median = curve.median(interval)
    if median.estimate is None:
        return "median not reached"
    low, high = (
        "not reached" if limit is None else f"{limit / DAYS_PER_MONTH:.1f}" for limit in (median.lower, median.upper)
    )
    return f"median {median.estimate / DAYS_PER_MONTH:.1f} months ({low}–{high})"


def _tooltip() -> list[dict[str, Any]]:
    return [
        {"field": "group", "title": "group"},
        {"field": "months", "title": "months", "format": ".1f"},
        {"field": "share", "title": "estimate", "format": ".1%"},
        {"field": "lower", "title": "lower limit", "format": ".1%"},
        {"field": "upper", "title": "upper limit", "format": ".1%"},
    ]


def _note(note: str, below: int) -> dict[str, Any]:
    """The note's lines under the names of `below` curves, where no curve runs: curves fall from the left."""
    rows = [{"text": line, "row": 12 + 15 * (below + at)} for at, line in enumerate(note.split("\n"))]
    return {
        "data": {"values": rows},
        "mark": {"type": "text", "align": "right", "baseline": "middle", "color": INK, "fontSize": 11},
        "encoding": {
            "text": {"field": "text"},
            "x": {"value": WIDTH - 4},
            "y": {"field": "row", "type": "quantitative", "scale": None, "axis": None},
        },
    }


def _steps(name: str, curve: KaplanMeier, interval: Interval, end_months: float) -> list[dict[str, Any]]:
    """The corners of one curve up to the end of the axis; the last one carries it to the end of follow-up."""
    band = curve.band(interval)
    keep = _visible(band.survival)
    rows = [
        {
            "group": name,
            "months": float(t) / DAYS_PER_MONTH,
            "share": float(s),
            "lower": _limit(lo),
            "upper": _limit(hi),
        }
        for t, s, lo, hi in zip(band.times[keep], band.survival[keep], band.lower[keep], band.upper[keep], strict=True)
    ]
    inside = [row for row in rows if row["months"] <= end_months]
    if len(inside) < len(rows):
        inside.append({**inside[-1], "months": end_months})
    return inside


def _visible(survival: NDArray[np.float64]) -> NDArray[np.int64]:
    """Positions to draw: every change that can be seen, the first and the last point."""
    if survival.size <= MOST_STEPS:
        return np.arange(survival.size)
    level = np.floor(survival * MOST_STEPS)
    changed = np.flatnonzero(np.diff(level, prepend=level[0] + 1) != 0)
    return np.unique(np.concatenate([changed, [survival.size - 1]]))


def _limit(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _censored(name: str, curve: KaplanMeier, end_months: float) -> list[dict[str, Any]]:
    at = np.flatnonzero(curve.censored > 0)
    if at.size > MOST_STEPS:
        at = at[np.linspace(0, at.size - 1, MOST_STEPS).astype(int)]
    months = curve.times[at] / DAYS_PER_MONTH
    return [
        {"group": name, "months": float(m), "share": float(s)}
        for m, s in zip(months, curve.survival[at], strict=True)
        if m <= end_months
    ]


def _median(name: str, curve: KaplanMeier, end_months: float) -> list[dict[str, Any]]:
    """The lines from the axis to the curve at one half and down to the median; none where it is not reached."""
    median = curve.median().estimate
    if median is None or median / DAYS_PER_MONTH > end_months:
        return []
    months = median / DAYS_PER_MONTH
    across = {"group": name, "months": 0.0, "share": 0.5, "to_months": months, "to_share": 0.5}
    return [across, {**across, "months": months, "to_share": 0.0}]


def _at_risk(curves: Mapping[str, KaplanMeier], frame: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers at risk under the ticks, one row for each curve in its colour."""
    ticks = np.arange(0, frame["end"] + 1e-9, frame["step"])
    rows = []
    for name, curve in curves.items():
        for tick, count in zip(ticks, curve.at_risk_at(ticks * DAYS_PER_MONTH), strict=True):
            rows.append({"group": name, "months": float(tick), "count": f"{float(count):.0f}"})
    return {
        "title": {"text": "Number at risk", "fontSize": 11, "fontWeight": 600, "offset": 2, "color": INK},
        "width": WIDTH,
        "height": ROW * len(curves),
        "data": {"values": rows},
        "mark": {"type": "text", "fontSize": 11},
        "encoding": {
            "x": {
                "field": "months",
                "type": "quantitative",
                "scale": {"domain": [0, frame["end"]], "nice": False},
                "axis": None,
            },
            "y": {
                "field": "group",
                "type": "nominal",
                "sort": frame["names"],
                "axis": {"title": None, "domain": False, "ticks": False, "labelPadding": 16, "labelLimit": 240},
            },
            "text": {"field": "count"},
            "color": _colour(frame["names"]),
        },
    }


def _said(curves: Mapping[str, KaplanMeier], outcome: str, interval: str, note: str) -> str:
    """The figure in words: medians of every curve."""
    parts = []
    for name, curve in curves.items():
        median = curve.median().estimate
        reached = "median not reached" if median is None else f"median {median / DAYS_PER_MONTH:.1f} months"
        parts.append(f"{name}: {curve.n} patients, {curve.n_events} events, {reached}")
    return f"Kaplan-Meier curves, {outcome}, bands {interval} 95 %. {'; '.join(parts)}. {note}".replace("\n", "; ")
