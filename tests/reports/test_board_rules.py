"""The rules behind a sheet: every cited fact with condition, values, truth and a source that can be opened."""

from __future__ import annotations

import pytest

from lutetia.errors import KnowledgeError
from lutetia.reports.board_rules import ADDRESS, CITATION, anchor, rules_of, sections_of


def test_a_rule_can_be_checked_by_its_reader(judged):
    rule = rules_of(judged("contraindicated"), ["EXT-L-05"])["EXT-L-05"]
    assert (rule.truth, rule.expression) == ("t", "crcl < 30")
    assert rule.words == "Creatinine clearance < 30 mL/min"
    assert rule.values == ("Creatinine clearance: 24 mL/min",)
    assert rule.verification.startswith("verified, read 2026-11-20; limit: ")
    assert any(address.startswith("https://") for _, address in rule.places)


def test_a_rule_without_a_condition_has_no_truth(judged):
    rule = rules_of(judged(), ["GAP-09"])["GAP-09"]
    assert (rule.truth, rule.words, rule.values) == ("", "", ())


def test_an_id_that_does_not_resolve_is_refused(judged):
    with pytest.raises(KnowledgeError):
        rules_of(judged(), ["CONS-Q1-R", "NO-SUCH"])


def test_every_cited_fact_has_a_rule_and_every_rule_a_section(any_sheet):
    cited = {fact for item in any_sheet.statements() for fact in item.facts}
    assert set(any_sheet.rules) == cited
    assert {rule.id for section in any_sheet.sections for rule in section.rules} == cited
    anchors = [section.anchor for section in any_sheet.sections]
    assert len(anchors) == len(set(anchors))
    assert {rule.anchor for rule in any_sheet.rules.values()} == set(anchors)


def test_sections_name_their_paper(judged):
    (section,) = sections_of(rules_of(judged(), ["CONS-Q1-R", "CONS-Q1-C1"]).values())
    assert (section.name, section.paper, section.address) == ("S001/Q1", "S001", ADDRESS["S001"])
    assert [rule.id for rule in section.rules] == ["CONS-Q1-C1", "CONS-Q1-R"]


def test_every_paper_of_the_knowledge_has_a_citation(knowledge):
    papers = {fact.paper for fact in knowledge.facts.values()}
    assert papers <= set(CITATION)


def test_an_anchor_is_a_plain_name():
    assert anchor("EXT/US prescribing information 2.1, 5.8") == "source-EXT-US-prescribing-information-2-1-5-8"
