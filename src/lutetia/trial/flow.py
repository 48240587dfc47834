"""Participant flow that closes by sums: every box is the one before less those who left for named reasons (CONSORT)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lutetia.errors import Fault, InputError
from lutetia.trial.checked import whole

TITLE = "participant flow"
_NOBODY: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBox:
    """`n` participants, of whom `left` went for each reason; the rest are those of the boxes in `then`."""

    name: str
    n: int
    left: Mapping[str, int] = field(default_factory=lambda: _NOBODY)
    then: tuple[FlowBox, ...] = ()

    @property
    def lost(self) -> int:
        """Everyone who left at this box."""
        return sum(self.left.values())

    @property
    def on(self) -> int:
        """Those who remain by the reasons."""
        return self.n - self.lost

    def boxes(self) -> Iterator[FlowBox]:
        """This box and all after it."""
        yield self
        for box in self.then:
            yield from box.boxes()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCount:
    """A number beside the flow: an analysis set that `equals` a box, or a part `within` one (crossover, say).

    `parts`, if any, add up to `n`.
    """

    name: str
    n: int
    equals: str | None = None
    within: str | None = None
    parts: Mapping[str, int] = field(default_factory=lambda: _NOBODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantFlow:
    """The flow from the first box on, with the counts beside it. Made only if every sum closes.

    Raises InputError with a fault for each box that does not close.
    """

    first: FlowBox
    counts: tuple[FlowCount, ...] = ()

    def __post_init__(self) -> None:
        if faults := flow_faults(self.first, self.counts):
            raise InputError(TITLE, faults)

    def box(self, name: str) -> FlowBox:
        """The box of that name. Raises InputError if there is none."""
        for box in self.first.boxes():
            if box.name == name:
                return box
        known = ", ".join(box.name for box in self.first.boxes())
        raise InputError(TITLE, [Fault(place="box", must=f"must be one of {known}", got=repr(name))])

    def rows(self) -> list[dict[str, str | int]]:
        """The flow as a table: box, n, and each reason with its number, from the first box on."""
        table: list[dict[str, str | int]] = []
        for box in self.first.boxes():
            table.append({"box": box.name, "reason": "", "n": box.n})
            table += [{"box": box.name, "reason": reason, "n": n} for reason, n in box.left.items()]
        return table


def flow_faults(first: FlowBox, counts: tuple[FlowCount, ...] = ()) -> tuple[Fault, ...]:
    """Every box and count that does not close.

    A box that fits neither the one before nor those after, by the same number, is named itself; otherwise the box whose
    parts do not add up is.
    """
    faults = [fault for box in first.boxes() for fault in _number_faults(box)]
    names = [box.name for box in first.boxes()]
    faults += [
        Fault(place=f"box {name}", must="must be named once only", got=f"{names.count(name)} times")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if not faults:
        faults += [*_sum_faults(first), *_count_faults(first, counts)]
    return tuple(faults)


def _number_faults(box: FlowBox) -> list[Fault]:
    faults = whole(f"box {box.name}", box.n, 0)
    for reason, n in box.left.items():
        faults += whole(f"box {box.name}, {reason}", n, 0)
    if not faults and box.lost > box.n:
        faults.append(Fault(place=f"box {box.name}", must=f"must not lose more than its {box.n}", got=str(box.lost)))
    return faults


def _sum_faults(first: FlowBox) -> list[Fault]:
    open_ = {box.name: box.on - sum(part.n for part in box.then) for box in first.boxes() if box.then}
    open_ = {name: off for name, off in open_.items() if off}
    faults = []
    for box in first.boxes():
        for part in box.then:
            if box.name in open_ and open_.get(part.name) == -open_[box.name]:
                right = part.n + open_.pop(box.name)
                del open_[part.name]
                must = f"must be {right}, by {box.name} before it and by the boxes after it"
                faults.append(Fault(place=f"box {part.name}", must=must, got=str(part.n)))
    for box in first.boxes():
        if box.name in open_:
            faults.append(_open_fault(box))
    return faults


def _open_fault(box: FlowBox) -> Fault:
    reasons = "".join(f" − {n} {reason}" for reason, n in box.left.items())
    after = " + ".join(f"{part.n} {part.name}" for part in box.then)
    must = f"must close: {box.n}{reasons} = {box.on} must equal {after}"
    return Fault(place=f"box {box.name}", must=must, got=f"{sum(part.n for part in box.then)}")


def _count_faults(first: FlowBox, counts: tuple[FlowCount, ...]) -> list[Fault]:
    boxes = {box.name: box.n for box in first.boxes()}
    faults = []
    for count in counts:
        place = f"count {count.name}"
        faults += whole(place, count.n, 0)
        for name in (count.equals, count.within):
            if name is not None and name not in boxes:
                faults.append(Fault(place=place, must="must name a box of the flow", got=repr(name)))
        if count.equals in boxes and count.n != boxes[count.equals]:
            must = f"must equal box {count.equals} ({boxes[count.equals]})"
            faults.append(Fault(place=place, must=must, got=str(count.n)))
        if count.within in boxes and count.n > boxes[count.within]:
            must = f"must not exceed box {count.within} ({boxes[count.within]})"
            faults.append(Fault(place=place, must=must, got=str(count.n)))
        if count.parts and sum(count.parts.values()) != count.n:
            parts = " + ".join(f"{n} {name}" for name, n in count.parts.items())
            faults.append(Fault(place=place, must=f"must be the sum of {parts}", got=str(count.n)))
    return faults
