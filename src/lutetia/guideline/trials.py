"""Trials whose population fits the patient, criterion by criterion, with the date of the status.

Two questions are never merged: whether the population fits, and whether anybody can enter now. A one-line
population is not an eligibility list, so the word is "population fits", never "eligible".
"""

from __future__ import annotations

from dataclasses import dataclass

from lutetia.guideline.evaluate import Evaluator, Memo, Record
from lutetia.guideline.explain import words
from lutetia.guideline.expression import All, Expression
from lutetia.guideline.knowledge import Fact
from lutetia.guideline.truth import Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One condition of a trial's population: its wording, its truth, the fields still open."""

    wording: str
    truth: Truth
    open_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialMatch:
    """One trial held against one patient."""

    id: str
    name: str
    nct: str | None
    population: str
    fits: Truth
    entry: str
    status: str
    status_as_of: str
    source: str
    criteria: tuple[Criterion, ...]


def match_trials(evaluator: Evaluator, record: Record, memo: Memo) -> tuple[TrialMatch, ...]:
    """Every trial of the knowledge that has a population, in the order of the table."""
    facts = evaluator.knowledge.facts.values()
    return tuple(
        _match(evaluator, record, memo, fact)
        for fact in facts
        if fact.file == "trials.yaml" and fact.role == "table1" and fact.when is not None
    )


def _match(evaluator: Evaluator, record: Record, memo: Memo, fact: Fact) -> TrialMatch:
    assert fact.when is not None
    attributes = fact.attributes
    return TrialMatch(
        id=fact.id,
        name=str(attributes.get("name") or attributes.get("nct") or fact.id),
        nct=attributes.get("nct"),
        population=str(attributes.get("population", "")),
        fits=Truth.of(evaluator.fact(fact.id, record, memo)),
        entry=str(attributes.get("status", "unverified")),
        status=str(attributes.get("status_now", "unverified")),
        status_as_of=str(attributes.get("status_as_of", "")),
        source=fact.source,
        criteria=tuple(_criterion(evaluator, record, memo, part) for part in _parts(fact.when)),
    )


def _parts(expression: Expression) -> tuple[Expression, ...]:
    return expression.items if isinstance(expression, All) else (expression,)


def _criterion(evaluator: Evaluator, record: Record, memo: Memo, part: Expression) -> Criterion:
    return Criterion(
        wording=words(evaluator.knowledge, part),
        truth=Truth.of(evaluator.expression(part, record, memo)),
        open_fields=evaluator.open_fields(part, record, memo),
    )
