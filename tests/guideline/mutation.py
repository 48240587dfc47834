"""Mutants of the guideline's conditions, and the hand-written truth cases that must notice them.

A mutant is the knowledge with one condition changed in one place: a limit moved or made strict, a truth
turned round, an `and` made an `or`. It is killed when at least one case expects another truth than the mutant
gives. A mutant that lives shows a number or a word of a fact that nothing holds in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any as Anything

import yaml

from lutetia.guideline.evaluate import as_value, evaluator
from lutetia.guideline.expression import All, Any, Expression, Leaf, Not, Ref, references
from lutetia.guideline.knowledge import Fact, Knowledge
from lutetia.guideline.truth import Truth

HERE = Path(__file__).parent
OWN_SWEEPS = HERE / "sweeps"
EQUIVALENT = HERE / "equivalent_mutants.yaml"
SHARED_VIGNETTES = HERE.parents[2] / "shared" / "facts" / "vignettes.yaml"  # beside the repository

MUTATED_KEYS = ("when", "applies_when", "stronger_if", "touches", "requires")
BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
OPPOSITE = {"==": "!=", "!=": "==", "is true": "is false", "is false": "is true"}


# ------------------------------------------------------------------------------------------------------ cases
@dataclass(frozen=True, kw_only=True)
class Case:
    """One made-up record, one fact, and the letter (t, f, u) that its sentence gives for this record."""

    id: str
    fact: str
    key: str = "when"
    grading: str
    record: Mapping[str, Anything]
    expected: str

    def actual(self, knowledge: Knowledge) -> str:
        """The letter that this knowledge gives. `requires` is read as all of the list together."""
        judge = evaluator(knowledge, self.grading)
        expression = condition(knowledge.facts[self.fact], self.key)
        return Truth.of(judge.expression(expression, self.record, {})).letter


def condition(fact: Fact, key: str) -> Expression:
    """The condition under that key of the fact; LookupError when it has none."""
    found = All(fact.requires) if key == "requires" and fact.requires else getattr(fact, key)
    if not found:
        raise LookupError(f"{fact.id} must have a condition `{key}` for a case to judge it, but has none.")
    return found


def cases_of(sweep: Mapping[str, Anything], default_mode: str = "strict") -> Iterator[Case]:
    """The cases of one sweep: `field` set to each value on `base`; null means absent."""
    for value, letter in sweep["cases"]:
        yield Case(
            id=f"{sweep['id']} {sweep['field']}={'absent' if value is None else value}",
            fact=sweep["fact"],
            key=sweep.get("key", "when"),
            grading=sweep.get("mode", default_mode),
            record=known({**sweep["base"], sweep["field"]: value}),
            expected=letter,
        )


def known(record: Mapping[str, Anything]) -> dict[str, Anything]:
    """The record as the evaluator reads it: absent fields left out, text such as "10-15" as a range."""
    return {name: as_value(value) for name, value in record.items() if value is not None}


@cache
def own_sweeps() -> tuple[dict[str, Anything], ...]:
    """The sweeps written beside this file, each with the name of its file under `file`."""
    return tuple(
        {**sweep, "file": path.name}
        for path in sorted(OWN_SWEEPS.glob("*.yaml"))
        for sweep in yaml.safe_load(path.read_text(encoding="utf-8"))["sweeps"]
    )


@cache
def own_cases() -> tuple[Case, ...]:
    """Every case of the sweeps written beside this file."""
    return tuple(case for sweep in own_sweeps() for case in cases_of(sweep))


@cache
def shared_cases() -> tuple[Case, ...]:
    """The truth values of the 14 shared vignettes and the shared sweeps; empty when they are not at hand."""
    if not SHARED_VIGNETTES.exists():
        return ()
    table = yaml.safe_load(SHARED_VIGNETTES.read_text(encoding="utf-8"))
    sweeps = [case for sweep in table["sweeps"] for case in cases_of(sweep)]
    return (*sweeps, *(case for vignette in table["vignettes"] for case in _vignette_cases(vignette)))


def _vignette_cases(vignette: Mapping[str, Anything]) -> Iterator[Case]:
    record = known(vignette["record"])
    for fact, letter in vignette["expected"]["truth"].items():
        name = f"{vignette['id']} {fact}"
        yield Case(id=name, fact=fact, grading="ki67_sufficient", record=record, expected=letter)


# ---------------------------------------------------------------------------------------------------- mutants
@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change of one condition: kind is boundary, constant, membership, negation or and_or."""

    fact: str
    key: str
    kind: str
    change: str
    expression: Expression

    @property
    def id(self) -> str:
        """Names the change for people and for the list of equivalent mutants."""
        return f"{self.fact} {self.key}{self.change}"

    def knowledge(self, original: Knowledge) -> Knowledge:
        """The knowledge with this one change."""
        return original.with_expression(self.fact, self.key, self.expression)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """An expression with one change, where it was made (`[0][1]`), and what it was."""

    kind: str
    place: str
    what: str
    expression: Expression


