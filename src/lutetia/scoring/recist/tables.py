"""SDTM tables TU and TR → the courses of every reader of every patient; all faults of both tables at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from lutetia.errors import Fault, InputError
from lutetia.scoring.recist.assembly import Assembly
from lutetia.scoring.recist.columns import Columns, Table
from lutetia.scoring.recist.course import ReaderCourse
from lutetia.scoring.recist.identification import identify
from lutetia.scoring.recist.results import read_results
from lutetia.scoring.recist.rules import Precision
from lutetia.scoring.recist.targets import Finding

SmallTargets = Literal["refuse", "accept"]
Markers = Mapping[tuple[str, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Rows of the input that the result does not rest on, and why."""

    rows: int
    why: str

    def __str__(self) -> str:
        return f"{self.rows} {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Courses:
    """What TU and TR hold: patient → the courses of its readers; rows left out; findings on target selection."""

    by_subject: Mapping[str, tuple[ReaderCourse, ...]]
    left_out: tuple[LeftOut, ...]
    cautions: tuple[Finding, ...]
    rows: Mapping[str, int]
    conventions: tuple[str, ...]


def read_courses(
    tu: Table,
    tr: Table,
    *,
    precision: Precision = "as_entered",
    small_targets: SmallTargets = "refuse",
    baseline_visits: Collection[str] | None = None,
    markers: Markers | None = None,
) -> Courses:
    """The courses in TU and TR. Raises InputError with every fault of both tables, each with its row.

    `baseline_visits`: labels (VISIT) of the visits that make up the baseline; None: for each reader and patient the
    first visit at which a target or non-target was identified. `small_targets="accept"` takes targets below 10 mm,
    which RECIST 1.1 does not know and which else are refused as centimetres written for millimetres. `markers`:
    (patient, VISIT) → whether the tumour marker was normal; one above normal at baseline joins the non-target
    disease.
    """
    faults: list[Fault] = []
    left_out: Counter[str] = Counter()
    tables = Columns(tu, "TU"), Columns(tr, "TR")
    _refuse_missing_columns(*tables)
    if small_targets not in ("refuse", "accept"):
        faults.append(Fault(place="small_targets", must="must be 'refuse' or 'accept'", got=repr(small_targets)))
    by_number = all("VISITNUM" in table for table in tables)
    found = identify(tables[0], by_number, faults, left_out)
    read = read_results(tables[1], found, by_number, precision, faults, left_out)
    assembly = Assembly(
        baseline_visits=baseline_visits,
        accept_small=small_targets == "accept",
        markers=dict(markers or {}),
        faults=faults,
        left_out=left_out,
    )
    by_name = sorted(found, key=lambda key: (key[0], key[1] or ""))
    courses = [assembly.course(key, found[key], read.get(key, {})) for key in by_name]
    assembly.refuse_unused_markers()
    if faults:
        raise InputError("RECIST 1.1 tables TU and TR", faults)
    by_subject: dict[str, list[ReaderCourse]] = {}
    for course in courses:
        by_subject.setdefault(course.subject, []).append(course)
    return Courses(
        by_subject={subject: tuple(readers) for subject, readers in by_subject.items()},
        left_out=tuple(LeftOut(rows=rows, why=why) for why, rows in sorted(left_out.items())),
        cautions=tuple(assembly.cautions),
        rows={table.name: table.rows for table in tables},
        conventions=_conventions(by_number, small_targets, baseline_visits, markers),
    )


def _refuse_missing_columns(tu: Columns, tr: Columns) -> None:
    visit = ["VISITNUM"] if "VISITNUM" in tu and "VISITNUM" in tr else ["VISIT"]
    faults = [
        *tu.require(["USUBJID"], ["TULNKID"], ["TULOC"], ["TUSTRESC", "TUORRES"], visit),
        *tr.require(["USUBJID"], ["TRLNKID"], ["TRTESTCD"], ["TRSTRESN", "TRSTRESC", "TRORRES"], visit),
        *tr.require(["TRSTRESU", "TRORRESU"], *([["TRDTC"]] if visit == ["VISIT"] else [])),
    ]
    if faults:
        raise InputError("RECIST 1.1 tables TU and TR", faults)


def _conventions(
    by_number: bool, small_targets: str, baseline_visits: Collection[str] | None, markers: Markers | None
) -> tuple[str, ...]:
    order = "VISITNUM" if by_number else "the first day of each visit (TRDTC)"
    baseline = (
        "the first visit of the reader with an identified target or non-target"
        if baseline_visits is None
        else f"the visits {', '.join(baseline_visits)}"
    )
    marker = "not given, not part of the non-target response" if markers is None else "given per visit, normal or not"
    return (
        f"visits in the order of {order}",
        f"baseline: {baseline}",
        f"small_targets={small_targets}: whether a target may lie below 10 mm at the baseline",
        f"tumour markers: {marker}",
        "reader: TREVALID, else TREVAL; rows with neither are one reader's",
    )
