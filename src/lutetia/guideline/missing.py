"""Missing data: what blocks the answer, what is worth asking for, and what each answer would lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod
from typing import Any

from lutetia.guideline.decide import CANDIDACIES, Decision, OpenPoint, decide
from lutetia.guideline.evaluate import Evaluator, Memo, Record
from lutetia.guideline.expression import Expression, Leaf, Ref, walk
from lutetia.guideline.facts import Value
from lutetia.guideline.knowledge import Field
from lutetia.quantities import Interval

MAX_COMBINATIONS = 256
# From most to least favourable for offering RLT; the order of `CANDIDACIES`.
_RANK = {candidacy: rank for rank, candidacy in enumerate(CANDIDACIES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One possible answer to a missing field: the candidacy it leads to alone, and with the other blocking fields
    answered as favourably as can be (`best`)."""

    answer: str
    candidacy: str
    best: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingField:
    """A field that is not known: why it matters, the facts that ask for it, whether a sheet shows it."""

    field: str
    says: tuple[str, ...]
    facts: tuple[str, ...]
    shown: bool = True


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
    by_field: dict[str, list[OpenPoint]] = {}
    for point in points:
        by_field.setdefault(point.field, []).append(point)
    return tuple(_joined(name, by_field[name]) for name in evaluator.knowledge.fields if name in by_field)


def _joined(field: str, points: list[OpenPoint]) -> MissingField:
    return MissingField(
        field=field,
        says=tuple(dict.fromkeys(point.says for point in points)),
        facts=tuple(dict.fromkeys(fact for point in points for fact in point.facts)),
        shown=any(point.shown for point in points),
    )


def leads_to(
    evaluator: Evaluator, record: Record, jurisdiction: str | None, blocking: tuple[str, ...]
) -> dict[str, tuple[Outcome, ...]]:
    """For each blocking field, what each answer leads to alone, and with the others answered as well as can be."""
    spans = {name: _answers(evaluator, name) for name in blocking}
    best = _best_answers(evaluator, record, jurisdiction, spans)
    return {name: _outcomes(evaluator, record, jurisdiction, name, spans[name], best) for name in blocking}


def _best_answers(
    evaluator: Evaluator, record: Record, jurisdiction: str | None, spans: dict[str, list[_Span]]
) -> dict[str, Value]:
    """The answers to all blocking fields that lead to the most favourable candidacy; none where too many."""
    if prod(map(len, spans.values())) > MAX_COMBINATIONS:
        return {}
    combinations = product(*([(name, span.value) for span in spans[name]] for name in spans))
    filled = [dict(combination) for combination in combinations]
    return min(filled, key=lambda given: _RANK[_candidacy(evaluator, {**record, **given}, jurisdiction)])


def _outcomes(
    evaluator: Evaluator,
    record: Record,
    jurisdiction: str | None,
    name: str,
    spans: list[_Span],
    best: dict[str, Value],
) -> tuple[Outcome, ...]:
    found: list[tuple[_Span, str, str]] = []
    for span in spans:
        alone = _candidacy(evaluator, {**record, name: span.value}, jurisdiction)
        reached = _candidacy(evaluator, {**record, **best, name: span.value}, jurisdiction)
        if found and found[-1][1:] == (alone, reached):
            span = found.pop()[0].joined(span)
        found.append((span, alone, reached))
    return tuple(Outcome(answer=span.text, candidacy=alone, best=reached) for span, alone, reached in found)


@dataclass(frozen=True, slots=True)
class _Span:
    """A possible answer: a word, or a stretch of numbers with its unit."""

    word: str
    value: Value
    low: float = 0.0
    high: float = float("inf")
    unit: str = ""

    @property
    def text(self) -> str:
        return self.word or _span_text(self.low, self.high, self.ends(), self.unit)

    def joined(self, other: _Span) -> _Span:
        """This answer or the other one, which stands next to it."""
        if self.word:
            return _Span(f"{self.word} or {other.word}", self.value)
        low_open, high_open = self.ends()[0], other.ends()[1]
        joined = Interval(low=self.low, high=other.high, low_open=low_open, high_open=high_open)
        return _Span("", joined, self.low, other.high, self.unit)

    def ends(self) -> tuple[bool, bool]:
        """Whether the lower and the upper end are left out."""
        if isinstance(self.value, Interval):
            return self.value.low_open, self.value.high_open
        return False, False


def _span_text(low: float, high: float, ends: tuple[bool, bool], unit: str) -> str:
    if low == high:
        return f"{low:g}{unit}"
    low_open, high_open = ends
    if high == float("inf"):
        return f"{'above ' if low_open else ''}{low:g}{unit}{'' if low_open else ' or more'}"
    if low == 0:
        return f"{'below ' if high_open else 'up to '}{high:g}{unit}"
    return f"{'above ' if low_open else ''}{low:g} to {'below ' if high_open else ''}{high:g}{unit}"


def _candidacy(evaluator: Evaluator, record: dict[str, Any], jurisdiction: str | None) -> str:
    place = record.get("jurisdiction", jurisdiction)
    return decide(evaluator, record, {}, place).candidacy


def _answers(evaluator: Evaluator, name: str) -> list[_Span]:
    """The possible answers of a field: yes and no, its words, or the stretches that its thresholds cut."""
    field = evaluator.knowledge.fields[name]
    if field.type == "bool":
        return [_Span("no", False), _Span("yes", True)]
    if field.type == "enum":
        return [_Span(value.replace("_", " "), value) for value in field.values]
    return _stretches(field, sorted(set(_thresholds(evaluator, name))))


def _stretches(field: Field, thresholds: list[float]) -> list[_Span]:
    """Every threshold itself, and the open stretches between them."""
    unit = f" {field.unit}" if field.unit else ""
    edges = [0.0, *thresholds, float("inf")]
    found: list[_Span] = []
    for low, high in pairwise(edges):
        stretch = Interval(low=low, high=high, low_open=low > 0, high_open=True)
        found.append(_Span("", stretch, low, high, unit))
        if high != float("inf"):
            found.append(_Span("", high, high, high, unit))
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
