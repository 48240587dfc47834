"""Lint of the knowledge: every fault of an edition with the place where it stands.

The rules are the table `RULES`; `lint` runs them all on loaded knowledge. What keeps an edition from being loaded at
all (a duplicate id, a malformed expression) is an error of `build_knowledge`, located in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any as Anything

from lutetia.guideline.edition import POLICY_EXPRESSION_KEYS
from lutetia.guideline.evaluate import MITOSES
from lutetia.guideline.expression import All, Any, Expression, Leaf, Not, Ref, leaves, references, walk
from lutetia.guideline.knowledge import REVIEW, Fact, Field, Knowledge
from lutetia.guideline.options import facts_of_entries

NUMERIC_OPS = frozenset({"<", "<=", ">", ">="})
POLICY_ID_KEYS = frozenset(
    {
        "facts",
        "grounds",
        "conditional_grounds",
        "statements",
        "for",
        "against",
        "against_when_false",
        "requires",
        "blocks",
        "fits_fact",
    }
)
LISTS_OF_IDS = ("evidence", "see", "facts", "changes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault of the knowledge."""

    rule: str
    place: str
    says: str

    def __str__(self) -> str:
        return f"{self.place}: {self.says} [{self.rule}]"


Rule = Callable[[Knowledge, date], Iterator[Finding]]


def lint(knowledge: Knowledge, *, as_of: date) -> list[Finding]:
    """All findings of all rules, in the order of the rules; an empty list is a clean edition."""
    return [finding for rule in RULES.values() for finding in rule(knowledge, as_of)]


def _expressions(knowledge: Knowledge) -> Iterator[tuple[str, Expression]]:
    """Every expression of facts, fields and policy with its place."""
    for fact in knowledge.facts.values():
        for key, expression in fact.expressions():
            yield f"{fact.file}: {fact.id}.{key}", expression
    for field in knowledge.fields.values():
        if field.guard is not None:
            yield f"fields.yaml: {field.name}.guard", field.guard
    yield from _policy_expressions(knowledge.policy, "policy.yaml")


def _policy_expressions(node: Anything, place: str) -> Iterator[tuple[str, Expression]]:
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _policy_expressions(item, _policy_place(place, item, number))
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key in POLICY_EXPRESSION_KEYS:
                yield f"{place}.{key}", value
            else:
                yield from _policy_expressions(value, f"{place}.{key}")


def _policy_place(place: str, item: Anything, number: int) -> str:
    return f"policy.yaml: {item['id']}" if isinstance(item, Mapping) and "id" in item else f"{place}[{number}]"


def _unknown_field(knowledge: Knowledge, as_of: date) -> Iterator[Finding]:
    for place, expression in _expressions(knowledge):
        for leaf in leaves(expression):
            if leaf.field not in knowledge.fields:
                says = f"field {leaf.field!r} must stand in fields.yaml"
                yield Finding(rule="unknown field", place=place, says=says)


def _literal(knowledge: Knowledge, as_of: date) -> Iterator[Finding]:
    for place, expression in _expressions(knowledge):
        for leaf in leaves(expression):
            field = knowledge.fields.get(leaf.field)
            if field and (says := _misfit(field, leaf)):
                yield Finding(rule="literal does not fit its field", place=place, says=says)


def _misfit(field: Field, leaf: Leaf) -> str | None:
    if leaf.op == "is known":
        return None
    if leaf.op in {"is true", "is false"}:
        return None if field.type == "bool" else f"{leaf}: {field.name} is {field.type}, not a yes-or-no field"
    literals = leaf.literal if isinstance(leaf.literal, tuple) else (leaf.literal,)
    if field.type == "enum":
        unknown = [str(item) for item in literals if item not in field.values]
        if leaf.op in NUMERIC_OPS or unknown:
            return f"{leaf}: {field.name} must be one of {', '.join(field.values)}"
        return None
    if field.type == "bool":
        return f"{leaf}: a yes-or-no field is asked with `is true` or `is false`"
    numbers = all(isinstance(item, int | float) and not isinstance(item, bool) for item in literals)
    return None if numbers else f"{leaf}: {field.name} is a number"


