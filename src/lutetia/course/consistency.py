"""What must hold between the entries of a course: ids, references, corrections, and the order of dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lutetia.course.assessment import AdverseEvent, DiseaseAssessment
from lutetia.course.entry import Entry
from lutetia.course.outcome import Death
from lutetia.course.patient import Patient
from lutetia.course.problem import Problem
from lutetia.course.therapy import RltCycle, TherapyLine
from lutetia.dates import PartialDate

Entries = Mapping[int, Entry]


def inconsistencies(
    patient: Patient | None, entries: Entries, unreadable_ids: Mapping[int, str] | None = None
) -> Iterator[Problem]:
    """Everything that does not fit between the entries (by position in the course) and the patient.

    `unreadable_ids` are ids, by position, of entries that could not be read: references to them are not judged.
    """
    unreadable_ids = unreadable_ids or {}
    known = Ledger(entries, unreadable_ids.values())
    yield from _ids_used_twice({**{n: entry.id for n, entry in entries.items()}, **unreadable_ids})
    yield from _wrong_corrections(known)
    yield from _wrong_references(known)
    yield from _cycle_numbers_used_twice(known)
    yield from _before_birth(patient, known)
    yield from _after_death(known)


class Ledger:
    """The entries by id, and which of them a correction has replaced."""

    def __init__(self, entries: Entries, unreadable_ids: Iterable[str] = ()) -> None:
        self.entries = entries
        self.unreadable_ids = frozenset(unreadable_ids)
        self.by_id = {entry.id: entry for entry in entries.values()}
        self.replaced_by = {e.supersedes: e for e in entries.values() if e.supersedes is not None}

    def in_force(self) -> Iterator[tuple[int, Entry]]:
        """Position and entry of what no later correction replaces."""
        return ((n, entry) for n, entry in self.entries.items() if entry.id not in self.replaced_by)

    def newest_version(self, entry_id: str) -> Entry | None:
        """The entry of that id, or what its chain of corrections ends in; None when it is not readable."""
        entry, seen = self.by_id.get(entry_id), {entry_id}
        while entry is not None and entry.id in self.replaced_by:
            entry = self.replaced_by[entry.id]
            if entry.id in seen:
                return entry
            seen.add(entry.id)
        return entry


def _at(position: int, *path: str | int) -> tuple[str | int, ...]:
    return ("entries", position, *path)


def _ids_used_twice(ids: Mapping[int, str]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for position, entry_id in sorted(ids.items()):
        if entry_id in first:
            yield Problem(
                place=_at(position, "id"),
                must="each id must be used once in a course",
                got=f'"{entry_id}", which entries[{first[entry_id]}] has already',
                do="Give this entry an id of its own.",
            )
        first.setdefault(entry_id, position)


def _wrong_corrections(known: Ledger) -> Iterator[Problem]:
    corrected: dict[str, str] = {}
    for position, entry in known.entries.items():
        old = entry.supersedes
        if old is None or old in known.unreadable_ids:
            continue
        place = _at(position, "supersedes")
        replaced = known.by_id.get(old)
        if replaced is None:
            yield _no_such_entry(place, old)
        elif replaced.kind != entry.kind:
            must = f"supersedes must name an entry of the same kind ({entry.kind})"
            yield Problem(place=place, must=must, got=f'"{old}", a {replaced.kind}', do="Correct the id or the kind.")
        elif old in corrected:
            must = f'an entry can be superseded once, and "{old}" already is by "{corrected[old]}"'
            yield Problem(place=place, must=must, do=f"Write supersedes: {corrected[old]}, the newest version.")
        elif _in_circle(known, entry):
            must = "corrections must not go in a circle"
            yield Problem(place=place, must=must, got=f'"{old}"', do="Remove supersedes from the oldest version.")
        corrected.setdefault(old, entry.id)


def _in_circle(known: Ledger, start: Entry) -> bool:
    entry: Entry | None = start
    seen: set[str] = set()
    while entry is not None and entry.supersedes is not None and entry.id not in seen:
        seen.add(entry.id)
        entry = known.by_id.get(entry.supersedes)
    return entry is not None and entry.id == start.id and bool(seen)


def _no_such_entry(place: tuple[str | int, ...], wanted: str) -> Problem:
    must = f"{place[-1]} must be the id of another entry of this course"
    return Problem(place=place, must=must, got=f'"{wanted}"', do="Correct the id, or add the entry.")


def _wrong_references(known: Ledger) -> Iterator[Problem]:
    for position, entry in known.entries.items():
        if isinstance(entry, RltCycle):
            yield from _wrong_line(known, _at(position, "line"), entry.line, "rlt")
            yield from _outside_line(known, position, entry)
        elif isinstance(entry, DiseaseAssessment) and entry.line is not None:
            yield from _wrong_line(known, _at(position, "line"), entry.line)
        elif isinstance(entry, AdverseEvent) and entry.related_to is not None:
            yield from _wrong_line(known, _at(position, "related_to"), entry.related_to)


def _wrong_line(
    known: Ledger, place: tuple[str | int, ...], line_id: str, regimen: str | None = None
) -> Iterator[Problem]:
    if line_id in known.unreadable_ids:
        return
    line = known.newest_version(line_id)
    if line is None:
        yield _no_such_entry(place, line_id)
    elif not isinstance(line, TherapyLine):
        must = f"{place[-1]} must be the id of a therapy_line"
        yield Problem(place=place, must=must, got=f'"{line_id}", a {line.kind}', do="Correct the id.")
    elif regimen is not None and line.regimen != regimen:
        must = f"{place[-1]} must be a therapy_line with regimen {regimen}"
        got = f'"{line_id}", whose regimen is {line.regimen}'
        yield Problem(place=place, must=must, got=got, do="Correct the id, or the regimen of that line.")


def _outside_line(known: Ledger, position: int, cycle: RltCycle) -> Iterator[Problem]:
    line = known.newest_version(cycle.line)
    if not isinstance(line, TherapyLine) or cycle.id in known.replaced_by:
        return
    if cycle.date.certainly_before(line.date):
        must = f"a cycle must not lie before the start of its line ({line.date})"
        yield Problem(place=_at(position, "date"), must=must, got=str(cycle.date), do="Correct one of the dates.")
    if isinstance(line.stop, PartialDate) and cycle.date.certainly_after(line.stop):
        must = f"a cycle must not lie after the stop of its line ({line.stop})"
        yield Problem(place=_at(position, "date"), must=must, got=str(cycle.date), do="Correct one of the dates.")


def _cycle_numbers_used_twice(known: Ledger) -> Iterator[Problem]:
    first: dict[tuple[str, int], str] = {}
    for position, entry in known.in_force():
        if not isinstance(entry, RltCycle):
            continue
        line = known.newest_version(entry.line)
        key = (line.id if line else entry.line, entry.number)
        if key in first:
            yield Problem(
                place=_at(position, "number"),
                must="each cycle number must occur once in a line",
                got=f'{entry.number}, which "{first[key]}" has already',
                do=f"Correct the number, or write supersedes: {first[key]} if this entry replaces it.",
            )
        first.setdefault(key, entry.id)


def _before_birth(patient: Patient | None, known: Ledger) -> Iterator[Problem]:
    birth = patient.birth if patient is not None else None
    if not isinstance(birth, PartialDate):
        return
    for position, entry in known.in_force():
        if entry.date.certainly_before(birth):
            must = f"no entry must lie before the birth of the patient ({birth})"
            do = "Correct this date, or patient.birth."
            yield Problem(place=_at(position, "date"), must=must, got=str(entry.date), do=do)


def _after_death(known: Ledger) -> Iterator[Problem]:
    deaths = [(position, entry) for position, entry in known.in_force() if isinstance(entry, Death)]
    if not deaths:
        return
    for position, _ in deaths[1:]:
        must = f'a course can hold one death, and "{deaths[0][1].id}" states it already'
        yield Problem(place=_at(position), must=must, do="Remove one, or write supersedes.")
    death: Entry = deaths[0][1]
    for position, entry in known.in_force():
        for name, when in _dates_of(entry):
            if when.certainly_after(death.date) and not isinstance(entry, Death):
                must = f"{name} must not lie after the death of the patient ({death.date}, {death.id})"
                yield Problem(place=_at(position, name), must=must, got=str(when), do="Correct one of the two dates.")


def _dates_of(entry: Entry) -> Iterable[tuple[str, PartialDate]]:
    """The dates of what happened, by field: not `recorded_on`, which may come later."""
    yield "date", entry.date
    for name in ("stop", "progression", "end"):
        when = getattr(entry, name, None)
        if isinstance(when, PartialDate):
            yield name, when
