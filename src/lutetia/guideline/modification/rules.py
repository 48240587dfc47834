"""The dose rules as data: every rule with its id, its source and how far it is verified (data/dose_rules.yaml)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from lutetia.errors import Fault, InputError, KnowledgeError
from lutetia.quantities import number_text
from lutetia.sources import load_yaml_table

Status = Literal["verified", "still_unverified", "review", "convention"]
Jurisdiction = Literal["EU", "US"]
Used = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One dose rule in our own words, with its source and what is known about its wording.

    `facts` and `see` name facts of the knowledge edition; `values` holds the numbers of the rule.
    """

    id: str
    says: str
    source: str
    status: Status
    support: str
    jurisdiction: Jurisdiction | None
    values: Mapping[str, Any]
    facts: tuple[str, ...]
    see: tuple[str, ...]
    note: str | None

    @property
    def is_unverified(self) -> bool:
        """True when the text of the authority could not be read for this rule."""
        return self.status == "still_unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """One rule as it was applied: its id, its wording, the numbers used, and how far it is verified."""

    rule: str
    says: str
    status: Status
    support: str
    used: Used = ()

    def __str__(self) -> str:
        inputs = f" [{', '.join(f'{name} {value}' for name, value in self.used)}]" if self.used else ""
        mark = "; not verified" if self.status == "still_unverified" else ""
        return f"{self.says}{inputs} ({self.rule}{mark})"


@cache
def dose_rules() -> Mapping[str, Rule]:
    """Every dose rule by its id. Raises DataFileError when the data file or its sidecar is not as sealed."""
    return {row["id"]: _rule(row) for row in _table()["rules"]}


def rule(rule_id: str) -> Rule:
    """The dose rule of this id. Raises KnowledgeError for an id that does not exist."""
    try:
        return dose_rules()[rule_id]
    except KeyError:
        raise KnowledgeError(f"{rule_id} must be the id of a dose rule.\n    See data/dose_rules.yaml.") from None


def applied(rule_id: str, **used: object) -> Applied:
    """The rule as applied to the numbers given by name."""
    found = rule(rule_id)
    numbers = tuple((name, shown(value)) for name, value in used.items())
    return Applied(rule=found.id, says=found.says, status=found.status, support=found.support, used=numbers)


def shown(value: object) -> str:
    """A value as a sheet prints it: 7, not 7.0; "unknown" for None."""
    if value is None:
        return "unknown"
    if isinstance(value, float):
        return number_text(value)
    return str(value)


def section(name: str) -> Mapping[str, Any]:
    """A part of the data file beside the rules: `classes`, `variants`, `schedule`, `sources` …"""
    found: Mapping[str, Any] = _table()[name]
    return found


def variant(argument: str, chosen: object) -> Mapping[str, Any]:
    """The numbers of a named variant; there is no default.

    Raises InputError that lists the names when `chosen` is none of them.
    """
    known: Mapping[str, Mapping[str, Any]] = section("variants")[argument]
    if not isinstance(chosen, str) or chosen not in known:
        must = f"must be one of {', '.join(known)}: it changes the answer and has no default"
        raise InputError("dose rules", [Fault(place=argument, must=must, got=repr(chosen))])
    return known[chosen]


def unverified(reasons: Iterable[Applied]) -> tuple[str, ...]:
    """A sentence for each rule applied whose text could not be read, for the conventions of a result."""
    marked = {reason.rule: reason for reason in reasons if reason.status == "still_unverified"}
    return tuple(f"{reason.rule} is not verified: {reason.support}" for reason in marked.values())


def once(sentences: Iterable[str]) -> tuple[str, ...]:
    """The sentences without repeats, in their order."""
    return tuple(dict.fromkeys(sentences))


def jurisdiction_fault(jurisdiction: object) -> Fault | None:
    """The fault with a jurisdiction that is neither EU, US nor None (neither label chosen)."""
    if jurisdiction is None or jurisdiction in get_args(Jurisdiction):
        return None
    return Fault(place="jurisdiction", must="must be EU, US or None (not chosen)", got=repr(jurisdiction))


@cache
def _table() -> Mapping[str, Any]:
    return load_yaml_table("lutetia.guideline", "data/dose_rules.yaml").table


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(
        id=row["id"],
        says=" ".join(row["says"].split()),
        source=row["source"],
        status=row["status"],
        support=row["support"],
        jurisdiction=row.get("jurisdiction"),
        values=row.get("values", {}),
        facts=tuple(row.get("facts", ())),
        see=tuple(row.get("see", ())),
        note=row.get("note"),
    )
