"""Two editions of the knowledge held against the same patients: whose answer changes, and in what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lutetia.guideline.assessment import Assessment, assess
from lutetia.guideline.facts import Facts
from lutetia.guideline.knowledge import Knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One part of a patient's answer that differs between two editions."""

    patient: str
    part: str
    before: Any
    after: Any


def compare(
    before: Knowledge,
    after: Knowledge,
    patients: Iterable[Facts | Mapping[str, Any]],
    *,
    as_of: date,
    jurisdiction: str | None = None,
    grading: str = "ki67_sufficient",
) -> list[Change]:
    """The patients whose answer changes between two editions, part by part; empty when none does."""
    changes: list[Change] = []
    for number, facts in enumerate(patients, start=1):
        name = facts.name if isinstance(facts, Facts) else str(facts.get("id", f"record {number}"))
        first, second = (
            answer_parts(assess(facts, knowledge, jurisdiction, as_of=as_of, grading=grading))
            for knowledge in (before, after)
        )
        changes += [
            Change(patient=name, part=part, before=first.get(part), after=second.get(part))
            for part in sorted(first.keys() | second.keys())
            if first.get(part) != second.get(part)
        ]
    return changes


def answer_parts(assessment: Assessment) -> dict[str, Any]:
    """The parts of an answer that a board would act on, by name."""
    statements = [item for answer in assessment.answers.values() for item in answer.statements]
    parts: dict[str, Any] = {
        "scope": assessment.scope,
        "grade": assessment.grade,
        "candidacy": assessment.candidacy,
        "conditions": tuple(condition.id for condition in assessment.decision.conditions),
        "options": assessment.tiers.tiers,
        "missing": tuple(item.field for item in assessment.missing.blocking),
        "cautions": tuple(caution.name for caution in assessment.cautions),
        "conflicts": tuple(conflict.id for conflict in assessment.conflicts),
    }
    parts |= {f"label {place}": status.answer for place, status in assessment.label.items()}
    for item in statements:
        if item.truth is not None:
            parts[item.fact] = item.truth.letter
        used = item.set_aside is None and item.truth is not None and item.truth.letter == "t"
        if item.precondition is not None and used:
            parts[f"{item.fact} precondition"] = item.precondition.letter
    return parts
