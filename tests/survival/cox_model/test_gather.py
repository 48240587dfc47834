"""Cuts and gathered columns against numpy."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from lutetia.survival.cox_model.gather import (
    cut_pieces,
    find_groups,
    gather_column,
    gather_rows,
    make_slots,
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
    none = np.empty(0, dtype=np.int64)
    for slots in (none, make_slots(np.array([6.0, 5.0, 1.0]), 4)):
        find_groups((0, 5), times, none, np.array([0, 3]), np.array([6.0, 5.0, 1.0]), slots, group)
        assert group.tolist() == [0, 1, 2, 2, 3]


@pytest.mark.parametrize("count", [1, 7, 400])
def test_slots_never_change_the_group(count):
    rng = np.random.default_rng(count)
    group_time = np.unique(np.concatenate([rng.exponential(1, 60), rng.uniform(0, 1e-9, 20), [0.0, 1e3]]))[::-1].copy()
    times = np.concatenate(
        [group_time, np.nextafter(group_time, 0), np.nextafter(group_time, 1e9), rng.exponential(2, 99)]
    )
    found, none = np.empty((2, times.size), dtype=np.int64), np.empty(0, dtype=np.int64)
    for group, slots in zip(found, (none, make_slots(group_time, count)), strict=True):
        find_groups((0, times.size), times, none, np.array([0, group_time.size]), group_time, slots, group)
    assert (found[0] == found[1]).all()
    assert (found[0] == [(group_time > time).sum() for time in times]).all()


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
