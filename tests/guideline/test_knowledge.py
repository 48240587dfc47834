"""The knowledge as loaded: ids, levels as printed, sources, the policy's references, and located refusals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from lutetia.errors import KnowledgeError
from lutetia.guideline.edition import load_knowledge
from lutetia.guideline.expression import All, Expression, Leaf, Not, Ref, parse, references

# Level and grade of the ten questions as the consensus prints them (notes on S001, section 3.2).
PRINTED = {
    "CONS-Q1-R": "1b-A",
    "CONS-Q2-R": "3a-A",
    "CONS-Q2-R2": "3a-A",
    "CONS-Q3-R": "3b-A",
    "CONS-Q4-R": "2b-B",
    "CONS-Q5-R": "3b-A",
    "CONS-Q5-X1": "3b-A",
    "CONS-Q5-X2": "3b-A",
    "CONS-Q6-R": "1b-A",
    "CONS-Q6-X1": "1b-A",
    "CONS-Q6-X2": "1b-A",
    "CONS-Q7-R": "3a-A",
    "CONS-Q8-R": "5-B",
    "CONS-Q9-R": "1b-A",
    "CONS-Q10-R": "3b-B",
}


# -------------------------------------------------------------------------------------------------- the edition
def test_the_packaged_edition(knowledge):
    assert (knowledge.edition, knowledge.version) == ("itanet-2024", "2026-11")
    assert (knowledge.valid_from, knowledge.review_by) == (date(2024, 7, 13), date(2027, 5, 31))
    assert re.fullmatch(r"[0-9a-f]{64}", knowledge.hash)
    assert load_knowledge() is knowledge  # read once


def test_an_unknown_edition_is_refused():
    with pytest.raises(KnowledgeError, match="must be one of itanet-2024, but got 'itanet-2020'"):
        load_knowledge("itanet-2020")


def test_levels_and_grades_exactly_as_printed(knowledge):
    assert {fact.id: fact.strength for fact in knowledge.facts.values() if fact.strength} == PRINTED


def test_nothing_but_the_consensus_has_a_level(knowledge):
    graded = {fact.paper for fact in knowledge.facts.values() if fact.level or fact.grade or fact.strength}
    assert graded == {"S001"}


def test_nothing_from_the_narrative_review_has_a_strength(knowledge):
    review = [fact for fact in knowledge.facts.values() if "S004" in fact.source]
    assert len(review) > 80
    assert [fact.id for fact in review if fact.paper == "S004" and (fact.strength or fact.standing)] == []
    assert [fact.id for fact in review if fact.file != "consensus.yaml" and fact.strength] == []


def test_where_the_source_gives_words_in_place_of_a_level(knowledge):
    assert knowledge.resolve("CONS-Q9-M1").strength is None
    assert knowledge.resolve("CONS-Q9-M1").standing == "ungraded text"
    assert knowledge.resolve("CONS-OTH-5").standing == "cited guideline, not the panel's own recommendation"
    assert knowledge.resolve("CONS-Q4-R").standing == "2b-B"


def test_the_ten_questions_in_order(knowledge):
    assert [question.id for question in knowledge.questions] == [f"CONS-Q{number}" for number in range(1, 11)]
    for question in knowledge.questions:
        assert question.recommendation == question.statements[0] == f"{question.id}-R"
        assert question.asks.endswith("?")
        for fact_id in (*question.statements, *question.evidence):
            knowledge.resolve(fact_id)
        assert {knowledge.resolve(fact_id).question for fact_id in question.statements} == {question.id}
    assert knowledge.questions[1].statements[:2] == ("CONS-Q2-R", "CONS-Q2-R2")


def test_every_fact_says_something_and_names_its_source(knowledge):
    for fact in knowledge.facts.values():
        assert fact.source, fact.id
        assert fact.says, fact.id
        assert fact.paper in {"S000", "S001", "S002", "S004", "EXT", "POL"}, f"{fact.id}: {fact.source}"


def test_a_source_is_inherited_and_its_paper_short(knowledge):
    assert knowledge.resolve("POL-RENAL").paper == "POL"  # the policy states its source once
    assert knowledge.resolve("EXT-L-05").source == "EXT/EU product information 4.3"
    assert knowledge.resolve("PRAC-SSTR-2").paper == "S004"
    assert knowledge.resolve("TR-30").paper == "S000"  # "S000 and S001 and S002 and S004"


def test_effects_and_other_keys_are_kept_as_written(knowledge):
    assert knowledge.resolve("EXT-L-05").effect == "contraindication"
    assert knowledge.resolve("CONS-Q1-R").attributes["option"] == "rlt"
    assert knowledge.resolve("CONS-Q2-M2").effect is None


def test_an_id_that_does_not_exist_is_refused(knowledge):
    with pytest.raises(KnowledgeError, match="must exist in edition itanet-2024, but got 'CONS-Q11-R'"):
        knowledge.resolve("CONS-Q11-R")


# ------------------------------------------------------------------------------------------- the field dictionary
def test_every_field_has_a_type_and_words(knowledge):
    for name, field in knowledge.fields.items():
        assert field.name == name
        assert field.type in {"bool", "enum", "int", "number"}, name
        assert (field.type == "enum") == bool(field.values), name
        assert field.label.strip(), name
        assert "_" not in field.label, name


def test_history_fields_have_a_guard_that_is_a_field(knowledge):
    guards = {name: str(field.guard) for name, field in knowledge.fields.items() if field.guard}
    assert guards["rlt_control_months"] == "prior_rlt is true"
    assert guards["pd_on_ssa"] == "prior_ssa is true"
    assert {guard.split()[0] for guard in guards.values()} <= set(knowledge.fields)


def test_limits_of_entry(knowledge):
    assert (knowledge.fields["hb_g_l"].low, knowledge.fields["hb_g_l"].high) == (20, 250)
    assert (knowledge.fields["ki67_pct"].low, knowledge.fields["ki67_pct"].high) == (0, 100)
    assert knowledge.fields["crcl"].unit == "mL/min"


# --------------------------------------------------------------------------------------- everything refers to facts
LISTS = {"facts", "grounds", "conditional_grounds", "statements"}
LISTS |= {"for", "against", "against_when_false", "requires", "blocks"}


def mentions(node: Any) -> Iterator[tuple[str, str]]:
    """Every id that the policy names, with the key it stands under."""
    if isinstance(node, list):
        for item in node:
            yield from mentions(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in LISTS:
                yield from ((key, fact) for fact in value if isinstance(fact, str))
                yield from ((key, fact["fact"]) for fact in value if isinstance(fact, dict))
                yield from mentions([fact for fact in value if isinstance(fact, dict)])
            elif key.endswith("_fact"):
                yield key, value
            elif isinstance(value, Expression):
                yield from ((key, fact) for fact in references(value))
            else:
                yield from mentions(value)


def test_every_id_in_the_policy_resolves(knowledge):
    found = list(mentions(knowledge.policy))
    assert len(found) > 300
    assert sorted({fact for _, fact in found if fact not in knowledge.facts}) == []


def test_what_the_policy_judges_can_be_judged(knowledge):
    """An indication and a reference need a condition; an argument without one always holds."""
    for key, fact in mentions(knowledge.policy):
        if key not in {"facts", "for", "against", "requires", "fits_fact"}:
            assert knowledge.facts[fact].when is not None, f"{key}: {fact}"


def test_the_policy_uses_fields_options_and_candidacies_that_exist(knowledge):
    policy = knowledge.policy
    for entry in policy["advisory"]:
        assert entry["field"] in knowledge.fields, entry["id"]
    for step in policy["steps"]:
        assert step["unknown"] in {"open", "list"}, step["id"]
        assert step.get("needs", "crcl") in knowledge.fields, step["id"]
    for setting in policy["settings"]:
        assert {name for tier in setting["tiers"] for name in tier} <= set(policy["options"]), setting["id"]
    for entry in policy["cautions"]:
        assert set(entry.get("fields", ())) <= set(knowledge.fields), entry["id"]


def test_references_of_facts_resolve_to_conditions(knowledge):
    for fact in knowledge.facts.values():
        for key, expression in fact.expressions():
            for target in references(expression):
                assert knowledge.facts[target].when is not None, f"{fact.id}.{key}: {target}"


def test_a_trial_with_listed_criteria_gets_their_whole(knowledge):
    """NETTER-2 (TR-01): nine inclusion criteria hold and six exclusion criteria do not; N2-X7 is not computable."""
    whole = knowledge.resolve("TR-01").when
    assert isinstance(whole, All)
    included = [part.fact for part in whole.items if isinstance(part, Ref)]
    excluded = [part.item.fact for part in whole.items if isinstance(part, Not)]
    assert included == [f"N2-I{number}" for number in range(1, 10)]
    assert excluded == [f"N2-X{number}" for number in range(1, 7)]


# ------------------------------------------------------------------------------------------------ changed copies
def test_a_changed_copy_has_another_hash_and_leaves_the_original(knowledge):
    changed = knowledge.with_expression("EXT-L-05", "when", parse("crcl < 40"))
    assert str(changed.facts["EXT-L-05"].when) == "crcl < 40"
    assert str(knowledge.facts["EXT-L-05"].when) == "crcl < 30"
    assert changed.hash != knowledge.hash
    assert changed.hash == knowledge.with_expression("EXT-L-05", "when", parse("crcl < 40")).hash
    assert list(changed.facts) == list(knowledge.facts)


def test_a_requirement_is_replaced_or_left_out(knowledge):
    known = Leaf("crcl", "is known")
    replaced = knowledge.with_expression("PRAC-TOX-1", "requires[0]", known)
    assert [str(item) for item in replaced.facts["PRAC-TOX-1"].requires] == [
        "crcl is known",
        "platelets_e9_l is known",
        "hb_g_l is known",
        "ast_alt_xuln is known",
    ]
    shorter = knowledge.with_expression("PRAC-TOX-1", "requires[1]", None)
    assert len(shorter.facts["PRAC-TOX-1"].requires) == 3
    assert [key for key, _ in shorter.facts["PRAC-TOX-1"].expressions()] == [f"requires[{n}]" for n in range(3)]


def test_a_fact_that_does_not_exist_cannot_be_changed(knowledge):
    with pytest.raises(KnowledgeError, match="CONS-Q11-R"):
        knowledge.with_expression("CONS-Q11-R", "when", None)
