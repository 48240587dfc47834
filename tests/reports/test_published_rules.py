"""Rules of the scores and of the doses resolve like facts: sentence, source, and how far they were checked."""

from __future__ import annotations

import pytest

from lutetia.errors import KnowledgeError
from lutetia.guideline.modification.rules import dose_rules
from lutetia.reports.board_rules import CITATION, rules_of
from lutetia.reports.published_rules import as_id, find, resolve
from lutetia.scoring.course_lesions.rules import table as lesions
from lutetia.scoring.recist.rules import table as recist

EVERY = [*recist()["says"], *lesions()["rules"], "CHOI-PR", "MCHOI-PR", "CTCAE-5.0", "CTCAE-6.0", "tumour-growth-rate"]
EVERY += ["GREPONET-first_follow_up", "GREPONET-pretreatment", *dose_rules()]


@pytest.mark.parametrize("rule_id", EVERY)
def test_every_rule_has_a_sentence_a_source_and_its_verification(rule_id, judged):
    fact = find(rule_id)
    assert fact.says
    assert fact.when is None
    rule = rules_of(judged(), [rule_id])[rule_id]
    assert (rule.id, rule.truth, rule.strength) == (rule_id, "", None)
    assert rule.source
    assert rule.verification
    assert fact.paper in CITATION


def test_what_nobody_checked_says_so(judged):
    rule = rules_of(judged(), ["RECIST-TL-PD"])["RECIST-TL-PD"]
    assert rule.verification == "transcribed, not yet checked by a clinician, read 2026-11-20"
    assert "Eisenhauer" in rule.note
    dose = rules_of(judged(), ["DM-PLT-1"])["DM-PLT-1"]
    assert dose.verification.startswith("verified, read 2026-11-20; rests on: secondary")


def test_ids_hold_no_blank():
    assert not [rule_id for rule_id in EVERY if " " in rule_id]
    assert as_id("GREPONET first_follow_up") == "GREPONET-first_follow_up"


def test_facts_of_the_knowledge_come_first_and_the_unknown_is_refused(knowledge):
    assert resolve(knowledge, "CONS-Q1-R") is knowledge.facts["CONS-Q1-R"]
    assert resolve(knowledge, "RECIST-TL-PD") is find("RECIST-TL-PD")
    for nothing in ("NO-SUCH", "DM-NO-SUCH", "RECIST-NO-SUCH"):
        assert find(nothing) is None
        with pytest.raises(KnowledgeError):
            resolve(knowledge, nothing)


def test_no_rule_has_the_id_of_a_fact(knowledge):
    assert not set(EVERY) & set(knowledge.facts)
