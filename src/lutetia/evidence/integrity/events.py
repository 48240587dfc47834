"""How many events a hazard ratio needs: SE² of ln HR ≈ 1/e₁ + 1/e₀, against the patients there are and other rows.

SE² is never below 1/e₁ + 1/e₀ and lies little above it (`ALLOWANCE`; seen on 5,230 univariable Cox rows of eight
public data sets and of samples of their patients, docs/statistics/integrity.md). Rounding comes on top. Univariable
and stratified rows only: adjustment widens an interval for other reasons. One assumption is used, and said: of two
groups with clearly different hazards the one at the higher hazard has no smaller share of patients with an event.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from lutetia.evidence.integrity.finding import Finding, cells, listed, shown
from lutetia.evidence.integrity.ratios import std_error_range
from lutetia.evidence.paper import Paper, Split
from lutetia.evidence.row import Ratio

EVENTS, STATED, UNREPORTED = "implied-events", "stated-events", "events-not-reported"
ALLOWANCE = ((2.0, 1.10), (4.0, 1.25))
"""For a hazard ratio (or its inverse) up to so much, SE² is at most so many times 1/e₁ + 1/e₀; beyond, no use."""
DIRECTION = 1.2
"""A hazard ratio at least so far from 1 says which group has the larger share of events."""
GAP = 1.1
"""Totals of two factors this many times apart are a hard finding; closer ones are soft."""
FAR = 1.5
"""A stated number of events so many times outside the implied range is a hard finding."""
NEARLY_ALL = 0.9
UNADJUSTED = ("univariable", "stratified")

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One usable row: sizes of both groups, and lowest and highest 1/e₁ + 1/e₀ that its interval allows."""

    place: str
    row: Ratio
    group: str
    n1: float
    n0: float
    low: float
    high: float

    @property
    def middle(self) -> float:
        """SE² from the limits as they are printed."""
        _, lower, upper = self.row.numbers
        return (log(upper.value / lower.value) / 3.919928) ** 2 if lower and upper and lower.value else self.high

    @property
    def common(self) -> float:
        """The share of patients with an event if both groups had the same: (1/n₁ + 1/n₀) / SE²."""
        return (1 / self.n1 + 1 / self.n0) / self.middle

    @property
    def direction(self) -> int:
        """1 if the first group is at clearly higher hazard, −1 if lower, 0 if neither."""
        estimate = self.row.numbers[0]
        value = estimate.value if estimate else 1.0
        return 1 if value >= DIRECTION else -1 if 0 < value <= 1 / DIRECTION else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """The rows of one factor, which share their reference group, in one population."""

    reference: str
    population: str
    n: float
    n0: float
    contrasts: tuple[Contrast, ...]

    @property
    def uncovered(self) -> float:
        """Patients of the population in none of the factor's groups."""
        return max(self.n - self.n0 - sum(c.n1 for c in self.contrasts), 0.0)

    @property
    def places(self) -> tuple[str, ...]:
        """The cells that the implied events come from."""
        return tuple(cell for c in self.contrasts for cell in cells(c.place, "lower", "upper"))


def event_findings(paper: Paper) -> Iterator[Finding]:
    """Ratios that need impossible numbers of events, or other numbers than the rest of the paper."""
    for (endpoint, population), factors in _factors(paper).items():
        possible = []
        for factor in factors:
            least, most = reference_events(factor)
            if least > most:
                yield _impossible(factor, factors)
            else:
                possible.append((factor, total_events(factor)))
        yield from _disagreeing(possible)
        yield from _stated(possible)
        yield from _unreported(endpoint, population, [factor for factor, _ in possible])


def _factors(paper: Paper) -> dict[Key, list[Factor]]:
    """Univariable hazard ratios between groups of known size, by endpoint and population."""
    found: dict[tuple[str, str, str, str], list[Contrast]] = defaultdict(list)
    for place, table, row in paper.placed_rows():
        if isinstance(row, Ratio) and row.measure == "HR" and row.model in UNADJUSTED and row.groups:
            population = row.population or table.population
            split = _split_of(paper, row.groups, population)
            contrast = split and _contrast(paper, place, row, split, population or split.of)
            if split and contrast:
                endpoint = row.endpoint or table.endpoint or ""
                found[endpoint, population or split.of, split.id, row.groups[1]].append(contrast)
    factors: dict[Key, list[Factor]] = defaultdict(list)
    for (endpoint, population, _, reference), contrasts in found.items():
        factor = Factor(
            reference=reference,
            population=population,
            n=float(paper.n(population)),
            n0=contrasts[0].n0,
            contrasts=tuple(contrasts),
        )
        factors[endpoint, population].append(factor)
    return factors


