"""Counts against percentages (GRIM), also where the denominator is not printed, and sums of parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, prod

from lutetia.evidence.integrity.finding import Finding, cells, listed, shown
from lutetia.evidence.paper import Paper, Sum, Table
from lutetia.evidence.printed import Printed
from lutetia.evidence.row import Share

PERCENTAGE, GRIM, SUM, GROUP = "percentage-of-count", "percentage-without-count", "sum-of-parts", "count-of-group"
EVALUABLE = 0.5
"""Share of a group that must at least be left when a denominator is searched."""
SHOWN = 4
MANY = 1_000_000
"""Combinations of counts tried for a sum of percentages; with more of them any total can be reached."""

Candidate = tuple[int, int]
"""A count and its denominator."""


def share_findings(paper: Paper) -> Iterator[Finding]:
    """Percentages that no count gives, counts that are not the group's, and parts that do not add up."""
    for table in paper.tables:
        for row in table.rows:
            if isinstance(row, Share):
                yield from _count(paper, table, row)
                yield from _percentage(paper, table, row)
        for total in table.sums:
            yield from _sum(paper, table, total)


def _count(paper: Paper, table: Table, row: Share) -> Iterator[Finding]:
    place, count, n = f"{table.id}/{row.id}", row.share.count, _n(paper, row)
    if row.share.n is not None and row.share.n > paper.n(row.of):
        computed = f"The denominator {row.share.n} exceeds the {paper.n(row.of)} patients of group {row.of}."
        yield Finding(GROUP, (*cells(place, "n"), f"groups/{row.of}/n"), computed, "hard")
    if count is not None and count > n:
        computed = f"{count} patients of {n}: a part cannot exceed the whole."
        yield Finding(GROUP, (*cells(place, "count"), f"groups/{row.of}/n"), computed, "hard")
    if row.group is not None and count is not None and count != paper.n(row.group):
        computed = f"The count is {count}, but group {row.group} has {paper.n(row.group)} patients elsewhere."
        yield Finding(GROUP, (*cells(place, "count"), f"groups/{row.group}/n"), computed, "hard")


def _percentage(paper: Paper, table: Table, row: Share) -> Iterator[Finding]:
    percent, count, n = row.share.percent, row.share.count, _n(paper, row)
    if percent is None or not n or (count is not None and count > n):
        return
    place = f"{table.id}/{row.id}"
    if percent.low > 100:
        computed = f"{percent} %: a part cannot exceed the whole."
        yield Finding(PERCENTAGE, cells(place, "percent"), computed, "hard")
    elif count is None:
        if not _counts(percent, n) and not (row.denominator == "unknown" and _searched(percent, n, 0)):
            yield Finding(GRIM, cells(place, "percent"), _without_count(paper, table, row, percent, n), "hard")
    elif not percent.fits(100 * count / n) and not (row.denominator == "unknown" and _denominators(percent, n, count)):
        yield Finding(PERCENTAGE, cells(place, "percent", "count"), _with_count(paper, table, row, percent), "hard")


def _n(paper: Paper, row: Share) -> int:
    return row.share.n or paper.n(row.of)


def _counts(percent: Printed, n: int) -> list[int]:
    """Every count of n that prints as this percentage."""
    low, high = max(floor(percent.low * n / 100) - 1, 0), min(ceil(min(percent.high, 100) * n / 100) + 1, n)
    return [count for count in range(low, high + 1) if n and percent.fits(100 * count / n)]


def _searched(percent: Printed, n: int, down_to: float = EVALUABLE) -> list[Candidate]:
    """Every count and denominator, from n down to a share of it, that print as this percentage."""
    return [(x, m) for m in range(n, max(ceil(down_to * n), 1) - 1, -1) for x in _counts(percent, m)]


def _denominators(percent: Printed, n: int, count: int) -> list[int]:
    """Every denominator up to n of which this count prints as this percentage."""
    return [m for m in range(max(count, 1), n + 1) if percent.fits(100 * count / m)]


