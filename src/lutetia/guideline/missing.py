"""Missing data: what blocks the answer, what is worth asking for, and what each answer would lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from lutetia.guideline.decide import CANDIDACIES, Decision, OpenPoint, decide
from lutetia.guideline.evaluate import Evaluator, Memo, Record
from lutetia.guideline.expression import Expression, Leaf, Ref, walk
from lutetia.guideline.knowledge import Field
from lutetia.quantities import Interval

MAX_COMBINATIONS = 256
# From most to least favourable for offering RLT; the order of `CANDIDACIES`.
_RANK = {candidacy: rank for rank, candidacy in enumerate(CANDIDACIES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One possible answer to a missing field, the candidacy it leads to alone, and the best it can lead to."""

    answer: str
    candidacy: str
    best: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingField:
    """A field that is not known: why it matters, the facts that ask for it."""

    field: str
    says: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Missing data in two parts: blocking can change whether RLT is offered; advisory is worth asking for."""

    blocking: tuple[MissingField, ...]
    advisory: tuple[MissingField, ...]


def missing_data(evaluator: Evaluator, record: Record, memo: Memo, decision: Decision) -> Missing:
    """What is missing for this decision; nothing is asked for where the consensus does not reach."""
    undecided = decision.candidacy == "insufficient_data"
    blocking = [point for point in decision.open_points if point.blocking and undecided]
    held = {point.field for point in blocking}
    advisory = [point for point in decision.open_points if not point.blocking]
    advisory += _advised(evaluator, record, memo)
    if decision.candidacy == "out_of_scope":
        advisory = []
    return Missing(
        blocking=_merged(evaluator, blocking),
        advisory=_merged(evaluator, [point for point in advisory if point.field not in held]),
    )


def _advised(evaluator: Evaluator, record: Record, memo: Memo) -> list[OpenPoint]:
    return [
        OpenPoint(field=entry["field"], says=entry["says"], facts=tuple(entry["facts"]), blocking=False)
        for entry in evaluator.knowledge.policy["advisory"]
        if _is_open(evaluator, record, memo, entry) and evaluator.expression(entry["when"], record, memo)
    ]


def _is_open(evaluator: Evaluator, record: Record, memo: Memo, entry: dict[str, Any]) -> bool:
    if "unless" in entry:
        return evaluator.expression(entry["unless"], record, memo) is not True
    return entry["field"] not in record


def _merged(evaluator: Evaluator, points: list[OpenPoint]) -> tuple[MissingField, ...]:
    """One entry a field, in the order of the dictionary."""
    return tuple(
        MissingField(
            field=name,
            says=tuple(dict.fromkeys(point.says for point in points if point.field == name)),
            facts=tuple(dict.fromkeys(fact for point in points if point.field == name for fact in point.facts)),
        )
        for name in evaluator.knowledge.fields
        if any(point.field == name for point in points)
    )


def leads_to(
    evaluator: Evaluator, record: Record, jurisdiction: str | None, blocking: tuple[str, ...]
) -> dict[str, tuple[Outcome, ...]]:
    """For each blocking field, what each answer leads to alone and at best with the other blocking fields answered."""
    values = {name: _answers(evaluator, name) for name in blocking}
    return {name: _outcomes(evaluator, record, jurisdiction, name, values) for name in blocking}


def _outcomes(
    evaluator: Evaluator,
    record: Record,
    jurisdiction: str | None,
    name: str,
    values: dict[str, list[tuple[str, Any]]],
) -> tuple[Outcome, ...]:
    others = [[(other, value) for _, value in values[other]] for other in values if other != name]
    combinations = list(product(*others)) if _count(others) <= MAX_COMBINATIONS else []
    found = []
    for answer, value in values[name]:
        alone = _candidacy(evaluator, {**record, name: value}, jurisdiction)
        reached = [_candidacy(evaluator, {**record, **dict(combo), name: value}, jurisdiction) for combo in combinations]
        best = min([alone, *reached], key=lambda candidacy: _RANK[candidacy])
        found.append(Outcome(answer=answer, candidacy=alone, best=best))
    return _joined(found)


def _joined(outcomes: list[Outcome]) -> tuple[Outcome, ...]:
    """Neighbouring answers with the same outcome as one."""
    joined: list[Outcome] = []
    for outcome in outcomes:
        last = joined[-1] if joined else None
        if last and (last.candidacy, last.best) == (outcome.candidacy, outcome.best):
            answer = f"{last.answer} or {outcome.answer}"
            joined[-1] = Outcome(answer=answer, candidacy=last.candidacy, best=last.best)
        else:
            joined.append(outcome)
    return tuple(joined)


def _count(choices: list[list[Any]]) -> int:
    count = 1
    for choice in choices:
        count *= len(choice)
    return count


def _candidacy(evaluator: Evaluator, record: dict[str, Any], jurisdiction: str | None) -> str:
    place = record.get("jurisdiction", jurisdiction)
    return decide(evaluator, record, {}, place).candidacy


def _answers(evaluator: Evaluator, name: str) -> list[tuple[str, Any]]:
    """The possible answers of a field: yes and no, its words, or the ranges that its thresholds cut."""
    field = evaluator.knowledge.fields[name]
    if field.type == "bool":
        return [("no", False), ("yes", True)]
    if field.type == "enum":
        return [(value.replace("_", " "), value) for value in field.values]
    return _ranges(field, sorted(set(_thresholds(evaluator, name))))


def _ranges(field: Field, thresholds: list[float]) -> list[tuple[str, Any]]:
    unit = f" {field.unit}" if field.unit else ""
    edges = [0.0, *thresholds, float("inf")]
    found: list[tuple[str, Any]] = []
    for low, high in zip(edges, edges[1:], strict=False):
        text = f"above {low:g}{unit}" if high == float("inf") else f"below {high:g}{unit}" if low == 0 else None
        text = text or f"between {low:g} and {high:g}{unit}"
        found.append((text, Interval(low=low, high=high, low_open=low > 0, high_open=True)))
        if high != float("inf"):
            found.append((f"{high:g}{unit}", high))
    return found


def _thresholds(evaluator: Evaluator, name: str) -> Iterator[float]:
    """The numbers that the decision list, followed through its references, compares the field with."""
    seen: set[str] = set()
    queue: list[Expression] = []
    for step in evaluator.knowledge.policy["steps"]:
        queue += [step[key] for key in ("test", "stops", "demand") if key in step]
        queue += [Ref(fact) for key in ("grounds", "conditional_grounds") for fact in step.get(key, ())]
    while queue:
        for node in walk(queue.pop()):
            if isinstance(node, Leaf) and node.field == name and isinstance(node.literal, int | float):
                yield float(node.literal)
            elif isinstance(node, Ref) and node.fact not in seen:
                seen.add(node.fact)
                when = evaluator.knowledge.resolve(node.fact).when
                queue += [when] if when is not None else []
