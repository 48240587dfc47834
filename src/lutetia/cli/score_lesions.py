"""Scores of lesions over visits: RECIST 1.1 from SDTM tables or one plain table, and Choi from one plain table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from lutetia.cli.options import counted, tracked
from lutetia.cli.score_output import Scored
from lutetia.cli.score_rows import Row, unused_columns
from lutetia.errors import Fault, InputError

if TYPE_CHECKING:
    from lutetia.exchange.tabular import Table

RECIST_COLUMNS = ("subject", "reader", "visit", "target", "nontarget", "new_lesion", "overall")
LESION_COLUMNS = (
    "subject",
    "reader",
    "visit",
    "visit_number",
    "date",
    "lesion",
    "role",
    "organ",
    "diameter_mm",
    "state",
)
CHOI_COLUMNS = ("subject", "reader", "visit", "date", "lesion", "diameter_mm", "attenuation_hu", "phase")
FINDINGS = ("new_lesion", "nontarget_progression", "new_or_growing_nodule", "symptomatic_worsening")
_ROLES = {"target": "TARGET", "non_target": "NON-TARGET", "non-target": "NON-TARGET", "new": "NEW"}


def recist(tu: Sequence[Mapping[str, Any]], tr: Sequence[Mapping[str, Any]], options: dict[str, Any]) -> Scored:
    """One row for each subject, reader and post-baseline visit, from the rows of the SDTM domains TU and TR."""
    from lutetia.scoring.recist import visit_responses

    with counted("RECIST courses") as progress:
        found = visit_responses(tu, tr, **options, progress=progress)
    return Scored(
        columns=RECIST_COLUMNS,
        rows=found.rows(),
        read=f"{len(tu)} rows of TU, {len(tr)} rows of TR",
        left_out=tuple(map(str, found.left_out)),
        cautions=tuple(map(str, found.cautions)),
        conventions=found.conventions,
    )


def recist_of_lesions(table: Table, options: dict[str, Any]) -> Scored:
    """The same from one table with a row for each lesion seen at a visit."""
    from dataclasses import replace

    table.require(["subject"], ["lesion"], ["role"], ["organ"], ["visit"], ["visit_number", "date"], ["diameter_mm"])
    tu, tr = as_sdtm(table)
    try:
        scored = recist(tu, tr, options)
    except InputError as error:
        raise InputError(f"{table.name} (row n of TR is row n of the table)", error.faults) from None
    left_out = (*table.left_out, *scored.left_out, *unused_columns(table, LESION_COLUMNS))
    return replace(scored, read=f"{len(table.rows)} rows of {table.name}", left_out=left_out)


def as_sdtm(table: Table) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """TU and TR of a table of lesions: a lesion is identified at its first visit; row n of TR is row n of the table.

    Raises InputError where a role is none, visits cannot be ordered, or a lesion changes its role or organ.
    """
    by_number = "visit_number" in table.columns
    faults: list[Fault] = []
    first: dict[tuple[str, str, str], tuple[Any, int]] = {}
    for at, cells in enumerate(table.rows):
        row = Row(cells)
        when: Any = row.number("visit_number", needed=True) if by_number else row.day("date")
        if cells["role"].lower() not in _ROLES:
            row.faults.append(Fault(place="role", must="must be target, non_target or new", got=repr(cells["role"])))
        if cells["diameter_mm"] and cells.get("state"):
            must, got = "must be empty where diameter_mm is given", repr(cells["state"])
            row.faults.append(Fault(place="state", must=must, got=got, do="Keep one of the two."))
        key = (cells["subject"], cells.get("reader", ""), cells["lesion"])
        if when is not None and (key not in first or when < first[key][0]):
            first[key] = (when, at)
        faults += [table.located(at, fault) for fault in row.faults]
    for at, cells in enumerate(table.rows):
        key = (cells["subject"], cells.get("reader", ""), cells["lesion"])
        before = table.rows[first[key][1]] if key in first else cells
        for column in ("role", "organ"):
            if cells[column].lower() != before[column].lower():
                must = f"the {column} of a lesion must stay the same"
                got = f"{cells[column]}, {before[column]} at its first visit"
                faults.append(table.located(at, Fault(place=column, must=must, got=got)))
    if faults:
        raise InputError(table.name, faults)
    tu = [_identified(table.rows[at]) for _, at in first.values()]
    return tu, [_result(cells) for cells in table.rows]


def _identified(cells: Mapping[str, str]) -> dict[str, Any]:
    role = {"TULNKID": cells["lesion"], "TUTESTCD": "TUMIDENT", "TUSTRESC": _ROLES[cells["role"].lower()]}
    return (
        _visit(cells) | role | {"TUEVALID": cells.get("reader", ""), "TULOC": cells["organ"].upper().replace("_", " ")}
    )


def _result(cells: Mapping[str, str]) -> dict[str, Any]:
    diameter, state = cells["diameter_mm"], cells.get("state", "").upper().replace("_", " ")
    test = "LPERP" if "LYMPH NODE" in cells["organ"].upper().replace("_", " ") else "LDIAM"
    value = {"TRTESTCD": test, "TRSTRESN": diameter, "TRSTRESU": "mm"}
    if not diameter:
        value = {"TRTESTCD": "TUMSTATE", "TRSTRESC": state}
    reader = {"TREVALID": cells.get("reader", ""), "TRLNKID": cells["lesion"], "TRDTC": cells.get("date", "")}
    return _visit(cells) | reader | value


def _visit(cells: Mapping[str, str]) -> dict[str, Any]:
    number = {"VISITNUM": cells["visit_number"]} if "visit_number" in cells else {}
    return {"USUBJID": cells["subject"], "VISIT": cells["visit"]} | number


# ---- Choi


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """What a reader saw of a subject on a day: targets, phase, findings; `at`: the first row of the visit."""

    at: int
    label: str
    phase: str
    targets: tuple[Any, ...]
    findings: dict[str, bool | None]

    @property
    def sum_mm(self) -> float:
        return sum(float(target.diameter_mm) for target in self.targets)


def choi(table: Table, options: dict[str, Any]) -> Scored:
    """The Choi response at each visit after a subject's first, from one row for each target seen at a visit."""
    table.require(["subject"], ["date"], ["lesion"], ["diameter_mm"], ["attenuation_hu"], ["phase"])
    rows: list[dict[str, Any]] = []
    faults: list[Fault] = []
    left_out: Counter[str] = Counter()
    conventions: dict[str, None] = {"baseline: the first day of each subject and reader": None}
    for (subject, reader), visits in tracked(_courses(table, faults).items(), "Choi responses"):
        for position, (day, visit) in enumerate(visits[1:], start=1):
            smallest = min(earlier.sum_mm for _, earlier in visits[:position])
            if options["progression_against"] == "nadir" and smallest == 0:
                left_out["visits: every target had gone before, no growth can be told from a nadir of 0 mm"] += 1
                continue
            try:
                found = _response(visits[0][1], visit, smallest, options)
            except InputError as error:
                faults += [table.located(visit.at, fault) for fault in error.faults]
                continue
            whose = {"subject": subject, "reader": reader or None, "visit": visit.label, "date": str(day)}
            rows.append(whose | found[0])
            conventions |= dict.fromkeys(found[1])
    if faults:
        raise InputError(table.name, list(dict.fromkeys(faults)))
    if not rows:
        must = "a subject must have a visit after the first one that can be judged"
        raise InputError(table.name, [Fault(place="date", must=must, got=", ".join(left_out) or "one visit each")])
    return Scored(
        columns=tuple(rows[0]),
        rows=rows,
        read=f"{len(table.rows)} rows of {table.name}",
        left_out=(
            *table.left_out,
            *(f"{why} ({count})" for why, count in left_out.items()),
            *unused_columns(table, (*CHOI_COLUMNS, *FINDINGS)),
        ),
        conventions=tuple(conventions),
    )


