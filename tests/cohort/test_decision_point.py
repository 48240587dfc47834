"""Patients at a decision: what comes in is checked as a whole, what leaves no exposed time counts as never exposed."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.decision_point import DecisionPoint
from lutetia.errors import InputError


def decision(**changes):
    columns = {"follow_up_days": [100, 200, 300], "event": [1, 0, 1], "exposed_after_days": [np.nan, 50, 300]}
    return DecisionPoint.of(**(columns | changes))


def test_an_exposure_that_is_missing_or_leaves_no_exposed_time_is_never():
    assert decision().exposed_after_days.tolist() == [np.inf, 50, np.inf]


def test_the_other_treatment_is_read_in_the_same_way():
    assert decision(other_after_days=[10, np.nan, 400]).other_after_days.tolist() == [10, np.inf, np.inf]


def test_every_fault_is_named_with_its_rows():
    with pytest.raises(InputError) as raised:
        decision(follow_up_days=[0, 200, np.nan], exposed_after_days=[-1, 50, 20], covariates=[1.0, np.nan, 2.0])
    said = str(raised.value)
    for part in ("names", "follow_up_days, rows 0, 2", "exposed_after_days, rows 0", "covariates, rows 1"):
        assert part in said


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(InputError, match="follow_up_days 3, event 2"):
        decision(event=[1, 0])


def test_a_patient_drawn_twice_is_two_patients():
    drawn = decision().at(np.array([1, 1, 2]))
    assert drawn.n == 3
    assert len(set(drawn.patients)) == 3
    assert drawn.follow_up_days.tolist() == [200, 200, 300]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"patients": ["A", "B"]}, "patients 2"),
        ({"follow_up_days": [], "event": [], "exposed_after_days": []}, "at least one patient"),
        ({"event": [1, 2, 0]}, "event, rows 1"),
        ({"follow_up_days": [100, np.inf, 300]}, "follow_up_days, rows 1"),
        ({"other_after_days": [0, 1, -2]}, "other_after_days, rows 2"),
    ],
)
def test_what_cannot_be_patients_is_refused(changes, words):
    with pytest.raises(InputError, match=words):
        decision(**changes)


def test_later_changes_of_the_callers_columns_change_nothing():
    days, table = np.array([100.0, 200, 300]), np.ones((3, 1))
    made = decision(follow_up_days=days, covariates=table, names=["a"])
    days[0], table[0, 0] = -5, 7
    assert made.follow_up_days[0] == 100
    assert made.covariates[0, 0] == 1
