"""The ten questions for one patient: order and strength as printed, how each statement stands, what it still asks."""

from __future__ import annotations

import pytest

from lutetia.guideline.truth import Truth


def statement(assessment, fact):
    statements = [item for answer in assessment.answers.values() for item in answer.statements]
    return next(item for item in statements if item.fact == fact)


# ------------------------------------------------------------------------------------------- order and strength
@pytest.mark.parametrize(
    ("question", "strength"),
    [
        ("Q1", "1b-A"),
        ("Q2", "3a-A"),
        ("Q3", "3b-A"),
        ("Q4", "2b-B"),
        ("Q5", "3b-A"),
        ("Q6", "1b-A"),
        ("Q7", "3a-A"),
        ("Q8", "5-B"),
        ("Q9", "1b-A"),
        ("Q10", "3b-B"),
    ],
)
def test_ten_questions_with_the_strength_as_printed(judged, textbook, question, strength):
    answer = judged(textbook).answers[question]
    assert answer.recommendation.strength == strength
    assert answer.recommendation.fact == f"CONS-{question}-R"
    assert answer.recommendation is answer.statements[0]
    assert answer.question == f"CONS-{question}"


def test_questions_stand_in_their_printed_order(judged):
    assert list(judged({}).answers) == [f"Q{number}" for number in range(1, 11)]


def test_the_strength_does_not_depend_on_the_patient(judged, textbook):
    printed = [item.recommendation.strength for item in judged(textbook).answers.values()]
    assert [item.recommendation.strength for item in judged({}).answers.values()] == printed


def test_ungraded_statements_show_no_level(judged, textbook):
    assert statement(judged(textbook), "CONS-Q1-C1").strength is None
    assert statement(judged(textbook), "CONS-Q9-M1").strength == "ungraded text"
    assert statement(judged(textbook), "CONS-Q8-T4").strength is None  # one study's exclusion, not the panel's


def test_statements_and_evidence_resolve(knowledge, judged, textbook):
    for answer in judged(textbook).answers.values():
        for item in answer.statements:
            assert knowledge.resolve(item.fact).says == item.says
            assert item.role in {
                *("recommendation", "second_part", "conditions", "exceptions", "modifiers", "study_exclusions")
            }
        assert all(fact in knowledge.facts for fact in answer.evidence)


# --------------------------------------------------------------------------------------------- how it stands
@pytest.mark.parametrize(
    ("fact", "changes", "letter"),
    [
        ("CONS-Q1-R", {}, "t"),
        ("CONS-Q1-R", {"sstr_positive": False}, "f"),
        ("CONS-Q1-R", {"sstr_positive": None}, "u"),
        ("CONS-Q2-R", {}, "t"),  # no condition: judged by what it requires
        ("CONS-Q2-R", {"ct_or_mri_done": False}, "f"),
        ("CONS-Q2-R", {"sstr_modality": None}, "u"),
        ("CONS-Q3-R", {"pace": "rapid"}, "t"),
        ("CONS-Q7-R", {}, "f"),
        ("CONS-Q8-R", {"frail": True}, "t"),
    ],
)
def test_truth_of_a_statement(judged, turned, fact, changes, letter):
    assert statement(judged(turned("candidate", **changes)), fact).truth.letter == letter


def test_a_statement_without_condition_or_requirement_has_no_truth(judged, textbook):
    for fact in ("CONS-Q2-M2", "CONS-Q7-M1", "CONS-Q8-M2"):
        item = statement(judged(textbook), fact)
        assert (item.truth, item.open_fields, item.unmet) == (None, (), ())


def test_what_keeps_a_statement_open(judged, turned):
    assessment = judged(turned("candidate", sstr_positive=None, pd_confirmed=None))
    assert statement(assessment, "CONS-Q1-R").open_fields == ("pd_confirmed", "sstr_positive")
    assert statement(assessment, "CONS-Q3-R").open_fields == ()
    before = judged(turned("candidate", ct_or_mri_done=None))
    assert statement(before, "CONS-Q2-R").open_fields == ("ct_or_mri_done",)


def test_what_a_statement_still_requires_where_it_applies(judged, turned):
    frail = judged(turned("candidate", frail=True, egfr=None))
    assert statement(frail, "CONS-Q8-R").unmet == ("egfr is known",)
    assert statement(judged(turned("candidate", frail=False, egfr=None)), "CONS-Q8-R").unmet == ()
    assert statement(judged(turned("insufficient_data", fdg_done=False)), "CONS-Q3-R").unmet == ("fdg_done is true",)
    scintigraphy = judged(turned("candidate", sstr_modality="scintigraphy"))
    assert statement(scintigraphy, "CONS-Q2-R").unmet == ("(sstr_imaging_done is true and sstr_modality == pet)",)


def test_statements_about_a_first_course_are_set_aside_after_rlt(judged, turned):
    """Question 1 stays true by its wording after RLT (VO-13); question 10 decides then."""
    again = judged(turned("retreatment too early"))
    assert statement(again, "CONS-Q1-R").truth is Truth.TRUE
    aside = {item.fact for answer in again.answers.values() for item in answer.statements if item.set_aside}
    assert aside == {"CONS-Q1-R", "CONS-Q4-R", "CONS-Q5-R", "CONS-Q6-R", "CONS-Q9-R"}
    assert statement(again, "CONS-Q1-R").set_aside == "POL-SET-ASIDE"
    for record in (turned("candidate"), turned("candidate", prior_rlt=None)):
        assert {item.set_aside for answer in judged(record).answers.values() for item in answer.statements} == {None}


# ------------------------------------------------------------------------------------------- approval (question 9)
@pytest.mark.parametrize(
    ("jurisdiction", "met"),
    [("EU", Truth.FALSE), ("US", Truth.TRUE), ("other", Truth.UNKNOWN), (None, Truth.UNKNOWN)],
)
def test_the_precondition_of_question_9_is_that_of_the_jurisdiction(judged, turned, jurisdiction, met):
    record = turned("net g3", jurisdiction=None)
    assert judged(record, jurisdiction).answers["Q9"].recommendation.precondition is met


def test_only_question_9_waits_for_approval(judged, textbook):
    waiting = [
        item.fact
        for answer in judged(textbook).answers.values()
        for item in answer.statements
        if item.precondition is not None
    ]
    assert waiting == ["CONS-Q9-R"]
