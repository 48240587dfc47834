"""Both clones of six made-up patients by hand, and what counts on the days at the edge."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.clone import clone
from lutetia.cohort.decision_point import DecisionPoint
from lutetia.errors import InputError

NEVER = np.inf


def test_the_clones_by_hand():
    # A dies at 4; B is exposed at 3, dies at 20; C is exposed at 8, is censored at 30; D dies at 15; E is exposed at
    # 12, after the grace period of 10 days, and dies at 25; F is censored at 40.
    made = clone(
        DecisionPoint.of(
            follow_up_days=[4, 20, 30, 15, 25, 40],
            event=[1, 1, 0, 1, 1, 0],
            exposed_after_days=[NEVER, 3, 8, NEVER, 12, NEVER],
        ),
        grace_days=10,
    )
    treat, against = made.treat, ~made.treat
    assert made.patient.tolist() == [0, 1, 2, 3, 4, 5] * 2
    assert made.stop[treat].tolist() == [4, 20, 30, 10, 10, 10]
    assert made.event[treat].tolist() == [True, True, False, False, False, False]
    assert made.left[treat].tolist() == [False, False, False, True, True, True]
    assert made.stop[against].tolist() == [4, 3, 8, 15, 25, 40]
    assert made.event[against].tolist() == [True, False, False, True, True, False]
    assert made.left[against].tolist() == [False, True, True, False, False, False]


def test_an_exposure_on_the_last_day_of_the_grace_period_is_within_it():
    made = clone(DecisionPoint.of(follow_up_days=[50], event=[1], exposed_after_days=[10]), grace_days=10)
    assert made.stop.tolist() == [50, 10]


def test_a_death_on_the_last_day_of_the_grace_period_counts_in_both_arms():
    made = clone(DecisionPoint.of(follow_up_days=[10], event=[1], exposed_after_days=[NEVER]), grace_days=10)
    assert made.event.tolist() == [True, True]
    assert made.left.tolist() == [False, False]


def test_an_exposure_on_the_day_of_the_decision_leaves_the_other_arm_at_once():
    made = clone(DecisionPoint.of(follow_up_days=[50], event=[1], exposed_after_days=[0]), grace_days=10)
    assert made.stop.tolist() == [50, 0]
    assert made.left.tolist() == [False, True]


def test_the_other_treatment_ends_a_clone_of_the_arm_treat():
    decision = DecisionPoint.of(
        follow_up_days=[50, 50, 50, 50], event=[1, 1, 1, 1],
        exposed_after_days=[4, NEVER, 6, NEVER], other_after_days=[7, 3, NEVER, NEVER],
    )  # fmt: skip
    made = clone(decision, grace_days=10)
    assert made.stop[made.treat].tolist() == [50, 3, 50, 10]
    assert made.stop[~made.treat].tolist() == [4, 50, 6, 10]


@pytest.mark.parametrize("grace_days", [0, -1, np.inf, np.nan])
def test_a_grace_period_must_be_a_number_of_days(grace_days):
    with pytest.raises(InputError, match="grace_days: must be above 0"):
        clone(DecisionPoint.of(follow_up_days=[50], event=[1], exposed_after_days=[4]), grace_days=grace_days)
