"""Kaplan-Meier curves as a journal prints them: steps, bands, censor marks, median lines, numbers at risk below."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lutetia.dates import DAYS_PER_MONTH as DAYS_PER_MONTH
from lutetia.plots.curve_names import HEIGHT, WIDTH, Frame, at_risk, colour_of, legend
from lutetia.plots.figure import GREY, Figure
from lutetia.survival.curve_interval import Interval
from lutetia.survival.kaplan_meier import KaplanMeier

MOST_STEPS = 1500  # of one curve; more cannot be told apart at this width
MARKS_APART = 4  # pixels between censor marks; closer ones merge into a bar
MOST_BANDS = 4  # curves with interval bands and median lines; more of them hide each other
TITLE_LETTERS = 40  # of a line of the vertical axis's title


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

    `outcome` names the vertical axis ("Overall survival"); `note` stands under the names of the curves (a log-rank p,
    a hazard ratio). The horizontal axis ends at `horizon_months`, by default at the first tick after the last
    follow-up; ticks and numbers at risk stand every `every_months`, by default a round number that gives four to nine
    of them. More than four curves have neither bands nor median lines. Names and note stand at the top right, above
    the plot where a curve runs there.
    """
    longest = max(float(curve.times[-1]) for curve in curves.values()) / DAYS_PER_MONTH
    end = max(horizon_months or longest, SHORTEST)
    step = every_months or _round_step(end)
    if horizon_months is None:
        end = float(np.ceil(end / step - 1e-9) * step)
    frame = Frame(names=tuple(curves), end_months=end, every_months=step)
    top = _curves(curves, frame, outcome, interval, note)
    specification = {
        "vconcat": [top, at_risk(curves, frame)],
        "spacing": 8,
        "resolve": {"scale": {"x": "independent", "color": "independent"}},
        "padding": 8,
    }
    if title:
        specification["title"] = {"text": title}
    return Figure(specification=specification, description=_said(curves, outcome, interval, note))


SHORTEST = 1.0  # months of axis, for curves that end on their first days


def _round_step(end: float) -> float:
    for step in (0.25, 0.5, 1, 2, 3, 6, 12, 24, 36, 48, 60, 120):
        if end / step <= 9:
            return float(step)
    return 240.0


def _curves(
    curves: Mapping[str, KaplanMeier], frame: Frame, outcome: str, interval: Interval, note: str
) -> dict[str, Any]:
    steps, marks, medians = [], [], []
    few = len(curves) <= MOST_BANDS
    for name, curve in curves.items():
        steps += _steps(name, curve, interval, frame.end_months)
        marks += _censored(name, curve, frame.end_months)
        medians += _median(name, curve, frame.end_months) if few else []
    axis = {
        "values": frame.ticks.tolist(),
        "title": "Months",
        "titlePadding": 6,
        "labelFlush": False,
        "labelExpr": "'' + datum.value",
    }
    x = frame.x(axis)
    y = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {"format": "%", "title": wrap(outcome, TITLE_LETTERS), "values": [0, 0.25, 0.5, 0.75, 1]},
    }
    colour = colour_of(frame.names)
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": [s for s in steps if few and s["lower"] is not None]},
            "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.13},
            "encoding": {"x": x, "y": {**y, "field": "lower"}, "y2": {"field": "upper"}, "color": colour},
        },
        {
            "data": {"values": medians},
            "mark": {"type": "rule", "strokeDash": [3, 3], "stroke": GREY, "strokeWidth": 1},
            "encoding": {"x": x, "y": y, "x2": {"field": "to_months"}, "y2": {"field": "to_share"}},
        },
        {
            "data": {"values": steps},
            "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
            "encoding": {"x": x, "y": y, "color": colour, "strokeDash": frame.dash, "tooltip": _tooltip()},
        },
        {
            "data": {"values": marks},
            "mark": {"type": "tick", "orient": "vertical", "thickness": 1, "size": 8},
            "encoding": {"x": x, "y": y, "color": colour},
        },
    ]
    return {"width": WIDTH, "height": HEIGHT, "layer": layers + legend(curves, frame, interval, note)}


def _tooltip() -> list[dict[str, Any]]:
    return [
        {"field": "group", "title": "group"},
        {"field": "months", "title": "months", "format": ".1f"},
        {"field": "share", "title": "estimate", "format": ".1%"},
        {"field": "lower", "title": "lower limit", "format": ".1%"},
        {"field": "upper", "title": "upper limit", "format": ".1%"},
    ]


def _steps(name: str, curve: KaplanMeier, interval: Interval, end_months: float) -> list[dict[str, Any]]:
    """The corners of one curve up to the end of the axis; the last one carries it to the end of follow-up."""
    band = curve.band(interval)
    keep = _visible(band.survival)
    rows: list[dict[str, Any]] = [
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
    """Censor marks on the curve, as many as can be told apart."""
    at = np.flatnonzero((curve.censored > 0) & (curve.times <= end_months * DAYS_PER_MONTH))
    months = curve.times[at] / DAYS_PER_MONTH
    place = np.floor(months / end_months * WIDTH / MARKS_APART)
    first = np.diff(place, prepend=-1) > 0 if at.size > WIDTH / MARKS_APART else np.ones(at.size, dtype=bool)
    return [
        {"group": name, "months": float(m), "share": float(s)}
        for m, s in zip(months[first], curve.survival[at[first]], strict=True)
    ]


def _median(name: str, curve: KaplanMeier, end_months: float) -> list[dict[str, Any]]:
    """The lines from the axis to the curve at one half and down to the median; none where it is not reached."""
    median = curve.median().estimate
    if median is None or median / DAYS_PER_MONTH > end_months:
        return []
    months = median / DAYS_PER_MONTH
    across = {"group": name, "months": 0.0, "share": 0.5, "to_months": months, "to_share": 0.5}
    return [across, {**across, "months": months, "to_share": 0.0}]


def _said(curves: Mapping[str, KaplanMeier], outcome: str, interval: str, note: str) -> str:
    """The figure in words: medians of every curve."""
    parts = []
    for name, curve in curves.items():
        median = curve.median().estimate
        reached = "median not reached" if median is None else f"median {median / DAYS_PER_MONTH:.1f} months"
        parts.append(f"{name}: {curve.n} patients, {curve.n_events} events, {reached}")
    return f"Kaplan-Meier curves, {outcome}, bands {interval} 95 %. {'; '.join(parts)}. {note}".replace("\n", "; ")
