"""What the board must keep in mind: cautions, work-up and monitoring, each with value, date and whose threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lutetia.guideline.evaluate import Evaluator, Memo, Record
from lutetia.guideline.facts import Facts, FactValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """A caution with the values it rests on and the kind of its threshold (label, trial, study exclusion, review)."""

    name: str
    says: str
    kind: str
    facts: tuple[str, ...]
    values: tuple[FactValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Work-up that is mandatory or optional before RLT, or monitoring if treated."""

    name: str
    kind: str
    says: str
    facts: tuple[str, ...]


def cautions(evaluator: Evaluator, facts: Facts, record: Record, memo: Memo) -> tuple[Caution, ...]:
    """The cautions of the policy that hold for this record."""
    return tuple(
        Caution(
            name=entry["name"],
            says=_says(evaluator, entry),
            kind=entry["kind"],
            facts=tuple(entry["facts"]),
            values=tuple(facts.get(field) for field in entry.get("fields", ()) if field in record),
        )
        for entry in evaluator.knowledge.policy["cautions"]
        if evaluator.expression(entry["when"], record, memo)
    )


def workup(evaluator: Evaluator, record: Record, memo: Memo) -> tuple[Task, ...]:
    """Work-up still to be done; one task a name, mandatory before optional."""
    tasks: dict[str, Task] = {}
    for entry in sorted(evaluator.knowledge.policy["workup"], key=lambda entry: entry["kind"] != "mandatory"):
        if not evaluator.expression(entry["when"], record, memo):
            continue
        if "unless" in entry and evaluator.expression(entry["unless"], record, memo):
            continue
        tasks.setdefault(entry["name"], _task(evaluator, entry, entry["kind"]))
    return tuple(tasks.values())


def monitoring(evaluator: Evaluator, offered: tuple[str, ...]) -> tuple[Task, ...]:
    """Monitoring if one of the offered options is given."""
    return tuple(
        _task(evaluator, entry, "monitoring")
        for entry in evaluator.knowledge.policy["monitoring"]
        if set(entry["with_options"]) & set(offered)
    )


def _task(evaluator: Evaluator, entry: Mapping[str, Any], kind: str) -> Task:
    return Task(name=entry["name"], kind=kind, says=_says(evaluator, entry), facts=tuple(entry["facts"]))


def _says(evaluator: Evaluator, entry: Mapping[str, Any]) -> str:
    return str(entry.get("says") or evaluator.knowledge.resolve(entry["facts"][0]).says)