def _response(
    baseline: _Visit, visit: _Visit, smallest_mm: float, options: dict[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    from lutetia.scoring.choi import response

    nadir_mm = smallest_mm if options["progression_against"] == "nadir" else None
    seen: dict[str, Any] = {"baseline_phase": baseline.phase, "phase": visit.phase, **visit.findings}
    found = response(baseline.targets, visit.targets, **options, **seen, nadir_mm=nadir_mm)
    names = ("size_change_pct", "growth_pct", "attenuation_change_pct")
    possible = {"possible": " or ".join(found.possible) if found.assessable else "not assessable"}
    return {"response": found.value} | possible | {name: getattr(found, name) for name in names}, found.conventions


def _courses(table: Table, faults: list[Fault]) -> dict[tuple[str, str], list[tuple[date, _Visit]]]:
    """(subject, reader) → the visits in order of their days; faults of the rows are added to the list."""
    rows_of: dict[tuple[str, str], dict[date, list[int]]] = {}
    for at, cells in enumerate(table.rows):
        row = Row(cells)
        day = row.day("date")
        row.number("diameter_mm", needed=True)
        row.number("attenuation_hu")
        faults += [table.located(at, fault) for fault in (*row.faults, *_empty(cells, "subject", "lesion"))]
        if day is not None and not row.faults:
            rows_of.setdefault((cells["subject"], cells.get("reader", "")), {}).setdefault(day, []).append(at)
    return {
        whose: [(day, _visit_of(table, days[day], faults)) for day in sorted(days)]
        for whose, days in sorted(rows_of.items())
    }


def _empty(cells: Mapping[str, str], *columns: str) -> Iterator[Fault]:
    return (Fault(place=column, must="must not be empty") for column in columns if not cells[column])


def _visit_of(table: Table, rows: list[int], faults: list[Fault]) -> _Visit:
    from lutetia.scoring.choi import Lesion

    first = Row(table.rows[rows[0]])
    findings = {name: first.yes_or_no(name) for name in FINDINGS}
    faults += [table.located(rows[0], fault) for fault in first.faults]
    for at in rows[1:]:
        for column in ("visit", "phase", *FINDINGS):
            said, other = table.rows[at].get(column, ""), first.text(column)
            if said != other:
                must = f"every row of a visit must have the same {column}"
                fault = Fault(place=column, must=must, got=f"{said or 'nothing'} and {other or 'nothing'}")
                faults.append(table.located(at, fault))
    targets = [
        Lesion(name=cells["lesion"], diameter_mm=cells["diameter_mm"], attenuation_hu=cells["attenuation_hu"] or None)
        for cells in (table.rows[at] for at in rows)
    ]
    label = first.text("visit") or first.text("date")
    return _Visit(at=rows[0], label=label, phase=first.text("phase"), targets=tuple(targets), findings=findings)
