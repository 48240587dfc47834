"""The next dose of a line that goes on: due days, tests still needed, pregnancy, limits of absorbed dose."""

from __future__ import annotations

import pytest

from lutetia.guideline.toxicity.next_dose import laboratory_values, pregnancy

from .conftest import cycle, found, lab, rlt, timeline

COURSE = (rlt(), cycle(1, 0))


def next_dose(*entries, week=8, **options):
    return found(*COURSE, *entries, week=week, **options).dose.readings[0]


def test_the_days_of_the_next_dose():
    following = next_dose().next_dose
    assert [str(day) for day in (following.earliest, following.due, following.latest)] == [
        "2024-02-19",
        "2024-02-26",
        "2024-03-04",
    ]


def test_the_tests_of_the_label_are_asked_for_in_their_window():
    # Asked on week 8 (2024-02-26): tests from 2024-01-29 to 2024-02-12, weeks 4 to 6.
    check = next_dose(lab("platelets", 200, 5), lab("haemoglobin", 130, 7)).precycle
    needed = {dict(one.because.used)["analyte"]: one.holds for one in check.checks if one.effect == "needed"}
    assert needed["platelets"] is False
    assert needed["haemoglobin"] is True
    assert len(needed) == 9


def test_a_partial_date_is_no_test_in_a_window():
    known = timeline(*COURSE, lab("platelets", 200, 5, date="2024-02"), lab("alt", 30, 5))
    assert [value.analyte for value in laboratory_values(known)] == ["alt"]


def test_clearance_below_30_blocks_in_the_eu_only():
    low = lab("creatinine_clearance", 24, 6)
    assert next_dose(low, jurisdiction="EU").precycle.value == "blocked"
    assert next_dose(low, jurisdiction="EU").next_dose.value == "hold"
    assert next_dose(low, jurisdiction="US").precycle.value == "incomplete"


@pytest.mark.parametrize(
    ("sex", "given", "expected"),
    [
        ("male", None, "not_possible"),
        ("female", None, None),
        ("female", {"pregnant": False, "basis": "test", "date": "2024-02-20"}, "excluded"),
        ("female", {"pregnant": False, "basis": "test", "date": "2023-12-20"}, None),
        ("female", {"pregnant": False, "basis": "menopause", "date": "2020-12-20"}, "not_possible"),
        ("female", {"pregnant": True, "basis": "test", "date": "2024-02-20"}, "pregnant"),
    ],
)
def test_pregnancy_as_recorded(sex, given, expected):
    stated = [{"kind": "pregnancy_status", "id": "ps", **given}] if given else []
    known = timeline(*COURSE, *stated, week=8, sex=sex)
    course = found(*COURSE, week=8).dose.readings[0].course
    assert pregnancy(known, course) == expected


def test_a_reached_limit_of_absorbed_dose_stops():
    history = {"kind": "treatment_history", "id": "th", "date": "2024-02-20", "complete_for": ["rlt"]}
    dosed = cycle(2, 8, absorbed_doses=[{"organ": "kidneys", "absorbed_dose_gy": 23}])
    following = next_dose(dosed, history, week=16).next_dose
    assert following.value == "stop"
    assert "DM-CUM-1" in [reason.rule for reason in following.because]


def test_without_dosimetry_no_limit_is_applied_and_it_says_so():
    assert "no limit of absorbed dose applied" in next_dose().next_dose.conventions


def test_four_doses_are_planned():
    following = next_dose(cycle(2, 8), cycle(3, 16), cycle(4, 24), week=32).next_dose
    assert following.value == "complete"
    assert following.because[-1].rule == "DM-CAL-18"
