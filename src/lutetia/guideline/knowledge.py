"""Guideline knowledge as the engine holds it: facts with ids, levels, sources and conditions; fields; questions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any as Anything

from lutetia.errors import KnowledgeError
from lutetia.guideline.expression import Expression

EXPRESSION_KEYS = ("when", "applies_when", "stronger_if", "touches")
REVIEW = "S004"  # narrative review: its statements never carry a level


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One entry of the field dictionary: name, type, unit and the words a clinician reads."""

    name: str
    type: str
    label: str
    unit: str | None = None
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    guard: Expression | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One citable statement with its conditions, level and source; `attributes` keeps every other key as written."""

    id: str
    file: str
    role: str
    says: str
    source: str
    question: str | None = None
    level: str | None = None
    grade: str | None = None
    when: Expression | None = None
    applies_when: Expression | None = None
    stronger_if: Expression | None = None
    touches: Expression | None = None
    requires: tuple[Expression, ...] = ()
    attributes: Mapping[str, Anything] = field(default_factory=dict)

    @property
    def effect(self) -> str | None:
        """What the fact does when true, e.g. `workup_mandatory`; None for information."""
        return self.attributes.get("effect")

    @property
    def strength(self) -> str | None:
        """Level and grade exactly as printed, e.g. `1b-A`; None where the source gives none."""
        if self.level and self.grade:
            return f"{self.level}-{self.grade}"
        return self.level or self.grade

    @property
    def standing(self) -> str | None:
        """The strength, or what the source says in place of one, e.g. `ungraded text`, `cited guideline …`."""
        stated = self.attributes.get("strength")
        return self.strength or (str(stated) if stated else None)

    @property
    def paper(self) -> str:
        """The short name of the source: S000, S001, S002, S004, EXT …"""
        return self.source.replace(":", "/").split("/")[0].split(" ")[0]

    def expressions(self) -> Iterator[tuple[str, Expression]]:
        """Every expression of the fact with the key it stands under."""
        for key in EXPRESSION_KEYS:
            if (expression := getattr(self, key)) is not None:
                yield key, expression
        for number, expression in enumerate(self.requires):
            yield f"requires[{number}]", expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One of the ten consensus questions with the ids of its statements in their printed order."""

    id: str
    asks: str
    recommendation: str
    statements: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Knowledge:
    """An edition of the knowledge. Immutable: a changed copy is a new edition in all but name."""

    edition: str
    version: str
    hash: str
    valid_from: date
    review_by: date
    title: str
    fields: Mapping[str, Field]
    facts: Mapping[str, Fact]
    questions: tuple[Question, ...]
    policy: Mapping[str, Anything]
    levels: Mapping[str, tuple[str, str]]
    compiled: dict[str, Anything] = field(default_factory=dict, init=False, repr=False)

    def resolve(self, fact_id: str) -> Fact:
        """The fact of that id; KnowledgeError when there is none."""
        try:
            return self.facts[fact_id]
        except KeyError:
            raise KnowledgeError(f"A fact id must exist in edition {self.edition}, but got {fact_id!r}.") from None

    def with_expression(self, fact_id: str, key: str, expression: Expression | None) -> Knowledge:
        """A copy in which one expression (`when`, `applies_when`, `touches`, `requires[0]` …) is another."""
        fact = self.resolve(fact_id)
        if key.startswith("requires["):
            number = int(key[9:-1])
            parts = list(fact.requires)
            parts[number : number + 1] = [] if expression is None else [expression]
            changed = replace(fact, requires=tuple(parts))
        else:
            changed = replace(fact, **{key: expression})  # type: ignore[arg-type]
        return self.with_fact(changed)

    def with_fact(self, fact: Fact) -> Knowledge:
        """A copy in which the fact of that id is another; its hash says that it was changed."""
        facts = {**self.facts, fact.id: fact}
        mark = hashlib.sha256(f"{self.hash}|{fact!r}".encode()).hexdigest()
        return replace(self, facts=facts, hash=mark)
