"""Renal and hepatic toxicity stay a question: values are shown, each unverified criterion is named, none is applied."""

from __future__ import annotations

from .conftest import cycle, event, found, lab, rlt

COURSE = (rlt(), cycle(1, 0))


def questions(*entries, week=7):
    return found(*COURSE, *entries, week=week).dose.questions


def test_values_since_the_last_dose_with_their_baseline():
    renal, hepatic = questions(
        lab("creatinine_clearance", 90, -1), lab("creatinine_clearance", 50, 5), lab("creatinine", 120, 5)
    )
    assert renal.values == (
        "creatinine clearance 50 mL/min (2024-02-05; baseline 90 mL/min, 2023-12-25)",
        "creatinine 120 umol/L (2024-02-05)",
    )
    assert hepatic.values == ()


def test_a_value_from_before_the_last_dose_is_not_shown():
    renal, _ = questions(lab("creatinine_clearance", 35, 5), cycle(2, 8), week=9)
    assert renal.values == ()


def test_what_the_unverified_criterion_would_say():
    # 90 to 50 mL/min is a fall of 44 %: met. 90 to 60 is 33 %, but without creatinine it cannot be told.
    renal, _ = questions(lab("creatinine_clearance", 90, -1), lab("creatinine_clearance", 50, 5))
    assert [(one.variant, one.met) for one in renal.variants] == [("clearance_40_or_change_40_pct", True)]
    renal, _ = questions(lab("creatinine_clearance", 90, -1), lab("creatinine_clearance", 60, 5))
    assert renal.variants[0].met is None
    assert "DM-REN-5" in renal.rules
    assert all(reason.status == "still_unverified" for reason in renal.variants[0].because)


def test_both_clotting_variants_are_named():
    # Albumin 28 g/L with INR 1.6: met by the first; the course holds no prothrombin ratio for the second.
    _, hepatic = questions(lab("bilirubin", 20, 5), lab("albumin", 28, 5), lab("inr", 1.6, 5))
    assert [(one.variant, one.met) for one in hepatic.variants] == [
        ("inr_above_1_5", True),
        ("prothrombin_ratio_below_70_pct", None),
    ]
    assert {"DM-HEP-5", "DM-HEP-6", "DM-HEP-7"} <= set(hepatic.rules)


def test_a_met_criterion_decides_nothing():
    course = found(*COURSE, lab("creatinine_clearance", 20, 5), week=7).dose
    assert all(reading.course.of("renal").value == "none" for reading in course.readings)
    assert all("renal" in reading.open_classes for reading in course.readings)
    assert all(not reading.course.of("renal").assessed for reading in course.readings)


def test_recorded_events_of_the_organ_are_shown():
    renal, hepatic = questions(event("Acute kidney injury", 2, 3), event("Blood bilirubin increased", 1, 3))
    assert renal.events == ("Acute kidney injury grade 2 (2024-01-22)",)
    assert hepatic.events == ("Blood bilirubin increased grade 1 (2024-01-22)",)


def test_the_judge_is_asked_for_with_the_names_of_the_variants():
    _, hepatic = questions()
    assert "inr_above_1_5 or prothrombin_ratio_below_70_pct" in hepatic.missing
    assert "2024-01-01" in hepatic.missing
