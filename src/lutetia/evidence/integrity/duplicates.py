"""Rows that repeat the numbers of another row about something else: a copying error, in one table or between two."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from lutetia.evidence.integrity.finding import Finding, cells
from lutetia.evidence.paper import Paper, Table
from lutetia.evidence.printed import Printed
from lutetia.evidence.row import Estimated, Median, Ratio

ROW, INTERVAL = "repeated-row", "repeated-interval"
ENOUGH_DIGITS = 9
"""Significant digits that must agree before a repetition is more than chance (2.07 has three)."""

Placed = tuple[str, Table, Estimated]


def duplicate_findings(paper: Paper) -> Iterator[Finding]:
    """Pairs of rows about different things with equal estimate and limits, or equal limits alone."""
    rows = [(place, table, row) for place, table, row in paper.placed_rows() if isinstance(row, Ratio | Median)]
    rows = [placed for placed in rows if not (isinstance(placed[2], Median) and placed[2].spread == "range")]
    for one, other in combinations(rows, 2):
        if type(one[2]) is type(other[2]) and not _same_subject(one, other):
            yield from _pair(one, other)


def _pair(one: Placed, other: Placed) -> Iterator[Finding]:
    first, second = one[2].numbers, other[2].numbers
    if None in (*first, *second) or not _equal(first[1:], second[1:]):
        return
    if not _equal(first[:1], second[:1]):
        places = (*cells(one[0], "lower", "upper"), *cells(other[0], "lower", "upper"))
        computed = f"{one[0]} {one[2].printed} and {other[0]} {other[2].printed}: one interval for two estimates."
        yield Finding(INTERVAL, places, computed, "soft")
        return
    p, q = one[2].p_value, other[2].p_value
    same_p = p is not None and q is not None and _equal((p,), (q,))
    digits = sum(_digits(number) for number in (*first, p if same_p else None))
    hard = digits >= ENOUGH_DIGITS and (same_p or p is None or q is None)
    fields = ("estimate", "lower", "upper", "p") if same_p else ("estimate", "lower", "upper")
    computed = f"{_words(one)} and {_words(other)} agree in {digits} digits"
    computed += ", p included." if same_p else "."
    yield Finding(ROW, (*cells(other[0], *fields), *cells(one[0], *fields)), computed, "hard" if hard else "soft")


def _same_subject(one: Placed, other: Placed) -> bool:
    """Whether two rows speak of the same contrast and endpoint, so that equal numbers are a restatement."""
    restated = one[2].restates == other[0] or other[2].restates == one[0]
    return restated or _subject(one) == _subject(other)


def _subject(placed: Placed) -> tuple[object, ...]:
    _, table, row = placed
    about: object = row.of if isinstance(row, Median) else getattr(row, "groups", None) or row.label or row.id
    return (row.endpoint or table.endpoint, about)


def _equal(one: tuple[Printed | None, ...], other: tuple[Printed | None, ...]) -> bool:
    return [_key(number) for number in one] == [_key(number) for number in other]


def _key(number: Printed | None) -> tuple[object, ...] | None:
    return None if number is None else (number.relation, number.value, number.decimals)


def _digits(number: Printed | None) -> int:
    return 0 if number is None else len(number.text.strip("<> ").replace(".", "").lstrip("0"))


def _words(placed: Placed) -> str:
    place, table, row = placed
    p = f" p {row.p}" if row.p else ""
    endpoint = row.endpoint or table.endpoint
    return f"{place} ({', '.join(filter(None, [endpoint, row.label]))}) {row.printed}{p}"
