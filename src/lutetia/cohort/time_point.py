"""A moment of a course that an analysis hangs on: time zero, cohort entry, the decision that a trial emulates."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lutetia.cohort.dated import Dated
from lutetia.cohort.declared import Declared, LineNumber
from lutetia.cohort.story import Story

Moment = Literal["line_start", "progression", "decision"]
# Of one line: it starts, it progresses, then a board decides what next.
_ORDER: dict[str, int] = {"line_start": 0, "progression": 1, "decision": 2}


class TimePoint(Declared):
    """The start of a line, the progression on it, or the first board decision on or after that progression."""

    event: Moment = Field(description="line_start, progression, or decision (the first on or after progression)")
    line: LineNumber = Field(description="number of the line, from 1")

    def __str__(self) -> str:
        return _IN_WORDS[self.event].format(line=self.line)

    @property
    def rank(self) -> tuple[int, int]:
        """Order in a course: line 1 starts, progresses, is decided upon, line 2 starts, …"""
        return self.line, _ORDER[self.event]

    def of(self, story: Story) -> Dated | str:
        """The moment in a story, or the reason why it has none."""
        if story.unusable is not None:
            return story.unusable
        line = story.line(self.line)
        if line is None:
            return f"no line {self.line}"
        if self.event == "line_start":
            return line.start
        if line.progression is None:
            undated = line.undated_progression
            return (
                f"day of progression on line {self.line} not known"
                if undated
                else f"no progression on line {self.line}"
            )
        if self.event == "progression":
            return line.progression
        since = line.progression.day
        first = min((d for d in story.decisions if d.day >= since), key=lambda d: d.day, default=None)
        return first or f"no board decision on or after progression on line {self.line}"


_IN_WORDS = {
    "line_start": "start of line {line}",
    "progression": "progression on line {line}",
    "decision": "first board decision on or after progression on line {line}",
}
