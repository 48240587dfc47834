"""What the cells of a row of TR say: whose it is, at which visit, by which test; and why a row is not used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lutetia.dates import PartialDate
from lutetia.scoring.recist.columns import CellReader, text
from lutetia.scoring.recist.identification import (
    DATE_MUST,
    VISIT_MUST,
    CourseKey,
    VisitKey,
    course_key,
    days_of,
    sdtm,
    visit_key,
)

WHERE = ("USUBJID", "TREVALID", "TREVAL", "VISITNUM", "VISIT", "TRDTC", "TRACPTFL")
WHO = WHERE[:3]
_YES = ("Y", "y")
OTHER_AXIS = {
    True: "TR rows with the longest diameter of a node, which is followed by its short axis",
    False: "TR rows with the short axis of a lesion that is no node",
}


Said = tuple[VisitKey | None, str, tuple[PartialDate, ...], bool, tuple[str, str] | None]
"""Key, label, days, whether accepted, and what is wrong with them."""


class Courses(CellReader):
    """USUBJID, EVALID and EVAL → (subject, reader)."""

    def read(self, *texts: str) -> CourseKey:
        return course_key(*texts)


class Whens(CellReader):
    """VISITNUM, VISIT, TRDTC, TRACPTFL → (key, label, days, accepted, what is wrong with them or None)."""

    def __init__(self, present: Sequence[str], by_number: bool) -> None:
        super().__init__(WHERE[len(WHO) :], present)
        self._by_number = by_number

    def read(self, *texts: str) -> Said:
        number, label, day, accepted = texts
        key, days = visit_key(number, label, self._by_number), days_of(day)
        wrong = None
        if key is None:
            wrong = (VISIT_MUST[self._by_number], repr(number or label))
        elif days is None:
            wrong = (DATE_MUST, repr(day))
        return key, label or number, days or (), accepted in _YES, wrong


class Kinds(dict[Any, str]):
    """Test code → longest, short_axis, state or other."""

    def __missing__(self, test: Any) -> str:
        code = text(test).upper()
        self[test] = kind = next((kind for kind, codes in sdtm()["tests"].items() if code in codes), "other")
        return kind


def why_unused(test: str, name: str) -> str:
    """Why a row is left out that names no lesion, or has a test that RECIST 1.1 does not use."""
    if not name:
        return "TR rows without a lesion (TRLNKID), such as sums made elsewhere"
    return f"TR rows with test {test or '(none)'}, which RECIST 1.1 does not use"
