"""Which column of a centre's tables holds what: the mapping from its words to ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lutetia.errors import Fault, InputError
from lutetia.exchange.documents import Document, parse_document, read_text
from lutetia.exchange.faults import did_you_mean, shown

FORMAT = "mapping/1"
PATIENT_FIELDS: Mapping[str, str] = {
    "patient": "pseudonym (required)",
    "sex": "female or male",
    "birth": "date of birth: day, month or year",
    "centre": "name of the centre",
    "diagnosed": "date of diagnosis",
    "primary_site": "organ of origin, as in a course",
    "functional": "hormone syndrome: yes or no",
    "hereditary": "hereditary syndrome: yes or no",
    "specimen_date": "date of the specimen; default: diagnosed",
    "differentiation": "well or poor",
    "ki67_pct": 'Ki-67 in %: a number, "<3" or "10-15"',
    "mitoses_per_2mm2": "mitoses per 2 mm²",
    "staged": "date of staging; default: start of line 1",
    "stage": "localized, locally_advanced or metastatic",
    "metastatic_sites": "organs, separated by a semicolon or a bar; `none`: none",
    "tumour_burden": "low, moderate or high, on CT or MRI at staging",
    "primary_resected": "yes or no; no states that all surgery is on record",
    "primary_resected_on": "date of resection",
    "lines_complete": "yes: no line of therapy is missing up to the last date",
    "death": "date of death",
    "death_cause": "tumour, treatment, other or unknown",
    "last_contact": "last day known to be alive",
    "dead": "yes or no on status_date: instead of death and last_contact",
    "status_date": "date of the vital status `dead`",
}
LINE_FIELDS: Mapping[str, str] = {
    "patient": "pseudonym (required)",
    "regimen": "what was given, as in a course (required)",
    "start": "first day (required)",
    "name": "drug and dose in words",
    "stop": "last day of treatment",
    "ongoing": "yes or no",
    "stop_reason": "progression, toxicity, completed, patient_choice, switch, death or other",
    "best_response": "CR, PR, SD, PD, NON_CR_NON_PD or NE",
    "response_on": "date of the first assessment with CR or PR",
    "progression": "date of progression",
    "progression_basis": "radiological, clinical, biochemical_only or board",
    "last_assessment": "date of the last assessment without progression",
}
REQUIRED = {"patients": ("patient",), "lines": ("patient", "regimen", "start")}
FIELDS = {"patients": PATIENT_FIELDS, "lines": LINE_FIELDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedColumn:
    """The column that holds one of our fields, and what its words mean; words not listed stay as they are."""

    column: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortMapping:
    """A mapping: for each table our field → its column; words that mean "not known"; who recorded it."""

    patients: Mapping[str, MappedColumn]
    lines: Mapping[str, MappedColumn]
    missing: tuple[str, ...] = ("",)
    recorded_by: str = "table"
    made_up: bool = False


def read_mapping(path: str | Path) -> CohortMapping:
    """The mapping in a YAML file. Raises InputError with every fault, each with its line."""
    document = parse_document(read_text(path), str(path))
    faults = list(document.faults)
    data = document.data if isinstance(document.data, dict) else {}
    faults += _head_faults(data, document)
    tables = {table: _columns(table, data.get(table) or {}, document, faults) for table in FIELDS}
    missing = data.get("missing") or []
    if not isinstance(missing, list):
        faults.append(_fault(document, ("missing",), "missing must be a list of words", missing))
        missing = []
    if faults:
        raise InputError(str(path), sorted(faults, key=lambda fault: fault.line or 0))
    return CohortMapping(
        patients=tables["patients"],
        lines=tables["lines"],
        missing=("", *map(_word, missing)),
        recorded_by=str(data.get("recorded_by") or "table"),
        made_up=data.get("made_up") is True,
    )


def own_names(patients: Iterable[str], lines: Iterable[str]) -> CohortMapping:
    """The mapping of tables that use our own names: every column that bears one."""
    return CohortMapping(
        patients={name: MappedColumn(column=name) for name in patients if name in PATIENT_FIELDS},
        lines={name: MappedColumn(column=name) for name in lines if name in LINE_FIELDS},
    )


_HEAD = ("lutetia", "patients", "lines", "missing", "recorded_by", "made_up")


def _head_faults(data: Mapping[str, Any], document: Document) -> list[Fault]:
    faults = []
    if data.get("lutetia") != FORMAT:
        faults.append(
            _fault(document, ("lutetia",), f"a mapping must begin with lutetia: {FORMAT}", data.get("lutetia"))
        )
    for name in data:
        if name not in _HEAD:
            faults.append(
                _fault(document, (name,), f"must be one of {', '.join(_HEAD)}", name, did_you_mean(name, _HEAD))
            )
    return faults


def _columns(table: str, given: Any, document: Document, faults: list[Fault]) -> dict[str, MappedColumn]:
    if not isinstance(given, dict):
        faults.append(_fault(document, (table,), f"{table} must be a mapping of our names to columns", given))
        return {}
    found = {}
    for name, says in given.items():
        if name not in FIELDS[table]:
            known = list(FIELDS[table])
            do = did_you_mean(name, known) or f"Known here: {', '.join(known)}."
            faults.append(_fault(document, (table, name), "must be one of our names", name, do))
        elif (column := _column(says)) is None:
            must = f"{name} must be a column, or {{column: …, values: {{their word: our word}}}}"
            faults.append(_fault(document, (table, name), must, says))
        else:
            found[name] = column
    for name in REQUIRED[table]:
        if name not in given:
            faults.append(_fault(document, (table,), f"{table} must name the column of {name}", "none"))
    return found


def _column(says: Any) -> MappedColumn | None:
    if isinstance(says, str | int):
        return MappedColumn(column=str(says))
    if not isinstance(says, dict) or not isinstance(says.get("column"), str | int) or set(says) - {"column", "values"}:
        return None
    values = says.get("values") or {}
    if not isinstance(values, dict):
        return None
    return MappedColumn(column=str(says["column"]), values={key: _word(value) for key, value in values.items()})


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _fault(document: Document, place: tuple[str, ...], must: str, got: Any, do: str | None = None) -> Fault:
    said = got if isinstance(got, str) and got == "none" else shown(got)
    return Fault(place=".".join(place), must=must, got=said, do=do, line=document.locate(place))
