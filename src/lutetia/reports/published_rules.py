"""Rules that a sheet cites and the knowledge does not hold: tables of the scores and the dose rules, as facts.

Every such id (RECIST-…, LES-…, CHOI-…, GREPONET-…, CTCAE-5.0, DM-…) resolves to its sentence, its source and how far it
was checked, so that a line on a sheet can be followed whatever it rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from lutetia.errors import KnowledgeError
from lutetia.guideline.knowledge import Fact, Knowledge
from lutetia.sources import Source, load_yaml_table

SCORES = "lutetia.scoring"


def resolve(knowledge: Knowledge, rule_id: str) -> Fact:
    """The fact of an id of the knowledge, or the published rule of that id. KnowledgeError when there is neither."""
    return knowledge.facts.get(rule_id) or find(rule_id) or knowledge.resolve(rule_id)


def find(rule_id: str) -> Fact | None:
    """The published rule of an id as a fact without condition; None when there is none."""
    if rule_id.startswith("DM-"):
        return _dose_rule(rule_id)
    return _scores().get(rule_id)


def as_id(rule: str) -> str:
    """The id of a rule as a score names it: `GREPONET first_follow_up` is `GREPONET-first_follow_up`."""
    return rule.replace(" ", "-")


@cache
def _scores() -> Mapping[str, Fact]:
    return {fact.id: fact for fact in (*_recist(), *_lesions(), *_choi(), *_growth(), *_ctcae())}


def _recist() -> Iterator[Fact]:
    found = load_yaml_table(SCORES, "data/recist.yaml")
    for rule, says in found.table["says"].items():
        yield _fact(rule, says, "RECIST 1.1", "recist.yaml", found.source)


def _lesions() -> Iterator[Fact]:
    found = load_yaml_table(SCORES, "data/course_lesions.yaml")
    for rule, row in found.table["rules"].items():
        yield _fact(rule, row["says"], row["source"], "course_lesions.yaml", found.source)


def _choi() -> Iterator[Fact]:
    found = load_yaml_table(SCORES, "data/choi.yaml")
    for rule, says in found.table["says"].items():
        yield _fact(rule, says, "Choi criteria", "choi.yaml", found.source)


def _growth() -> Iterator[Fact]:
    found = load_yaml_table(SCORES, "data/growth.yaml")
    yield _fact(as_id(found.table["name"]), found.table["says"], "GREPONET growth rate", "growth.yaml", found.source)
    for name, row in found.table["cut_offs"].items():
        rule = as_id(f"GREPONET {name}")
        yield _fact(rule, f"Cut-off {row['says']}", "GREPONET growth rate", "growth.yaml", found.source)


def _ctcae() -> Iterator[Fact]:
    for name in ("ctcae_v5.yaml", "ctcae_v6.yaml"):
        found = load_yaml_table(SCORES, f"data/{name}")
        version = found.table["version"]
        yield _fact(f"CTCAE-{version}", found.table["says"], f"CTCAE {version}", name, found.source)


def _fact(rule: str, says: str, source: str, file: str, sidecar: Source) -> Fact:
    state = f"checked by {sidecar.checked_by}" if sidecar.checked_by else "transcribed, not yet checked by a clinician"
    where = [{"title": sidecar.title, "date": sidecar.read_on or "undated", "address": sidecar.address or ""}]
    attributes: dict[str, Any] = {
        "verification": {"status": state, "read_on": sidecar.read_on, "where": where},
        "note": " ".join(sidecar.source.split()),
    }
    return Fact(id=rule, file=file, role="rule", says=says, source=source, attributes=attributes)


def _dose_rule(rule_id: str) -> Fact | None:
    from lutetia.guideline.modification.rules import rule, section

    try:
        found = rule(rule_id)
    except KnowledgeError:
        return None
    verification = {"status": found.status, "read_on": section("read_on"), "rests_on": found.support}
    attributes: dict[str, Any] = {"verification": verification, "jurisdiction": found.jurisdiction}
    attributes |= {"note": found.note} if found.note else {}
    return Fact(
        id=found.id, file="dose_rules.yaml", role="rule", says=found.says, source=found.source, attributes=attributes
    )