def _split_of(paper: Paper, groups: tuple[str, str], population: str | None) -> Split | None:
    """The split that has both groups; that of the population itself before another, a complete one before a partial."""
    having = [split for split in paper.splits if set(groups) <= set(split.into)]
    return min(having, key=lambda split: (split.of != population, not split.complete), default=None)


def _contrast(paper: Paper, place: str, row: Ratio, split: Split, population: str) -> Contrast | None:
    """The row with group sizes in its population; shares of a larger group are taken over."""
    width, allowed = std_error_range(row), _allowance(row)
    first, second = row.groups or ("", "")
    sized = all(paper.n(group) for group in (population, split.of, first, second))
    if width is None or not width.low or allowed is None or not sized:
        return None
    scale = 1.0 if _is_within(paper, split.of, population) else paper.n(population) / paper.n(split.of)
    return Contrast(
        place=place,
        row=row,
        group=first,
        n1=scale * paper.n(first),
        n0=scale * paper.n(second),
        low=width.low**2 / allowed,
        high=width.high**2,
    )


def _allowance(row: Ratio) -> float | None:
    estimate = row.numbers[0]
    if estimate is None or estimate.value <= 0:
        return None
    away = max(estimate.value, 1 / estimate.value)
    return next((allowed for most, allowed in ALLOWANCE if away <= most), None)


def _is_within(paper: Paper, group: str, population: str) -> bool:
    """Whether the group is the population or part of it: its sizes are then those of the analysis."""
    at: str | None = group
    for _ in range(len(paper.groups) + 1):
        if at == population:
            return True
        at = paper.group_of[at].of if at else None
    return False


def reference_events(factor: Factor) -> tuple[float, float]:
    """Fewest and most events in the reference group that every row of the factor allows; crossed when none does."""
    least, most = 0.0, factor.n0
    for c in factor.contrasts:
        room = c.high - 1 / c.n1
        least = max(least, 1 / room if room > 0 else float("inf"))
        if c.direction > 0:
            most = min(most, (1 + factor.n0 / c.n1) / c.low)
        if c.direction < 0:
            least = max(least, (1 + factor.n0 / c.n1) / c.high)
    return least, most


def total_events(factor: Factor, *, directed: bool = True) -> tuple[float, float]:
    """Fewest and most events in the population that the rows of the factor allow.

    `directed=False` leaves out the assumption about the group at higher hazard.
    """
    least, most = reference_events(factor)
    if not directed:
        rooms = [c.high - 1 / c.n1 for c in factor.contrasts]
        least, most = max(1 / room if room > 0 else float("inf") for room in rooms), factor.n0
    if least > most:
        return float("inf"), 0.0
    reference = np.linspace(max(least, 1e-9), most, 400)
    low, high = reference.copy(), reference.copy()
    for c in factor.contrasts:
        few, many = _events_of_group(c, reference, factor.n0, directed)
        low, high = low + few, high + many
    return float(low.min()), float(high.max()) + factor.uncovered


