"""Denominators across the paper: groups within groups, groups that divide another, and missing values that vanish."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, lgamma

from lutetia.evidence.integrity.finding import Finding, shown
from lutetia.evidence.paper import Group, Paper, Split

DENOMINATORS, VANISHED = "denominators", "missing-values-vanish"
HARD_CHANCE, SOFT_CHANCE = 1e-6, 0.001
"""Chance below which vanished missing values are a hard, or a soft, finding."""


def flow_findings(paper: Paper) -> Iterator[Finding]:
    """Groups larger than the group they are part of, splits that do not add up, and missing values that vanish."""
    for group in paper.groups:
        yield from _within(paper, group)
    for split in paper.splits:
        yield from _split(paper, split)
    for split in paper.splits:
        yield from _vanished(paper, split)


def _within(paper: Paper, group: Group) -> Iterator[Finding]:
    if group.of is None or any(group.id in split.into and split.of == group.of for split in paper.splits):
        return  # a split says it too, with its sum
    if group.n > paper.n(group.of):
        computed = f"{_words(paper, group.id)} cannot be part of {_words(paper, group.of)}."
        yield Finding(DENOMINATORS, (_cell(group.id), _cell(group.of)), computed, "hard")


def _split(paper: Paper, split: Split) -> Iterator[Finding]:
    sizes = [paper.n(group) for group in split.into]
    whole, total = paper.n(split.of), sum(sizes)
    if total == whole or (total < whole and not split.complete):
        return
    verb = "exceeds" if total > whole else "falls short of"
    computed = (
        f"{' + '.join(map(str, sizes))} = {total} {verb} {whole}: {', '.join(_words(paper, g) for g in split.into)}"
    )
    computed += f"; all of {_words(paper, split.of)}"
    if total > whole:
        ways = (_at_most(paper, split, group, whole - total) for group in _largest_first(paper, split))
        computed += next(filter(None, ways), "")
    cells = tuple(_cell(group) for group in (*_largest_first(paper, split), split.of))
    yield Finding(DENOMINATORS, cells, f"{computed}.", "hard")


def _largest_first(paper: Paper, split: Split) -> tuple[str, ...]:
    return tuple(sorted(split.into, key=lambda group: -paper.n(group)))


def _at_most(paper: Paper, split: Split, group: str, excess: int) -> str:
    """What another split would become if this group were as large as there is room for."""
    room = paper.n(group) + excess
    for other in paper.splits:
        if other.id != split.id and group in other.into and other.complete and room >= 0:
            n = paper.n(other.of) + excess
            parent = paper.group_of[other.of].of
            share = (
                f" ({shown(100 * n / paper.n(parent), 3)} % of {paper.n(parent)})" if parent and paper.n(parent) else ""
            )
            return f". With {room} in {group}, {other.of} would be {n}{share}"
    return ""


def _vanished(paper: Paper, split: Split) -> Iterator[Finding]:
    """A property known in everybody of a subgroup, though it is missing in some of the larger group."""
    if split.by is None or split.missing or not split.complete:
        return
    larger = next((s for s in paper.splits if s.by == split.by and s.missing and _inside(paper, split.of, s.of)), None)
    if larger is None:
        return
    n, missing, inside = paper.n(larger.of), sum(paper.n(group) for group in larger.missing), paper.n(split.of)
    known = sum(paper.n(group) for group in split.into)
    if known != inside or not 0 < inside <= n or missing > n:
        return
    chance = _chance_of_none(n, missing, inside)
    if chance >= SOFT_CHANCE:
        return
    sizes = " + ".join(str(paper.n(group)) for group in split.into)
    computed = (
        f"{sizes} = {known}: {split.by} is known in all {inside} of {split.of}, but missing in {missing} of {n}; "
    )
    computed += f"about {shown(missing * inside / n, 3)} of the missing are expected among them, none by chance has "
    computed += f"P = {shown(chance)}"
    cells = tuple(_cell(group) for group in (*split.into, split.of, *larger.missing))
    yield Finding(VANISHED, cells, f"{computed}.", "hard" if chance < HARD_CHANCE else "soft")


def _chance_of_none(n: int, missing: int, inside: int) -> float:
    """Hypergeometric: none of the missing among `inside` drawn from n."""
    if inside > n - missing:
        return 0.0
    return exp(_log_choose(n - missing, inside) - _log_choose(n, inside))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _inside(paper: Paper, group: str, larger: str) -> bool:
    """Whether a group is part of another, directly or through others."""
    seen: set[str] = set()
    at: str | None = paper.group_of[group].of
    while at is not None and at not in seen:
        if at == larger:
            return True
        seen.add(at)
        at = paper.group_of[at].of
    return False


def _cell(group: str) -> str:
    return f"groups/{group}/n"


def _words(paper: Paper, group: str) -> str:
    return f"{group} {paper.n(group)}"
