"""One entry graded by its own limits: a missing limit is said, never replaced, and a silent standard is said too."""

from __future__ import annotations

import pytest

from lutetia.guideline.toxicity import board_conventions, references_of
from lutetia.guideline.toxicity.grading import GradedValue, gradable, graded_value, low_side

from .conftest import lab, timeline

CHOSEN = board_conventions()


def entry(analyte: str, value: object, week: float = 1, **other: object):
    return timeline(lab(analyte, value, week, **other)).known("laboratory")[0]


def graded(analyte: str, value: object, baseline: object = None, after: bool = True, **other: object) -> GradedValue:
    return graded_value(entry(analyte, value, **other), baseline=baseline, after_baseline=after, conventions=CHOSEN)


def said(value: GradedValue) -> list[str | None]:
    return [grade.value for grade in value.grades]


def test_neutrophils_of_0_8_are_grade_3_by_one_version_and_2_by_the_other():
    value = graded("neutrophils", 0.8)
    assert said(value) == ["3", "2"]
    assert [grade.provisional for grade in value.grades] == [False, True]
    assert value.by("6.0").grade.version == "6.0"


def test_without_the_limit_that_decides_a_value_is_not_graded():
    value = graded("platelets", 112, lower_limit=None)
    assert said(value) == [None, None]
    assert value.by("5.0").why_not == "no lower limit on record"
    # What is left open stays there for the dose machine: grade 0 or 1, and both are no trigger.
    assert value.by("5.0").grade.possible == (0, 1)


def test_a_limit_of_the_standard_needs_none_of_the_laboratory():
    assert said(graded("platelets", 70, lower_limit=None)) == ["2", "2"]


def test_an_explicitly_unknown_limit_is_no_limit():
    assert said(graded("alt", 60, upper_limit={"unknown": "not_recorded"})) == [None, None]
    assert graded("alt", 60, upper_limit={"unknown": "not_recorded"}).by("5.0").why_not == "no upper limit on record"


def test_a_version_without_a_low_side_says_so_instead_of_grade_0():
    value = graded("lymphocytes", 0.3)
    assert said(value) == ["3", None]
    assert value.by("6.0").why_not.startswith("CTCAE 6.0 gives no numbers")
    assert said(graded("lymphocytes", 1.5)) == ["0", "0"]


def test_high_glucose_has_no_numbers_in_5_0_but_low_glucose_has():
    assert graded("glucose", 9.5).by("5.0").value is None
    assert graded("glucose", 2.5).by("5.0").value == "2"  # below 3.0
    assert graded("glucose", 5.0).by("5.0").value == "0"


def test_the_baseline_is_converted_into_the_unit_of_the_entry():
    # 1.0 mg/dL is 88.4 umol/L; the limit 1.1 mg/dL is 97.24.
    before = entry("creatinine", 1.0, 0, unit="mg/dL", lower_limit=0.5, upper_limit=1.1)
    references = references_of(entry("creatinine", 150), before)
    assert references["baseline"] == pytest.approx(88.4, rel=1e-3)
    assert references["uln"] == 84
    assert references["baseline_uln"] == pytest.approx(97.24, rel=1e-3)


def test_a_baseline_that_is_a_range_is_not_used():
    before = entry("bilirubin", "<5", 0)
    assert references_of(entry("bilirubin", 30), before)["baseline"] is None


def test_baseline_relative_rules_apply_after_the_baseline_only():
    # ALT 180, ULN 40, baseline 60: above ULN at baseline, so 3 x baseline (180) is the limit: not above it, grade 1.
    before = entry("alt", 60, 0)
    assert graded("alt", 180, before).by("5.0").value == "1"
    # At the baseline itself by ULN: 180 is above 3 x 40, grade 2.
    assert graded("alt", 180, before, after=False).by("5.0").value == "2"


def test_an_unknown_value_has_no_grade():
    value = graded("platelets", {"unknown": "pending"})
    assert said(value) == [None, None]
    assert "pending" in value.by("5.0").why_not


def test_limits_that_the_standard_refuses_are_told_not_raised():
    value = graded("platelets", 100, lower_limit=-5)
    assert said(value) == [None, None]
    assert value.by("5.0").why_not.startswith("lln must be a number of at least 0")


def test_only_the_low_side_of_a_white_cell_count():
    assert low_side(entry("leukocytes", 1.5), "5.0", CHOSEN).value == "3"  # below 2
    assert low_side(entry("leukocytes", 120), "5.0", CHOSEN).value == "0"
    assert low_side(entry("lymphocytes", 0.3), "6.0", CHOSEN) is None


def test_what_is_graded_stands_in_the_order_of_the_table():
    assert gradable(("5.0", "6.0"))[:4] == ("haemoglobin", "platelets", "neutrophils", "leukocytes")
