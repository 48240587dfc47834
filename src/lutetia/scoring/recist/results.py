"""The SDTM domain TR: what each reader measured or saw of each lesion at each visit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from lutetia.dates import PartialDate
from lutetia.errors import Fault
from lutetia.scoring.recist.columns import Columns, text
from lutetia.scoring.recist.identification import (
    CourseKey,
    Identified,
    VisitKey,
    course_key,
    place_of,
    read_when,
    sdtm,
)
from lutetia.scoring.recist.lesion import Lesion, Measurement
from lutetia.scoring.recist.rules import Precision
from lutetia.scoring.recist.values import VALUE, Diameters, Refused, States

WHERE = ("USUBJID", "TREVALID", "TREVAL", "VISITNUM", "VISIT", "TRDTC", "TRACPTFL")


@dataclass(slots=True)
class ReadVisit:
    """One visit of one reader while TR is read: diameters and states as they stand there.

    `days` and `accepted` hold each different value once; `long_axis_of_node`: nodes measured in their longest
    diameter, with the row.
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


Visits = dict[CourseKey, dict[VisitKey, ReadVisit]]


@dataclass(slots=True, kw_only=True)
class _Reading:
    """TR while it is read: the visits so far, faults, rows left out, results that stand twice."""

    visits: _Where
    faults: list[Fault]
    left_out: Counter[str]
    twice: set[tuple[CourseKey, VisitKey, str, str]] = field(default_factory=set)


def read_results(
    tr: Columns,
    found: dict[CourseKey, Identified],
    by_number: bool,
    precision: Precision,
    faults: list[Fault],
    left_out: Counter[str],
) -> Visits:
    """Course → visit → what was seen there, raw. Faults and rows left out (with the reason) are added to the lists."""
    reading = _Reading(visits=_Where(found, by_number), faults=faults, left_out=left_out)
    visits, diameters, states, kinds = reading.visits, Diameters(precision), States(), _Kinds()
    unused = {True: 0, False: 0}
    rows = zip(tr.together(*WHERE), tr.together(*VALUE), *tr.apart("TRLNKID", "TRTESTCD"), strict=True)
    for row, (where, value, name, test) in enumerate(rows, start=1):
        visit = visits[where]
        if visit.__class__ is ReadVisit:
            lesion = visit.identified.lesions.get(name)
            kind = kinds[test]
            if lesion is not None and kind == _AXIS[lesion.node]:
                seen = diameters[value]
                if seen.__class__ is Measurement and name not in visit.measures:
                    visit.measures[name] = seen
                    continue
            elif lesion is not None and kind == _AXIS[not lesion.node]:
                unused[lesion.node] += 1
                if lesion.node:
                    visit.long_axis_of_node = {**(visit.long_axis_of_node or {}), name: row}
                continue
        _slow_row(reading, row, where, visit, text(name), kinds[test], test, (diameters, states), value)
    for node, count in unused.items():
        left_out[_OTHER_AXIS[node]] += count
    if reading.twice:
        _fault_twice(reading, tr, by_number, kinds)
    return visits.read
