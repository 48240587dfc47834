"""Exact resampling between grids whose axes are parallel: one small sparse matrix per axis, no sampling points."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from lutetia.dosimetry.volume import Array

Floats = NDArray[np.float64]
PARALLEL_WITHIN = 1e-6  # of a source voxel that the outermost target voxel may drift off the axis


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Target voxel t along one axis lies at `step`·t + `start` on the source's axis, in source voxels."""

    source_axis: int
    step: float
    start: float


def parallel_axes(to_source: Floats, shape: tuple[int, int, int]) -> tuple[Axis, Axis, Axis] | None:
    """For each target axis (z, y, x) the source axis it runs along; None if the grids are turned against each other.

    `to_source` (4, 4) takes a target index (x, y, z, 1) to a source index; `shape` (z, y, x) is the target's.
    """
    turn = to_source[:3, :3]
    order = max(permutations(range(3)), key=lambda p: sum(abs(turn[p[a], a]) for a in range(3)))
    rest = turn.copy()
    rest[list(order), range(3)] = 0
    if (np.abs(rest) * np.array(shape[::-1])).max() > PARALLEL_WITHIN:
        return None
    z, y, x = (
        Axis(source_axis=2 - order[a], step=float(turn[order[a], a]), start=float(to_source[order[a], 3]))
        for a in (2, 1, 0)
    )
    return z, y, x


def voxels_coincide(axes: tuple[Axis, Axis, Axis]) -> bool:
    """True if every target voxel is a source voxel: same spacing, shifted by whole voxels, mirrored or not."""
    return all(
        abs(abs(axis.step) - 1) < PARALLEL_WITHIN and abs(axis.start - round(axis.start)) < PARALLEL_WITHIN
        for axis in axes
    )


def weights(axis: Axis, targets: int, sources: int, *, hat: bool) -> csr_matrix:
    """(targets, sources): the length of each source voxel's reach that falls into each target voxel.

    In units of a source voxel, so that a source voxel that is fully covered has a column sum of 1, exactly. Its reach
    is its own box, or with `hat` the triangle of linear interpolation, two voxels wide.
    """
    edges = axis.step * (np.arange(targets + 1) - 0.5) + axis.start
    low, high = np.minimum(edges[:-1], edges[1:]), np.maximum(edges[:-1], edges[1:])
    reach = 1.0 if hat else 0.5
    first = np.maximum(np.floor(low - reach).astype(np.int64), 0)
    last = np.minimum(np.ceil(high + reach).astype(np.int64), sources - 1)
    counts = np.maximum(last - first + 1, 0)
    rows = np.repeat(np.arange(targets), counts)
    columns = np.arange(rows.size) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
    part = _area_below(high[rows] - columns, hat) - _area_below(low[rows] - columns, hat)
    kept = part > 0
    return csr_matrix((part[kept], (rows[kept], columns[kept])), shape=(targets, sources))


def _area_below(x: Floats, hat: bool) -> Floats:
    """The share of a source voxel's reach, centred at 0, that lies below x: 0 to 1."""
    if not hat:
        return np.asarray(np.clip(x + 0.5, 0.0, 1.0))
    x = np.clip(x, -1.0, 1.0)
    return np.asarray(np.where(x < 0, 0.5 * (1 + x) ** 2, 1 - 0.5 * (1 - x) ** 2))


def apply(array: Array, axes: tuple[Axis, Axis, Axis], matrices: list[csr_matrix]) -> Array:
    """The array (source) multiplied along each axis, in the target's order (z, y, x)."""
    out = np.transpose(array, [axis.source_axis for axis in axes])
    by_growth = sorted(range(3), key=lambda a: matrices[a].shape[0] / matrices[a].shape[1])
    for a in by_growth:  # what shrinks first saves work for what grows
        front = np.ascontiguousarray(np.moveaxis(out, a, 0))
        flat = matrices[a].astype(front.dtype) @ front.reshape(front.shape[0], -1)
        out = np.moveaxis(flat.reshape(-1, *front.shape[1:]), 0, a)
    return np.ascontiguousarray(out)


def averaging_weights(axis: Axis, targets: int, sources: int, *, hat: bool) -> csr_matrix:
    """(targets, sources): as `weights`, for quantities that are averaged: row sums are the covered length.

    With `hat` the outermost value holds from the outermost centre to the outer face, and nothing reaches beyond it.
    """
    if not hat:
        return weights(axis, targets, sources, hat=False)
    edges = axis.step * (np.arange(targets + 1) - 0.5) + axis.start
    low = np.clip(np.minimum(edges[:-1], edges[1:]), -0.5, sources - 0.5)[:, None]
    high = np.clip(np.maximum(edges[:-1], edges[1:]), -0.5, sources - 0.5)[:, None]
    at = np.arange(sources)[None, :]
    inner_low, inner_high = np.clip(low, 0, sources - 1), np.clip(high, 0, sources - 1)
    dense = _area_below(inner_high - at, True) - _area_below(inner_low - at, True)
    dense[:, [0]] += np.clip(high, -0.5, 0) - np.clip(low, -0.5, 0)
    dense[:, [-1]] += np.clip(high, sources - 1, None) - np.clip(low, sources - 1, None)
    return csr_matrix(dense)
