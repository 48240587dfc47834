"""The compiled sums: where voxels lie, and runs of every length against numpy."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.near_sum import LONGEST_RUN, add_neighbours, lay_out, layout


@pytest.mark.parametrize("length", [1, 15, 16, 17, 31, 33, 48, 64, 65, 100, 131])
def test_a_run_is_the_weighted_sum_of_its_neighbours(length):
    draws = np.random.default_rng(length)
    image = draws.random(2000, dtype=np.float32)
    place, weight = draws.integers(-200, 200, 9), draws.random(9, dtype=np.float32)
    start = draws.random(length + LONGEST_RUN, dtype=np.float32)
    out = start.copy()
    add_neighbours(image, 500, place, weight, 2, 5, out, length)
    expected = start[:length].astype(float)
    for p, w in zip(place[2:7], weight[2:7], strict=True):
        expected += float(w) * image[500 + p : 500 + p + length]
    assert out[:length] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("phases", "nx"), [(2, 6), (2, 7), (1, 5)])
def test_voxels_lie_where_the_layout_says(phases, nx):
    values = np.arange(3 * 4 * nx, dtype=np.float64).reshape(3, 4, nx)
    where = layout((3, 4, nx), phases, (2, 1, 3))
    flat = np.zeros(where.room, np.float32)
    total, wrong = lay_out(values, where, 0, 3, flat)
    assert (total, wrong) == (values.sum(), 0)
    assert flat.sum() == values.sum(), "all that is not a voxel is 0"
    for z, y, x in np.ndindex(values.shape):
        row = (z + where.pad_z) * where.stride_z + (y + where.pad_y) * where.stride_y
        assert flat[row + (x % phases) * where.row + where.pad_x + x // phases] == values[z, y, x]


def test_what_is_no_amount_is_counted():
    values = np.zeros((2, 2, 4))
    values[0, 0] = [-1, np.nan, np.inf, -np.inf]
    where = layout((2, 2, 4), 2, (1, 1, 1))
    assert lay_out(values, where, 0, 2, np.zeros(where.room, np.float32))[1] == 4
