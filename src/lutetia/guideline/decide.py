"""Candidacy: the decision list of the tier policy, applied to one record.

The first step that does not pass decides. A step that cannot be judged makes the answer `insufficient_data` when the
policy says `unknown: open`; with `unknown: list` it passes and its fields are listed as missing. Taking data away
therefore never makes the answer more favourable without naming what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lutetia.guideline.evaluate import Evaluator, Memo, Record
from lutetia.guideline.expression import Expression, Ref
from lutetia.guideline.truth import Kleene

CANDIDACIES = (
    "candidate",
    "candidate_with_conditions",
    "candidate_alternative_preferred",
    "insufficient_data",
    "not_candidate",
    "contraindicated",
    "out_of_scope",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPoint:
    """A field that is not known and what it bears on; `shown` False keeps it off the sheet, not off the list."""

    field: str
    says: str
    facts: tuple[str, ...]
    blocking: bool
    shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A reason for the answer: a step, a condition or an indication, with the facts it rests on."""

    id: str
    says: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Candidacy with its grounds, the conditions it carries, what stops it, and every point left open."""

    candidacy: str
    grounds: tuple[Ground, ...]
    conditions: tuple[Ground, ...]
    stops: tuple[Ground, ...]
    open_points: tuple[OpenPoint, ...]


class _Walk:
    """The state of one walk through the decision list."""

    def __init__(self, evaluator: Evaluator, record: Record, memo: Memo, jurisdiction: str | None) -> None:
        self.evaluator = evaluator
        self.record = record
        self.memo = memo
        self.jurisdiction = jurisdiction
        self.answer: str | None = None
        self.grounds: list[Ground] = []
        self.conditions: list[Ground] = []
        self.stops: list[Ground] = []
        self.open: list[OpenPoint] = []

    def truth(self, expression: Expression) -> Kleene:
        return self.evaluator.expression(expression, self.record, self.memo)

    def fields(self, expression: Expression) -> tuple[str, ...]:
        return self.evaluator.open_fields(expression, self.record, self.memo)

    def fields_of(self, facts: list[str]) -> tuple[str, ...]:
        """The fields that keep any of the facts open, in the order of the dictionary."""
        found = {field for fact in facts for field in self.fields(Ref(fact))}
        return tuple(name for name in self.evaluator.knowledge.fields if name in found)

    def settle(self, answer: str, ground: Ground) -> None:
        """The first step to settle the answer keeps it."""
        if self.answer is None:
            self.answer = answer
            self.grounds.append(ground)

    def leave_open(self, step: Mapping[str, Any], fields: tuple[str, ...]) -> None:
        """Note the fields that keep a step open; what a decided answer no longer depends on is not asked for."""
        if self.answer not in {None, "insufficient_data"}:
            return
        blocking = step["unknown"] == "open"
        shown = "unknown_shown" not in step or self.truth(step["unknown_shown"]) is not False
        facts = tuple(step["facts"])
        self.open += [
            OpenPoint(field=field, says=step["says"], facts=facts, blocking=blocking, shown=shown) for field in fields
        ]
        if blocking:
            self.settle("insufficient_data", _ground(step))


def decide(evaluator: Evaluator, record: Record, memo: Memo, jurisdiction: str | None) -> Decision:
    """Candidacy of a record under the policy of the evaluator's knowledge."""
    policy = evaluator.knowledge.policy
    walk = _Walk(evaluator, record, memo, jurisdiction)
    for step in policy["steps"]:
        _take(step, walk)
    _add_conditions(policy["conditions"], walk)
    answer = walk.answer or ("candidate_with_conditions" if walk.conditions else "candidate")
    return Decision(
        candidacy=answer,
        grounds=tuple(walk.grounds),
        conditions=tuple(walk.conditions),
        stops=tuple(walk.stops),
        open_points=tuple(walk.open),
    )


def _ground(step: Mapping[str, Any]) -> Ground:
    return Ground(id=step["id"], says=step["says"], facts=tuple(step["facts"]))


def _take(step: Mapping[str, Any], walk: _Walk) -> None:
    if "test" in step:
        _take_test(step, walk)
    elif "grounds" in step:
        _take_indication(step, walk)
    elif "stops" in step:
        _take_stop(step, walk)
    else:
        _take_demand(step, walk)


def _take_test(step: Mapping[str, Any], walk: _Walk) -> None:
    expression = step["test"]
    truth = walk.truth(expression)
    if truth is None:
        walk.leave_open(step, walk.fields(expression))
    elif truth is False and "fails_to" in step:
        walk.settle(step["fails_to"], _ground(step))


def _take_indication(step: Mapping[str, Any], walk: _Walk) -> None:
    """An indication that holds outright lets the step pass; one that holds with conditions too."""
    if walk.truth(step["applies"]) is False:
        return None
    for grounds in (step["grounds"], step["conditional_grounds"]):
        if not grounds:
            continue
        met = [fact for fact in grounds if walk.truth(Ref(fact))]
        if not met and (fields := walk.fields_of(grounds)):
            return walk.leave_open(step, fields)
        if met:
            facts = walk.evaluator.knowledge.facts
            walk.grounds += [Ground(id=fact, says=facts[fact].says, facts=(fact,)) for fact in met]
            return None
    return walk.settle(step["fails_to"], _ground(step))


def _take_stop(step: Mapping[str, Any], walk: _Walk) -> None:
    expression = step["stops"]
    truth = walk.truth(expression)
    if truth is None:
        walk.leave_open(step, walk.fields(expression))
    elif truth:
        _stop(step, walk)


def _stop(step: Mapping[str, Any], walk: _Walk) -> None:
    binding = step.get("binding_in")
    if binding is None or walk.jurisdiction in binding:
        walk.stops.append(_ground(step))
        walk.settle(step["stops_to"], _ground(step))
    elif walk.jurisdiction is None:
        walk.leave_open(step, ("jurisdiction",))
    else:
        condition = Ground(id=step["id"], says=step["elsewhere_condition"], facts=tuple(step["facts"]))
        walk.conditions.append(condition)


def _take_demand(step: Mapping[str, Any], walk: _Walk) -> None:
    """A finding that must be known when the demand holds, or may hold."""
    expression = step["demand"]
    demanded = walk.truth(expression)
    if demanded is False or step["needs"] in walk.record:
        return
    fields = (step["needs"],) if demanded else walk.fields(expression)
    walk.leave_open(step, fields)


def _add_conditions(conditions: list[Mapping[str, Any]], walk: _Walk) -> None:
    for condition in conditions:
        expression = condition["when"]
        truth = walk.truth(expression)
        if truth:
            walk.conditions.append(_ground(condition))
        elif truth is None:
            walk.leave_open({**condition, "unknown": "list"}, walk.fields(expression))
