"""Why: expressions in a clinician's words, and trees of reasons in which every value has its date and origin."""

from __future__ import annotations

import pytest

from lutetia.guideline.evaluate import evaluator
from lutetia.guideline.explain import explain, explain_fact, words
from lutetia.guideline.expression import parse
from lutetia.guideline.facts import read_flat
from lutetia.guideline.truth import Truth


# ----------------------------------------------------------------------------------------------------- in words
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("ki67_pct >= 10", "Ki-67 ≥ 10 %"),
        ("crcl < 30", "Creatinine clearance < 30 mL/min"),
        ("ki67_pct == 55", "Ki-67 is 55 %"),
        ("stage != localized", "Stage is not localized"),
        ("primary in [pancreas, jejunum_ileum]", "Primary site is one of pancreas, jejunum ileum"),
        ("frail is true", "Frail"),
        ("frail is false", "Frail: no"),
        ("egfr is known", "eGFR known"),
        ({"not": "frail is true"}, "not: Frail"),
        ({"all": ["frail is true", "ecog >= 3"]}, "Frail and ECOG performance status ≥ 3"),
        ({"any": ["frail is true", "pregnant is true"]}, "Frail or Pregnant"),
        ({"ref": "DER-PAN"}, "pancreatic"),
        ({"ref": "DER-G12"}, "G1 or G2"),
        ({"ref": "EXT-L-04"}, "EU label, contraindication: pregnancy, established, suspected or not excluded"),
    ],
    ids=str,
)
def test_an_expression_in_words(knowledge, source, said):
    assert words(knowledge, parse(source)) == said


def test_no_field_name_is_left_in_the_words(knowledge):
    for fact in knowledge.facts.values():
        for _, expression in fact.expressions():
            assert not {*words(knowledge, expression).replace(",", " ").split()} & {
                name for name in knowledge.fields if "_" in name
            }, fact.id


A, B, C = "frail is true", "functional is true", "pregnant is true"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"all": [A, {"any": [B, C]}]}, {"any": [{"all": [A, B]}, C]}),
        ({"not": {"all": [A, B]}}, {"all": [{"not": A}, B]}),
        ({"not": {"any": [A, B]}}, {"any": [{"not": A}, B]}),
    ],
    ids=["and-or", "not-and", "not-or"],
)
def test_different_conditions_read_differently(knowledge, one, other):
    assert words(knowledge, parse(one)) != words(knowledge, parse(other))


# ------------------------------------------------------------------------------------------------ trees of reasons
@pytest.fixture
def tree(knowledge):
    """The reasons behind an expression or a fact of a flat record."""

    def reasons(source, record):
        facts = read_flat(record)
        judge = evaluator(knowledge, "strict")
        known = facts.record()
        if isinstance(source, str) and source in knowledge.facts:
            return explain_fact(judge, facts, known, {}, source)
        return explain(judge, facts, known, {}, parse(source))

    return reasons


def test_a_leaf_shows_value_date_and_origin(tree):
    reason = tree("egfr < 45", {"egfr": {"value": 44, "date": "2026-10", "origin": "laboratory e7"}})
    assert reason.says == "eGFR < 45 mL/min/1.73 m²"
    assert (reason.truth, reason.value, reason.date, reason.origin) == (Truth.TRUE, "44", "2026-10", "laboratory e7")
    assert reason.parts == ()


def test_an_unknown_leaf_says_so(tree):
    reason = tree("egfr < 45", {})
    assert (reason.truth, reason.value, reason.date, reason.origin) == (Truth.UNKNOWN, "not known", None, None)
    contradictory = [{"value": 30, "date": "2026-05"}, {"value": 60, "date": "2026-05"}]
    assert "contradictory: 30 and 60" in tree("egfr < 45", {"egfr": contradictory}).value


def test_a_tree_follows_references_and_keeps_its_facts(tree):
    reason = tree("DER-ADV", {"stage": "locally_advanced"})
    assert (reason.fact, reason.source, reason.truth) == ("DER-ADV", "S001/Q1", Truth.UNKNOWN)
    (either,) = reason.parts
    assert either.says == "at least one of"
    metastatic, both = either.parts
    assert (metastatic.says, metastatic.truth) == ("Stage is metastatic", Truth.FALSE)
    assert (both.says, both.truth) == ("all of", Truth.UNKNOWN)
    assert [part.truth for part in both.parts] == [Truth.TRUE, Truth.UNKNOWN]


def test_a_negation_is_a_node_of_its_own(tree):
    reason = tree({"not": {"ref": "EXT-L-05"}}, {"crcl": 60})
    assert (reason.says, reason.truth) == ("not", Truth.TRUE)
    (inner,) = reason.parts
    assert (inner.fact, inner.truth) == ("EXT-L-05", Truth.FALSE)


def test_a_statement_without_a_condition_holds(tree):
    reason = tree("CONS-Q2-M5", {})
    assert (reason.truth, reason.parts) == (Truth.TRUE, ())


def test_a_graded_fact_shows_its_strength_and_a_review_fact_none(tree):
    assert tree("CONS-Q4-R", {}).strength == "2b-B"
    assert tree("CONS-Q9-M1", {}).strength == "ungraded text"
    assert tree("PRAC-FDG-2", {}).strength is None


def test_a_tree_as_text(tree):
    record = {"crcl": {"value": 24, "date": "2026-10-02", "origin": "laboratory"}}
    assert tree("EXT-L-05", record).lines() == [
        "t EU label, contraindication: kidney failure with creatinine clearance below 30 mL/min. [EXT-L-05]",
        "  t Creatinine clearance < 30 mL/min — 24 (laboratory, 2026-10-02)",
    ]


def test_the_truth_of_a_node_is_that_of_its_parts(judged, turned):
    """An independent route: join the letters of the tree in two-valued logic where everything is known."""

    def check(reason):
        letters = [part.truth.letter for part in reason.parts]
        if "u" not in letters and letters:
            expected = {"all of": "f" not in letters, "at least one of": "t" in letters, "not": letters == ["f"]}
            assert reason.truth.letter == ("t" if expected.get(reason.says, letters == ["t"]) else "f"), reason.says
        for part in reason.parts:
            check(part)

    for turn in ("candidate", "net g3", "retreatment"):
        for reason in judged(turned(turn, fdg_positive=None)).why("rlt"):
            check(reason)
