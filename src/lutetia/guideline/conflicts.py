"""Conflicts between the sources that touch this patient, and updates after them: shown, never chosen silently."""

from __future__ import annotations

from dataclasses import dataclass

from lutetia.guideline.evaluate import Evaluator, Memo, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two sources that differ on a point of this patient, with the rule the tool follows."""

    id: str
    what: str
    one_side: str
    other_side: str
    rule: str


def conflicts_touching(evaluator: Evaluator, record: Record, memo: Memo) -> tuple[Conflict, ...]:
    """The conflicts whose `touches` is true for this record, in the order of the knowledge."""
    return tuple(
        Conflict(
            id=fact.id,
            what=fact.says,
            one_side=str(fact.attributes.get("a", "")),
            other_side=str(fact.attributes.get("b", "")),
            rule=str(fact.attributes.get("rule", "")),
        )
        for fact in evaluator.knowledge.facts.values()
        if fact.touches is not None and evaluator.expression(fact.touches, record, memo)
    )
