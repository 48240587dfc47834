"""Allocation from a list: the next free record of the patient's stratum, and nothing else.

There is no way to name an arm or a record, so nothing can be forced and nothing skipped. Whoever keeps the book can
show that this is what happened: allocations are chained by hashes and replayed against the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from lutetia.errors import Fault, InputError
from lutetia.trial.permuted_blocks import RandomisationList, level_faults, stratum_label

TITLE = "allocation"
_START = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A patient's arm. `number` is the record of the stratum; `link` (hex) chains it to the allocation before."""

    subject: str
    levels: Mapping[str, str]
    stratum: str
    number: int
    arm: str
    at: datetime
    link: str

    @property
    def value(self) -> str:
        """The arm: every result of Lutetia has a `value`."""
        return self.arm


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AllocationBook:
    """A list and what was allocated from it, in order. Nothing in it changes: `allocate` returns a new book."""

    made: RandomisationList
    allocations: tuple[Allocation, ...] = ()

    def allocate(
        self, *, subject: str, levels: Mapping[str, str | None], at: datetime
    ) -> tuple[AllocationBook, Allocation]:
        """The new book and the patient's allocation: the next free record of the stratum.

        `levels` holds every stratification factor; `at` has a time zone. Raises InputError with all faults: a factor
        unknown or never declared, a level never declared, a patient already randomised, an earlier time than the last
        allocation's, no free record left.
        """
        if faults := self._faults(subject, levels, at):
            raise InputError(f"{TITLE} of {subject}", faults)
        known = {name: str(levels[name]) for name in self.made.factors}
        stratum = stratum_label(known)
        number = self.used(stratum) + 1
        record = self.made.record(stratum, number)
        before = self.allocations[-1].link if self.allocations else _START
        link = _link(before, subject, stratum, number, record.arm, at)
        found = Allocation(
            subject=subject, levels=known, stratum=stratum, number=number, arm=record.arm, at=at, link=link
        )
        return AllocationBook(made=self.made, allocations=(*self.allocations, found)), found

    def used(self, stratum: str) -> int:
        """How many records of the stratum are used."""
        return sum(one.stratum == stratum for one in self.allocations)

    def counts(self) -> dict[str, dict[str, int]]:
        """Patients by stratum and arm."""
        table = {stratum: dict.fromkeys(self.made.arms, 0) for stratum in self.made.strata}
        for one in self.allocations:
            table[one.stratum][one.arm] += 1
        return table

    def _faults(self, subject: str, levels: Mapping[str, str | None], at: datetime) -> list[Fault]:
        faults = level_faults(self.made.factors, levels)  # type: ignore[arg-type]
        if not subject:
            faults.append(Fault(place="subject", must="must be named", got=repr(subject)))
        for one in self.allocations:
            if one.subject == subject:
                must = f"must not be randomised twice (record {one.number} of {one.stratum}, {one.at:%Y-%m-%d %H:%M})"
                faults.append(Fault(place="subject", must=must, got=subject))
        faults += self._time_faults(at)
        if not faults:
            stratum = stratum_label({name: str(levels[name]) for name in self.made.factors})
            records = self.made.codes[self.made.strata.index(stratum)].size
            if self.used(stratum) >= records:
                must = f"must have a free record, but all {records} of {stratum} are used"
                faults.append(Fault(place="stratum", must=must, do="Make a list with more records for this stratum."))
        return faults

    def _time_faults(self, at: datetime) -> list[Fault]:
        if at.tzinfo is None:
            return [Fault(place="at", must="must have a time zone", got=f"{at.isoformat()}")]
        if self.allocations and at < self.allocations[-1].at:
            last = self.allocations[-1].at.isoformat()
            return [Fault(place="at", must=f"must not lie before the last allocation ({last})", got=at.isoformat())]
        return []


def book_faults(made: RandomisationList, allocations: Iterable[Allocation]) -> tuple[Fault, ...]:
    """Where a book was not kept by the rules; empty if it was: skipped or repeated records, forced arms, broken chain.

    Each allocation is judged by the list and by those before it, so that one wrong line is named once.
    """
    faults: list[Fault] = []
    used: dict[str, int] = {}
    before, subjects, last = _START, set(), None
    for position, one in enumerate(allocations, start=1):
        place = f"allocation {position}, {one.subject}"
        expected = used.get(one.stratum, 0) + 1
        faults += _line_faults(made, one, expected, place)
        if one.subject in subjects:
            faults.append(Fault(place=place, must="must not be randomised twice"))
        if last is not None and one.at < last:
            must = "must not lie before the allocation above it"
            faults.append(Fault(place=place, must=must, got=one.at.isoformat()))
        if _link(before, one.subject, one.stratum, one.number, one.arm, one.at) != one.link:
            faults.append(Fault(place=place, must="must be chained to the allocation above it", got="another link"))
        used[one.stratum] = max(expected, one.number)
        before, last = one.link, one.at
        subjects.add(one.subject)
    return tuple(faults)


def _line_faults(made: RandomisationList, one: Allocation, expected: int, place: str) -> list[Fault]:
    faults = [
        Fault(place=f"{place}, {fault.place}", must=fault.must, got=fault.got)
        for fault in level_faults(made.factors, one.levels)
    ]
    if not faults and stratum_label({name: one.levels[name] for name in made.factors}) != one.stratum:
        faults.append(Fault(place=place, must="must lie in the stratum of its levels", got=one.stratum))
    if one.stratum not in made.strata:
        return [*faults, Fault(place=place, must="must lie in a stratum of the list", got=one.stratum)]
    if one.number != expected:
        what = "skipped" if one.number > expected else "used twice"
        must = f"must take the next free record, {expected}, of {one.stratum}: records {what}"
        faults.append(Fault(place=place, must=must, got=str(one.number)))
    records = made.codes[made.strata.index(one.stratum)].size
    if not 1 <= one.number <= records:
        faults.append(Fault(place=place, must=f"must take a record between 1 and {records}", got=str(one.number)))
    elif (arm := made.record(one.stratum, one.number).arm) != one.arm:
        faults.append(Fault(place=place, must=f"must have the arm of its record, {arm}", got=one.arm))
    return faults


def _link(before: str, subject: str, stratum: str, number: int, arm: str, at: datetime) -> str:
    return sha256("\n".join([before, subject, stratum, str(number), arm, at.isoformat()]).encode()).hexdigest()
