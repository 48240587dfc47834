"""Conflicts between sources: shown for the patients they touch, both sides and the rule, and for nobody else."""

from __future__ import annotations

import pytest


def ids(assessment):
    return [conflict.id for conflict in assessment.conflicts]


@pytest.mark.parametrize(
    ("conflict", "turn", "touching", "other"),
    [
        ("CF-02", "candidate", {"unfit_for_antitumour": True}, {"unfit_for_antitumour": False}),
        ("CF-04", "net g3", {"ki67_pct": 55}, {"ki67_pct": 54.9}),
        ("CF-06", "retreatment", {}, {"prior_rlt": False}),
        ("CF-07", "candidate", {"ki67_pct": 10}, {"ki67_pct": 10.1}),
        ("CF-09", "candidate", {}, {"ki67_pct": 21}),
        ("CF-09", "candidate", {}, {"prior_rlt": True}),
        ("CF-10", "candidate", {}, {"pd_on_ssa": False}),
        ("CF-11", "first line", {}, {"primary": "jejunum_ileum"}),
        ("CF-11", "first line", {}, {"ki67_pct": 20.1}),
        ("CF-13", "candidate", {"peritoneal": "diffuse"}, {"peritoneal": "minor"}),
        ("CF-14", "first line", {"ki67_pct": 10}, {"ki67_pct": 9.9}),
        ("CF-14", "net g3", {}, {"prior_ssa": True}),
        ("CF-15", "candidate", {"histology_confirmed": False}, {"histology_confirmed": True}),
        ("CF-16", "candidate", {"crcl": 44.9}, {"crcl": 45}),
    ],
)
def test_a_conflict_touches_its_patient_and_no_other(judged, turned, conflict, turn, touching, other):
    assert conflict in ids(judged(turned(turn, **touching)))
    assert conflict not in ids(judged(turned(turn, **other)))


@pytest.mark.parametrize("field", ["ki67_pct", "peritoneal", "histology_confirmed", "prior_rlt"])
def test_what_is_unknown_does_not_touch(judged, turned, field):
    by_field = {"ki67_pct": "CF-07", "peritoneal": "CF-13", "histology_confirmed": "CF-15", "prior_rlt": "CF-06"}
    assert by_field[field] not in ids(judged(turned("candidate", **{field: None})))


def test_printing_faults_touch_nobody(knowledge, judged, turned):
    """CF-01, 03, 05, 08, 12, 17, 18, 19 concern citing and naming, not a patient."""
    shown = {fact.id for fact in knowledge.facts.values() if fact.file == "conflicts.yaml" and fact.touches is not None}
    assert not shown & {"CF-01", "CF-03", "CF-05", "CF-08", "CF-12", "CF-17", "CF-18", "CF-19"}
    assert set(ids(judged(turned("retreatment", crcl=20, peritoneal="diffuse")))) <= shown


def test_both_sides_and_the_rule_are_given(judged, turned):
    (conflict,) = [item for item in judged(turned("peritoneal")).conflicts if item.id == "CF-13"]
    assert conflict.what == "candidate with diffuse peritoneal disease"
    assert conflict.one_side == "S001 Q1 has no exception"
    assert conflict.other_side == "S004: not the treatment of choice"
    assert "board decides" in conflict.rule


def test_the_empty_record_is_touched_by_nothing(judged):
    assert judged({}).conflicts == ()


def test_conflicts_stand_in_the_order_of_the_knowledge(judged, turned):
    found = ids(judged(turned("candidate", crcl=20, ki67_pct=10, peritoneal="diffuse")))
    assert found == sorted(found)
    assert len(found) >= 5


def test_conflicts_named_by_the_vignettes(judged, vignette):
    named = {fact for fact in vignette["expected"]["justify"] if fact.startswith("CF-")}
    assert named <= set(ids(judged(vignette["record"])))
