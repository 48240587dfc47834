"""Examinations of one reader as rows of the SDTM domains TU and TR, so that one set of checks serves both.

Every row keeps its place in the course; faults that name a row are told with the examination and the lesion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from lutetia.course.entry import Unknown
from lutetia.course.imaging import MeasuredLesion
from lutetia.errors import Fault
from lutetia.quantities import number_text
from lutetia.scoring.course_lesions.examination import Examination

NewAtBaseline = Literal["non_target", "refuse"]

_ROLES = {"target": "TARGET", "non_target": "NON-TARGET", "new": "NEW"}
_STATES = {
    "absent": "ABSENT",
    "present": "PRESENT",
    "too_small": "TOO SMALL TO MEASURE",
    "not_evaluable": "NOT EVALUABLE",
    "unequivocal_progression": "UNEQUIVOCAL PROGRESSION",
}
_NODE = "LYMPH NODE"
_ROW = re.compile(r"(TU|TR) row ([0-9, ]+) \(")


@dataclass(slots=True, kw_only=True)
class Rows:
    """Rows of TU and TR, with the place of each in the course, and what is wrong with them as entries of a course."""

    tu: list[dict[str, Any]] = field(default_factory=list)
    tr: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    places: dict[str, list[str]] = field(default_factory=lambda: {"TU": [], "TR": []})

    def located(self, fault: Fault) -> Fault:
        """The fault with the examination and the lesion in place of the number of a row."""
        match = _ROW.match(fault.place)
        if match is None:
            return replace(fault, place=fault.place.removeprefix("TR "))
        places = [self.places[match[1]][int(row) - 1] for row in match[2].split(",")]
        return replace(fault, place=" and ".join(dict.fromkeys(places)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Followed:
    """One lesion with every listing of it, in the order of the examinations (position 0: the baseline)."""

    name: str
    listings: tuple[tuple[int, MeasuredLesion], ...]

    @property
    def at_baseline(self) -> bool:
        return self.listings[0][0] == 0

    @property
    def organ(self) -> str:
        """The organ as first recorded; without one a name of its own, so that it is alone in its organ."""
        said = [one.organ for _, one in self.listings if isinstance(one.organ, str)]
        return said[0].upper().replace("_", " ") if said else f"NOT RECORDED ({self.name})"

    @property
    def nodes(self) -> set[bool]:
        """What is recorded on being a node; both at once is a fault."""
        return {one.node for _, one in self.listings if isinstance(one.node, bool)}

    @property
    def node(self) -> bool:
        return True in self.nodes or (not self.nodes and _NODE in self.organ)

    @property
    def axis_unknown(self) -> bool:
        """Whether it was recorded that nobody knows if it is a node: its diameters mean nothing then."""
        return not self.nodes and any(isinstance(one.node, Unknown) for _, one in self.listings)


def rows_of(subject: str, reader: str, seen: Sequence[Examination], new_at_baseline: NewAtBaseline) -> Rows:
    """The rows of one reader's examinations; the first one is the baseline."""
    rows = Rows()
    followed = {one.name: one for one in _followed(seen)}
    for name, lesion in followed.items():
        role = _role(lesion, new_at_baseline, rows.faults)
        if not lesion.at_baseline and role != "new" and _whole(name, followed) is not None:
            continue  # a part of a split lesion: it is added to its lesion
        at = lesion.listings[0][0]
        where = _visit(subject, reader, at, seen[at], "TU")
        what = {"TULNKID": name, "TULOC": _location(lesion), "TUTESTCD": "TUMIDENT", "TUSTRESC": _ROLES[role]}
        rows.tu.append(where | what)
        rows.places["TU"].append(f"{seen[at].name}, lesion {name}")
    for at, examination in enumerate(seen):
        for entry in examination.entries:
            for one in entry.lesions:
                whole = followed[_whole(one.lesion, followed) or one.lesion]
                for result in _results(one, followed[one.lesion], whole):
                    rows.tr.append(_visit(subject, reader, at, examination, "TR") | result)
                    rows.places["TR"].append(f"{entry.id}, lesion {one.lesion}")
    return rows