def mutants(knowledge: Knowledge, facts: Iterable[str]) -> Iterator[Mutant]:
    """Every mutant of every condition of these facts, in the order of the knowledge."""
    wanted = set(facts)
    for fact in knowledge.facts.values():
        if fact.id not in wanted:
            continue
        for key, expression in fact.expressions():
            if key.split("[")[0] not in MUTATED_KEYS:
                continue
            for made in (*_whole(expression), *rewrites(expression)):
                yield Mutant(
                    fact=fact.id,
                    key=key,
                    kind=made.kind,
                    change=f"{made.place}: {made.what}",
                    expression=made.expression,
                )


def _whole(expression: Expression) -> Iterator[Rewrite]:
    """The whole condition negated, unless a smaller mutant says the same."""
    has_opposite = isinstance(expression, Leaf) and expression.op in OPPOSITE
    if not has_opposite and not isinstance(expression, Not | Ref):
        yield Rewrite("negation", "", "whole condition negated", Not(expression))


def rewrites(expression: Expression) -> Iterator[Rewrite]:
    """The expression with one change, once for every change and place."""
    if isinstance(expression, Leaf):
        yield from _leaf_rewrites(expression)
    elif isinstance(expression, Ref):
        yield Rewrite("negation", "", f"{expression} → not", Not(expression))
    elif isinstance(expression, Not):
        yield Rewrite("negation", "", "not removed", expression.item)
        yield from (_inside(made, "not", Not(made.expression)) for made in rewrites(expression.item))
    else:
        yield from _group_rewrites(expression)


def _group_rewrites(group: All | Any) -> Iterator[Rewrite]:
    if len(group.items) > 1:
        other, what = (Any, "all → any") if isinstance(group, All) else (All, "any → all")
        yield Rewrite("and_or", "", what, other(group.items))
    for number, item in enumerate(group.items):
        for made in rewrites(item):
            items = (*group.items[:number], made.expression, *group.items[number + 1 :])
            yield _inside(made, str(number), type(group)(items))


def _inside(made: Rewrite, step: str, around: Expression) -> Rewrite:
    return Rewrite(made.kind, f"[{step}]{made.place}", made.what, around)


def _leaf_rewrites(leaf: Leaf) -> Iterator[Rewrite]:
    if leaf.op in BOUNDARY:
        yield _changed(leaf, "boundary", op=BOUNDARY[leaf.op])
        yield from (_changed(leaf, "constant", literal=leaf.literal + step) for step in (1, -1))
    elif leaf.op in OPPOSITE:
        yield _changed(leaf, "negation", op=OPPOSITE[leaf.op])
        if isinstance(leaf.literal, int | float) and not isinstance(leaf.literal, bool):
            yield from (_changed(leaf, "constant", literal=leaf.literal + step) for step in (1, -1))
    elif leaf.op == "in" and isinstance(leaf.literal, tuple):
        for item in leaf.literal:
            rest = tuple(other for other in leaf.literal if other != item)
            yield Rewrite("membership", "", f"{leaf.field} in … without {item}", replace(leaf, literal=rest))
    else:
        yield Rewrite("negation", "", f"{leaf} → not", Not(leaf))


def _changed(leaf: Leaf, kind: str, **change: Anything) -> Rewrite:
    mutated = replace(leaf, **change)
    return Rewrite(kind, "", f"{leaf} → {mutated}", mutated)


# ---------------------------------------------------------------------------------- facts that have an effect
def facts_with_conditions(knowledge: Knowledge) -> tuple[str, ...]:
    """Every fact with a condition that a case can judge; lines of the tier policy are not facts."""
    return tuple(
        fact.id
        for fact in knowledge.facts.values()
        if fact.file != "policy.yaml" and any(key.split("[")[0] in MUTATED_KEYS for key, _ in fact.expressions())
    )


def facts_with_effect(knowledge: Knowledge) -> tuple[str, ...]:
    """Facts that change an answer: those with an `effect`, those that the tier policy names, the criteria of
    trials, conflicts that touch a patient, and every fact that one of these refers to."""
    named = set(_words(knowledge.policy))
    found = {
        fact.id
        for fact in knowledge.facts.values()
        if fact.effect or fact.id in named or fact.touches or fact.file == "trials.yaml"
    }
    reached = found.union(*(_reach(knowledge, fact) for fact in found))
    return tuple(fact for fact in facts_with_conditions(knowledge) if fact in reached)


