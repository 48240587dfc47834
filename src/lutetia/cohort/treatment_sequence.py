"""Grouping patients by the treatments of their lines: SSA-RLT, RLT-other, SSA-other, or any rule of the user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from lutetia.cohort.dated import Dated
from lutetia.cohort.declared import Declared, LineKey, LineNumber
from lutetia.cohort.eligibility import Words, words_problems
from lutetia.cohort.regimen_group import group_names, matches
from lutetia.cohort.story import Story
from lutetia.course.entry import Text
from lutetia.course.problem import Problem

BuiltIn = Literal["treatment_sequence", "treatment_of_line", "ever_treated"]


class Group(Declared):
    """One group: the treatments its lines must have had."""

    group: Text = Field(description="its name")
    lines: Annotated[Mapping[LineKey, Words], Field(min_length=1)] = Field(
        description="number of the line → classes or regimens; `not RLT` is any but that, `any` is any"
    )

    def contradictions(self) -> Iterable[Problem]:
        for number, words in self.lines.items():
            yield from words_problems(("lines", number), words)


SEQUENCES = (
    Group(group="SSA-RLT", lines={1: ("SSA",), 2: ("RLT",)}),
    Group(group="RLT-other", lines={1: ("RLT",), 2: ("not RLT",)}),
    Group(group="SSA-other", lines={1: ("SSA",), 2: ("not RLT",)}),
)
"""The three sequences of S000 (section 3.4), by the first two lines."""


class Grouped(NamedTuple):
    """The group of a patient, the entries it rests on, and the last day that had to be awaited to know it."""

    group: str
    entries: tuple[str, ...]
    known_on: int


class Exposure(Declared):
    """What is compared: a rule that is built in, or groups of the user's own. The first group that fits counts."""

    rule: BuiltIn | None = Field(
        default=None,
        description="treatment_sequence (SSA-RLT, RLT-other, SSA-other), treatment_of_line, or ever_treated",
    )
    line: LineNumber | None = Field(default=None, description="for treatment_of_line: its number")
    treatment: Words | None = Field(default=None, description="for ever_treated: classes or regimens, e.g. [RLT]")
    groups: tuple[Group, ...] = Field(default=(), description="groups of your own, instead of a rule")

    def contradictions(self) -> Iterable[Problem]:
        if (self.rule is None) == (not self.groups):
            yield Problem(place=(), must="exposure must have either a rule or groups", do="Remove one, or add one.")
        if (self.rule == "treatment_of_line") != (self.line is not None):
            yield Problem(place=("line",), must="line belongs to the rule treatment_of_line, which needs it")
        if (self.rule == "ever_treated") != (self.treatment is not None):
            yield Problem(place=("treatment",), must="treatment belongs to the rule ever_treated, which needs it")
        yield from words_problems(("treatment",), self.treatment or ())
        names = [group.group for group in self.groups]
        if len(set(names)) < len(names):
            yield Problem(place=("groups",), must="each group must have a name of its own", got=", ".join(names))

    @property
    def levels(self) -> tuple[str, ...]:
        """The names of the groups, in order."""
        if self.rule == "ever_treated":
            return self._ever_levels
        if self.rule == "treatment_of_line":
            return tuple(group_names())
        return tuple(group.group for group in self._groups)

    @property
    def _groups(self) -> tuple[Group, ...]:
        return SEQUENCES if self.rule == "treatment_sequence" else self.groups

    @property
    def _ever_levels(self) -> tuple[str, str]:
        named = "/".join(self.treatment or ())
        return f"ever {named}", f"never {named}"

    @property
    def last_line(self) -> int | None:
        """The number of the last line the groups look at; None where they look at all lines up to the cut-off."""
        if self.rule == "ever_treated":
            return None
        return self.line or max(number for group in self._groups for number in group.lines)

    def group_of(self, story: Story, lines_complete: str = "assumed") -> Grouped | str:
        """The group of a patient, or the reason why there is none.

        `lines_complete="stated"`: that a treatment was never given counts only with a treatment_history on record.
        """
        if story.unusable is not None:
            return story.unusable
        if self.rule == "ever_treated":
            return self._ever(story, lines_complete)
        if self.rule == "treatment_of_line":
            line = story.line(self.line or 1)
            return Grouped(line.group, (line.entry_id,), line.start.day) if line else f"no line {self.line}"
        return _first_fitting(story, self._groups)

    def _ever(self, story: Story, lines_complete: str) -> Grouped | str:
        ever, never = self._ever_levels
        given = [line for line in story.lines if matches(line.regimen, self.treatment or ())]
        if given:
            return Grouped(ever, (given[0].entry_id,), given[0].start.day)
        if lines_complete == "stated" and story.complete_until_day is None:
            return "not known whether ever treated: no treatment_history states that the lines are complete"
        end: Dated | None = story.death or story.last_alive
        return Grouped(never, tuple(line.entry_id for line in story.lines), end.day if end else story.cut_off_day)


def _first_fitting(story: Story, groups: tuple[Group, ...]) -> Grouped | str:
    needed = max(number for group in groups for number in group.lines)
    for group in groups:
        lines = [story.line(number) for number in group.lines]
        if all(
            line is not None and matches(line.regimen, words)
            for line, words in zip(lines, group.lines.values(), strict=True)
        ):
            had = [line for line in lines if line is not None]
            return Grouped(group.group, tuple(line.entry_id for line in had), max(line.start.day for line in had))
    if len(story.lines) < needed:
        return f"in none of the groups: no line {len(story.lines) + 1}"
    return "in none of the groups: other treatments"