def _events_of_group(
    c: Contrast, reference: NDArray[np.float64], n0: float, directed: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    few = 1 / np.maximum(c.high - 1 / reference, 1 / c.n1)
    many = 1 / np.maximum(c.low - 1 / reference, 1 / c.n1)
    alike = c.n1 * reference / n0
    if directed and c.direction > 0:
        few = np.maximum(few, np.minimum(alike, c.n1))
    if directed and c.direction < 0:
        many = np.minimum(many, np.maximum(alike, few))
    return few, many


def _impossible(factor: Factor, factors: Sequence[Factor]) -> Finding:
    said = [_need(factor, c) for c in factor.contrasts]
    least, most = reference_events(factor)
    computed = f"SE² of ln HR is about 1/e1 + 1/e0. {'. '.join(said)}"
    if least < float("inf"):
        computed += f". With rounding, and as much as SE² can lie above it, {factor.reference} must have at least "
        computed += f"{shown(least, 3)} and at most {shown(most, 3)} events"
    fewest, _ = total_events(factor, directed=False)
    if fewest < float("inf"):
        computed += f"; without regard to direction the rows need at least {shown(fewest, 3)} of {factor.n:.0f}"
    others = [c for other in factors if other is not factor for c in other.contrasts]
    if others:
        shares = [c.common for c in others]
        computed += f", while the other rows imply {shown(min(shares) * factor.n, 2)} to "
        computed += shown(max(shares) * factor.n, 2)
    return Finding(EVENTS, factor.places, f"{computed}.", "hard")


def _need(factor: Factor, c: Contrast) -> str:
    middle = c.middle
    said = f"{c.place} {c.row.printed}: SE² {shown(middle, 3)} with {c.n1:.0f} against {factor.n0:.0f} patients, "
    said += f"a common share of events of {shown(c.common, 2)}"
    room = middle - 1 / c.n1
    if room > 0 and 1 / room <= factor.n0:
        return f"{said}, and at least {shown(1 / room, 2)} events in {factor.reference}"
    return f"{said}, more than there are patients"


def _disagreeing(possible: list[tuple[Factor, tuple[float, float]]]) -> Iterator[Finding]:
    """Factors whose total cannot be that of the others; the one that disagrees with most is named."""
    against: dict[int, list[int]] = defaultdict(list)
    for i, (_, (low, high)) in enumerate(possible):
        against[i] = [j for j, (_, (a, b)) in enumerate(possible) if j != i and (low > b or high < a)]
    worst = max((len(others) for others in against.values()), default=0)
    culprits = [i for i, others in against.items() if worst and len(others) == worst]
    if worst == 1 and len(culprits) == 2:
        culprits = culprits[:1]
    for i in culprits:
        factor, own = possible[i]
        others = [possible[j] for j in against[i]]
        places = factor.places if worst > 1 else (*factor.places, *others[0][0].places)
        computed = f"{_names(factor)} implies {_events(own)} events of {factor.n:.0f}, but "
        computed += f"{listed([f'{_names(other)} {_events(total)}' for other, total in others])}."
        apart = all(own[0] > GAP * total[1] or total[0] > GAP * own[1] for _, total in others)
        yield Finding(EVENTS, places, computed, "hard" if apart else "soft")


def _stated(possible: list[tuple[Factor, tuple[float, float]]]) -> Iterator[Finding]:
    for factor, (low, high) in possible:
        for c in factor.contrasts:
            events = c.row.events
            if events is None or len(factor.contrasts) > 1 or low <= events <= high:
                continue
            hard = events * FAR < low or events > high * FAR
            computed = f"{c.place} {c.row.printed} implies {_events((low, high))} events, {events} are stated."
            places = (*cells(c.place, "events"), *factor.places)
            yield Finding(STATED, places, computed, "hard" if hard else "soft")


def _unreported(endpoint: str, population: str, factors: Sequence[Factor]) -> Iterator[Finding]:
    contrasts = [c for factor in factors for c in factor.contrasts]
    if not contrasts or any(c.row.events is not None for c in contrasts):
        return
    shares = [min(c.common, 1.0) for c in contrasts]
    n = factors[0].n
    computed = (
        f"Events ({endpoint or 'endpoint not named'}, {population}) are not printed; (1/n1 + 1/n0) / SE² gives a "
    )
    computed += f"share of {shown(min(shares), 2)} to {shown(max(shares), 2)}, {shown(min(shares) * n, 3)} to "
    computed += f"{shown(max(shares) * n, 3)} of {n:.0f}"
    if min(shares) >= NEARLY_ALL:
        computed += ": nearly everybody had the event, so patients without it may have been left out by design"
    yield Finding(UNREPORTED, tuple(cell for factor in factors for cell in factor.places), f"{computed}.", "soft")


def _names(factor: Factor) -> str:
    return f"{listed([c.place for c in factor.contrasts])} (against {factor.reference})"


def _events(total: tuple[float, float]) -> str:
    return f"{shown(total[0], 3)} to {shown(total[1], 3)}"