def _words(node: Anything) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from _words(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _words(value)


def _reach(knowledge: Knowledge, fact: str) -> frozenset[str]:
    """The fact and every fact that any of its conditions leads to."""
    found: set[str] = set()
    waiting = [fact]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            conditions = [expression for _, expression in knowledge.facts[here].expressions()]
            waiting += [name for expression in conditions for name in references(expression)]
    return frozenset(found)


# ------------------------------------------------------------------------------------------------- the runner
@dataclass(frozen=True, kw_only=True)
class Figure:
    """What became of the mutants."""

    killed: tuple[Mutant, ...]
    survivors: tuple[Mutant, ...]
    equivalent: tuple[Mutant, ...] = field(default=())

    @property
    def total(self) -> int:
        """All mutants, the equivalent ones included."""
        return len(self.killed) + len(self.survivors) + len(self.equivalent)

    @property
    def share_killed(self) -> float:
        """Killed out of all that are not listed as equivalent."""
        return len(self.killed) / (self.total - len(self.equivalent))

    @property
    def share_equivalent(self) -> float:
        """Listed as equivalent out of all."""
        return len(self.equivalent) / self.total

    def __str__(self) -> str:
        kinds = sorted({mutant.kind for mutant in (*self.killed, *self.survivors)})
        by_kind = ", ".join(f"{kind} {self._of(kind)}" for kind in kinds)
        head = (
            f"{self.total} mutants: {len(self.killed)} killed ({self.share_killed:.1%}), "
            f"{len(self.equivalent)} listed as equivalent, {len(self.survivors)} survive; {by_kind}"
        )
        return "\n".join([head, *(f"  survives: {mutant.id}" for mutant in self.survivors)])

    def _of(self, kind: str) -> str:
        killed = sum(mutant.kind == kind for mutant in self.killed)
        return f"{killed}/{killed + sum(mutant.kind == kind for mutant in self.survivors)}"


def run(
    knowledge: Knowledge, cases: Iterable[Case], candidates: Iterable[Mutant], equivalent: Iterable[str] = ()
) -> Figure:
    """Judge every candidate by the cases that can see its change.

    ValueError when a case does not hold on the knowledge itself: it would kill every mutant for nothing.
    """
    cases, listed = tuple(cases), set(equivalent)
    if wrong := [case.id for case in cases if case.actual(knowledge) != case.expected]:
        raise ValueError(f"every case must hold on the knowledge itself, but these do not: {wrong}")
    watchers = _watchers(knowledge, cases)
    killed, survivors, left_out = [], [], []
    for mutant in candidates:
        place = (mutant.fact, mutant.key.split("[")[0])
        if _is_killed(mutant.knowledge(knowledge), watchers.get(place, ())):
            killed.append(mutant)
        elif mutant.id in listed:
            left_out.append(mutant)
        else:
            survivors.append(mutant)
    return Figure(killed=tuple(killed), survivors=tuple(survivors), equivalent=tuple(left_out))


def _is_killed(changed: Knowledge, cases: Iterable[Case]) -> bool:
    return any(case.actual(changed) != case.expected for case in cases)


def _watchers(knowledge: Knowledge, cases: Iterable[Case]) -> dict[tuple[str, str], list[Case]]:
    """Cases that a change of (fact, key) can reach: its own first, then those of facts that refer to it."""
    found: dict[tuple[str, str], list[Case]] = {}
    behind: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        found.setdefault((case.fact, case.key), []).append(case)
        for fact in _leads_to(knowledge, case):
            behind.setdefault((fact, "when"), []).append(case)
    for place, more in behind.items():
        found.setdefault(place, []).extend(more)
    return found


def _leads_to(knowledge: Knowledge, case: Case) -> frozenset[str]:
    """The facts whose `when` the case's condition refers to, directly or not."""
    direct = references(condition(knowledge.facts[case.fact], case.key))
    found: set[str] = set()
    for fact in direct:
        found |= {fact, *_reach_by_when(knowledge, fact)}
    return frozenset(found)


def _reach_by_when(knowledge: Knowledge, fact: str) -> Iterator[str]:
    when = knowledge.facts[fact].when
    for name in references(when) if when is not None else ():
        yield name
        yield from _reach_by_when(knowledge, name)


def equivalent_reasons() -> dict[str, str]:
    """Mutants that change nothing that a patient could show: id → reason."""
    listed = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8"))["equivalent"] or []
    return {entry["mutant"]: entry["reason"] for entry in listed}
