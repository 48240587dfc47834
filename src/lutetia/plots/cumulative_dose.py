"""What each limited organ has received cycle by cycle, and what the planned cycles would add, against its limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lutetia.plots.figure import COLOURS, FAINT, GREY, INK, Figure
from lutetia.plots.strip_layout import shortened

GIVEN, PLANNED, LIMIT = "#0b4a66", "#b9d3e3", COLOURS[1]
TITLE_PX, LABEL_PX, AXIS_ROOM, GAP, HEAD, FOOT = 10.5, 9, 32, 8, 18, 28
WIDEST_BAR, CROWDED_PX = 22.0, 21.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CumulativeStep:
    """The cumulative value after a cycle: u with k = 1 (None: not known), probability of exceeding the limit (None:
    not known), and whether the cycle is planned rather than given."""

    cycle: int
    value_gy: float
    u_gy: float | None
    probability_of_exceeding: float | None
    planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CumulativePanel:
    """One limited quantity of one organ ("kidneys", "absorbed dose" or "BED"), the limit (None: no limit given), the
    steps."""

    organ: str
    quantity: str
    limit_gy: float | None
    steps: tuple[CumulativeStep, ...]


def cumulative_dose_figure(
    panels: Sequence[CumulativePanel], *, width_px: float = 340, height_px: float = 92, columns: int = 3
) -> Figure:
    """Columns of the cumulative value after each cycle, dark when given and light when planned, bars of u (k = 1).

    Above each column stands the probability of exceeding the limit; the limit is a dashed line.
    """
    columns = max(1, min(columns, len(panels)))
    plot_px = width_px / columns - AXIS_ROOM - GAP
    specification: dict[str, Any] = {
        "concat": [_panel(panel, plot_px, height_px, left=at % columns == 0) for at, panel in enumerate(panels)]
        or [_nothing(plot_px, height_px)],
        "columns": columns,
        "bounds": "flush",  # plots stand in line whatever their labels are
        "spacing": {"row": HEAD + FOOT, "column": AXIS_ROOM + GAP},
        "padding": 2,
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
    }
    return Figure(specification=specification, description=_said(panels))


def _title(panel: CumulativePanel) -> str:
    return panel.organ if panel.quantity != "BED" else f"{panel.organ}, BED"


def probability_words(probability: float | None) -> str:
    """A probability as it is printed: "12 %", "<1 %", ">99 %", or "?" where it is not known."""
    if probability is None:
        return "?"
    if probability < 0.005:
        return "<1 %"
    return ">99 %" if probability > 0.995 else f"{100 * probability:.0f} %"


def _panel(panel: CumulativePanel, plot_px: float, height_px: float, *, left: bool) -> dict[str, Any]:
    rows = [_row(step) for step in panel.steps]
    top = max([panel.limit_gy or 0.0, *(row["high"] for row in rows), 1e-9]) * 1.2
    cycles = [row["cycle"] for row in rows]
    x = {"field": "cycle", "type": "ordinal", "scale": {"domain": cycles, "paddingInner": 0.25, "paddingOuter": 0.15},
         "axis": _axis("Cycle", labelAngle=0, grid=False, ticks=False)}  # fmt: skip
    named = f"{panel.quantity}, Gy" if left or panel.quantity == "BED" else None
    y = {"field": "gy", "type": "quantitative", "scale": {"domain": [0, top], "nice": False},
         "axis": _axis(named, tickCount=4, format="~f")}  # fmt: skip
    wide = min(WIDEST_BAR, plot_px / max(len(cycles), 1) * 0.7)
    size = LABEL_PX if len(cycles) <= 7 else LABEL_PX - 1.5
    mark = {"type": "text", "fontSize": size, "baseline": "bottom", "dy": -2, "color": INK}
    layers: list[dict[str, Any]] = []
    for planned, fill in ((False, GIVEN), (True, PLANNED)):
        bar = {"type": "bar", "width": wide, "fill": fill, "stroke": GIVEN, "strokeWidth": 0.8}
        own = [row for row in rows if row["planned"] is planned]
        layers.append(
            {"data": {"values": own}, "mark": bar, "encoding": {"x": x, "y": y, "tooltip": {"field": "said"}}}
        )
    with_u = [row for row in rows if row["u"] is not None]
    layers.append({"data": {"values": with_u}, "mark": {"type": "rule", "stroke": INK, "strokeWidth": 1.2},
                   "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}})  # fmt: skip
    if plot_px / max(len(cycles), 1) < CROWDED_PX:  # no room for what is as good as certain
        rows = [{**row, "p": "" if row["p"].startswith("<") else row["p"]} for row in rows]
    if panel.limit_gy is not None:
        layers += _limit(panel.limit_gy, y, plot_px)
        layers.append({"data": {"values": rows}, "mark": {**mark, "stroke": "white", "strokeWidth": 2.5},
                       "encoding": {"x": x, "y": {**y, "field": "high"}, "text": {"field": "p"}}})  # fmt: skip
        layers.append({"data": {"values": rows}, "mark": mark,
                       "encoding": {"x": x, "y": {**y, "field": "high"}, "text": {"field": "p"}}})  # fmt: skip
    heading = {"type": "text", "align": "left", "baseline": "middle", "fontSize": TITLE_PX, "fontWeight": 600,
               "color": INK}  # fmt: skip
    name = {"value": shortened(_title(panel), TITLE_PX, plot_px + AXIS_ROOM - 4)}
    above = {"x": {"value": 4 - AXIS_ROOM}, "y": {"value": -9}, "text": name}
    layers.append({"data": {"values": [{}]}, "mark": heading, "encoding": above})
    return {"width": plot_px, "height": height_px, "view": {"stroke": FAINT}, "layer": layers}


def _limit(limit_gy: float, y: dict[str, Any], plot_px: float) -> list[dict[str, Any]]:
    here = {"values": [{"gy": limit_gy}]}
    line = {"type": "rule", "stroke": LIMIT, "strokeWidth": 1.3, "strokeDash": [5, 3]}
    mark = {"type": "text", "align": "left", "baseline": "bottom", "dy": -2, "fontSize": LABEL_PX, "color": "#a34700"}
    words = {"x": {"value": 3}, "y": y, "text": {"value": f"limit {limit_gy:g} Gy"}}
    return [{"data": here, "mark": line, "encoding": {"y": y}}, {"data": here, "mark": mark, "encoding": words}]


def _row(step: CumulativeStep) -> dict[str, Any]:
    u = step.u_gy
    p = probability_words(step.probability_of_exceeding)
    said = f"after cycle {step.cycle}{' (planned)' if step.planned else ''}: {step.value_gy:.3g} Gy"
    said += f", u {u:.2g} Gy" if u is not None else ", u not known"
    return {
        "cycle": str(step.cycle),
        "gy": step.value_gy,
        "u": u,
        "low": max(step.value_gy - (u or 0.0), 0.0),
        "high": step.value_gy + (u or 0.0),
        "p": p,
        "planned": step.planned,
        "said": f"{said}, above the limit with {p}",
    }


def _axis(title: str | None, **more: Any) -> dict[str, Any]:
    look = {"title": title, "labelFontSize": LABEL_PX, "titleFontSize": LABEL_PX, "titleFontWeight": 400,
            "titlePadding": 3, "tickSize": 3, "labelPadding": 2, "labelColor": GREY, "titleColor": GREY,
            "grid": True, "gridColor": FAINT, "gridOpacity": 0.6}  # fmt: skip
    return {**look, **more}


def _nothing(plot_px: float, height_px: float) -> dict[str, Any]:
    text = {"text": {"value": "no cycles"}, "x": {"value": plot_px / 2}, "y": {"value": height_px / 2}}
    return {"data": {"values": [{}]}, "width": plot_px, "height": height_px,
            "mark": {"type": "text", "color": GREY}, "encoding": text}  # fmt: skip


def _said(panels: Sequence[CumulativePanel]) -> str:
    parts = []
    for panel in panels:
        limit = f"limit {panel.limit_gy:g} Gy" if panel.limit_gy is not None else "no limit given"
        parts.append(
            f"{panel.organ}, {panel.quantity}, {limit}: {', '.join(_row(step)['said'] for step in panel.steps)}"
        )
    return f"Cumulative values by cycle. {'; '.join(parts) or 'No cycles'}."
