"""The participant flow as boxes: who was screened, who was left out and why, who was analysed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from lutetia.plots.figure import GREY, INK, Figure

BOX, SIDE, GAP, LINE, PAD, ACROSS = 230, 290, 26, 15, 9, 46


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """One box of the spine: so many patients, and those left out on the way to the next box, by reason."""

    label: str
    patients: int
    left_out: tuple[tuple[str, int], ...] = ()


def flow_figure(steps: Sequence[FlowStep], *, groups: Sequence[tuple[str, int]] = (), title: str = "") -> Figure:
    """Boxes from top to bottom, reasons beside the arrows, the groups that are compared side by side at the end.

    Raises ValueError if a step does not close: patients less those left out must be the next step's patients.
    """
    _refuse_open_sums(steps, groups)
    boxes: list[dict[str, Any]] = []
    arrows: list[dict[str, Any]] = []
    top = 0.0
    for at, step in enumerate(steps):
        bottom = _box(boxes, 0, top, BOX, [*wrap(step.label, 34), f"n = {step.patients}"])
        if step.left_out:
            lines = [f"Left out: {sum(count for _, count in step.left_out)}"]
            for why, count in step.left_out:
                lines += wrap(f"{count}  {why}", 46, subsequent_indent="     ")
            side = _box(boxes, BOX + ACROSS, bottom + GAP / 2, SIDE, lines, left=True)
            middle = (bottom + GAP / 2 + side) / 2
            arrows.append({"x": BOX / 2, "x2": BOX + ACROSS - 5, "y": middle, "y2": middle, "head": "right"})
            next_top = side + GAP / 2
        else:
            next_top = bottom + GAP
        if at + 1 < len(steps) or groups:
            arrows.append({"x": BOX / 2, "x2": BOX / 2, "y": bottom, "y2": next_top - 5, "head": "down"})
        top = next_top
    if groups:
        top = _groups(boxes, groups, top)
    said = "; ".join(f"{step.label} {step.patients}" for step in steps)
    split = "; ".join(f"{name} {count}" for name, count in groups)
    specification = _specification(boxes, arrows, BOX + ACROSS + SIDE, top, title)
    return Figure(specification=specification, description=f"Participant flow: {said}. {split}")


def _refuse_open_sums(steps: Sequence[FlowStep], groups: Sequence[tuple[str, int]]) -> None:
    for step, following in itertools.pairwise(steps):
        rest = step.patients - sum(count for _, count in step.left_out)
        if rest != following.patients:
            raise ValueError(f"{step.label}: {rest} patients remain, but {following.label} has {following.patients}")
    if groups and sum(count for _, count in groups) != steps[-1].patients:
        raise ValueError(f"the groups hold {sum(c for _, c in groups)} patients, not {steps[-1].patients}")


def _box(
    boxes: list[dict[str, Any]], x: float, top: float, width_px: float, lines: list[str], left: bool = False
) -> float:
    bottom = top + 2 * PAD + LINE * len(lines)
    boxes.append({"x": x, "x2": x + width_px, "y": top, "y2": bottom, "lines": lines, "left": left})
    return bottom


def _groups(boxes: list[dict[str, Any]], groups: Sequence[tuple[str, int]], top: float) -> float:
    width_px = min(BOX, (BOX + ACROSS + SIDE - 12 * (len(groups) - 1)) / len(groups))
    bottom = top
    for at, (name, count) in enumerate(groups):
        found = _box(boxes, at * (width_px + 12), top, width_px, [*wrap(name, int(width_px / 6.6)), f"n = {count}"])
        bottom = max(bottom, found)
    return bottom


def _specification(
    boxes: list[dict[str, Any]], arrows: list[dict[str, Any]], width_px: float, height_px: float, title: str
) -> dict[str, Any]:
    def axis(field: str, end: float) -> dict[str, Any]:
        scale = {"domain": [0, end] if field == "x" else [end, 0], "nice": False}
        return {"field": field, "type": "quantitative", "scale": scale, "axis": None}

    x, y = axis("x", width_px), axis("y", height_px)
    text = [
        {
            "text": line,
            "x": box["x"] + 10 if box["left"] else (box["x"] + box["x2"]) / 2,
            "y": box["y"] + PAD + LINE * (at + 0.5),
            "left": box["left"],
        }
        for box in boxes
        for at, line in enumerate(box["lines"])
    ]
    bare = [{key: box[key] for key in ("x", "x2", "y", "y2")} for box in boxes]
    to = {"x2": {"field": "x2"}, "y2": {"field": "y2"}}
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": arrows},
            "mark": {"type": "rule", "stroke": GREY, "strokeWidth": 1.2},
            "encoding": {"x": x, "y": y, **to},
        },
        {
            "data": {"values": bare},
            "mark": {"type": "rect", "fill": "white", "stroke": INK, "strokeWidth": 1},
            "encoding": {"x": x, "y": y, **to},
        },
    ]
    for head in ("right", "down"):
        ends = [{"x": a["x2"], "y": a["y2"]} for a in arrows if a["head"] == head]
        mark = {"type": "point", "shape": f"triangle-{head}", "filled": True, "opacity": 1, "size": 40, "color": GREY}
        layers.append({"data": {"values": ends}, "mark": mark, "encoding": {"x": x, "y": y}})
    for left in (False, True):
        mark = {"type": "text", "align": "left" if left else "center", "baseline": "middle", "fontSize": 11}
        rows = [row for row in text if row["left"] is left]
        layers.append({"data": {"values": rows}, "mark": mark, "encoding": {"x": x, "y": y, "text": {"field": "text"}}})
    specification: dict[str, Any] = {"width": width_px, "height": height_px, "padding": 8, "layer": layers}
    if title:
        specification["title"] = {"text": title}
    return specification
