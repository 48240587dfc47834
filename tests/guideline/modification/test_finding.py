"""Twin of src/lutetia/guideline/modification/finding.py: what triggers, what lets resume, what stays open."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.guideline.modification.finding import (
    blood_count,
    grade_range,
    hypersensitivity,
    leukopenia,
    lymphopenia,
    no_other_toxicity,
    other_toxicity,
)
from lutetia.scoring import ctcae

DAY = date(2024, 5, 2)
V5 = {"ctcae_version": "5.0"}


# By hand from the table: thrombocytopenia acts from grade 2, anaemia and neutropenia from grade 3.
@pytest.mark.parametrize(
    ("toxicity", "grade", "triggers", "recovered"),
    [
        ("thrombocytopenia", 0, False, True),
        ("thrombocytopenia", 1, False, True),
        ("thrombocytopenia", 2, True, False),
        ("thrombocytopenia", 4, True, False),
        ("thrombocytopenia", (1, 2), None, None),
        ("thrombocytopenia", (2, 3), True, False),
        ("anaemia", 2, False, True),
        ("anaemia", 3, True, False),
        ("anaemia", (2, 3), None, None),
        ("anaemia", (3, 4), True, False),
        ("neutropenia", 2, False, True),
        ("neutropenia", 3, True, False),
    ],
)
def test_trigger_and_recovery_by_grade(toxicity: Any, grade: Any, triggers: Any, recovered: Any) -> None:
    finding = blood_count(toxicity, DAY, grade, **V5)
    assert (finding.triggers, finding.recovered, finding.value) == (triggers, recovered, triggers)
    assert bool(finding.missing) is (triggers is None)


@pytest.mark.parametrize(
    ("grade", "outcomes"),
    [(1, [(False, True)]), (2, [(True, False)]), ((1, 2), [(True, False), (False, True)])],
)
def test_the_courses_a_count_leaves_possible(grade: Any, outcomes: Any) -> None:
    assert list(blood_count("thrombocytopenia", DAY, grade, **V5).outcomes) == outcomes


def test_the_missing_words_are_those_of_the_grader() -> None:
    given = SimpleNamespace(low=1, high=2, missing=("symptomatic",), version="5.0")
    finding = blood_count("thrombocytopenia", DAY, given, **V5)
    assert finding.missing == ("what separates grade 1 from grade 2 of thrombocytopenia on 2024-05-02 (symptomatic)",)


def test_grades_of_the_laboratory_grader_fit() -> None:
    v5, v6 = (ctcae.grade("neutrophils", 0.8, "1e9/L", version, lln=2.0) for version in ("5.0", "6.0"))
    assert blood_count("neutropenia", DAY, v5, ctcae_version="5.0").triggers is True
    assert blood_count("neutropenia", DAY, v6, ctcae_version="6.0").triggers is False
    with pytest.raises(InputError, match="the version the grade was made with"):
        blood_count("neutropenia", DAY, v5, ctcae_version="6.0")


def test_a_grade_of_a_high_count_is_refused() -> None:
    polycythaemia = SimpleNamespace(low=3, high=3, version="5.0", side="high")
    with pytest.raises(InputError, match="too low"):
        blood_count("anaemia", DAY, polycythaemia, **V5)


def test_the_reason_tells_grade_version_and_verdict() -> None:
    reason = blood_count("anaemia", DAY, (2, 3), **V5).because[0]
    assert reason.rule == "DM-ANA-1"
    assert dict(reason.used) == {"finding": "anaemia", "grade": "2-3", "ctcae": "5.0", "met": "undecided"}


@pytest.mark.parametrize(("written", "version"), [("5.0", "5.0"), ("5", "5.0"), ("v5.0", "5.0"), ("CTCAE v6", "6.0")])
def test_the_version_is_told_however_written(written: str, version: str) -> None:
    assert blood_count("anaemia", DAY, 2, ctcae_version=written).ctcae_version == version


def test_only_version_6_is_called_provisional() -> None:
    said = {version: blood_count("anaemia", DAY, 2, ctcae_version=version).conventions for version in ("5.0", "6.0")}
    assert [any("provisional" in line for line in said[version]) for version in ("5.0", "6.0")] == [False, True]


@pytest.mark.parametrize("version", [None, "", "most current", 5, "5.0.1"])
def test_a_grade_without_version_is_refused(version: Any) -> None:
    with pytest.raises(InputError, match="ctcae_version"):
        blood_count("anaemia", DAY, 2, ctcae_version=version)
    with pytest.raises(TypeError, match="ctcae_version"):
        blood_count("anaemia", DAY, 2)  # type: ignore[call-arg]


@pytest.mark.parametrize("grade", [-1, 6, 2.0, "2", True, None, (3, 2), (1, None)])
def test_an_impossible_grade_is_refused(grade: Any) -> None:
    with pytest.raises(InputError, match="0 to 5"):
        grade_range(grade, "anaemia", "5.0")


def test_a_moment_and_an_unknown_class_are_refused() -> None:
    with pytest.raises(InputError, match="calendar day"):
        blood_count("anaemia", datetime(2024, 5, 2, 8), 2, **V5)
    with pytest.raises(InputError, match="thrombocytopenia, anaemia or neutropenia"):
        blood_count("leukopenia", DAY, 3, **V5)  # type: ignore[arg-type]


@pytest.mark.parametrize(("grade", "triggers"), [(0, False), (2, False), (3, True), (4, True), ((2, 3), None)])
def test_hypersensitivity_acts_from_grade_3(grade: Any, triggers: Any) -> None:
    finding = hypersensitivity(DAY, grade, **V5)
    assert finding.triggers is triggers
    assert finding.because[0].rule == "DM-HYP-1"


@pytest.mark.parametrize(
    ("grade", "related", "triggers"),
    [(2, None, False), (3, True, True), (3, False, False), (3, None, None), ((2, 3), True, None), (4, None, None)],
)
def test_other_toxicity_by_grade_and_relation(grade: Any, related: Any, triggers: Any) -> None:
    finding = other_toxicity("  Nausea ", DAY, grade, **V5, possibly_related=related)
    assert (finding.triggers, finding.term) == (triggers, "nausea")
    assert bool(finding.missing) is (triggers is None)
    assert dict(finding.because[0].used)["met"] == {True: "yes", False: "no", None: "undecided"}[triggers]


def test_the_relation_is_asked_for() -> None:
    finding = other_toxicity("nausea", DAY, 3, **V5, possibly_related=None)
    assert finding.missing == ("whether nausea on 2024-05-02 is possibly related to the treatment",)


def test_lymphopenia_never_triggers_and_assesses_nothing() -> None:
    for grade in (3, 4, (2, 4)):
        finding = lymphopenia(DAY, grade, **V5)
        assert (finding.triggers, finding.assesses) == (False, False)
        assert finding.because[0].rule == "DM-LYM-1"


@pytest.mark.parametrize(
    ("alone", "rule", "triggers"),
    [(True, "DM-LYM-1", False), (False, "DM-OTH-1", True), (None, "DM-OTH-1", None)],
)
def test_leukopenia_through_lymphopenia_alone_is_excepted(alone: Any, rule: str, triggers: Any) -> None:
    finding = leukopenia(DAY, 3, **V5, lymphopenia_alone=alone)
    assert (finding.because[0].rule, finding.triggers) == (rule, triggers)
    assert any("lymphopenia alone" in line for line in finding.missing) is (alone is None)


def test_a_review_and_a_term_need_their_names() -> None:
    assert no_other_toxicity(DAY, reviewed_by="Dr Example").because[0].used[1] == ("reviewed_by", "Dr Example")
    with pytest.raises(InputError, match="who reviewed"):
        no_other_toxicity(DAY, reviewed_by=" ")
    with pytest.raises(InputError, match="name the toxicity"):
        other_toxicity(" ", DAY, 3, **V5, possibly_related=True)
