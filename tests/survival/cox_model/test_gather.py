"""Cuts and gathered columns against numpy."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from lutetia.survival.cox_model.gather import (
    cut_pieces,
    find_groups,
    gather_column,
    gather_rows,
    moments_of_column,
    moments_of_rows,
)


def test_pieces_stay_inside_strata_and_limits():
    group_first = np.array([0, 3, 5, 9, 10, 11])
    assert cut_pieces(group_first, np.array([0, 3, 5]), 5, 99).tolist() == [0, 2, 3, 5]
    assert cut_pieces(group_first, np.array([0, 3, 5]), 99, 1).tolist() == [0, 1, 2, 3, 4, 5]
    assert cut_pieces(group_first, np.array([0, 0, 5]), 99, 99).tolist() == [0, 5]


def test_groups_are_the_latest_event_time_not_after():
    times, group = np.array([7.0, 5.0, 4.9, 1.0, 0.5]), np.empty(5, dtype=np.int64)
    find_groups((0, 5), times, np.empty(0, dtype=np.int64), np.array([0, 3]), np.array([6.0, 5.0, 1.0]), group)
    assert group.tolist() == [0, 1, 2, 2, 3]


def test_gathered_values_and_moments():
    x = np.random.default_rng(0).normal(size=(200, 3))
    rows = np.random.default_rng(1).permutation(200)[:150]
    mean, scale = x.mean(axis=0), x.std(axis=0)
    z = np.empty((3, 150))
    gather_rows((0, 150), x, rows, mean, scale, z)
    assert_allclose(z, ((x[rows] - mean) / scale).T, rtol=1e-12)
    column = np.empty(150)
    gather_column(x[:, 1], rows, mean[1], scale[1], column)
    assert_allclose(column, z[1], rtol=1e-12)
    sums, squares = np.zeros(3), np.zeros(3)
    moments_of_rows((0, 150), x, rows, mean, sums, squares)
    assert_allclose(squares, ((x[rows] - mean) ** 2).sum(axis=0), rtol=1e-12)
    assert_allclose(moments_of_column(x[:, 1], rows, mean[1]), (sums[1], squares[1]), rtol=1e-12)
