"""Analysis sets: who is in them, and in which arm."""

import pytest

from lutetia.errors import InputError
from lutetia.trial.arms import arms_of, follow_up_of


def test_sets_by_planned_and_actual_treatment(by_hand):
    data = by_hand(
        [{"arm": "A"}, {"arm": "B"}, {"arm": "B", "SAFFL": "N", "TRT01A": None}, {"arm": "B", "TRT01A": "A"}]
    )
    full, safety = arms_of(data, "FASFL"), arms_of(data, "SAFFL")
    assert (full.names, full.n) == (("A", "B"), (1, 3))
    assert safety.n == (2, 1)
    assert safety.subjects == ("1", "2", "4")


def test_counts_are_of_each_side(by_hand):
    arms = arms_of(by_hand([{"arm": "A"}, {"arm": "B"}, {"arm": "B"}]), "FASFL")
    assert arms.count([True, False, True]) == (1, 1)


def test_one_arm_is_no_comparison(by_hand):
    with pytest.raises(InputError, match="two arms"):
        arms_of(by_hand([{"arm": "A"}, {"arm": "A"}]), "FASFL")


def test_times_come_in_the_order_of_the_set_with_the_strata(by_hand):
    data = by_hand([{"arm": "A", "times": {"PFS": (10, 1)}}, {"arm": "B", "STRAT1": "g3"}])
    arms = arms_of(data, "FASFL")
    follow = follow_up_of(data, arms, "PFS")
    assert follow.stop.tolist() == [10, 700]
    assert follow.event.tolist() == [1, 0]
    assert set(follow.strata_labels) == {"g2, other", "g3, other"}
    assert follow_up_of(data, arms, "NOTHERE") is None


def test_a_patient_without_the_time_is_named(by_hand):
    data = by_hand([{"arm": "A", "times": {"TTDQL": (10, 1)}}, {"arm": "B"}])
    with pytest.raises(InputError, match="PARAMCD TTDQL"):
        follow_up_of(data, arms_of(data, "FASFL"), "TTDQL")
