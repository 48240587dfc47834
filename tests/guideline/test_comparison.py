"""Two editions held against the same patients: exactly those whose answer changes, in exactly what changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from lutetia.guideline.comparison import Change, answer_parts, compare
from lutetia.guideline.expression import parse
from lutetia.guideline.facts import read_flat

compared = partial(compare, as_of=date(2026, 11, 20))


@pytest.fixture(scope="module")
def approved(knowledge):
    """The edition with UPD-02 reverted: as if the EU had approved higher-grade first line after all."""
    fact = knowledge.facts["CONS-Q9-R"]
    precondition = {**fact.attributes["precondition"], "EU": True}
    return knowledge.with_fact(replace(fact, attributes={**fact.attributes, "precondition": precondition}))


def test_an_edition_against_itself_changes_nothing(knowledge, turned):
    assert compared(knowledge, knowledge, [turned("candidate"), turned("net g3"), {}]) == []


def test_reverting_the_withdrawal_changes_only_the_precondition(knowledge, approved, turned):
    changes = compared(knowledge, approved, [{**turned("net g3"), "id": "made-up g3"}])
    assert changes == [Change(patient="made-up g3", part="CONS-Q9-R precondition", before="f", after="t")]


@pytest.mark.parametrize(
    ("turn", "changes", "place", "changed"),
    [
        ("net g3", {}, "EU", True),
        ("net g3", {}, "US", False),  # the US label had no such limit
        ("net g3", {}, "other", False),
        ("first line", {"ki67_pct": 2}, "EU", False),  # G1: question 9 does not reach it
        ("net g3", {"sstr_positive": None}, "EU", False),  # whether it applies is unknown
        ("out_of_scope", {}, "EU", False),
    ],
)
def test_who_is_touched_by_the_withdrawal(knowledge, approved, turned, turn, changes, place, changed):
    found = compared(knowledge, approved, [turned(turn, **changes)], jurisdiction=place)
    assert bool(found) is changed


def test_the_vignettes_touched_by_the_withdrawal(knowledge, approved, vignettes):
    """By hand: EU record, sporadic, well differentiated, advanced, SSTR-positive, G2 or G3.

    VO-06 lacks receptor imaging, VO-07 is a US record, VO-09 a carcinoma, VO-10 and VO-14 are G1; after RLT (VO-12,
    VO-13) question 9 is set aside.
    """
    patients = [{**vignette["record"], "id": name} for name, vignette in vignettes.items()]
    changes = compared(knowledge, approved, patients)
    touched = ["VO-01", "VO-02", "VO-03", "VO-04", "VO-05", "VO-08", "VO-11"]
    assert [change.patient for change in changes] == touched
    assert {change.part for change in changes} == {"CONS-Q9-R precondition"}


def test_a_moved_threshold_changes_the_patients_between_old_and_new(knowledge, turned):
    stricter = knowledge.with_expression("EXT-L-05", "when", parse("crcl < 40"))
    patients = [{**turned("candidate", crcl=crcl), "id": f"crcl {crcl}"} for crcl in (29, 30, 39.9, 40)]
    changes = compared(knowledge, stricter, patients)
    assert {change.patient for change in changes} == {"crcl 30", "crcl 39.9"}
    parts = {change.part: (change.before, change.after) for change in changes if change.patient == "crcl 30"}
    assert parts["candidacy"] == ("candidate", "contraindicated")
    assert parts["label EU"] == ("on_label", "contraindicated")
    assert parts["options"][1] == (("everolimus", "folfox"), ("ssa_high_dose",))
    assert "scope" not in parts


def test_patients_are_named_by_their_facts_their_id_or_their_number(knowledge, turned):
    other = knowledge.with_expression("CONS-Q8-T4", "when", parse("egfr < 60"))
    record = turned("candidate", egfr=50)
    patients = [read_flat(record, name="by name"), {**record, "id": "by id"}, record, {}]
    assert [change.patient for change in compared(knowledge, other, patients) if change.part == "CONS-Q8-T4"] == [
        *("by name", "by id", "record 3")
    ]


def test_the_grading_mode_counts(knowledge, turned):
    other = knowledge.with_expression("DER-G1", "when", parse("ki67_pct < 4"))
    record = turned("candidate", ki67_pct=3, mitoses_2mm2=None)
    assert {change.part for change in compared(knowledge, other, [record], grading="strict")} == {"grade"}


def test_the_parts_of_an_answer(judged, turned):
    parts = answer_parts(judged(turned("net g3")))
    assert (parts["scope"], parts["grade"], parts["candidacy"]) == ("in_scope", "G3", "candidate_with_conditions")
    assert (parts["label EU"], parts["label US"]) == ("off_label", "on_label")
    assert parts["conditions"] == ("POL-C-Q9",)
    assert parts["missing"] == ()
    assert (parts["CONS-Q9-R"], parts["CONS-Q9-R precondition"], parts["CONS-Q1-R"]) == ("t", "f", "f")
    assert "CF-14" in parts["conflicts"]
    assert "CONS-Q2-M2" not in parts  # a statement without a condition cannot change


def test_a_precondition_counts_only_where_its_statement_applies(judged, turned):
    assert "CONS-Q9-R precondition" not in answer_parts(judged(turned("first line", ki67_pct=2)))
