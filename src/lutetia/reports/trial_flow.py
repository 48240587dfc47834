"""The participant flow of a trial as a table: every box with those who left it for named reasons, arm beside arm."""

from __future__ import annotations

from lutetia.results.printed import INDENT, NONE
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.trial.flow import FlowBox, ParticipantFlow


def flow_table(flow: ParticipantFlow) -> Table:
    """The flow from where the arms part; before that the boxes of all participants. Every sum was checked."""
    trunk, arms = _parted(flow.first)
    rows: list[TableRow] = []
    for box in trunk:
        rows.append(TableRow(cells=(_words(box.name), str(box.n), *("",) * max(len(arms) - 1, 0))))
        rows += [
            TableRow(cells=(f"{INDENT}{why}", str(count), *("",) * max(len(arms) - 1, 0)))
            for why, count in box.left.items()
        ]
    deep = [_stages(arm) for arm in arms]
    for stage in range(max((len(stages) for stages in deep), default=0)):
        boxes = [stages[stage] if stage < len(stages) else None for stages in deep]
        rows.append(TableRow(cells=(_stage_words(boxes, arms, stage), *(str(box.n) if box else NONE for box in boxes))))
        reasons = dict.fromkeys(why for box in boxes if box is not None for why in box.left)
        for why in reasons:
            counts = (str(box.left.get(why, 0)) if box is not None else NONE for box in boxes)
            rows.append(TableRow(cells=(INDENT + why, *counts)))
    return Table(
        key="flow",
        title="Participant flow, with every reason for leaving",
        head=("", *(arm.name for arm in arms)) if arms else ("", "All"),
        rows=tuple(rows),
        records=tuple(record_ for box in flow.first.boxes() for record_ in _records(box)),
        notes=("Every box is the one above it less those who left; the sums were checked.",),
    )


def _parted(first: FlowBox) -> tuple[list[FlowBox], tuple[FlowBox, ...]]:
    trunk, box = [first], first
    while len(box.then) == 1:
        box = box.then[0]
        trunk.append(box)
    return trunk, box.then


def _stages(arm: FlowBox) -> list[FlowBox]:
    stages, box = [arm], arm
    while len(box.then) == 1:
        box = box.then[0]
        stages.append(box)
    return stages


def _stage_words(boxes: list[FlowBox | None], arms: tuple[FlowBox, ...], stage: int) -> str:
    """What a stage is called without its arm: "allocated", "treated", "on treatment at cut-off"."""
    if stage == 0:
        return "Allocated"
    for box, arm in zip(boxes, arms, strict=True):
        if box is not None:
            return _words(box.name.removeprefix(arm.name).removeprefix(", ") or box.name)
    return ""


def _words(name: str) -> str:
    return name[:1].upper() + name[1:]


def _records(box: FlowBox) -> list[dict[str, object]]:
    found = [record("participants", box.n, unit="patients", analysis="flow", term=box.name)]
    found += [
        record("left", count, unit="patients", analysis="flow", term=box.name, level=why)
        for why, count in box.left.items()
    ]
    return found
