"""What must be kept in mind: an old baseline, another method, an open order, a procedure in between, a missing sum."""

from __future__ import annotations

import pytest

from .conftest import LINE, ct

BASE = ct("2024-01-20", "T1 target 60")
VISIT = ct("2024-05-20", "T1 target 60")


def rules(lesions):
    return [caution.because.rule for caution in lesions.cautions]


@pytest.mark.parametrize(("day", "old"), [("2024-01-04", False), ("2024-01-03", True), ("2024-01", True)])
def test_a_baseline_of_28_days_is_in_time(found, day, old):
    # From 4 January to 1 February are 28 days; January 2024 may mean 31 days before.
    assert rules(found(LINE, ct(day, "T1 target 60"), VISIT)) == (["LES-BASELINE-AGE"] if old else [])


def test_the_age_of_a_partial_baseline_is_a_range(found):
    (caution,) = found(LINE, ct("2024-01", "T1 target 60"), VISIT).cautions
    assert dict(caution.because.used)["days"] == "1 to 31"
    assert found(LINE, ct("2024-01", "T1 target 60"), VISIT, baseline_at_most_days=31).cautions == ()


def test_another_modality_where_both_are_recorded(found):
    base, mri = BASE | {"modality": "ct"}, VISIT | {"modality": "mri"}
    (caution,) = found(LINE, base, mri).cautions
    assert dict(caution.because.used) == {"baseline": "ct", "later": "mri on 2024-05-20"}
    assert rules(found(LINE, base, VISIT)) == []


def test_dates_that_leave_the_order_open(found):
    month = ct("2024-05", "T1 target 60")
    (caution,) = found(LINE, BASE, VISIT, month).cautions
    assert dict(caution.because.used) == {"taken as": "2024-05-20, then 2024-05"}


def test_the_baseline_too_may_be_open(found):
    (caution,) = found(LINE, BASE, ct("2024-01", "T1 target 55"), VISIT, baseline_at_most_days=99).cautions
    assert dict(caution.because.used) == {"taken as": "2024-01-20, then 2024-01"}


def test_a_procedure_between_baseline_and_last_visit(found):
    def procedure(day):
        return {"kind": "procedure", "id": "p", "date": day, "procedure": "embolisation"}

    assert rules(found(LINE, BASE, procedure("2024-03-01"), VISIT)) == ["LES-PROCEDURE"]
    assert rules(found(LINE, BASE, procedure("2024-05-21"), VISIT)) == []
    assert rules(found(LINE, BASE, procedure("2024-01-19"), VISIT)) == []


def test_an_earlier_sum_without_all_targets(found):
    missing = ct("2024-03-20", "T1 target -")
    (caution,) = found(LINE, BASE, missing, VISIT).cautions
    assert (caution.because.rule, dict(caution.because.used)) == (
        "LES-INCOMPLETE",
        {"without all targets": "2024-03-20"},
    )
    assert rules(found(LINE, BASE, missing)) == []  # the last visit says itself that it is not evaluable
