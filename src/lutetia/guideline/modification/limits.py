"""Limits of absorbed dose over all cycles: what is used up, what is left, and when that cannot be said.

Absorbed dose in Gy, never BED. The published limits (23 Gy kidneys, 2 Gy red marrow) are statements of a review; every
limit is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import inf, isinf
from typing import Literal

from lutetia.errors import Fault, InputError
from lutetia.guideline.modification.measured import Measured, measured
from lutetia.guideline.modification.rules import Applied, applied, rule
from lutetia.guideline.truth import Kleene
from lutetia.quantities import Interval, number_text

Organ = Literal["kidneys", "red_marrow"]
_RULES = {"kidneys": "DM-CUM-1", "red_marrow": "DM-CUM-2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleDose:
    """Absorbed dose of one organ from one cycle, in Gy; None is unknown, a range is allowed."""

    cycle: str
    on: date | None
    absorbed_dose_gy: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class CumulativeDose:
    """Absorbed dose of one organ over all cycles against a limit.

    `value`: reached (certainly at the limit or above), room_left (certainly below), undecided. With an unknown cycle
    `total_gy` has no upper end: the sum is a lower bound, and room left is never claimed.
    """

    value: Literal["reached", "room_left", "undecided"]
    organ: Organ
    limit_gy: float
    total_gy: Interval
    because: tuple[Applied, ...]
    conventions: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def room_at_most_gy(self) -> float:
        """The most that can be left, in Gy; never below 0."""
        return max(0.0, _difference_gy(self.limit_gy, self.total_gy.low))

    @property
    def room_at_least_gy(self) -> float | None:
        """What is certainly left, in Gy; None when a cycle is unknown."""
        if isinf(self.total_gy.high):
            return None
        return max(0.0, _difference_gy(self.limit_gy, self.total_gy.high))

    def fits(self, next_cycle_gy: Measured) -> Kleene:
        """Whether a further cycle of this absorbed dose stays within the limit (reaching it exactly does)."""
        given = measured("next cycle", absorbed_dose_gy=next_cycle_gy)["absorbed_dose_gy"]
        if given is None:
            return False if self.value == "reached" else None
        return _sum_gy([self.total_gy, given]).certainly("<=", self.limit_gy)


def cumulative_dose(
    cycles: Iterable[CycleDose], *, organ: Organ, limit_gy: float, complete: bool | None
) -> CumulativeDose:
    """The absorbed dose of an organ over the cycles of every line, earlier treatments included, against a limit.

    `complete`: whether the list holds every cycle ever given; False or None leaves the sum a lower bound. Raises
    InputError with every fault: organ, limit, a cycle named twice, implausible doses.
    """
    ledger = tuple(cycles)
    _check(ledger, organ, limit_gy)
    doses = [measured(cycle.cycle, absorbed_dose_gy=cycle.absorbed_dose_gy)["absorbed_dose_gy"] for cycle in ledger]
    known = [dose for dose in doses if dose is not None]
    missing = [
        f"absorbed dose of the {_name(organ)} in cycle {cycle.cycle}"
        for cycle, dose in zip(ledger, doses, strict=True)
        if dose is None
    ]
    if complete is not True:
        missing.append(f"whether every earlier cycle is listed ({_name(organ)})")
    total = _sum_gy([*known, *([Interval(0, inf)] if missing else [])])
    because = [applied(_RULES[organ], limit_gy=limit_gy, total_gy=_total_text(total), cycles=len(ledger))]
    because += [applied("DM-CUM-3", unknown=len(missing))] if missing else []
    reached = total.certainly(">=", limit_gy)
    value: Literal["reached", "room_left", "undecided"] = "undecided"
    if reached is not None:
        value = "reached" if reached else "room_left"
    return CumulativeDose(
        value=value,
        organ=organ,
        limit_gy=float(limit_gy),
        total_gy=total,
        because=tuple(because),
        conventions=_conventions(organ, limit_gy),
        missing=tuple(missing) if reached is None else (),
    )


def published_limit_gy(organ: Organ) -> float:
    """The limit the review names, in Gy: 23 for the kidneys, 2 for the red marrow (PRAC-TOX-4)."""
    return float(rule(_RULES[organ]).values["limit_gy"])


def _check(ledger: Sequence[CycleDose], organ: object, limit_gy: object) -> None:
    faults: list[Fault] = []
    if organ not in _RULES:
        faults.append(Fault(place="organ", must=f"must be one of {', '.join(_RULES)}", got=repr(organ)))
    if isinstance(limit_gy, bool) or not isinstance(limit_gy, int | float) or not 0 < limit_gy < inf:
        faults.append(Fault(place="limit_gy", must="must be an absorbed dose in Gy above 0", got=repr(limit_gy)))
    names = [cycle.cycle for cycle in ledger]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        faults.append(Fault(place="cycles", must="must name every cycle once", got=name))
    for cycle in ledger:
        try:
            measured(cycle.cycle, absorbed_dose_gy=cycle.absorbed_dose_gy)
        except InputError as refused:
            faults += [Fault(place=f"cycle {cycle.cycle}", must=f.must, got=f.got, do=f.do) for f in refused.faults]
    if faults:
        raise InputError("cumulative absorbed dose", faults)


def _sum_gy(ranges_gy: Iterable[Interval]) -> Interval:
    """The sum of ranges, exact in decimals: four cycles of 5.75 Gy are 23 Gy."""
    ranges = list(ranges_gy)
    ends_open = any(dose.high_open for dose in ranges)
    starts_open = any(dose.low_open for dose in ranges)
    return Interval(_exact(dose.low for dose in ranges), _exact(dose.high for dose in ranges), starts_open, ends_open)


def _exact(numbers: Iterable[float]) -> float:
    given = list(numbers)
    if any(isinf(number) for number in given):
        return inf
    return float(sum((Fraction(Decimal(repr(number))) for number in given), Fraction(0)))


def _difference_gy(limit_gy: float, total_gy: float) -> float:
    return float(Fraction(Decimal(repr(limit_gy))) - Fraction(Decimal(repr(total_gy))))


def _total_text(total: Interval) -> str:
    return f"at least {number_text(total.low)}" if isinf(total.high) else str(total)


def _conventions(organ: Organ, limit_gy: float) -> tuple[str, ...]:
    published = published_limit_gy(organ)
    same = "as the review names it" if limit_gy == published else f"the review names {number_text(published)} Gy"
    return (
        f"limit of the {_name(organ)}: {number_text(float(limit_gy))} Gy, {same}; a review statement, no label limit",
        "absorbed dose in Gy, not BED; cycles of all lines are added",
    )


def _name(organ: Organ) -> str:
    return organ.replace("_", " ")
