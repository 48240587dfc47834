"""Between two grids: cubic polynomials come down exactly, amounts go up by the transpose and are kept."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from lutetia.dosimetry import coarse_grid
from lutetia.dosimetry.near_sum import lay_out, layout

SHAPES = [(12, 13, 14), (13, 12, 15), (5, 16, 17)]
AXES = [halved for halved in product((True, False), repeat=3) if any(halved)]


def gathered(amounts, halved):
    where = layout(amounts.shape, 2 if halved[2] else 1, (3, 3, 3))
    flat = np.zeros(where.room, np.float32)
    lay_out(amounts, where, 0, amounts.shape[0], flat)
    depth, *plane = map(coarse_grid.coarse_count, amounts.shape, halved)
    rows = np.zeros((amounts.shape[0], *plane), np.float32)
    coarse_grid.gather_rows(flat, where, halved[1], 0, amounts.shape[0], rows)
    if not halved[0]:
        return rows
    coarse = np.zeros((depth, *plane), np.float32)
    coarse_grid.gather_slices(rows, 0, depth, coarse)
    return coarse


def spread(coarse, shape, halved):
    """The interpolation alone: one neighbour of weight 0."""
    where = layout(shape, 2 if halved[2] else 1, (3, 3, 3))
    nothing = np.zeros((8, 1), np.int64), np.zeros((8, 1), np.float32), np.ones(8, np.int64)
    out = np.empty(shape, np.float32)
    total = coarse_grid.spread(coarse, halved, np.zeros(where.room, np.float32), where, *nothing, 0, shape[0], out)
    assert total == pytest.approx(out.sum(dtype=float), rel=1e-5)
    return out


@pytest.mark.parametrize("halved", AXES)
@pytest.mark.parametrize("shape", SHAPES)
def test_cubic_polynomials_are_interpolated_exactly(shape, halved):
    def polynomial(z, y, x):
        return 1 + 0.3 * z - 0.2 * y + 0.01 * x**3 - 0.02 * z * y * x + 0.005 * y**3 * z

    sides = [
        2.0 * (np.arange(coarse_grid.coarse_count(n, True)) - 1) if half else np.arange(n, dtype=float)
        for n, half in zip(shape, halved, strict=True)
    ]
    coarse = polynomial(*np.ix_(*sides)).astype(np.float32)
    fine = polynomial(*np.ix_(*(np.arange(n, dtype=float) for n in shape)))
    assert spread(coarse, shape, halved) == pytest.approx(fine, rel=1e-4, abs=1e-3)


@pytest.mark.parametrize("halved", AXES)
@pytest.mark.parametrize("shape", SHAPES)
def test_gathering_is_the_transpose_and_keeps_the_amounts(shape, halved):
    draws = np.random.default_rng(3)
    amounts = draws.random(shape)
    coarse_shape = tuple(map(coarse_grid.coarse_count, shape, halved))
    values = draws.random(coarse_shape, dtype=np.float32)
    up = gathered(amounts, halved)
    assert up.shape == coarse_shape
    assert up.sum(dtype=float) == pytest.approx(amounts.sum(), rel=1e-6)
    down = spread(values, shape, halved)
    assert (up.astype(float) * values).sum() == pytest.approx((down * amounts).sum(), rel=1e-5)


def test_weights_by_hand():
    # Lagrange's cubic through −1, 0, 1, 2 at 1/2: −1/16, 9/16, 9/16, −1/16
    assert coarse_grid.interpolation_weights(1) == {-1: -0.0625, 0: 0.5625, 1: 0.5625, 2: -0.0625}
    assert coarse_grid.interpolation_weights(0) == {0: 1.0}


@pytest.mark.parametrize(("length", "coarse"), [(128, 67), (67, 37), (2, 4), (1, 4)])
def test_every_voxel_has_two_coarse_neighbours_on_either_side(length, coarse):
    assert coarse_grid.coarse_count(length, True) == coarse
    last = length - 1
    highest_needed = last // 2 + 1 + (2 if last % 2 else 0)
    assert coarse > highest_needed
    assert coarse_grid.coarse_count(length, False) == length
