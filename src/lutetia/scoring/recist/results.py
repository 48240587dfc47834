"""The SDTM domain TR: what each reader measured or saw of each lesion at each visit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lutetia.dates import PartialDate
from lutetia.errors import Fault
from lutetia.scoring.recist.cells import OTHER_AXIS, WHERE, WHO, Courses, Kinds, Whens, why_unused
from lutetia.scoring.recist.columns import Cells, Columns, text
from lutetia.scoring.recist.identification import (
    CourseKey,
    Identified,
    VisitKey,
    place_of,
)
from lutetia.scoring.recist.lesion import REFUSED, Lesion, Measurement
from lutetia.scoring.recist.rules import Precision
from lutetia.scoring.recist.values import VALUE, Diameters, Refused, States


@dataclass(slots=True, eq=False)
class ReadVisit:
    """One visit of one reader while TR is read: diameters and states as they stand there.

    `days` and `accepted` hold each different value once; `long_axis_of_node`: nodes measured in their longest
    diameter, with the row. `plain`: nothing but diameters of known lesions. `rows`: the numbers of its rows.
    """

    key: VisitKey
    course: CourseKey
    identified: Identified
    label: str
    days: tuple[PartialDate, ...] = ()
    accepted: tuple[bool, ...] = ()
    measures: dict[str, Measurement] = field(default_factory=dict)
    states: dict[str, Measurement] | None = None
    long_axis_of_node: dict[str, int] | None = None
    plain: bool = True
    rows: list[int] = field(default_factory=list)

    def add(self, days: tuple[PartialDate, ...], accepted: bool) -> None:
        """Days and acceptance of one more row of the visit."""
        if not self.days:
            self.days = days
        elif days and days[0] not in self.days:
            self.days = (*self.days, *days)
        if accepted not in self.accepted:
            self.accepted = (*self.accepted, accepted)


Visits = dict[CourseKey, dict[VisitKey, ReadVisit]]


class Results:
    """Reads TR, as a whole or in parts; faults and rows left out (with the reason) are added to the lists given."""

    def __init__(
        self,
        tr: Columns,
        found: dict[CourseKey, Identified],
        *,
        by_number: bool,
        precision: Precision,
        faults: list[Fault],
        left_out: Counter[str],
    ) -> None:
        self._where, self._value = tr.present(WHERE), tr.present(VALUE)
        self._visits = _Where(self._where, found, by_number)
        self._kinds = Kinds()
        self._diameters = Diameters(self._value, precision)
        self._slow = _Slow(self._diameters, States(self._value), faults, left_out)

    def read(self, part: Columns) -> Visits:
        """Course → visit → what was seen there, raw, in one part of TR."""
        visits, kinds, diameters, slow = self._visits, self._kinds, self._diameters, self._slow
        visits.visits, slow.twice = {}, set()
        columns = part.cells(self._where), part.cells(self._value), part.column("TRLNKID"), part.column("TRTESTCD")
        where_before: Cells | None = None
        visit: ReadVisit | Refused = Refused("")
        lesions: Mapping[str, Lesion] = {}
        measures: dict[str, Measurement] = {}
        for row, (where, value, name, test) in zip(part.numbers, zip(*columns, strict=True), strict=True):
            if where != where_before:  # rows of one visit mostly follow each other
                where_before, visit = where, visits.at(where)
                lesions, measures = {}, {}
                if isinstance(visit, ReadVisit):
                    lesions, measures = visit.identified.lesions, visit.measures
            if isinstance(visit, ReadVisit):
                visit.rows.append(row)
            lesion, kind = lesions.get(name), kinds[test]
            # Nearly every row is a diameter of a known lesion; all the others take the slow way.
            if lesion is not None and kind == lesion.axis and name not in measures:
                seen = diameters[value]
                if type(seen) is Measurement:
                    measures[name] = seen
                    continue
            slow.take(row, visit, text(name), kind, test, value)
        if slow.twice:
            slow.faults.extend(_faults_twice(part, self._where, slow.twice, visits, kinds))
        return visits.visits


class _Where:
    """The cells `WHERE` → the visit they belong to, or `Refused`."""

    def __init__(self, present: Sequence[str], found: dict[CourseKey, Identified], by_number: bool) -> None:
        who = [column for column in present if column in WHO]
        self._split = len(who)
        self._courses = Courses(WHO, who)
        self._whens = Whens(present[self._split :], by_number)
        self._found = found
        self.visits: Visits = {}

    def at(self, cells: Cells) -> ReadVisit | Refused:
        """The visit of a row; made when it is met first."""
        return self._visit(self._courses[cells[: self._split]], *self._whens[cells[self._split :]])

    def _visit(
        self,
        course: CourseKey,
        key: VisitKey | None,
        label: str,
        days: tuple[PartialDate, ...],
        accepted: bool,
        wrong: tuple[str, str] | None,
    ) -> ReadVisit | Refused:
        if not course[0]:
            return Refused("USUBJID must name the patient", course=course)
        if wrong is not None or key is None:
            return Refused(*(wrong or ("", "")), course=course)
        visits = self.visits.get(course)
        if visits is None:
            visits = self.visits[course] = {}
        visit = visits.get(key)
        if visit is None:
            identified = self._found.get(course) or Identified()
            visits[key] = visit = ReadVisit(key, course, identified, label, days, (accepted,))
            return visit
        if label and label != visit.label:
            must = f"a visit must have one name (VISIT), but VISITNUM {key} is {visit.label} too"
            return Refused(must, repr(label), course=course)
        visit.add(days, accepted)
        return visit


@dataclass(slots=True)
class _Slow:
    """Rows that are not simply the diameter of a known lesion: states, parts, rows left out, rows with faults."""

    diameters: Diameters
    states: States
    faults: list[Fault]
    left_out: Counter[str]
    twice: set[tuple[CourseKey, VisitKey, str, str]] = field(default_factory=set)

    def other_axis(self, visit: ReadVisit, lesion: Lesion, row: int) -> None:
        """The axis by which a lesion is not followed."""
        self.left_out[OTHER_AXIS[lesion.node]] += 1
        if lesion.node:
            visit.long_axis_of_node = {**(visit.long_axis_of_node or {}), lesion.name: row}
            visit.plain = False

    def take(
        self,
        row: int,
        visit: ReadVisit | Refused,
        name: str,
        kind: str,
        test: Any,
        value: Cells,
    ) -> None:
        """One row, to where it belongs."""
        if isinstance(visit, Refused):
            self.faults.append(visit.fault(place_of("TR", row, *visit.course, name)))
            return
        lesion = visit.identified.lesions.get(name) or _reshaped(name, visit.identified)
        if not name or kind == "other":
            self.left_out[why_unused(text(test), name)] += 1
        elif lesion is None:
            self.faults.append(_unknown_lesion(place_of("TR", row, *visit.course, name, visit.label), visit))
        elif kind != "state" and kind != lesion.axis:
            self.other_axis(visit, lesion, row)
        else:
            self._enter(row, visit, name, kind, value)

    def _enter(self, row: int, visit: ReadVisit, name: str, kind: str, value: Cells) -> None:
        seen = self.states[value] if kind == "state" else self.diameters[value]
        if isinstance(seen, Refused):
            self.faults.append(seen.fault(place_of("TR", row, *visit.course, name, visit.label)))
            visit.measures.setdefault(name, REFUSED)
            return
        visit.plain = False
        if visit.states is None:
            visit.states = {}
        there = visit.states if kind == "state" else visit.measures
        if kind == "state" and there.get(name) == seen:
            self.left_out["TR rows that repeat the state of a lesion at the same visit"] += 1
        elif name in there:
            self.twice.add((visit.course, visit.key, name, kind))
        else:
            there[name] = seen


def _reshaped(name: str, identified: Identified) -> Lesion | None:
    """The lesion that a part (T04.1) or a joined lesion (T02/T03) stands for; of a joined lesion the first."""
    names = name.split("/") if "/" in name else [name.rpartition(".")[0]]
    lesions = [identified.lesions.get(part.strip()) for part in names]
    return lesions[0] if all(lesions) else None


def _unknown_lesion(place: str, visit: ReadVisit) -> Fault:
    known = ", ".join(sorted(visit.identified.lesions)) or "none"
    must = "the lesion must be identified in TU by the same reader"
    return Fault(place=place, must=must, do=f"Identified there: {known}. Add the lesion to TU, or correct TRLNKID.")


def _faults_twice(
    part: Columns,
    where_there: Sequence[str],
    twice: set[tuple[CourseKey, VisitKey, str, str]],
    visits: _Where,
    kinds: Kinds,
) -> list[Fault]:
    """One fault for each result that stands more than once, with all its rows."""
    rows_of: dict[tuple[CourseKey, VisitKey, str, str], list[str]] = {}
    rows = zip(part.cells(where_there), part.column("TRLNKID"), part.column("TRTESTCD"), strict=True)
    for row, (where, name, test) in zip(part.numbers, rows, strict=True):
        visit = visits.at(where)
        if isinstance(visit, ReadVisit):
            key = (visit.course, visit.key, text(name), kinds[test])
            if key in twice:
                rows_of.setdefault(key, []).append(str(row))
    must = "each lesion must be measured once by a reader at a visit"
    return [
        Fault(
            place=place_of("TR", ", ".join(found), *key[0], key[2], visits.visits[key[0]][key[1]].label),
            must=must,
            got=f"{len(found)} rows",
            do="Delete the rows that are wrong.",
        )
        for key, found in rows_of.items()
    ]
