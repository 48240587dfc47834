"""Sums by group."""

import numpy as np

from lutetia.survival.grouped_sums import grouped_sums


def test_sums_by_hand_of_one_and_of_two_columns():
    group = np.array([0, 2, 0, 2])
    values = np.array([1.0, 2.0, 3.0, 0.5])
    assert grouped_sums(group, values, 4).tolist() == [4.0, 0.0, 2.5, 0.0]
    both = grouped_sums(group, np.column_stack([values, -values]), 4)
    assert both.tolist() == [[4.0, -4.0], [0.0, 0.0], [2.5, -2.5], [0.0, 0.0]]
