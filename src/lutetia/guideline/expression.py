"""The small expression language of the facts: leaves over fields, `all`, `any`, `not`, `ref`.

leaf   "<field> <op> <literal>"   op: == != < <= > >= in | "is true" "is false" "is known"
node   {all: [..]}  {any: [..]}  {not: x}  {ref: <fact id>}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any as Anything

from lutetia.errors import KnowledgeError

Literal = bool | int | float | str | tuple[bool | int | float | str, ...]

_COMPARISON = re.compile(r"^(\w+)\s+(==|!=|<=|>=|<|>|in)\s+(.+)$")
_STATEMENT = re.compile(r"^(\w+)\s+is\s+(true|false|known)$")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison of a field with a literal; `op` may also be `is true`, `is false`, `is known`."""

    field: str
    op: str
    literal: Literal | None = None

    def __str__(self) -> str:
        if self.literal is None:
            return f"{self.field} {self.op}"
        if isinstance(self.literal, tuple):
            return f"{self.field} {self.op} [{', '.join(str(item) for item in self.literal)}]"
        return f"{self.field} {self.op} {self.literal}"


@dataclass(frozen=True, slots=True)
class All:
    """True when every item is true."""

    items: tuple[Expression, ...]

    def __str__(self) -> str:
        return "(" + " and ".join(str(item) for item in self.items) + ")"


@dataclass(frozen=True, slots=True)
class Any:
    """True when at least one item is true."""

    items: tuple[Expression, ...]

    def __str__(self) -> str:
        return "(" + " or ".join(str(item) for item in self.items) + ")"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of its item."""

    item: Expression

    def __str__(self) -> str:
        return f"not {self.item}"


@dataclass(frozen=True, slots=True)
class Ref:
    """The truth of another fact's `when`."""

    fact: str

    def __str__(self) -> str:
        return self.fact


Expression = Leaf | All | Any | Not | Ref


def parse(source: Anything) -> Expression:
    """The expression written as a YAML string or mapping; KnowledgeError says what is wrong with it."""
    if isinstance(source, str):
        return _parse_leaf(source)
    if isinstance(source, dict) and len(source) == 1:
        ((key, content),) = source.items()
        if key == "ref" and isinstance(content, str):
            return Ref(content)
        if key == "not":
            return Not(parse(content))
        if key in {"all", "any"} and isinstance(content, list) and content:
            items = tuple(parse(item) for item in content)
            return All(items) if key == "all" else Any(items)
    raise KnowledgeError(f"An expression must be a comparison or one of all, any, not, ref, but got {source!r}.")


def _parse_leaf(text: str) -> Leaf:
    stripped = text.strip()
    if match := _STATEMENT.match(stripped):
        return Leaf(match[1], f"is {match[2]}")
    if match := _COMPARISON.match(stripped):
        return Leaf(match[1], match[2], _parse_literal(match[3], many=match[2] == "in"))
    raise KnowledgeError(f"A comparison must read like `ki67_pct >= 3` or `sex is known`, but got {text!r}.")


def _parse_literal(text: str, *, many: bool) -> Literal:
    if many:
        if not (text.startswith("[") and text.endswith("]")):
            raise KnowledgeError(f"`in` must be followed by a list like [a, b], but got {text!r}.")
        return tuple(_parse_word(part.strip()) for part in text[1:-1].split(","))
    return _parse_word(text)


def _parse_word(text: str) -> bool | int | float | str:
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything inside it, outside in; references are not followed."""
    yield expression
    if isinstance(expression, All | Any):
        for item in expression.items:
            yield from walk(item)
    elif isinstance(expression, Not):
        yield from walk(expression.item)


def leaves(expression: Expression) -> Iterator[Leaf]:
    """The comparisons written in the expression itself."""
    return (node for node in walk(expression) if isinstance(node, Leaf))


def fields_in(expression: Expression) -> tuple[str, ...]:
    """The fields that the expression itself compares, each once, in their order."""
    return tuple(dict.fromkeys(leaf.field for leaf in leaves(expression)))


def references(expression: Expression) -> Iterator[str]:
    """The fact ids that the expression refers to."""
    return (node.fact for node in walk(expression) if isinstance(node, Ref))
