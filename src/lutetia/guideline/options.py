"""Label status, and the options in tiers with the arguments for and against each.

Ties stay ties: the members of one tier are not ranked. An argument is a fact with its id; levels are never merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lutetia.guideline.evaluate import Evaluator, Memo, Record
from lutetia.guideline.expression import Ref, fields_in

JURISDICTIONS = ("EU", "US")
RLT_OPTIONS = ("rlt", "rlt_retreatment")

Entry = str | Mapping[str, Any]
"""A fact id of the policy, or `{fact, when}`: an argument only where `when` is true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelStatus:
    """What one jurisdiction's label says of RLT for this patient, and the facts that decide it."""

    jurisdiction: str
    answer: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One reason for, against, required for or blocking an option; `strength` exactly as printed, or None."""

    fact: str
    says: str
    strength: str | None
    open_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A next line with its arguments; `tier` counts from 1, members of one tier are not ranked."""

    name: str
    title: str
    tier: int
    arguments_for: tuple[Argument, ...]
    arguments_against: tuple[Argument, ...]
    required: tuple[Argument, ...]
    blocking: tuple[Argument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """Options in tiers with the setting that ordered them; empty when nothing can be ranked."""

    setting: str | None
    says: str
    facts: tuple[str, ...]
    tiers: tuple[tuple[str, ...], ...]


def label_status(evaluator: Evaluator, record: Record, memo: Memo) -> dict[str, LabelStatus]:
    """Label status for the EU and the US separately; `unknown` where the label's conditions cannot be judged."""
    return {place: _label(evaluator, record, memo, place) for place in JURISDICTIONS}


def _label(evaluator: Evaluator, record: Record, memo: Memo, place: str) -> LabelStatus:
    rules = evaluator.knowledge.policy["label"][place]
    for rule in rules:
        if evaluator.expression(rule["when"], record, memo):
            return LabelStatus(jurisdiction=place, answer=rule["answer"], facts=tuple(rule["facts"]))
    return LabelStatus(jurisdiction=place, answer="unknown", facts=tuple(rules[-1]["facts"]))


def tiers(evaluator: Evaluator, record: Record, memo: Memo, candidacy: str) -> Tiers:
    """The tiers of the first setting of the policy that fits the candidacy and the patient."""
    for setting in evaluator.knowledge.policy["settings"]:
        if candidacy not in setting["candidacy"]:
            continue
        if "when" in setting and not evaluator.expression(setting["when"], record, memo):
            continue
        kept = [
            [name for name in tier if _offered(evaluator, record, memo, name, candidacy)] for tier in setting["tiers"]
        ]
        return Tiers(
            setting=setting["id"],
            says=setting["says"],
            facts=tuple(setting["facts"]),
            tiers=tuple(tuple(tier) for tier in kept if tier),
        )
    return Tiers(setting=None, says="", facts=(), tiers=())


def _offered(evaluator: Evaluator, record: Record, memo: Memo, name: str, candidacy: str) -> bool:
    """Whether an option fits the patient, it was not given before, and RLT stands where RLT may."""
    entry = evaluator.knowledge.policy["options"][name]
    if name in RLT_OPTIONS:
        again = record.get("prior_rlt") is True
        return candidacy.startswith("candidate") and again == (name == "rlt_retreatment")
    if "fits" in entry and not evaluator.expression(entry["fits"], record, memo):
        return False
    return "excluded" not in entry or not evaluator.expression(entry["excluded"], record, memo)


def describe(evaluator: Evaluator, record: Record, memo: Memo, ranked: Tiers) -> tuple[Option, ...]:
    """Every option of the tiers with its arguments; a preference for RLT speaks against nothing where RLT is not
    offered."""
    offered = any(name in RLT_OPTIONS for tier in ranked.tiers for name in tier)
    described = [
        option(evaluator, record, memo, name, number)
        for number, tier in enumerate(ranked.tiers, start=1)
        for name in tier
    ]
    if offered:
        return tuple(described)
    facts = evaluator.knowledge.facts
    return tuple(
        replace(
            item,
            arguments_against=tuple(
                argument
                for argument in item.arguments_against
                if facts[argument.fact].attributes.get("prefers") != "rlt"
            ),
        )
        for item in described
    )


def option(evaluator: Evaluator, record: Record, memo: Memo, name: str, tier: int) -> Option:
    """One option with the arguments that hold for this record; `tier` 0 means not ranked."""
    entry: Mapping[str, Any] = evaluator.knowledge.policy["options"][name]
    holds = _Arguments(evaluator, record, memo)
    against = holds.true(entry.get("against", ())) + holds.false(entry.get("against_when_false", ()))
    return Option(
        name=name,
        title=entry["name"],
        tier=tier,
        arguments_for=holds.true(entry.get("for", ())),
        arguments_against=against,
        required=holds.unmet(entry.get("requires", ())),
        blocking=holds.true(entry.get("blocks", ())),
    )


def facts_of_entries(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The fact ids of a policy list, conditional ones included."""
    return tuple(entry if isinstance(entry, str) else entry["fact"] for entry in entries)


class _Arguments:
    """Facts turned into arguments for one record."""

    def __init__(self, evaluator: Evaluator, record: Record, memo: Memo) -> None:
        self.evaluator, self.record, self.memo = evaluator, record, memo

    def true(self, entries: Iterable[Entry]) -> tuple[Argument, ...]:
        return tuple(self._argument(fact) for fact in self._in_place(entries) if self._truth(fact) is True)

    def false(self, entries: Iterable[Entry]) -> tuple[Argument, ...]:
        return tuple(self._argument(fact) for fact in self._in_place(entries) if self._truth(fact) is False)

    def _in_place(self, entries: Iterable[Entry]) -> Iterator[str]:
        """The facts of the entries; one written as `{fact, when}` only where its `when` is true."""
        for entry in entries:
            if isinstance(entry, str):
                yield entry
            elif self.evaluator.expression(entry["when"], self.record, self.memo):
                yield entry["fact"]

    def unmet(self, entries: Iterable[Entry]) -> tuple[Argument, ...]:
        """Facts that apply and whose `requires` are not met, with the fields still open."""
        found = []
        for fact_id in self._in_place(entries):
            fact = self.evaluator.knowledge.resolve(fact_id)
            if fact.when is not None and self._truth(fact_id) is not True:
                continue
            missing = [item for item in fact.requires if not self.evaluator.expression(item, self.record, self.memo)]
            fields = [field for item in missing for field in fields_in(item)]
            if missing:
                found.append(self._argument(fact_id, tuple(dict.fromkeys(fields))))
        return tuple(found)

    def _truth(self, fact: str) -> bool | None:
        if self.evaluator.knowledge.resolve(fact).when is None:
            return True  # a statement without a condition always holds
        return self.evaluator.expression(Ref(fact), self.record, self.memo)

    def _argument(self, fact_id: str, fields: tuple[str, ...] = ()) -> Argument:
        fact = self.evaluator.knowledge.resolve(fact_id)
        return Argument(fact=fact_id, says=fact.says, strength=fact.standing, open_fields=fields)
