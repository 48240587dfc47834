"""The answer: plain words, the reason first, conditions only for an offer, ties together, levels beside their line."""

from __future__ import annotations

import pytest

from lutetia.reports.board_sheet import cards_of


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        ("plain", "Candidate for RLT"),
        ("conditions", "Candidate for RLT, with conditions"),
        ("alternative first", "Candidate for RLT, but an alternative comes first"),
        ("open", "Insufficient data: cannot be judged yet"),
        ("mismatch", "Not a candidate for RLT"),
        ("contraindicated", "RLT is contraindicated"),
        ("carcinoma", "Outside the scope of the consensus"),
        ("again", "Candidate for RLT again, with conditions"),
        ("again too early", "Not a candidate for RLT again"),
        ("empty", "Insufficient data: cannot be judged yet"),
    ],
)
def test_the_candidacy_in_plain_words(sheet, turn, words):
    assert sheet(turn).answer.headline.text == words


def test_the_reason_that_decided_comes_first(sheet):
    first, second = sheet("contraindicated").answer.grounds[:2]
    assert "EXT-L-05" in first.facts
    assert (second.lead, second.strength) == ("Speaks for RLT", "1b-A")


def test_an_open_answer_names_what_is_not_known_and_no_verdict(sheet):
    texts = [ground.text for ground in sheet("empty").answer.grounds]
    assert len(texts) == 1
    assert texts[0].startswith("Not known and able to turn the answer: Primary site")
    assert "Outside the consensus" not in texts[0]


def test_a_criterion_not_met_is_named_with_the_value_on_record(sheet):
    (ground,) = sheet("again too early").answer.grounds
    assert ground.more == ("not met: Disease control after RLT ≥ 12 months (on record: 7 months)",)


def test_conditions_stand_only_with_an_offer(sheet):
    assert [item.facts for item in sheet("conditions").answer.conditions] == [("CONS-Q8-R", "CONS-Q8-M1")]
    assert sheet("contraindicated").assessment.decision.conditions != ()
    assert sheet("contraindicated").answer.conditions == ()


def test_both_labels_stand_and_the_one_in_force_is_marked(sheet):
    eu, us = sheet("plain").answer.label
    assert (eu.lead, eu.text, eu.word) == ("EU label", "on label", "in force here")
    assert (us.lead, us.text, us.word) == ("US label", "on label", "")
    assert eu.whose.startswith("verified ")


def test_the_label_of_the_other_side_only_moves_the_mark(sheet):
    eu, us = (sheet("plain", place=place).answer.label for place in ("EU", "US"))
    assert [(item.lead, item.text, item.facts) for item in eu] == [(item.lead, item.text, item.facts) for item in us]
    assert [item.word for item in eu] == ["in force here", ""]
    assert [item.word for item in us] == ["", "in force here"]


def test_members_of_a_tier_with_equal_arguments_share_a_card(sheet):
    first = sheet("alternative first").answer.tiers[0]
    assert [card.names for card in first.cards] == [("captem", "stz5fu")]


def test_every_option_of_the_tiers_is_on_a_card_once(any_sheet):
    shown = [name for tier in any_sheet.answer.tiers for card in tier.cards for name in card.names]
    assert sorted(shown) == sorted(name for tier in any_sheet.assessment.tiers.tiers for name in tier)


def test_graded_arguments_come_first(any_sheet):
    for card in cards_of(any_sheet):
        for part in (card.arguments_for, card.arguments_against):
            graded = [item.strength is not None for item in part]
            assert graded == sorted(graded, reverse=True)


def test_each_strength_is_that_of_its_own_fact(any_sheet, knowledge):
    for item in any_sheet.statements():
        if item.strength is not None:
            (fact,) = item.facts
            assert item.strength == knowledge.resolve(fact).strength


def test_rlt_stands_aside_when_it_is_in_no_tier(sheet):
    aside = sheet("contraindicated").answer.aside
    assert aside.names == ("rlt",)
    assert [item.facts for item in aside.blocking] == [("EXT-L-05",)]
    assert aside.blocking[0].more == ("Creatinine clearance 24 mL/min",)
    assert sheet("plain").answer.aside is None
    assert sheet("carcinoma").answer.aside is None


@pytest.mark.parametrize(("place", "words"), [("EU", "not approved in the EU"), ("US", "approved in the US")])
def test_a_recommendation_that_waits_for_approval_says_how_it_stands(sheet, place, words):
    ninth = sheet("net g3", place=place).answer.questions[8]
    assert (ninth.lead, ninth.strength, ninth.word) == ("Q9", "1b-A", "applies")
    assert words in ninth.more[0]


def test_ten_questions_with_a_word_each(any_sheet):
    questions = any_sheet.answer.questions
    assert [item.lead for item in questions] == [f"Q{number}" for number in range(1, 11)]
    words = {
        "t": {"applies", "met"},
        "f": {"does not apply", "not met", "first course only"},
        "u": {"cannot be judged"},
    }
    assert all(item.word in words[item.truth] for item in questions)
    assert len(any_sheet.answer.question_lines) == 10


def test_questions_about_a_first_course_are_set_aside_after_rlt(sheet):
    words = {item.lead: item.word for item in sheet("again").answer.questions}
    assert {name for name, word in words.items() if word == "first course only"} == {"Q1", "Q4", "Q5", "Q6", "Q9"}
    assert words["Q10"] == "applies"
    assert "first course only" not in {item.word for item in sheet("plain").answer.questions}


def test_a_question_names_the_work_up_it_still_asks_for(sheet):
    assert sheet("open").answer.questions[2].more == ("to do: FDG PET/CT",)
    assert sheet("no receptors known").answer.questions[1].more == ("to do: SSTR PET",)


def test_nothing_is_ranked_before_the_missing_data_are_in(sheet):
    answer = sheet("open").answer
    assert answer.tiers == ()
    assert answer.ranking.text == "No ranking before the missing data are in."
