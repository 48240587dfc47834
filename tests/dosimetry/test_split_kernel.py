"""The two parts of a kernel: near offsets exactly, the rest closely, and nothing of the sum lost."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from lutetia.dosimetry.coarse_grid import interpolation_weights
from lutetia.dosimetry.split_kernel import PARITIES, split_kernel

CUBE = np.array([4.8, 4.8, 4.8])


def coarse_values(split):
    """The coarse lattice as a table of its first octant."""
    return split.coarse(*np.ix_(*[np.arange(16)] * 3))


def through_the_coarse_grid(table, target, offset, halved):
    """The coarse part of the kernel from a source at target + offset, written out."""
    total = 0.0
    ends = []
    for t, o, half in zip(target, offset, halved, strict=True):
        s = t + o
        if half:
            at_target = {t // 2 + a: w for a, w in interpolation_weights(t % 2).items()}
            at_source = {s // 2 + a: w for a, w in interpolation_weights(s % 2).items()}
        else:
            at_target, at_source = {t: 1.0}, {s: 1.0}
        ends.append([(j - i, wi * wj) for i, wi in at_target.items() for j, wj in at_source.items()])
    for (dz, wz), (dy, wy), (dx, wx) in product(*ends):
        total += wz * wy * wx * table[abs(dz), abs(dy), abs(dx)]
    return total


@pytest.mark.parametrize("halved", [(True, True, True), (False, True, True)])
def test_near_offsets_get_the_kernel_itself(gaussian_kernel, halved):
    kernel = gaussian_kernel("lutetium")
    split = split_kernel(kernel.s_gy_per_mbq_h, halved, CUBE, 3)
    table, draws = coarse_values(split), np.random.default_rng(2)
    for row in draws.choice(len(split.offsets), 12, replace=False):
        offset = split.offsets[row]
        if not offset.any():
            continue
        for number in (0, 3, 5, 7):
            parity = PARITIES[number]
            if any(p and not half for p, half in zip(parity, halved, strict=True)):
                continue
            target = np.array(parity) + 20
            got = split.weights[number, row] + through_the_coarse_grid(table, target, offset, halved)
            assert got == pytest.approx(kernel.s_gy_per_mbq_h(*np.abs(offset)).item(), rel=1e-9, abs=1e-15)


def test_what_is_left_over_at_distance_is_within_the_bound_and_goes_to_the_source(gaussian_kernel):
    kernel = gaussian_kernel("lutetium")
    split = split_kernel(kernel.s_gy_per_mbq_h, (True, True, True), CUBE, 3)
    centre = np.flatnonzero(~split.offsets.any(axis=1))[0]
    table, target = coarse_values(split), np.array([20, 20, 20])
    own = split.weights[0, centre] + through_the_coarse_grid(table, target, (0, 0, 0), (True, True, True))
    given = own - kernel.s_gy_per_mbq_h(0, 0, 0).item()
    assert 0 < abs(given) <= split.error
    far = [(5, 0, 0), (4, 1, 0), (6, 3, 2)]
    off = [abs(through_the_coarse_grid(table, target, o, (True,) * 3) - kernel.s_gy_per_mbq_h(*o).item()) for o in far]
    assert sum(off) < split.error
    assert split.error < 1e-3 * 1.34 * kernel.s_gy_per_mbq_h(0, 0, 0).item()


def test_a_longer_reach_leaves_a_smaller_error(gaussian_kernel):
    kernel = gaussian_kernel("yttrium", (2.4, 2.4, 2.4))
    errors = [split_kernel(kernel.s_gy_per_mbq_h, (True,) * 3, np.array([2.4] * 3), reach).error for reach in (3, 4, 5)]
    assert errors[0] > 10 * errors[1] > 100 * errors[2]


def test_the_near_part_has_the_shape_of_a_ball_in_millimetres(gaussian_kernel):
    kernel = gaussian_kernel("lutetium", (4.8, 2.4, 2.4))
    split = split_kernel(kernel.s_gy_per_mbq_h, (False, True, True), np.array([4.8, 2.4, 2.4]), 3)
    assert np.abs(split.offsets).max(axis=0).tolist() == [1, 3, 3]
    away_mm = np.sqrt(((split.offsets * [4.8, 2.4, 2.4]) ** 2).sum(axis=1))
    assert away_mm.max() <= 3.5 * 2.4
    assert len({tuple(o) for o in split.offsets}) == len(split.offsets)
