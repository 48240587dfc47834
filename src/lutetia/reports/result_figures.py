"""The figures of a study, drawn: the data of an analysis becomes a figure with its SVG and its read-out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lutetia.plots.balance import BalanceMark, balance_figure
from lutetia.plots.figure import COLOURS, Figure
from lutetia.plots.forest import ForestRow, forest_figure
from lutetia.plots.kaplan_meier import DAYS_PER_MONTH, kaplan_meier_figure
from lutetia.plots.participant_flow import FlowStep, flow_figure
from lutetia.plots.sequence_flow import Link, sequence_figure
from lutetia.reports.typography import cell_text
from lutetia.results.figure_data import (
    BalanceFigure,
    CurveFigure,
    FigureData,
    FlowFigure,
    ForestFigure,
    SequenceFigure,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """A figure of the report. `readout` is what the page's script reads under the pointer; None where there is none."""

    key: str
    title: str
    kind: str
    svg: str
    description: str
    conventions: tuple[str, ...]
    readout: dict[str, Any] | None
    figure: Figure


def drawn(data: FigureData) -> Drawn:
    """The figure of this data. Raises ValueError for a flow that does not close."""
    figure = _figure(data)
    return Drawn(
        key=data.key,
        title=data.title,
        kind=data.kind,
        svg=figure.svg(),
        description=figure.description,
        conventions=() if isinstance(data, FlowFigure) else data.conventions,
        readout=_readout(data, figure) if isinstance(data, CurveFigure) else None,
        figure=figure,
    )


def _figure(data: FigureData) -> Figure:
    if isinstance(data, CurveFigure):
        return kaplan_meier_figure(data.curves, outcome=data.outcome, note=data.note)
    if isinstance(data, ForestFigure):
        return _forest(data)
    if isinstance(data, SequenceFigure):
        links = [
            Link(column=link.column, source=link.source, target=link.target, patients=link.patients)
            for link in data.links
        ]
        return sequence_figure(links, columns=data.columns)
    if isinstance(data, BalanceFigure):
        marks = [BalanceMark(name=cell_text(p.name), before=p.before, after=p.after) for p in data.points]
        return balance_figure(marks, imbalance=data.imbalance)
    steps = [FlowStep(label=step.label, patients=step.patients, left_out=step.left_out) for step in data.steps]
    return flow_figure(steps, groups=data.groups)


def _forest(data: ForestFigure) -> Figure:
    rows = [
        ForestRow(label=cell_text(row.label), ratio=row.ratio, counts=row.counts, beside=row.beside, events=row.events)
        for row in data.rows
    ]
    return forest_figure(
        rows,
        ratio=data.ratio,
        favours=data.favours,
        counts_title=data.counts_title,
        beside_title=data.beside_title,
    )


def _readout(data: CurveFigure, figure: Figure) -> dict[str, Any]:
    """Steps of every curve in months with survival and interval, rounded for reading; `end` is the axis's end."""
    top = figure.specification["vconcat"][0]
    end = top["layer"][0]["encoding"]["x"]["scale"]["domain"][1]
    curves = [
        {"name": name, "colour": COLOURS[at % len(COLOURS)], **_steps(data.curves, name)}
        for at, name in enumerate(data.curves)
    ]
    return {"end": end, "curves": curves}


def _steps(curves: Mapping[str, Any], name: str) -> dict[str, Any]:
    band = curves[name].band("log-log")
    return {
        "months": [round(days / DAYS_PER_MONTH, 2) for days in band.times.tolist()],
        "shares": [round(value, 4) for value in band.survival.tolist()],
        "lower": [_rounded(value) for value in band.lower.tolist()],
        "upper": [_rounded(value) for value in band.upper.tolist()],
    }


def _rounded(value: float) -> float | None:
    return round(value, 4) if value == value else None
