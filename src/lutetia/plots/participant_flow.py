"""The participant flow as boxes: who was screened, who was left out and why, who was analysed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from lutetia.plots.figure import GREY, INK, Figure

BOX, SIDE, GAP, LINE, PAD, ACROSS = 230, 310, 26, 15, 9, 46
LABEL_LETTERS, REASON_LETTERS, LETTER = 34, 46, 6.4  # letters of a line, pixels of a letter
NUMBER = 7  # pixels of a digit before a reason
_Row = tuple[tuple[float, str], ...]  # the texts of one line of a box, each with how many pixels it is set in


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """One box of the spine: so many patients, and those left out on the way to the next box, by reason."""

    label: str
    patients: int
    left_out: tuple[tuple[str, int], ...] = ()


def flow_figure(steps: Sequence[FlowStep], *, groups: Sequence[tuple[str, int]] = (), title: str = "") -> Figure:
    """Boxes from top to bottom, reasons beside the arrows, the groups that are compared side by side at the end.

    Raises ValueError without a step, or if one does not close: patients less those left out must be the next step's
    patients, and after the last one those of the groups.
    """
    _refuse_open_sums(steps, groups)
    boxes: list[dict[str, Any]] = []
    arrows: list[dict[str, Any]] = []
    top = 0.0
    for at, step in enumerate(steps):
        bottom = _box(boxes, 0, top, BOX, _plain([*wrap(step.label, LABEL_LETTERS), f"n = {step.patients}"]))
        next_top = bottom + GAP
        if step.left_out:
            side = _box(boxes, BOX + ACROSS, bottom + GAP / 2, SIDE, _reasons(step), left=True)
            middle = (bottom + GAP / 2 + side) / 2
            arrows.append({"x": BOX / 2, "x2": BOX + ACROSS - 5, "y": middle, "y2": middle, "head": "right"})
            next_top = side + GAP / 2
        if at + 1 < len(steps):
            arrows.append({"x": BOX / 2, "x2": BOX / 2, "y": bottom, "y2": next_top - 5, "head": "down"})
        elif groups:
            next_top = _groups(boxes, arrows, groups, bottom, next_top)
        elif step.left_out:
            arrows.append({"x": BOX / 2, "x2": BOX / 2, "y": bottom, "y2": middle, "head": ""})
        top = next_top
    said = "; ".join([*(f"{step.label} {step.patients}" for step in steps), *(f"{name} {n}" for name, n in groups)])
    wide = max(box["x2"] for box in boxes)
    specification = _specification(boxes, arrows, wide, max(box["y2"] for box in boxes), title)
    return Figure(specification=specification, description=f"Participant flow: {said}.")


def _refuse_open_sums(steps: Sequence[FlowStep], groups: Sequence[tuple[str, int]]) -> None:
    if not steps:
        raise ValueError("a flow must have a step")
    for step, following in itertools.pairwise(steps):
        if _rest(step) != following.patients:
            raise ValueError(
                f"{step.label}: {_rest(step)} patients remain, but {following.label} has {following.patients}"
            )
    held = sum(count for _, count in groups)
    if groups and held != _rest(steps[-1]):
        raise ValueError(f"the groups hold {held} patients, not {_rest(steps[-1])}")


def _rest(step: FlowStep) -> int:
    return step.patients - sum(count for _, count in step.left_out)


def _plain(lines: Sequence[str]) -> list[_Row]:
    return [((0.0, line),) for line in lines]


def _reasons(step: FlowStep) -> list[_Row]:
    """The sum, then every reason behind its count, set in so that counts stand apart."""
    inset = float(NUMBER * (1 + max(len(str(count)) for _, count in step.left_out)))
    rows = _plain([f"Left out: {sum(count for _, count in step.left_out)}"])
    for why, count in step.left_out:
        first, *more = wrap(why, REASON_LETTERS) or [""]
        rows += [((0.0, str(count)), (inset, first)), *(((inset, line),) for line in more)]
    return rows


def _box(
    boxes: list[dict[str, Any]], x: float, top: float, width_px: float, rows: list[_Row], left: bool = False
) -> float:
    """Puts a box with its lines; returns its lower edge."""
    bottom = top + 2 * PAD + LINE * len(rows)
    boxes.append({"x": x, "x2": x + width_px, "y": top, "y2": bottom, "rows": rows, "left": left})
    return bottom


def _groups(
    boxes: list[dict[str, Any]],
    arrows: list[dict[str, Any]],
    groups: Sequence[tuple[str, int]],
    bottom: float,
    next_top: float,
) -> float:
    """The groups side by side, all of one height, under a rail from the last box; returns their lower edge."""
    width_px = min(BOX, (BOX + ACROSS + SIDE - 12 * (len(groups) - 1)) / len(groups))
    width_px = max(width_px, LETTER * 12)
    names = [wrap(name, max(int(width_px / LETTER), 8)) for name, _ in groups]
    tallest = max(len(name) for name in names)
    middles = [at * (width_px + 12) + width_px / 2 for at in range(len(groups))]
    rail, top = next_top, next_top + GAP
    arrows.append({"x": BOX / 2, "x2": BOX / 2, "y": bottom, "y2": rail, "head": ""})
    arrows.append({"x": min(*middles, BOX / 2), "x2": max(*middles, BOX / 2), "y": rail, "y2": rail, "head": ""})
    lower = top
    for name, (_, count), middle in zip(names, groups, middles, strict=True):
        lines = [*name, *[""] * (tallest - len(name)), f"n = {count}"]
        lower = _box(boxes, middle - width_px / 2, top, width_px, _plain(lines))
        arrows.append({"x": middle, "x2": middle, "y": rail, "y2": top - 5, "head": "down"})
    return lower


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
            "x": box["x"] + 10 + inset if box["left"] else (box["x"] + box["x2"]) / 2,
            "y": box["y"] + PAD + LINE * (at + 0.5),
            "left": box["left"],
        }
        for box in boxes
        for at, row in enumerate(box["rows"])
        for inset, line in row
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
