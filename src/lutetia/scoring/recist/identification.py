"""The SDTM domain TU: which lesion each reader identified, in which role, at which visit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from math import isfinite
from typing import Any

from lutetia.dates import PartialDate
from lutetia.errors import Fault
from lutetia.scoring.recist.columns import CellReader, Columns
from lutetia.scoring.recist.lesion import Lesion
from lutetia.sources import load_yaml_table

CourseKey = tuple[str, str | None]
VisitKey = float | str
"""VISITNUM where both tables have it, else the label VISIT."""

WHO = ("USUBJID", "TUEVALID", "TUEVAL")
WHAT = ("TULNKID", "TULOC", "TUSTRESC", "TUORRES", "TUTESTCD")
WHEN = ("VISITNUM", "VISIT", "TUDTC")
VISIT_MUST = {True: "VISITNUM must be a number that tells the visit", False: "VISIT must tell the visit"}
DATE_MUST = "the date must be written as 2024-05-17, 2024-05 or 2024"
_ORGAN_DO = "Nodes are followed by their short axis, so the place of a lesion must be known."


@dataclass(slots=True)
class Identified:
    """What one reader identified in one patient: lesion name → itself, its visit, its row (counted from 1)."""

    lesions: dict[str, Lesion] = field(default_factory=dict)
    at: dict[str, VisitKey] = field(default_factory=dict)
    row_of: dict[str, int] = field(default_factory=dict)
    labels: dict[VisitKey, str] = field(default_factory=dict)
    dates: dict[VisitKey, tuple[PartialDate, ...]] = field(default_factory=dict)


@cache
def sdtm() -> Mapping[str, Any]:
    """How TU and TR are read: `scoring/data/recist_sdtm.yaml`."""
    return dict(load_yaml_table("lutetia.scoring", "data/recist_sdtm.yaml").table)


def identify(tu: Columns, by_number: bool, faults: list[Fault], left_out: Counter[str]) -> dict[CourseKey, Identified]:
    """(subject, reader) → what was identified. Faults and rows left out (with the reason) are added to the lists."""
    found: dict[CourseKey, Identified] = {}
    who_there, what_there, when_there = (tu.present(columns) for columns in (WHO, WHAT, WHEN))
    courses, lesions, visits = _Courses(WHO, who_there), _Lesions(WHAT, what_there), _Visits(when_there, by_number)
    rows = zip(tu.cells(who_there), tu.cells(what_there), tu.cells(when_there), strict=True)
    for row, (who, what, when) in enumerate(rows, start=1):
        key, lesion, visit = courses[who], lesions[what], visits[when]
        if isinstance(lesion, str):
            left_out[lesion] += 1
            continue
        course = found.get(key)
        if course is None:
            course = found[key] = Identified()
        name, there = lesion.name, course.lesions
        if lesion.lesion is None or visit.key is None or visit.wrong or not key[0] or name in there:
            place = place_of("TU", row, *key, name, visit.label)
            do = None if lesion.organ else _ORGAN_DO
            for must, got in (*lesion.wrong, *visit.wrong, *_wrong(key, course.row_of.get(name))):
                faults.append(Fault(place=place, must=must, got=got, do=do))
            continue
        there[name] = lesion.lesion
        course.at[name], course.row_of[name] = visit.key, row
        if visit.key not in course.labels:
            course.labels[visit.key] = visit.label
        if visit.days:
            course.dates[visit.key] = visit.days
    return found


@dataclass(frozen=True, slots=True)
class _What:
    """The cells that say which lesion it is, read: the lesion, or what is wrong with them."""

    name: str
    organ: str
    lesion: Lesion | None
    wrong: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class When:
    """The cells that say at which visit: its key, label and days, or what is wrong with them."""

    key: VisitKey | None
    label: str
    days: tuple[PartialDate, ...]
    wrong: tuple[tuple[str, str | None], ...]


class _Courses(CellReader):
    """The cells `WHO` → (subject, reader)."""

    def read(self, *texts: str) -> CourseKey:
        return course_key(*texts)


class _Lesions(CellReader):
    """The cells `WHAT` → the lesion; a text instead says why the row is left out."""

    def read(self, *texts: str) -> _What | str:
        return _what(*texts)


class _Visits(CellReader):
    """The cells `WHEN` → the visit."""

    def __init__(self, present: Sequence[str], by_number: bool) -> None:
        super().__init__(WHEN, present)
        self._by_number = by_number

    def read(self, *texts: str) -> When:
        return read_when(*texts, by_number=self._by_number)


def course_key(subject: str, evaluator_id: str, evaluator: str) -> CourseKey:
    """(subject, reader) from USUBJID, EVALID and EVAL: the reader is EVALID, else EVAL, else None."""
    return subject, evaluator_id or evaluator or None


def _what(name: str, organ: str, role_standard: str, role_entered: str, test: str) -> _What | str:
    test = test.upper()
    if test in sdtm()["reshaped"]:
        return f"TU rows with test {test}: a part or a joined lesion is read in TR under its own name"
    if test and test not in sdtm()["identification"]:
        return f"TU rows with test {test}, which RECIST 1.1 does not use"
    said = role_standard or role_entered
    role = sdtm()["roles"].get(said.upper())
    wrong: list[tuple[str, str | None]] = []
    if not name:
        wrong.append(("TULNKID must name the lesion", None))
    if not organ:
        wrong.append(("TULOC must name the organ, or LYMPH NODE", None))
    if role is None:
        wrong.append(("TUSTRESC must be TARGET, NON-TARGET or NEW", repr(said)))
    if wrong:
        return _What(name, organ, None, tuple(wrong))
    node = sdtm()["node_location"] in organ.upper()
    return _What(name, organ, Lesion(name=name, organ=organ.upper(), role=role, node=node), ())


def read_when(number: str, label: str, day: str, *, by_number: bool) -> When:
    """The visit of a row by VISITNUM or else VISIT, with its day."""
    key, days = visit_key(number, label, by_number), days_of(day)
    wrong: list[tuple[str, str | None]] = []
    if key is None:
        wrong.append((VISIT_MUST[by_number], repr(number or label)))
    if days is None:
        wrong.append((DATE_MUST, repr(day)))
    return When(key, label or number, days or (), tuple(wrong))


@lru_cache(maxsize=65_536)
def visit_key(number: str, label: str, by_number: bool) -> VisitKey | None:
    """The visit of a row; None where it names none or VISITNUM is no number."""
    if not by_number:
        return label or None
    try:
        key = float(number)
    except ValueError:
        return None
    return key if isfinite(key) else None


@lru_cache(maxsize=65_536)
def days_of(day: str) -> tuple[PartialDate, ...] | None:
    """The day of a row (a time of day is cut off), none where it is empty; None where it is no date."""
    if not day:
        return ()
    try:
        return (PartialDate.parse(day.partition("T")[0]),)
    except ValueError:
        return None


def place_of(table: str, row: int | str, *parts: str | None) -> str:
    """Where a fault stands: "TR row 17 (01-701-1015, RADIOLOGIST 1, T01, WEEK 6)"."""
    return f"{table} row {row} ({', '.join(part for part in parts if part)})"


def _wrong(key: CourseKey, row_before: int | None) -> Iterator[tuple[str, str | None]]:
    if not key[0]:
        yield "USUBJID must name the patient", None
    if row_before is not None:
        yield f"each lesion must be identified once by a reader (TULNKID), but TU row {row_before} has it already", None