def _followed(seen: Sequence[Examination]) -> Iterator[_Followed]:
    listings: dict[str, list[tuple[int, MeasuredLesion]]] = {}
    for at, examination in enumerate(seen):
        for entry in examination.entries:
            for one in entry.lesions:
                listings.setdefault(one.lesion, []).append((at, one))
    return (_Followed(name=name, listings=tuple(found)) for name, found in listings.items())


def _whole(name: str, followed: dict[str, _Followed]) -> str | None:
    """The lesion of the baseline that this one is a part of (`T04.1` of `T04`); None for a lesion of its own."""
    stem = name.rpartition(".")[0]
    parts = stem in followed and followed[stem].at_baseline and not followed[name].at_baseline
    return stem if parts else None


def _role(lesion: _Followed, new_at_baseline: NewAtBaseline, faults: list[Fault]) -> str:
    """The role of a lesion in this line; "new" in the baseline examination was new to the line before."""
    roles = list(dict.fromkeys(one.role for _, one in lesion.listings))
    place = f"lesion {lesion.name}"
    if lesion.at_baseline and roles[0] == "new":
        if new_at_baseline == "refuse":
            must = "a lesion of the baseline must be target or non_target (new_at_baseline='refuse')"
            faults.append(Fault(place=place, must=must, got="new"))
        roles = [role for role in roles if role != "new"] or ["non_target"]
    if len(roles) > 1:
        must = "the role of a lesion must stay the same during a line of therapy"
        faults.append(Fault(place=place, must=must, got=", then ".join(roles)))
    if len(lesion.nodes) > 1:
        must = "a lesion must be a node at every examination or at none"
        faults.append(Fault(place=place, must=must, got="both"))
    return roles[0]


def _location(lesion: _Followed) -> str:
    """The organ as TU has it: it holds the words LYMPH NODE for a node, and for nothing else."""
    if lesion.node:
        return lesion.organ if _NODE in lesion.organ else f"{_NODE}, {lesion.organ}"
    return lesion.organ.replace(_NODE, "NODE")


def _visit(subject: str, reader: str, at: int, seen: Examination, table: str) -> dict[str, Any]:
    day = {f"{table}DTC": str(seen.date), f"{table}EVALID": reader}
    return {"USUBJID": subject, "VISIT": seen.name, "VISITNUM": at, **day}


def _results(one: MeasuredLesion, lesion: _Followed, whole: _Followed) -> Iterable[dict[str, Any]]:
    """What TR says of one listing: a diameter, a state, or both; unknown is not evaluable, never gone."""
    diameter_mm = one.diameter_mm if isinstance(one.diameter_mm, float) and not whole.axis_unknown else None
    state = _state(one, lesion, diameter_mm)
    if diameter_mm is not None:
        test = "LPERP" if whole.node else "LDIAM"
        length = {"TRSTRESN": number_text(diameter_mm), "TRSTRESU": "mm"}
        yield {"TRLNKID": one.lesion, "TRTESTCD": test} | length
    if state is not None:
        yield {"TRLNKID": one.lesion, "TRTESTCD": "TUMSTATE", "TRSTRESC": state, "TRSTRESU": ""}


def _state(one: MeasuredLesion, lesion: _Followed, diameter_mm: float | None) -> str | None:
    """The state as TR has it; None where the diameter says it all.

    A new lesion that is listed was seen: without a diameter it is there, called not evaluable it is equivocal.
    """
    said = one.status if isinstance(one.status, str) and one.status != "measured" else None
    new = one.role == "new" and not lesion.at_baseline
    if said == "not_evaluable" and new and diameter_mm is None:
        return "EQUIVOCAL"
    if said is not None:
        return _STATES[said]
    if diameter_mm is not None:
        return None
    return _STATES["present" if new else "not_evaluable"]
