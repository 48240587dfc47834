"""Courses out of two tables, patients and lines of therapy: all faults of both at once, with row and column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lutetia.course.course import FORMAT, Course
from lutetia.errors import Fault, InputError
from lutetia.exchange.cohort_mapping import CohortMapping, MappedColumn, own_names, read_mapping
from lutetia.exchange.courses import course_of
from lutetia.exchange.documents import Document
from lutetia.exchange.tabular import Table, read_table

Place = tuple[str | int, ...]
YES, NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0"}
_NO_DATE = "date not in the table; the start of the first line stands for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortTables:
    """The courses of two tables, in the order of the patients, and the columns that no field was read from."""

    courses: tuple[Course, ...]
    unused_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """A table with the mapping of its columns."""

    table: Table
    columns: Mapping[str, MappedColumn]
    missing: tuple[str, ...]

    def cell(self, at: int, name: str) -> str | None:
        """Our word for a cell; None when the column is not mapped or the cell says that it is not known."""
        mapped = self.columns.get(name)
        if mapped is None:
            return None
        text = self.table.rows[at][mapped.column]
        if text in self.missing:
            return None
        return mapped.values.get(text, text) or None


@dataclass(slots=True)
class _Draft:
    """A course in the making: plain data, and for every value the table, row and field it came from."""

    rows: _Rows
    at: int
    recorded_by: str
    data: dict[str, Any]
    origins: dict[Place, tuple[_Rows, int, str]] = field(default_factory=dict)

    def take(self, place: Place, rows: _Rows, at: int, name: str) -> Any:
        """A cell as a value for a place, remembering where it came from; None when it is not known."""
        value = rows.cell(at, name)
        if value is not None:
            self.origins[place] = (rows, at, name)
        return value

    def entry(self, kind: str, entry_id: str, when: str | None, fallback: str | None) -> tuple[dict[str, Any], Place]:
        """A new entry with its date, or with the fallback and a note."""
        date = when or fallback
        made: dict[str, Any] = {"kind": kind, "id": entry_id, "date": date, "recorded_by": self.recorded_by}
        if when is None:
            made["note"] = _NO_DATE
        self.data["entries"].append(made)
        return made, ("entries", len(self.data["entries"]) - 1)


def read_cohort_tables(patients: str | Path, lines: str | Path, mapping: str | Path | None = None) -> CohortTables:
    """The courses in a table of patients and one of their lines (CSV or Parquet); `mapping` names the columns.

    Without a mapping the columns bear our own names (`lutetia.exchange.cohort_mapping`). Facts without a date of their
    own count from the diagnosis, else from the start of the first line, and the entry says so.
    Raises InputError with every fault of the mapping, or of both tables with row and column.
    """
    tables = {"patients": read_table(patients), "lines": read_table(lines)}
    chosen = read_mapping(mapping) if mapping else own_names(tables["patients"].columns, tables["lines"].columns)
    rows = {name: _rows(name, table, chosen) for name, table in tables.items()}
    faults = [fault for name in rows for fault in _absent_columns(name, rows[name], chosen)]
    if faults:
        raise InputError(f"{patients}, {lines}", faults)
    by_patient = _lines_by_patient(rows, faults)
    courses = []
    for at in range(len(rows["patients"].table.rows)):
        found = _course(rows, at, by_patient, chosen, faults)
        courses += [found] if found is not None else []
    if faults:
        raise InputError(f"{patients}, {lines}", faults)
    return CohortTables(courses=tuple(courses), unused_columns=_unused(rows))


def _rows(name: str, table: Table, mapping: CohortMapping) -> _Rows:
    columns = mapping.patients if name == "patients" else mapping.lines
    return _Rows(table=table, columns=columns, missing=mapping.missing)


def _absent_columns(name: str, rows: _Rows, mapping: CohortMapping) -> list[Fault]:
    required = {"patients": ("patient",), "lines": ("patient", "regimen", "start")}[name]
    wanted = [(field_name, mapped.column) for field_name, mapped in rows.columns.items()]
    wanted += [(field_name, field_name) for field_name in required if field_name not in rows.columns]
    return [
        Fault(
            place=f"{rows.table.name}, header",
            must=f"the table of {name} must have the column {column} (for {field_name})",
            got=f"the columns {', '.join(rows.table.columns)}",
        )
        for field_name, column in wanted
        if column not in rows.table.columns
    ]


def _unused(rows: Mapping[str, _Rows]) -> tuple[str, ...]:
    return tuple(
        f"{one.table.name}: {column}"
        for one in rows.values()
        for column in one.table.columns
        if column not in {mapped.column for mapped in one.columns.values()}
    )


def _lines_by_patient(rows: Mapping[str, _Rows], faults: list[Fault]) -> dict[str, list[int]]:
    """The rows of the lines of each patient; patients twice, or lines of nobody, are faults."""
    patients, lines = rows["patients"], rows["lines"]
    found: dict[str, list[int]] = {}
    for at in range(len(patients.table.rows)):
        who = patients.cell(at, "patient")
        if who is None:
            faults.append(_at(patients, at, "patient", Fault(place="", must="each patient must have a pseudonym")))
        elif who in found:
            faults.append(_at(patients, at, "patient", Fault(place="", must="each patient must have one row", got=who)))
        else:
            found[who] = []
    for at in range(len(lines.table.rows)):
        who = lines.cell(at, "patient")
        if who not in found:
            must = "each line must be of a patient in the table of patients"
            faults.append(_at(lines, at, "patient", Fault(place="", must=must, got=who or "nobody")))
        elif lines.cell(at, "start") is None:
            faults.append(_at(lines, at, "start", Fault(place="", must="each line must have a start", got="nothing")))
        else:
            found[str(who)].append(at)
    return found


def _at(rows: _Rows, at: int, name: str, fault: Fault) -> Fault:
    """The fault with file, row and column."""
    column = rows.columns[name].column if name in rows.columns else name
    line = rows.table.lines[at] if rows.table.lines is not None else None
    place = f"{rows.table.name}, {rows.table.places[at]}, column {column}"
    return Fault(place=place, must=fault.must, got=fault.got, do=fault.do, line=line)


def _course(
    rows: Mapping[str, _Rows], at: int, by_patient: Mapping[str, list[int]], mapping: CohortMapping, faults: list[Fault]
) -> Course | None:
    patients, lines = rows["patients"], rows["lines"]
    who = patients.cell(at, "patient")
    if who is None:
        return None
    data: dict[str, Any] = {"lutetia": FORMAT, "patient": {"id": who}, "entries": []}
    draft = _Draft(rows=patients, at=at, recorded_by=mapping.recorded_by, data=data)
    draft.origins[("patient", "id")] = (patients, at, "patient")
    if mapping.made_up:
        data["made_up"] = True
    mine = sorted(by_patient.get(who, []), key=lambda row: lines.cell(row, "start") or "")
    first = lines.cell(mine[0], "start") if mine else None
    _person(draft)
    _disease(draft, first)
    for number, row in enumerate(mine, 1):
        _line(draft, lines, row, number)
    _ending(draft, first)
    if _yes(patients.cell(at, "dead")) is True and not any(entry["kind"] == "death" for entry in data["entries"]):
        must = "a patient who is dead must have the date of death"
        do = "Give death, or status_date (the date of the vital status)."
        faults.append(_at(patients, at, "dead", Fault(place="", must=must, got="no date", do=do)))
    return _checked(draft, who, faults)


def _person(draft: _Draft) -> None:
    for name in ("sex", "birth"):
        if (value := draft.take(("patient", name), draft.rows, draft.at, name)) is not None:
            draft.data["patient"][name] = value
    if (centre := draft.take(("care", "centre"), draft.rows, draft.at, "centre")) is not None:
        draft.data["care"] = {"centre": centre}


# Kind of entry → (id, column of its date, column of the date that else counts, its fields).
_FACTS = {
    "diagnosis": ("diagnosis", "diagnosed", "diagnosed", ("primary_site", "functional", "hereditary")),
    "specimen": ("specimen", "specimen_date", "diagnosed", ("differentiation", "ki67_pct", "mitoses_per_2mm2")),
    "staging": ("staging", "staged", "staged", ("stage", "metastatic_sites")),
    "ct_mri": ("imaging", "staged", "staged", ("tumour_burden",)),
}
_YES_NO = ("functional", "hereditary", "ongoing")


def _disease(draft: _Draft, first: str | None) -> None:
    rows, at = draft.rows, draft.at
    for kind, (entry_id, date_column, other_column, names) in _FACTS.items():
        given = [name for name in names if rows.cell(at, name) is not None]
        column = date_column if rows.cell(at, date_column) is not None else other_column
        if not given and (kind != "diagnosis" or rows.cell(at, column) is None):
            continue
        made, place = draft.entry(kind, entry_id, rows.cell(at, column), first)
        draft.origins[(*place, "date")] = (rows, at, column)
        for name in given:
            made[name] = _value(name, draft.take((*place, name), rows, at, name))
    if rows.cell(at, "primary_resected_on") is not None or _yes(rows.cell(at, "primary_resected")) is True:
        when = rows.cell(at, "primary_resected_on")
        made, place = draft.entry("procedure", "resection", when, rows.cell(at, "diagnosed") or first)
        made["procedure"] = "primary_resection"
        draft.origins[(*place, "date")] = (rows, at, "primary_resected_on" if when else "primary_resected")


def _value(name: str, cell: str) -> Any:
    if name in _YES_NO:
        answer = _yes(cell)
        return cell if answer is None else answer
    if name == "metastatic_sites":
        named = [site.strip() for site in cell.replace("|", ";").split(";")]
        return [] if named == ["none"] else [site for site in named if site]
    return cell


def _yes(cell: str | None) -> bool | None:
    word = (cell or "").casefold()
    return True if word in YES else False if word in NO else None


_LINE = ("regimen", "name", "stop", "ongoing", "stop_reason", "best_response", "progression", "progression_basis")


def _line(draft: _Draft, lines: _Rows, row: int, number: int) -> None:
    made, place = draft.entry("therapy_line", f"line-{number}", lines.cell(row, "start"), None)
    draft.origins[place] = (lines, row, "regimen")
    draft.origins[(*place, "date")] = (lines, row, "start")
    for name in _LINE:
        if (cell := draft.take((*place, name), lines, row, name)) is not None:
            made[name] = _value(name, cell)
    best = lines.cell(row, "best_response")
    for column, response in (("response_on", best), ("last_assessment", None)):
        if (when := lines.cell(row, column)) is not None:
            seen, here = draft.entry("disease_assessment", f"line-{number}-{column.replace('_', '-')}", when, None)
            draft.origins[here] = draft.origins[(*here, "date")] = (lines, row, column)
            seen |= {"progression": False, "line": f"line-{number}"}
            if response in ("CR", "PR"):
                seen["response"] = response


def _ending(draft: _Draft, first: str | None) -> None:
    """Death, last contact, and what is stated to be complete up to then."""
    rows, at = draft.rows, draft.at
    dead = _yes(rows.cell(at, "dead"))
    ends = {"death": "death", "last_contact": "last_contact"}
    if dead is not None and rows.cell(at, "status_date") is not None:
        ends["death" if dead else "last_contact"] = "status_date"
    last = None
    for kind, column in ends.items():
        if (when := rows.cell(at, column)) is not None:
            made, place = draft.entry(kind, kind.replace("_", "-"), when, None)
            draft.origins[place] = draft.origins[(*place, "date")] = (rows, at, column)
            last = last or when
            if kind == "death" and (cause := draft.take((*place, "cause"), rows, at, "death_cause")) is not None:
                made["cause"] = cause
    complete = ["systemic_therapy", "rlt"] if _yes(rows.cell(at, "lines_complete")) is True else []
    complete += ["surgery"] if _yes(rows.cell(at, "primary_resected")) is not None else []
    if complete:
        made, place = draft.entry("treatment_history", "history", last, first)
        made["complete_for"] = complete
        draft.origins[place] = (rows, at, "lines_complete" if len(complete) > 1 else "primary_resected")


def _checked(draft: _Draft, who: str, faults: list[Fault]) -> Course | None:
    origins = list(draft.origins.items())
    number = {place: position for position, (place, _) in enumerate(origins, 1)}

    def locate(place: Place) -> int | None:
        while place and place not in number:
            place = place[:-1]
        return number.get(place)

    try:
        return course_of(Document(data=draft.data, locate=locate), who)
    except InputError as error:
        for fault in error.faults:
            rows, at, name = origins[fault.line - 1][1] if fault.line else (draft.rows, draft.at, "patient")
            faults.append(_at(rows, at, name, fault))
        return None
