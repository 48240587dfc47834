"""Where the uncertainty of each dose comes from: a bar for each region, as long as u, cut by shares of the variance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lutetia.dosimetry.absorbed_dose import AbsorbedDose
from lutetia.plots.figure import FAINT, GREY, INK, Figure
from lutetia.plots.strip_layout import shortened, text_width

# Cividis (Nuñez et al., PLoS One 2018; 13: e0199239) at even steps, dark to light: order survives grey print.
SHADES = ("#00204d", "#2f4a6e", "#5d6a75", "#878479", "#b8a66d", "#e2cb5c", "#fff3b0")
NAME_PX, LABEL_PX, ROW_PX, LEGEND_ROW = 9.5, 9, 15.0, 13
MOST_NAME_ROOM, VALUE_ROOM = 124, 40
LEAST_SHARE = 0.005  # of the variance; what is smaller is drawn, not named


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetBar:
    """One region: its dose with the budget; `why` says why there is none where `dose` is None."""

    name: str
    dose: AbsorbedDose | None
    why: str = ""


def dose_budget_figure(bars: Sequence[BudgetBar], *, width_px: float = 340, height_px: float = 132) -> Figure:
    """Bars of u (k = 1) in % of the dose, the largest on top; parts in one order, the overall largest first.

    Parts add in squares, so each is as long as its share of the variance. A dose with a source of unknown size has no
    bar: its row names the source.
    """
    known = [bar for bar in bars if bar.dose is not None and bar.dose.u_fraction is not None]
    ordered = sorted(known, key=lambda bar: (-_u_pct(bar), bar.name)) + [bar for bar in bars if bar not in known]
    sources = _sources(known)
    longest = max([text_width(bar.name, NAME_PX) for bar in bars], default=0.0)
    name_room = min(longest + 10, MOST_NAME_ROOM)
    plot_px = width_px - name_room - VALUE_ROOM
    legend_rows = _legend_rows(sources, width_px)
    row_px = min(ROW_PX, (height_px - LEGEND_ROW * len(legend_rows)) / max(len(ordered), 1))
    most = max([_u_pct(bar) for bar in known], default=1.0)
    parts = [part for at, bar in enumerate(ordered) if bar in known for part in _parts(at, bar, sources)]
    size = min(NAME_PX, row_px * 0.82)
    x = {"field": "from", "type": "quantitative", "scale": {"domain": [0, most * 1.02], "nice": False},
         "axis": _axis()}  # fmt: skip
    y = {"field": "row", "type": "quantitative", "axis": None,
         "scale": {"domain": [len(ordered) - 0.5, -0.5], "nice": False, "zero": False}}  # fmt: skip
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": parts},
            "mark": {"type": "bar", "height": row_px * 0.66, "stroke": "white", "strokeWidth": 0.35},
            "encoding": {
                "x": x, "x2": {"field": "to"}, "y": y,
                "fill": {"field": "shade", "type": "nominal", "scale": None},
                "tooltip": [{"field": "region"}, {"field": "source"}, {"field": "said"}],
            },
        },
        *_texts(ordered, known, x, y, size, name_room),
        *_legend(legend_rows, -name_room, -LEGEND_ROW * len(legend_rows)),
    ]  # fmt: skip
    specification = {
        "width": plot_px,
        "height": row_px * max(len(ordered), 1),
        "padding": {"left": 2, "right": 2, "top": 2, "bottom": 2},
        "view": {"stroke": None},
        "layer": layers,
    }
    return Figure(specification=specification, description=_said(ordered))


def _u_pct(bar: BudgetBar) -> float:
    fraction = bar.dose.u_fraction if bar.dose is not None else None
    return 100 * (fraction or 0.0)


def _sources(known: Sequence[BudgetBar]) -> dict[str, str]:
    """The names of the sources with their shades, the one with the largest mean share first."""
    shares: dict[str, float] = {}
    for bar in known:
        for name, share in bar.dose.shares().items() if bar.dose is not None else ():
            shares[name] = shares.get(name, 0.0) + share
    named = sorted((name for name in shares if shares[name] > 0), key=lambda name: (-shares[name], name))
    last = len(SHADES) - 1
    apart = last / max(len(named) - 1, 1)
    return {name: SHADES[min(round(at * apart), last)] for at, name in enumerate(named)}


def _parts(at: int, bar: BudgetBar, sources: Mapping[str, str]) -> list[dict[str, Any]]:
    shares = bar.dose.shares() if bar.dose is not None else {}
    whole, reached, parts = _u_pct(bar), 0.0, []
    for name, shade in sources.items():
        share = shares.get(name, 0.0)
        if share > 0:
            ahead = reached + whole * share
            said = f"{100 * share:.0f} % of the variance, alone {whole * share**0.5:.1f} %"
            parts.append({"row": at, "region": bar.name, "source": name, "from": reached, "to": ahead,
                          "shade": shade, "said": said})  # fmt: skip
            reached = ahead
    return parts


def _axis() -> dict[str, Any]:
    return {"title": "u (k = 1), % of the absorbed dose", "labelFontSize": LABEL_PX, "titleFontSize": LABEL_PX,
            "titleFontWeight": 400, "titlePadding": 3, "tickSize": 3, "labelPadding": 2, "labelColor": GREY,
            "titleColor": GREY, "grid": True, "gridColor": FAINT, "gridOpacity": 0.6, "tickCount": 5,
            "labelFlush": False, "format": "~f"}  # fmt: skip


def _texts(
    ordered: Sequence[BudgetBar],
    known: Sequence[BudgetBar],
    x: dict[str, Any],
    y: dict[str, Any],
    size_px: float,
    name_room_px: float,
) -> list[dict[str, Any]]:
    names = [{"row": at, "text": shortened(bar.name, size_px, name_room_px - 8)} for at, bar in enumerate(ordered)]
    values = [
        {"row": at, "from": _u_pct(bar), "text": f"{_u_pct(bar):.1f} %"}
        for at, bar in enumerate(ordered)
        if bar in known
    ]
    silent = [
        {"row": at, "from": 0, "text": shortened(_why(bar), size_px, 230)}
        for at, bar in enumerate(ordered)
        if bar not in known
    ]
    mark = {"type": "text", "baseline": "middle", "fontSize": size_px}
    return [
        {
            "data": {"values": names},
            "mark": {**mark, "align": "right", "color": INK},
            "encoding": {"x": {"value": -6}, "y": y, "text": {"field": "text"}},
        },
        {
            "data": {"values": values},
            "mark": {**mark, "align": "left", "dx": 4, "color": INK},
            "encoding": {"x": x, "y": y, "text": {"field": "text"}},
        },
        {
            "data": {"values": silent},
            "mark": {**mark, "align": "left", "dx": 4, "color": GREY, "fontStyle": "italic"},
            "encoding": {"x": x, "y": y, "text": {"field": "text"}},
        },
    ]


def _why(bar: BudgetBar) -> str:
    if bar.dose is None:
        return f"no dose: {bar.why or 'not known why'}"
    return f"u not known: {', '.join(bar.dose.unknown) or 'no budget'}"


def _legend_rows(sources: Mapping[str, str], width_px: float) -> list[list[tuple[str, str, float]]]:
    """Each source with its shade and place, in as many lines as the width asks for."""
    rows: list[list[tuple[str, str, float]]] = []
    at = 0.0
    for name, shade in sources.items():
        needed = 13 + text_width(name, NAME_PX) + 12
        if not rows or at + needed > width_px:
            rows.append([])
            at = 0.0
        rows[-1].append((name, shade, at))
        at += needed
    return rows


def _legend(rows: Sequence[Sequence[tuple[str, str, float]]], left: float, top: float) -> list[dict[str, Any]]:
    layers: list[dict[str, Any]] = []
    for line, row in enumerate(rows):
        middle = top + line * LEGEND_ROW + 4
        for name, shade, at in row:
            square = {"type": "square", "size": 72, "fill": shade, "stroke": GREY, "strokeWidth": 0.4, "opacity": 1}
            mark = {"type": "text", "align": "left", "baseline": "middle", "fontSize": NAME_PX, "color": INK}
            place = {"y": {"value": middle}}
            layers.append(
                {"data": {"values": [{}]}, "mark": square, "encoding": {**place, "x": {"value": left + at + 5}}}
            )
            text = {**place, "x": {"value": left + at + 13}, "text": {"value": name}}
            layers.append({"data": {"values": [{}]}, "mark": mark, "encoding": text})
    return layers


def _said(ordered: Sequence[BudgetBar]) -> str:
    parts = []
    for bar in ordered:
        if bar.dose is None or bar.dose.u_fraction is None:
            parts.append(f"{bar.name}: {_why(bar)}")
            continue
        named = ", ".join(f"{n} {100 * s:.0f} %" for n, s in bar.dose.shares().items() if s >= LEAST_SHARE)
        parts.append(f"{bar.name}: u {_u_pct(bar):.1f} % of the dose, variance from {named}")
    return f"Uncertainty budget, k = 1. {'; '.join(parts) or 'No dose'}."
