"""The sequence of treatments as nodes and links (a Sankey diagram): every patient goes in and comes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from lutetia.cohort.story import Story
from lutetia.rows import LeftOut

DEAD, ALIVE, UNKNOWN = "died", "alive, no further line", "not known"
ENDS = (DEAD, ALIVE, UNKNOWN)
By = Literal["group", "regimen"]
_BY: dict[By, str] = {"group": "class of treatment", "regimen": "regimen"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Patients at a line: its treatment class, or how the story ended before it."""

    line: int
    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Patients going from a node of `line` to a node of the next line."""

    line: int
    source: str
    target: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceFlow:
    """Nodes and links of the sequences. Patients who died or had no further line end there."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    n: int
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]

    @property
    def closes(self) -> bool:
        """Whether all patients are at line 1, each node passes on or keeps all it gets: True, or the code is wrong."""
        into, out = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
        for link in self.links:
            out[link.line, link.source] += link.count
            into[link.line + 1, link.target] += link.count
        last = max((node.line for node in self.nodes), default=0)
        for node in self.nodes:
            key = (node.line, node.label)
            if node.line > 1 and into[key] != node.count:
                return False
            if node.label not in ENDS and node.line < last and out[key] != node.count:
                return False
        return sum(node.count for node in self.nodes if node.line == 1) == self.n


def sequence_flow(stories: Sequence[Story], *, lines: int = 3, by: By = "group") -> SequenceFlow:
    """The sequences of these patients up to so many lines, by class of treatment (`by="regimen"`: by regimen).

    The last line shown has no links. Patients without a line, or whose lines cannot be numbered, are left out.
    """
    nodes, links = Counter[tuple[int, str]](), Counter[tuple[int, str, str]]()
    gone: dict[str, list[int]] = {}
    for story in stories:
        if story.unusable is not None or not story.lines:
            gone.setdefault(story.unusable or "no line of therapy", []).append(story.position)
            continue
        path = _path(story, lines, by)
        for number, label in enumerate(path, 1):
            nodes[number, label] += 1
        for number, (source, target) in enumerate(pairwise(path), 1):
            links[number, source, target] += 1
    return SequenceFlow(
        nodes=tuple(Node(line=line, label=label, count=count) for (line, label), count in _sorted(nodes)),
        links=tuple(Link(line=n, source=s, target=t, count=count) for (n, s, t), count in _sorted(links)),
        n=len(stories) - sum(len(positions) for positions in gone.values()),
        left_out=tuple(LeftOut.at(positions, why) for why, positions in gone.items()),
        conventions=(f"lines 1 to {lines} by {_BY[by]}, up to the data cut-off",),
    )


def _path(story: Story, lines: int, by: By) -> list[str]:
    had = [line.group if by == "group" else line.regimen for line in story.lines[:lines]]
    if len(had) == lines:
        return had
    end = DEAD if story.death is not None or story.dead_by is not None else ALIVE
    return [*had, UNKNOWN if end == ALIVE and story.last_alive is None else end]


def _sorted(counts: Counter[tuple]) -> list[tuple[tuple, int]]:  # type: ignore[type-arg]
    return sorted(counts.items(), key=lambda item: (item[0][0], -item[1], item[0][1:]))
