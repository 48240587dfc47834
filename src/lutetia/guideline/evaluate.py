"""Facts applied to one patient's record: truth of each fact, and which unknown fields keep it open.

A record is a mapping from field name to a known value (bool, number, word or `Interval`); a field that is absent
is unknown. Grading `ki67_sufficient` reads an unrecorded mitotic count as not raising the grade; `strict` leaves it
unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any as Anything

from lutetia.errors import KnowledgeError
from lutetia.guideline.expression import All, Expression, Leaf, Not, Ref
from lutetia.guideline.knowledge import Knowledge
from lutetia.guideline.truth import Kleene, Truth, all_of, any_of, negate
from lutetia.quantities import Comparison, Interval

GRADINGS = ("ki67_sufficient", "strict")
MITOSES = "mitoses_2mm2"

Record = Mapping[str, Anything]
Memo = dict[str, Kleene]
Test = Callable[[Record, Memo], Kleene]


class Evaluator:
    """Knowledge compiled for one grading mode; use `evaluator()` to share it."""

    def __init__(self, knowledge: Knowledge, grading: str) -> None:
        if grading not in GRADINGS:
            raise KnowledgeError(f"grading must be one of {', '.join(GRADINGS)}, but got {grading!r}.")
        self.knowledge = knowledge
        self.grading = grading
        self._tests: dict[str, Test] = {}
        self._expressions: dict[int, tuple[Expression, Test]] = {}
        self._executable = tuple(fact.id for fact in knowledge.facts.values() if fact.when is not None)

    def fact(self, fact_id: str, record: Record, memo: Memo) -> Kleene:
        """Truth of one fact's `when`; `memo` carries what was computed for this record before."""
        if fact_id not in memo:
            memo[fact_id] = self._test_of(fact_id)(record, memo)
        return memo[fact_id]

    def expression(self, expression: Expression, record: Record, memo: Memo) -> Kleene:
        """Truth of a free expression, e.g. one of the tier policy."""
        if isinstance(expression, Ref):
            return self.fact(expression.fact, record, memo)
        # Keyed by identity, for speed; the expression is kept beside its test, so that the identity stays its own.
        kept = self._expressions.get(id(expression))
        if kept is None:
            kept = self._expressions[id(expression)] = (expression, self._compile(expression))
        return kept[1](record, memo)

    def all_facts(self, record: Record, memo: Memo | None = None) -> dict[str, Kleene]:
        """Truth of every executable fact, in the order of the knowledge."""
        memo = {} if memo is None else memo
        return {fact_id: self.fact(fact_id, record, memo) for fact_id in self._executable}

    def open_fields(self, expression: Expression, record: Record, memo: Memo) -> tuple[str, ...]:
        """The fields that keep the expression unknown, in the order of the dictionary; empty when it is decided."""
        found: set[str] = set()
        self._collect_open(expression, record, memo, found)
        return tuple(name for name in self.knowledge.fields if name in found)

    def _collect_open(self, expression: Expression, record: Record, memo: Memo, found: set[str]) -> None:
        if self.expression(expression, record, memo) is not None:
            return
        if isinstance(expression, Leaf):
            found.add(expression.field)
        elif isinstance(expression, Not):
            self._collect_open(expression.item, record, memo, found)
        elif isinstance(expression, Ref):
            self._collect_open(self._when(expression.fact), record, memo, found)
        else:
            for item in expression.items:
                self._collect_open(item, record, memo, found)

    def _when(self, fact_id: str) -> Expression:
        when = self.knowledge.resolve(fact_id).when
        if when is None:
            raise KnowledgeError(f"A reference must name a fact with a `when`, but {fact_id} has none.")
        return when

    def _test_of(self, fact_id: str) -> Test:
        if fact_id not in self._tests:
            self._tests[fact_id] = self._compile(self._when(fact_id))
        return self._tests[fact_id]

    def _compile(self, expression: Expression) -> Test:
        if isinstance(expression, Leaf):
            return _leaf_test(expression, absent=self._absent(expression))
        if isinstance(expression, Ref):
            fact_id = expression.fact
            return lambda record, memo: self.fact(fact_id, record, memo)
        if isinstance(expression, Not):
            inner = self._compile(expression.item)
            return lambda record, memo: negate(inner(record, memo))
        tests = tuple(self._compile(item) for item in expression.items)
        join = all_of if isinstance(expression, All) else any_of
        return lambda record, memo: join([test(record, memo) for test in tests])

    def _absent(self, leaf: Leaf) -> Kleene:
        """What a leaf says of a field that is not known."""
        if leaf.op == "is known":
            return False
        if leaf.field == MITOSES and self.grading == "ki67_sufficient":
            return False
        return None


def evaluator(knowledge: Knowledge, grading: str = "ki67_sufficient") -> Evaluator:
    """The evaluator of this knowledge and grading, compiled once and kept with the knowledge."""
    if grading not in knowledge.compiled:
        knowledge.compiled[grading] = Evaluator(knowledge, grading)
    kept: Evaluator = knowledge.compiled[grading]
    return kept


def truths(knowledge: Knowledge, record: Record, grading: str = "ki67_sufficient") -> dict[str, Truth]:
    """Truth of every executable fact for a record; values may also be text such as "<3" or "10-15"."""
    known = {name: as_value(value) for name, value in record.items() if value is not None}
    kleene = evaluator(knowledge, grading).all_facts(known)
    return {fact_id: Truth.of(value) for fact_id, value in kleene.items()}


@lru_cache(maxsize=4096)
def _interval_or_word(text: str) -> Interval | str:
    if text[:1] in "<>≤≥" or text[:1].isdigit():
        return Interval.parse(text)
    return text


def as_value(value: Anything) -> Anything:
    """A flat value as the evaluator compares it: text that begins like a number becomes an `Interval`."""
    return _interval_or_word(value) if isinstance(value, str) else value


def _leaf_test(leaf: Leaf, *, absent: Kleene) -> Test:
    field, op, literal = leaf.field, leaf.op, leaf.literal
    compare = _COMPARE[op]

    def test(record: Record, memo: Memo) -> Kleene:
        value = record.get(field)
        return absent if value is None else compare(value, literal)

    return test


def _number_test(op: Comparison, plain: Callable[[Anything, Anything], bool]) -> Callable[[Anything, Anything], Kleene]:
    def compare(value: Anything, literal: Anything) -> Kleene:
        if isinstance(value, Interval):
            return value.certainly(op, literal)
        return plain(value, literal)

    return compare


def _is_in(value: Anything, literal: Anything) -> Kleene:
    if isinstance(value, Interval):
        return any_of(value.certainly("==", item) for item in literal)
    return value in literal


_COMPARE: Mapping[str, Callable[[Anything, Anything], Kleene]] = {
    "is true": lambda value, _: value is True,
    "is false": lambda value, _: value is False,
    "is known": lambda value, _: True,
    "==": _number_test("==", lambda value, literal: bool(value == literal)),
    "!=": _number_test("!=", lambda value, literal: bool(value != literal)),
    "<": _number_test("<", lambda value, literal: bool(value < literal)),
    "<=": _number_test("<=", lambda value, literal: bool(value <= literal)),
    ">": _number_test(">", lambda value, literal: bool(value > literal)),
    ">=": _number_test(">=", lambda value, literal: bool(value >= literal)),
    "in": _is_in,
}
