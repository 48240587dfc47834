"""Sums without loss, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.survival.cox_model.kernel import add, sum_earlier_times


def test_sums_of_unlike_size_come_back_without_loss():
    value, rest = 0.0, 0.0
    for term in (1e20, 3.25, -1e20, 1e-3):
        value, rest = add(value, rest, term)
    assert value + rest == pytest.approx(3.251, rel=1e-15)
    assert sum((1e20, 3.25, -1e20, 1e-3)) == 1e-3  # what plain addition makes of it


def test_sums_of_earlier_times_by_hand():
    sums = np.empty((5, 2))
    sum_earlier_times(np.array([1.0, 2, 4, 8]), np.array([0, 3, 4]), sums)
    assert sums.sum(axis=1).tolist() == [7, 6, 4, 8, 0]


def test_remainders_keep_a_small_difference():
    sums = np.empty((3, 2))
    sum_earlier_times(np.array([3e-12, 1e9]), np.array([0, 2]), sums)
    difference = (sums[0, 0] - sums[1, 0]) + (sums[0, 1] - sums[1, 1])
    assert difference == pytest.approx(3e-12, rel=1e-9)
