"""Since when toxicity is counted: the start of the latest line of RLT, else of the line that goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lutetia.course.therapy import RltCycle, TherapyLine
from lutetia.course.timeline import Timeline
from lutetia.dates import PartialDate

Place = Literal["before", "after", "open"]
"""Where a dated entry lies; open: its partial date may mean either side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The time since a line of therapy began, later treatment included."""

    line: TherapyLine

    @property
    def start(self) -> PartialDate:
        """The day (or month, or year) on which the line began."""
        return self.line.date

    @property
    def is_rlt(self) -> bool:
        """Whether it counts from a line of RLT."""
        return self.line.regimen == "rlt"

    def sample(self, when: PartialDate) -> Place:
        """Where a laboratory value lies; one of the day of the start was taken before it (as DM-SEQ-1)."""
        if when.latest <= self.start.earliest:
            return "before"
        return "after" if when.earliest > self.start.latest else "open"

    def onset(self, when: PartialDate) -> Place:
        """Where the onset of an adverse event lies; one on the day of the start came after it (as DM-SEQ-1)."""
        if when.latest < self.start.earliest:
            return "before"
        return "after" if when.earliest >= self.start.latest else "open"

    def said(self) -> str:
        """The convention in a sentence."""
        return (
            f"since the start of {self.line.id} ({self.start}), later treatment included; a value of that day counts "
            "as before it, an adverse event of that day as after it"
        )


def period_of(timeline: Timeline) -> Period | None:
    """The period of the latest line of RLT, else of the current line; None when no line is recorded as ongoing."""
    rlt = [line for line in timeline.lines() if line.regimen == "rlt"]
    line = rlt[-1] if rlt else timeline.current_line()
    return Period(line=line) if line is not None else None


def cycles_of(timeline: Timeline, line: TherapyLine) -> tuple[RltCycle, ...]:
    """The cycles of a line known on the day, oldest first; a corrected line keeps the cycles of its old id."""

    def belongs(cycle: RltCycle) -> bool:
        named = timeline.resolve(cycle.line)
        return named is not None and named.id == line.id

    return tuple(cycle for cycle in timeline.known("rlt_cycle") if belongs(cycle))
