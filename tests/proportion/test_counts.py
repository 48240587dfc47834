"""Counts are whole, not negative and not more than all; every fault is named at once."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.proportion.counts import checked_level, checked_pairs, chosen


def faults_of(call) -> list[str]:
    with pytest.raises(InputError) as refused:
        call()
    return [str(fault) for fault in refused.value.faults]


def test_good_counts_come_back_as_floats_that_fit_together():
    ((x, n),) = checked_pairs("t", group=([1, 2, 0], 10))
    assert x.tolist() == [1, 2, 0]
    assert n.tolist() == [10, 10, 10]
    ((x, n),) = checked_pairs("t", group=(np.int64(3), 4.0))
    assert (float(x), float(n)) == (3, 4)


@pytest.mark.parametrize(
    ("events", "n", "words"),
    [
        (3, 2, "must not exceed n (2), but got 3"),
        (0, 0, "n of group: must be at least 1, but got 0"),
        (-1, 5, "must not be negative, but got -1"),
        (1.5, 5, "must be a whole number, but got 1.5"),
        (float("nan"), 5, "must be a whole number, but got nan"),
        (1, float("inf"), "n of group: must be a whole number, but got inf"),
        ("1", 5, "must be whole numbers, but got '1'"),
        (True, 5, "must be whole numbers, but got True"),
        (None, 5, "must be whole numbers, but got None"),
        (1j, 5, "must be whole numbers"),
        ([1, 2], [3, 4, 5], "must have shapes that fit together, but got (2,) and (3,)"),
    ],
)
def test_each_fault_is_named(events, n, words):
    assert words in "\n".join(faults_of(lambda: checked_pairs("t", group=(events, n))))


def test_all_faults_of_all_pairs_come_at_once_with_their_positions():
    said = faults_of(lambda: checked_pairs("t", group_1=([1, 9, 7], [5, 5, 5]), group_2=(-1, 0.5)))
    assert len(said) == 3
    assert said[0].startswith("events of group 1: must not exceed n (5 at 1, 5 at 2), but got 9 at 1, 7 at 2.")


def test_no_more_than_ten_positions_are_named():
    (said,) = faults_of(lambda: checked_pairs("t", group=(np.full(13, 2), np.ones(13))))
    assert said.count(" at ") == 20  # ten of the events, ten of the n
    assert "and 3 more" in said


def test_a_method_is_known_by_either_sign_and_a_level_is_a_share():
    assert chosen("t", "method", "Wald_CC", ("wald-cc",)) == "wald-cc"
    assert "must be one of wald, but got 'score'" in faults_of(lambda: chosen("t", "method", "score", ("wald",)))[0]
    assert "must be one of wald, but got None" in faults_of(lambda: chosen("t", "method", None, ("wald",)))[0]
    assert checked_level("t", 0.9) == 0.9
    for level in (95, 0, 1, True, "0.95"):
        assert "95 % is 0.95" in faults_of(lambda level=level: checked_level("t", level))[0]
