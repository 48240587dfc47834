"""The participant flow of a trial as a table: every box with those who left it for named reasons, arm beside arm."""

from __future__ import annotations

from lutetia.results.printed import INDENT, NONE
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.trial.flow import FlowBox, ParticipantFlow


def flow_table(flow: ParticipantFlow) -> Table:
    """The flow from where the arms part; before that the boxes of all participants. Every sum was checked."""
    trunk, arms = _parted(flow.first)
    empty = ("",) * len(arms)
    rows: list[TableRow] = []
    for box in trunk:
        rows.append(TableRow(cells=(_words(box.name), str(box.n), *empty)))
        rows += [TableRow(cells=(INDENT + why, str(count), *empty)) for why, count in box.left.items()]
    deep = [_stages(arm) for arm in arms]
    for stage in range(max((len(stages) for stages in deep), default=0)):
        boxes = [stages[stage] if stage < len(stages) else None for stages in deep]
        rows.append(_row(_stage_words(boxes, arms, stage), [box.n if box is not None else None for box in boxes]))
        for why in dict.fromkeys(why for box in boxes if box is not None for why in box.left):
            rows.append(_row(INDENT + why, [box.left.get(why, 0) if box is not None else None for box in boxes]))
    return Table(
        key="flow",
        title="Participant flow, with every reason for leaving",
        head=("", "All", *(arm.name for arm in arms)),
        rows=tuple(rows),
        records=tuple(record_ for box in flow.first.boxes() for record_ in _records(box)),
        notes=("Every box is the one above it less those who left; the sums were checked.",),
    )


def _row(words: str, counts: list[int | None]) -> TableRow:
    """A row with its sum first."""
    everyone = sum(count for count in counts if count is not None)
    return TableRow(cells=(words, str(everyone), *(NONE if count is None else str(count) for count in counts)))


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