def _impossible_threshold(knowledge: Knowledge, as_of: date) -> Iterator[Finding]:
    for place, expression in _expressions(knowledge):
        for leaf in leaves(expression):
            field = knowledge.fields.get(leaf.field)
            if not field or not isinstance(leaf.literal, int | float) or field.type not in {"int", "number"}:
                continue
            low = 0.0 if field.low is None else field.low
            high = float("inf") if field.high is None else field.high
            if not low <= leaf.literal <= high:
                says = f"{leaf}: the threshold must lie between {low:g} and {high:g}"
                yield Finding(rule="impossible threshold", place=place, says=says)


def _unresolved(knowledge: Knowledge, as_of: date) -> Iterator[Finding]:
    rule = "unresolved reference"
    for place, expression in _expressions(knowledge):
        for fact_id in references(expression):
            target = knowledge.facts.get(fact_id)
            if target is None or target.when is None:
                yield Finding(rule=rule, place=place, says=f"reference {fact_id} must name a fact with a `when`")
    for place, fact_id in (*_named_by_facts(knowledge), *_named_in_policy(knowledge.policy, "policy.yaml")):
        if fact_id not in knowledge.facts:
            yield Finding(rule=rule, place=place, says=f"id {fact_id} must exist")


def _named_by_facts(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """The ids in the lists of the facts; those of the policy are found by `_named_in_policy`."""
    for fact in knowledge.facts.values():
        for key in LISTS_OF_IDS if fact.file != "policy.yaml" else ():
            yield from ((f"{fact.file}: {fact.id}.{key}", named) for named in _ids(fact.attributes.get(key)))


def _ids(value: Anything) -> list[str]:
    """The ids in a list; words of a sentence are not ids."""
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, str) and " " not in item]


def _policy_options(knowledge: Knowledge, as_of: date) -> Iterator[Finding]:
    known = knowledge.policy.get("options", {})
    for setting in knowledge.policy.get("settings", []):
        for name in (name for tier in setting["tiers"] for name in tier):
            if name not in known:
                place = f"policy.yaml: {setting['id']}.tiers"
                yield Finding(rule="unknown option", place=place, says=f"option {name} must be defined")


