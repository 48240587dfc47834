"""The loops against the same sums written plainly in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry import resample_kernel as kernel

SHAPE = (5, 6, 7)
RNG = np.random.default_rng(4)
SOURCE = RNG.random(SHAPE)
MAP = np.eye(4)
MAP[:3] = [[0.9, 0.2, -0.1, 0.4], [-0.2, 0.8, 0.1, 0.9], [0.1, -0.1, 0.7, 0.2]]
N = np.array([2, 1, 3])


def points_of(shape, n):
    """(z, y, x, points, 3): index x, y, z of every point of every voxel."""
    grids = [
        (np.arange(count)[:, None] - 0.5 + (np.arange(k) + 0.5) / k) for count, k in zip(shape, n[::-1], strict=True)
    ]
    z, y, x = grids
    out = np.empty((*shape, n[2], n[1], n[0], 3))
    out[..., 2] = z[:, None, None, :, None, None]
    out[..., 1] = y[None, :, None, None, :, None]
    out[..., 0] = x[None, None, :, None, None, :]
    return out.reshape(*shape, -1, 3)


def hats(points, shape):
    """(points, voxels): 1 − |distance| along each axis, not below 0."""
    index = np.stack(np.meshgrid(*[np.arange(count) for count in shape], indexing="ij"), axis=-1).reshape(-1, 3)[
        :, ::-1
    ]
    return np.prod(np.clip(1 - np.abs(points[:, None, :] - index[None]), 0, None), axis=-1)


def mapped(points):
    return points @ MAP[:3, :3].T + MAP[:3, 3]


def test_shares_are_taken_by_distance():
    target, out = (4, 5, 6), np.zeros((4, 5, 6))
    kernel.shared_out(SOURCE, MAP, N, 0, 4, out)
    plain = hats(mapped(points_of(target, N)).reshape(-1, 3), SHAPE) @ SOURCE.ravel()
    assert out == pytest.approx(plain.reshape(*target, -1).sum(axis=-1))


def test_point_weights_are_the_other_side_of_the_shares():
    target, pad = (4, 5, 6), np.array([1, 2, 1])
    weights = np.zeros(SHAPE)
    kernel.point_weights(np.array(target[::-1]), MAP, N, pad, -1, 5, weights)
    wide = tuple(count + 2 * p for count, p in zip(target, pad[::-1], strict=True))
    points = points_of(wide, N) - pad
    plain = hats(mapped(points).reshape(-1, 3), SHAPE).sum(axis=0).reshape(SHAPE)
    assert weights == pytest.approx(plain)


def test_spreading_gives_every_point_its_part():
    out = np.zeros((4, 5, 6))
    kernel.spread(SOURCE, MAP, N, out)
    points = mapped(points_of(SHAPE, N))
    parts = np.repeat(SOURCE.ravel(), int(N.prod())) / N.prod()
    assert out == pytest.approx((parts @ hats(points.reshape(-1, 3), out.shape)).reshape(out.shape))


def test_gathering_counts_points_in_voxels():
    total, points = np.zeros((4, 5, 6)), np.zeros((4, 5, 6))
    kernel.gathered(SOURCE, MAP, N, total, points)
    where = np.floor(mapped(points_of(SHAPE, N)) + 0.5).astype(int).reshape(-1, 3)
    inside = ((where >= 0) & (where < np.array([6, 5, 4]))).all(axis=1)
    counted = np.zeros_like(points)
    np.add.at(counted, tuple(where[inside].T[::-1]), 1 / N.prod())
    assert points == pytest.approx(counted)
    assert total.sum() == pytest.approx((np.repeat(SOURCE.ravel(), int(N.prod())) / N.prod())[inside].sum())


@pytest.mark.parametrize("hat", [True, False])
def test_an_average_of_a_constant_is_the_constant_inside_and_the_outside_elsewhere(hat):
    out = np.zeros((4, 5, 6))
    kernel.averaged(np.full(SHAPE, 7.0), MAP, N, hat, -1.0, 0, 4, out)
    places = mapped(points_of(out.shape, N))
    inside = ((places >= -0.5) & (places <= np.array(SHAPE[::-1]) - 0.5)).all(axis=-1)
    assert out == pytest.approx(np.where(inside, 7.0, -1.0).mean(axis=-1))


def test_an_average_reads_a_straight_line_between_centres():
    z, y, x = np.indices(SHAPE)
    line, out = 2.0 * x - y + 3 * z, np.zeros((1, 2, 2))
    inner = MAP.copy()
    inner[:3, 3] = [2, 2, 2]
    kernel.averaged(line, inner, np.array([1, 1, 1]), True, 0.0, 0, 1, out)
    at = points_of((1, 2, 2), np.array([1, 1, 1]))[..., 0, :] @ inner[:3, :3].T + inner[:3, 3]
    assert out == pytest.approx(2 * at[..., 0] - at[..., 1] + 3 * at[..., 2])
