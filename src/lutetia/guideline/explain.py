"""Why: an expression in a clinician's words, and the tree of reasons behind an answer."""

from __future__ import annotations

from dataclasses import dataclass

from lutetia.guideline.evaluate import Evaluator, Memo, Record
from lutetia.guideline.expression import All, Any, Expression, Leaf, Not, Ref
from lutetia.guideline.facts import Facts
from lutetia.guideline.knowledge import Knowledge
from lutetia.guideline.truth import Truth

_SIGNS = {"==": "is", "!=": "is not", "<=": "≤", ">=": "≥", "<": "<", ">": ">", "in": "is one of"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One node of an explanation: what is asked, how it stands, the value and date behind it, and its source."""

    says: str
    truth: Truth
    fact: str | None = None
    source: str | None = None
    strength: str | None = None
    value: str | None = None
    date: str | None = None
    origin: str | None = None
    parts: tuple[Reason, ...] = ()

    def lines(self, depth: int = 0) -> list[str]:
        """The tree as indented text, one node a line."""
        fact = f" [{self.fact}]" if self.fact else ""
        value = f" — {self.value}" if self.value else ""
        dated = f" ({', '.join(part for part in (self.origin, self.date) if part)})" if self.date else ""
        line = f"{'  ' * depth}{self.truth.letter} {self.says}{fact}{value}{dated}"
        return [line, *(text for part in self.parts for text in part.lines(depth + 1))]


def words(knowledge: Knowledge, expression: Expression) -> str:
    """An expression with the labels of the field dictionary instead of field names."""
    if isinstance(expression, Leaf):
        return _leaf_words(knowledge, expression)
    if isinstance(expression, Ref):
        return _reference_words(knowledge, expression.fact)
    if isinstance(expression, Not):
        return f"not: {_bracketed(knowledge, expression.item)}"
    joined = " and " if isinstance(expression, All) else " or "
    return joined.join(_bracketed(knowledge, item) for item in expression.items)


def _bracketed(knowledge: Knowledge, expression: Expression) -> str:
    """The words of a part, in brackets where several are joined in it."""
    inner = words(knowledge, expression)
    return f"({inner})" if isinstance(expression, All | Any) and len(expression.items) > 1 else inner


def _leaf_words(knowledge: Knowledge, leaf: Leaf) -> str:
    field = knowledge.fields.get(leaf.field)
    label = field.label if field else leaf.field
    if leaf.op.startswith("is "):
        return {"is true": label, "is false": f"{label}: no", "is known": f"{label} known"}[leaf.op]
    unit = f" {field.unit}" if field and field.unit else ""
    literal = ", ".join(str(item) for item in leaf.literal) if isinstance(leaf.literal, tuple) else str(leaf.literal)
    return f"{label} {_SIGNS[leaf.op]} {literal}{unit}".replace("_", " ")


def _reference_words(knowledge: Knowledge, fact_id: str) -> str:
    fact = knowledge.resolve(fact_id)
    name = fact.attributes.get("name")
    return str(name).replace("_", " ") if name else fact.says.rstrip(".")


def explain_fact(evaluator: Evaluator, facts: Facts, record: Record, memo: Memo, fact_id: str) -> Reason:
    """The tree of reasons behind one fact: every node with its truth, leaves with value, date and origin."""
    fact = evaluator.knowledge.resolve(fact_id)
    parts: tuple[Reason, ...] = ()
    truth = Truth.TRUE
    if fact.when is not None:
        truth = Truth.of(evaluator.fact(fact_id, record, memo))
        parts = (explain(evaluator, facts, record, memo, fact.when),)
    return Reason(says=fact.says, truth=truth, fact=fact_id, source=fact.source, strength=fact.standing, parts=parts)


def explain(evaluator: Evaluator, facts: Facts, record: Record, memo: Memo, expression: Expression) -> Reason:
    """The tree of reasons behind an expression."""
    if isinstance(expression, Ref):
        return explain_fact(evaluator, facts, record, memo, expression.fact)
    truth = Truth.of(evaluator.expression(expression, record, memo))
    if isinstance(expression, Leaf):
        item = facts.get(expression.field)
        return Reason(
            says=words(evaluator.knowledge, expression),
            truth=truth,
            value=item.shown,
            date=str(item.date) if item.date else None,
            origin=item.origin,
        )
    inner = (expression.item,) if isinstance(expression, Not) else expression.items
    says = {All: "all of", Any: "at least one of", Not: "not"}[type(expression)]
    return Reason(
        says=says,
        truth=truth,
        parts=tuple(explain(evaluator, facts, record, memo, item) for item in inner),
    )