def _named_in_policy(node: Anything, place: str) -> Iterator[tuple[str, str]]:
    """Every id in a list of facts anywhere in the policy, with its place."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _named_in_policy(item, _policy_place(place, item, number))
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key in POLICY_ID_KEYS:
                listed = [value] if isinstance(value, str) else facts_of_entries(value)
                yield from ((f"{place}.{key}", fact_id) for fact_id in listed)
            if key not in POLICY_EXPRESSION_KEYS:
                yield from _named_in_policy(value, f"{place}.{key}")


def _circular(knowledge: Knowledge, as_of: date) -> Iterator[Finding]:
    done: set[str] = set()
    for fact_id in knowledge.facts:
        if loop := _loop(knowledge, fact_id, (), done):
            fact = knowledge.facts[fact_id]
            says = "a fact must not refer back to itself: " + " → ".join(loop)
            yield Finding(rule="circular reference", place=f"{fact.file}: {fact_id}.when", says=says)
            return


def _loop(knowledge: Knowledge, fact_id: str, path: tuple[str, ...], done: set[str]) -> tuple[str, ...]:
    if fact_id in path:
        return (*path[path.index(fact_id) :], fact_id)
    fact = knowledge.facts.get(fact_id)
    if fact_id in done or fact is None or fact.when is None:
        return ()
    for target in references(fact.when):
        if loop := _loop(knowledge, target, (*path, fact_id), done):
            return loop
    done.add(fact_id)
    return ()


def _source(knowledge: Knowledge, as_of: date) -> Iterator[Finding]:
    for fact in knowledge.facts.values():
        if not fact.source:
            place = f"{fact.file}: {fact.id}.source"
            yield Finding(rule="missing source", place=place, says="every fact must name its source")
        if fact.says == fact.id and fact.file != "policy.yaml":
            place = f"{fact.file}: {fact.id}.says"
            yield Finding(rule="missing wording", place=place, says="every fact must say something")


def _level_of_review(knowledge: Knowledge, as_of: date) -> Iterator[Finding]:
    for fact in knowledge.facts.values():
        if fact.paper == REVIEW and fact.strength:
            place = f"{fact.file}: {fact.id}.level"
            says = f"the narrative review grades nothing, but got {fact.strength}"
            yield Finding(rule="level on a review fact", place=place, says=says)


def _level_changed(knowledge: Knowledge, as_of: date) -> Iterator[Finding]:
    now = {
        fact.id: (fact.level or "", fact.grade or "") for fact in knowledge.facts.values() if fact.level or fact.grade
    }
    for fact_id in sorted(now.keys() | knowledge.levels.keys()):
        before, after = knowledge.levels.get(fact_id), now.get(fact_id)
        if before != after:
            says = f"level {_level(before)} became {_level(after)} within edition version {knowledge.version}"
            place = f"levels.csv: {fact_id}"
            yield Finding(rule="level changed without edition", place=place, says=says)


def _level(pair: tuple[str, str] | None) -> str:
    return "none" if pair is None else "-".join(part for part in pair if part)


def _review_date(knowledge: Knowledge, as_of: date) -> Iterator[Finding]:
    if as_of > knowledge.review_by:
        says = f"the edition had to be reviewed by {knowledge.review_by}, and it is {as_of}"
        yield Finding(rule="expired review date", place="edition.yaml: review_by", says=says)
    for fact in knowledge.facts.values():
        due = fact.attributes.get("review_by")
        if due is not None and as_of > (due if isinstance(due, date) else date.fromisoformat(str(due))):
            place = f"{fact.file}: {fact.id}.review_by"
            yield Finding(rule="expired review date", place=place, says=f"review was due by {due}")


def _unguarded(knowledge: Knowledge, as_of: date) -> Iterator[Finding]:
    """A history field means nothing before its guard holds, so the guard stands in an `all` around it."""
    for fact in knowledge.facts.values():
        if fact.when is None or "unguarded_because" in fact.attributes:
            continue
        for leaf in _bare_leaves(knowledge, fact.when, frozenset()):
            guard = knowledge.fields[leaf.field].guard
            says = f"{leaf}: history field must stand in an `all` with `{guard}`"
            yield Finding(rule="unguarded history field", place=f"{fact.file}: {fact.id}.when", says=says)


def _bare_leaves(knowledge: Knowledge, node: Expression, around: frozenset[Expression]) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        field = knowledge.fields.get(node.field)
        if field and field.guard is not None and field.guard not in around:
            yield node
    elif isinstance(node, Not):
        yield from _bare_leaves(knowledge, node.item, around)
    elif isinstance(node, All):
        inside = around | {item for item in node.items if isinstance(item, Leaf)}
        for item in node.items:
            yield from _bare_leaves(knowledge, item, inside)
    elif isinstance(node, Any):
        for item in node.items:
            yield from _bare_leaves(knowledge, item, around)


def _unverified_block(knowledge: Knowledge, as_of: date) -> Iterator[Finding]:
    """A label fact blocks only when it was verified."""
    for step in knowledge.policy.get("steps", []):
        if "stops" not in step:
            continue
        for node in walk(step["stops"]):
            fact = knowledge.facts.get(node.fact) if isinstance(node, Ref) else None
            if fact is not None and fact.paper == "EXT" and not is_verified(fact):
                says = f"{fact.id} is not verified and must not block without the board's confirmation"
                yield Finding(rule="unverified block", place=f"policy.yaml: {step['id']}.stops", says=says)


def is_verified(fact: Fact) -> bool:
    """Whether a label fact was read in public material, with date and place."""
    verification = fact.attributes.get("verification")
    if not isinstance(verification, Mapping) or verification.get("status") != "verified":
        return False
    return bool(verification.get("where")) and bool(verification.get("read_on"))


def _known_mitoses(knowledge: Knowledge, as_of: date) -> Iterator[Finding]:
    """`ki67_sufficient` reads an unrecorded mitotic count as not raising the grade: true only of lower limits."""
    for place, expression in _expressions(knowledge):
        for leaf in leaves(expression):
            if leaf.field == MITOSES and leaf.op not in {">", ">=", "is known"}:
                says = f"{leaf}: the mitotic count may only be asked with > or >="
                yield Finding(rule="mitoses asked from above", place=place, says=says)


RULES: Mapping[str, Rule] = {
    "unknown field": _unknown_field,
    "literal does not fit its field": _literal,
    "impossible threshold": _impossible_threshold,
    "unresolved reference": _unresolved,
    "unknown option": _policy_options,
    "circular reference": _circular,
    "missing source": _source,
    "level on a review fact": _level_of_review,
    "level changed without edition": _level_changed,
    "expired review date": _review_date,
    "unguarded history field": _unguarded,
    "unverified block": _unverified_block,
    "mitoses asked from above": _known_mitoses,
}
