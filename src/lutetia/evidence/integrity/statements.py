"""What the paper says of its numbers: differences, claims, numbers given twice, and balance of randomised arms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from lutetia.evidence.integrity.finding import Finding, cells, shown
from lutetia.evidence.paper import Claim, Paper, Table
from lutetia.evidence.printed import Printed
from lutetia.evidence.row import AnyRow, Difference, Estimated, Median, Ratio, Share
from lutetia.proportion import difference, interval
from lutetia.proportion.contingency import chi_square, fisher_exact
from lutetia.proportion.differences import METHODS as DIFFERENCES
from lutetia.proportion.intervals import METHODS as INTERVALS

SUBTRACTION, CLAIM, TWICE, BALANCE = "difference-of-rows", "claim-against-p", "given-twice", "baseline-balance"
RATE_INTERVAL, DIFFERENCE_INTERVAL = "interval-of-proportion", "interval-of-difference"
ALPHA = 0.05
UNBALANCED = 0.01
"""p of a baseline comparison of randomised arms below which it is worth a look."""


def statement_findings(paper: Paper) -> Iterator[Finding]:
    """Findings about what the paper derives from its numbers or says of them."""
    for place, _, row in paper.placed_rows():
        if isinstance(row, Share):
            yield from _rate_interval(paper, place, row)
        if isinstance(row, Difference):
            yield from _subtraction(paper, place, row)
            yield from _difference_interval(paper, place, row)
        if row.restates:
            yield from _twice(place, row, row.restates, paper.row_of[row.restates])
    for table in paper.tables:
        yield from _balance(paper, table)
    for claim in paper.claims:
        yield from _claim(paper, claim)


def _counts(paper: Paper, row: AnyRow) -> tuple[int, int] | None:
    if not isinstance(row, Share) or row.share.count is None:
        return None
    n = row.share.n or paper.n(row.of)
    return (row.share.count, n) if 0 < n >= row.share.count else None


def _rate_interval(paper: Paper, place: str, row: Share) -> Iterator[Finding]:
    """The interval of a percentage must be one of the known ones."""
    counts, (lower, upper) = _counts(paper, row), (row.share.lower, row.share.upper)
    if counts is None or lower is None or upper is None:
        return
    limits = {method: interval(*counts, method=method) for method in INTERVALS}
    fitting = [m for m, e in limits.items() if _prints(lower, e.lower) and _prints(upper, e.upper)]
    named = row.interval if row.interval in INTERVALS else None
    if (fitting and named is None) or named in fitting:
        return
    exact = limits[named or "clopper-pearson"]
    computed = f"{counts[0]}/{counts[1]}, {lower}-{upper}: {exact.method} gives {_percent(exact.lower)}-"
    computed += _percent(exact.upper)
    computed += f"; the printed limits fit {', '.join(fitting) if fitting else 'no known method'}."
    yield Finding(RATE_INTERVAL, cells(place, "lower", "upper"), computed, "hard" if named else "soft")


def _difference_interval(paper: Paper, place: str, row: Difference) -> Iterator[Finding]:
    """Which methods give the interval of a difference; soft when none does, or only the plain Wald interval."""
    one, other = (_counts(paper, paper.row_of[p]) for p in row.between)
    _, lower, upper = row.numbers
    if one is None or other is None or lower is None or upper is None:
        return
    limits = {method: difference(*one, *other, method=method) for method in DIFFERENCES}
    fitting = [m for m, e in limits.items() if _prints(lower, e.lower) and _prints(upper, e.upper)]
    if fitting and fitting != ["wald"]:
        return
    better = limits["miettinen-nurminen"]
    computed = f"{one[0]}/{one[1]} against {other[0]}/{other[1]}, {lower} to {upper}: "
    computed += "only the Wald interval gives this" if fitting else "no known method gives this"
    computed += f"; Miettinen-Nurminen gives {_percent(better.lower)} to {_percent(better.upper)}."
    yield Finding(DIFFERENCE_INTERVAL, cells(place, "lower", "upper"), computed, "soft")


def _prints(printed: Printed, value: float | None) -> bool:
    return value is not None and printed.fits(100 * value)


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{100 * value:.1f}"


def _subtraction(paper: Paper, place: str, row: Difference) -> Iterator[Finding]:
    """First minus second, from counts where there are, else from the printed numbers with their rounding."""
    printed = row.numbers[0]
    spans = [_span(paper, paper.row_of[p]) for p in row.between]
    if printed is None or spans[0] is None or spans[1] is None:
        return
    low, high = spans[0][0] - spans[1][1], spans[0][1] - spans[1][0]
    if printed.fits(low, high):
        return
    computed = f"{row.between[0]} minus {row.between[1]} is {shown((low + high) / 2)}, with rounding [{shown(low)}, "
    computed += f"{shown(high)}], printed {printed}."
    yield Finding(SUBTRACTION, cells(place, "estimate"), computed, "hard")


def _span(paper: Paper, row: AnyRow) -> tuple[float, float] | None:
    counts = _counts(paper, row)
    if counts is not None:
        rate = 100 * counts[0] / counts[1]
        return rate, rate
    number = _main(row)
    return None if number is None or number.relation != "=" else (number.low, number.high)


def _main(row: AnyRow) -> Printed | None:
    if isinstance(row, Share):
        return row.share.percent
    return row.numbers[0] if isinstance(row, Estimated) else None


def _twice(place: str, row: AnyRow, other_place: str, other: AnyRow) -> Iterator[Finding]:
    """The same quantity printed twice must be the same; wording may hide another definition, hence soft."""
    if type(row) is not type(other):
        return
    both = zip(_essence(row), _essence(other), strict=True)
    if all(mine is None or yours is None or mine == yours for mine, yours in both):
        return
    one, two = getattr(row, "printed", None), getattr(other, "printed", None)
    there = f"{other_place} ({other.label})" if other.label else other_place
    computed = f"{row.label or place}: {one} here, {two} in {there}."
    yield Finding(TWICE, (place, other_place), computed, "soft")


def _essence(row: AnyRow) -> tuple[object, ...]:
    if isinstance(row, Share):
        share = row.share
        return (share.count, *(_text(n) for n in (share.percent, share.lower, share.upper)))
    return tuple(_text(n) for n in row.numbers) if isinstance(row, Estimated) else (row.p,)


def _text(number: Printed | None) -> tuple[object, ...] | None:
    return None if number is None else (number.relation, number.value)


def _balance(paper: Paper, table: Table) -> Iterator[Finding]:
    """Baseline counts of two randomised arms: chance alone makes p < 0.01 in one of a hundred."""
    by_item: dict[str, dict[str, tuple[str, Share]]] = defaultdict(dict)
    for row in table.rows:
        if isinstance(row, Share) and row.of in table.arms:
            by_item[row.item or row.label][row.of] = (f"{table.id}/{row.id}", row)
    compared = {item: arms for item, arms in by_item.items() if len(arms) > 1}
    for item, arms in compared.items():
        for one, two in combinations(table.arms, 2):
            if one in arms and two in arms:
                yield from _arms(paper, item, arms[one], arms[two], len(compared))


def _arms(paper: Paper, item: str, one: tuple[str, Share], two: tuple[str, Share], compared: int) -> Iterator[Finding]:
    first, second = _counts(paper, one[1]), _counts(paper, two[1])
    if first is None or second is None:
        return
    cells_ = [[first[0], first[1] - first[0]], [second[0], second[1] - second[0]]]
    events = first[0] + second[0]
    if not 0 < events < first[1] + second[1]:
        return
    small = min(events, first[1] + second[1] - events) * min(first[1], second[1]) / (first[1] + second[1]) < 5
    test = fisher_exact(cells_) if small else chi_square(cells_, correction=False)
    if test.p >= UNBALANCED:
        return
    computed = f"{item}: {first[0]}/{first[1]} against {second[0]}/{second[1]} in randomised arms, {test.method} p = "
    computed += (
        f"{shown(test.p, 2)}; {compared} items compared, about {shown(compared * UNBALANCED, 2)} so small by chance."
    )
    yield Finding(BALANCE, (one[0], two[0]), computed, "soft")


def _claim(paper: Paper, claim: Claim) -> Iterator[Finding]:
    """A claimed difference needs p ≤ 0.05 in the rows it rests on; a claimed equality must not have it."""
    against = []
    for place in claim.rows:
        significant = _is_significant(paper.row_of[place])
        if significant is not None and significant is not (claim.asserts == "different"):
            against.append((place, _evidence(paper.row_of[place])))
    if against:
        shown_rows = "; ".join(f"{place} {evidence}" for place, evidence in against)
        verb = "the rows show no difference at 0.05" if claim.asserts == "different" else "the rows show a difference"
        computed = f"“{claim.says}” ({claim.at or claim.id}): {verb}: {shown_rows}."
        yield Finding(CLAIM, tuple(place for place, _ in against), computed, "soft")


def _is_significant(row: AnyRow) -> bool | None:
    """Whether p is at most 0.05; without a p, whether the interval of a ratio or difference excludes no effect."""
    p = row.p_value
    if p is not None:
        return p.value <= ALPHA if p.relation != ">" else False
    if not isinstance(row, Ratio | Difference) or isinstance(row, Median):
        return None
    _, lower, upper = row.numbers
    if lower is None or upper is None:
        return None
    neutral = 1.0 if isinstance(row, Ratio) else 0.0
    return not lower.value <= neutral <= upper.value


def _evidence(row: AnyRow) -> str:
    p = f"p {row.p}" if row.p else ""
    return " ".join(filter(None, [getattr(row, "printed", None), p]))
