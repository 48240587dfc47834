"""Which times are one time."""

from __future__ import annotations

import numpy as np

from lutetia.survival.ties import distinct, made_equal, position, whole_range


def test_noise_of_computed_durations_is_one_time():
    times = np.array([0.3, 0.1 + 0.2, 1.0])
    assert 0.1 + 0.2 != 0.3
    assert distinct(times).tolist() == [0.3, 1.0]
    assert position(distinct(times), times).tolist() == [0, 0, 1]


def test_the_step_counts_absolutely_or_against_the_mean():
    near = np.array([1.0, 1.0 + 1e-8, 1.0 + 1e-7])
    assert distinct(near).size == 2
    assert distinct(near * 1e6).size == 2  # the same times in another unit
    assert distinct(np.array([0.0, 1e-8, 1e-7])).size == 2


def test_several_columns_share_their_times():
    assert distinct(np.array([2.0, 1.0]), np.array([0.0, 1.0])).tolist() == [0, 1, 2]


def test_whole_times_that_are_few_enough_are_counted():
    assert whole_range(np.array([3.0, 7.0])) == 7
    assert whole_range(np.array([3.0, 7.5])) is None
    assert whole_range(np.array([3.0, 1e6])) is None
    assert whole_range(np.array([3.0]), np.array([0.5])) is None


def test_times_that_differ_by_rounding_are_made_equal_in_start_and_stop():
    stop, start = made_equal(np.array([0.3, 0.1 + 0.2, 0.5]), np.array([0.0, 0.1, 0.3]))
    assert stop[0] == stop[1] == start[2]


def test_whole_times_come_back_untouched():
    stop = np.array([3.0, 5.0])
    assert made_equal(stop, None)[0] is stop