def _with_count(paper: Paper, table: Table, row: Share, percent: Printed) -> str:
    count, n = row.share.count or 0, _n(paper, row)
    said = f"{count}/{n} = {shown(100 * count / n)} %, printed {percent} %"
    said += f". {percent} % of {n} would be {_or(map(str, fits))}" if (fits := _counts(percent, n)) else ""
    others = [x for x in _in_same_split(paper, table, row) if x.share.percent]
    if len(others) > 1:
        total = sum(x.share.percent.value for x in others if x.share.percent)
        said += f". The {len(others)} percentages of this split add up to {shown(total)} %"
    return f"{said}."


def _in_same_split(paper: Paper, table: Table, row: Share) -> list[Share]:
    """The rows of the table for all groups of the complete split that this row's group belongs to; [] if one lacks."""
    for split in paper.splits:
        if split.complete and row.group in split.into:
            rows = [x for x in table.rows if isinstance(x, Share) and x.group in split.into and x.of == row.of]
            return rows if len(rows) == len(split.into) else []
    return []


def _without_count(paper: Paper, table: Table, row: Share, percent: Printed, n: int) -> str:
    below = floor(percent.value * n / 100)
    near = [f"{count}/{n} = {shown(100 * count / n)} %" for count in (below, below + 1) if count <= n]
    said = f"No count of {n} gives {percent} %: {listed(near)}"
    searched = _searched(percent, n)
    if not searched:
        return f"{said}. No denominator from {ceil(EVALUABLE * n)} to {n} does."
    more = f" and {len(searched) - SHOWN} more" if len(searched) > SHOWN else ""
    said += f". Denominators that do: {', '.join(f'{x}/{m}' for x, m in searched[:SHOWN])}{more}"
    for total in table.sums:
        if row.id in total.parts and (target := _target(paper, table, total)) is not None:
            counts = _closing(paper, table, total, row.id, target)
            closing = [candidate for candidate in searched if candidate[0] in counts]
            if 0 < len(closing) < len(searched):
                said += f". The total of {target} leaves {_or(f'{x}/{m}' for x, m in closing[:SHOWN])}"
    return f"{said}."


def _or(words: Iterator[str] | Sequence[str] | map[str]) -> str:
    return " or ".join(words)


# ---- sums


def _sum(paper: Paper, table: Table, total: Sum) -> Iterator[Finding]:
    target = _target(paper, table, total)
    if target is None:
        return
    parts = [_possible(paper, table, part) for part in total.parts]
    if not all(parts) or prod(map(len, parts)) > MANY:
        return
    reachable = _sums(parts)
    ok = target in reachable if total.complete else min(reachable) <= target
    if ok:
        return
    words = " + ".join(str(min(p)) if len(p) == 1 else f"{min(p)} to {max(p)}" for p in parts)
    reached = str(min(reachable)) if len(reachable) == 1 else f"{min(reachable)} to {max(reachable)}"
    verb = "is not" if total.complete else "exceeds"
    whole = f"{table.id}/{total.row}/count" if total.row else f"groups/{total.group}/n"
    places = tuple(f"{table.id}/{part}/count" for part in total.parts)
    yield Finding(SUM, (*places, whole), f"{words} = {reached} {verb} {target} ({whole}).", "hard")


def _target(paper: Paper, table: Table, total: Sum) -> int | None:
    if total.group is not None:
        return paper.n(total.group)
    possible = _possible(paper, table, total.row or "")
    return min(possible) if len(possible) == 1 else None


def _possible(paper: Paper, table: Table, row_id: str) -> set[int]:
    """The counts that a row can stand for: the printed one, or those that its percentage allows."""
    row = paper.row_of[f"{table.id}/{row_id}"]
    if not isinstance(row, Share):
        return set()
    if row.share.count is not None:
        return {row.share.count}
    if row.share.percent is None:
        return set()
    n = _n(paper, row)
    stated = set(_counts(row.share.percent, n)) if row.denominator == "stated" else set()
    return stated or {count for count, _ in _searched(row.share.percent, n)}


def _closing(paper: Paper, table: Table, total: Sum, row_id: str, target: int) -> set[int]:
    """The counts of one part with which the other parts can reach the total."""
    others = [_possible(paper, table, part) for part in total.parts if part != row_id]
    usable = all(others) and prod(map(len, others)) <= MANY
    return {target - rest for rest in _sums(others)} if usable else set()


def _sums(parts: Sequence[set[int]]) -> set[int]:
    reachable = {0}
    for part in parts:
        reachable = {one + count for one in reachable for count in part}
    return reachable
