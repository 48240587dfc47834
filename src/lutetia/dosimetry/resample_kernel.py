"""Loops that carry voxels from one grid to another through points laid between the voxels.

All take the index map as (4, 4): target index (x, y, z, 1) → source index, or the other way round where said. `n` is
the number of points per voxel along (x, y, z) of the grid that carries the points. "By distance" is 1 − |distance|
along each axis, out to one voxel (linear interpolation). `first` and `last` bound the slices (z) of the target that a
call works on, so that threads can share the work (the loops hold no lock).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Array = NDArray[np.floating[Any]]
Counts = NDArray[np.int64]


@njit(cache=True, nogil=True, error_model="numpy")
def averaged(
    source: Array, to_source: Floats, n: Counts, hat: bool, outside: float, first: int, last: int, out: Array
) -> None:
    """Mean of the source over the points of each target voxel; a point outside the source counts as `outside`."""
    _, ny, nx = out.shape
    weight = 1.0 / (n[0] * n[1] * n[2])
    for k in range(first, last):
        for j in range(ny):
            for i in range(nx):
                total = 0.0
                for c in range(n[2]):
                    z = k - 0.5 + (c + 0.5) / n[2]
                    for b in range(n[1]):
                        y = j - 0.5 + (b + 0.5) / n[1]
                        for a in range(n[0]):
                            x = i - 0.5 + (a + 0.5) / n[0]
                            total += _value_at(source, to_source, x, y, z, hat, outside)
                out[k, j, i] = total * weight


@njit(cache=True, nogil=True, error_model="numpy")
def _value_at(source: Array, m: Floats, x: float, y: float, z: float, hat: bool, outside: float) -> float:
    """The source at one point; within half a voxel of its edge the outermost value holds."""
    sz, sy, sx = source.shape
    u = m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]
    v = m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]
    w = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]
    if u < -0.5 or v < -0.5 or w < -0.5 or u > sx - 0.5 or v > sy - 0.5 or w > sz - 0.5:
        return outside
    if not hat:
        return float(source[min(int(w + 0.5), sz - 1), min(int(v + 0.5), sy - 1), min(int(u + 0.5), sx - 1)])
    u, v, w = min(max(u, 0.0), sx - 1.0), min(max(v, 0.0), sy - 1.0), min(max(w, 0.0), sz - 1.0)
    i, j, k = min(int(u), max(sx - 2, 0)), min(int(v), max(sy - 2, 0)), min(int(w), max(sz - 2, 0))
    fu, fv, fw = u - i, v - j, w - k
    i1, j1, k1 = min(i + 1, sx - 1), min(j + 1, sy - 1), min(k + 1, sz - 1)
    near = (source[k, j, i] * (1 - fu) + source[k, j, i1] * fu) * (1 - fv)
    near += (source[k, j1, i] * (1 - fu) + source[k, j1, i1] * fu) * fv
    far = (source[k1, j, i] * (1 - fu) + source[k1, j, i1] * fu) * (1 - fv)
    far += (source[k1, j1, i] * (1 - fu) + source[k1, j1, i1] * fu) * fv
    return float(near * (1 - fw) + far * fw)


@njit(cache=True, nogil=True, error_model="numpy")
def point_weights(
    shape: Counts, to_source: Floats, n: Counts, pad: Counts, first: int, last: int, weights: Array
) -> None:
    """Adds to `weights` (source grid) what the points of the target give each source voxel.

    `shape` is the target's (x, y, z); the target is continued by `pad` voxels to every side, as if it had no edge.
    """
    sz, sy, sx = weights.shape
    m = to_source
    for k in range(first, last):
        for j in range(-pad[1], shape[1] + pad[1]):
            for i in range(-pad[0], shape[0] + pad[0]):
                for c in range(n[2]):
                    z = k - 0.5 + (c + 0.5) / n[2]
                    for b in range(n[1]):
                        y = j - 0.5 + (b + 0.5) / n[1]
                        for a in range(n[0]):
                            x = i - 0.5 + (a + 0.5) / n[0]
                            u = m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]
                            v = m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]
                            w = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]
                            if u > -1 and v > -1 and w > -1 and u < sx and v < sy and w < sz:
                                _add(weights, u, v, w, 1.0)


@njit(cache=True, nogil=True, error_model="numpy")
def shared_out(source: Array, to_source: Floats, n: Counts, first: int, last: int, out: Array) -> None:
    """Sum of the source over the points of each target voxel. `source` holds the amount per point weight."""
    _, ny, nx = out.shape
    sz, sy, sx = source.shape
    m = to_source
    for k in range(first, last):
        for j in range(ny):
            for i in range(nx):
                total = 0.0
                for c in range(n[2]):
                    z = k - 0.5 + (c + 0.5) / n[2]
                    for b in range(n[1]):
                        y = j - 0.5 + (b + 0.5) / n[1]
                        for a in range(n[0]):
                            x = i - 0.5 + (a + 0.5) / n[0]
                            u = m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]
                            v = m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]
                            w = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]
                            if u > -1 and v > -1 and w > -1 and u < sx and v < sy and w < sz:
                                total += _taken(source, u, v, w)
                out[k, j, i] = total


@njit(cache=True, nogil=True, error_model="numpy")
def spread(source: Array, to_target: Floats, n: Counts, out: Array) -> None:
    """Adds each source voxel to the target in equal parts, one at each of its points. `to_target`: source → target."""
    sz, sy, sx = source.shape
    tz, ty, tx = out.shape
    m = to_target
    part = 1.0 / (n[0] * n[1] * n[2])
    for k in range(sz):
        for j in range(sy):
            for i in range(sx):
                amount = source[k, j, i] * part
                if amount == 0:
                    continue
                for c in range(n[2]):
                    z = k - 0.5 + (c + 0.5) / n[2]
                    for b in range(n[1]):
                        y = j - 0.5 + (b + 0.5) / n[1]
                        for a in range(n[0]):
                            x = i - 0.5 + (a + 0.5) / n[0]
                            u = m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]
                            v = m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]
                            w = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]
                            if u > -1 and v > -1 and w > -1 and u < tx and v < ty and w < tz:
                                _add(out, u, v, w, amount)


@njit(cache=True, nogil=True, error_model="numpy")
def gathered(source: Array, to_target: Floats, n: Counts, total: Floats, points: Floats) -> None:
    """Adds each source voxel's value, and 1, to the target voxel that each of its points falls into, over n points."""
    sz, sy, sx = source.shape
    tz, ty, tx = total.shape
    m = to_target
    part = 1.0 / (n[0] * n[1] * n[2])
    for k in range(sz):
        for j in range(sy):
            for i in range(sx):
                for c in range(n[2]):
                    z = k - 0.5 + (c + 0.5) / n[2]
                    for b in range(n[1]):
                        y = j - 0.5 + (b + 0.5) / n[1]
                        for a in range(n[0]):
                            x = i - 0.5 + (a + 0.5) / n[0]
                            u = int(np.floor(m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3] + 0.5))
                            v = int(np.floor(m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3] + 0.5))
                            w = int(np.floor(m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3] + 0.5))
                            if 0 <= u < tx and 0 <= v < ty and 0 <= w < tz:
                                total[w, v, u] += source[k, j, i] * part
                                points[w, v, u] += part


@njit(cache=True, nogil=True, error_model="numpy")
def _add(array: Array, u: float, v: float, w: float, amount: float) -> None:
    """Shares the amount at a point of the grid between the eight voxels around it by distance."""
    nz, ny, nx = array.shape
    i, j, k = int(np.floor(u)), int(np.floor(v)), int(np.floor(w))
    fu, fv, fw = u - i, v - j, w - k
    inside = i >= 0 and j >= 0 and k >= 0 and i + 1 < nx and j + 1 < ny and k + 1 < nz
    for dk in range(2):
        along_z = amount * (fw if dk else 1 - fw)
        for dj in range(2):
            along_y = along_z * (fv if dj else 1 - fv)
            if inside:
                array[k + dk, j + dj, i] += along_y * (1 - fu)
                array[k + dk, j + dj, i + 1] += along_y * fu
            elif 0 <= k + dk < nz and 0 <= j + dj < ny:
                if i >= 0:
                    array[k + dk, j + dj, i] += along_y * (1 - fu)
                if i + 1 < nx:
                    array[k + dk, j + dj, i + 1] += along_y * fu


@njit(cache=True, nogil=True, error_model="numpy")
def _taken(array: Array, u: float, v: float, w: float) -> float:
    """What `_add` would give back: the weights of the eight voxels around the point times their values."""
    nz, ny, nx = array.shape
    i, j, k = int(np.floor(u)), int(np.floor(v)), int(np.floor(w))
    fu, fv, fw = u - i, v - j, w - k
    inside = i >= 0 and j >= 0 and k >= 0 and i + 1 < nx and j + 1 < ny and k + 1 < nz
    total = 0.0
    for dk in range(2):
        along_z = fw if dk else 1 - fw
        for dj in range(2):
            along_y = along_z * (fv if dj else 1 - fv)
            if inside:
                total += along_y * (array[k + dk, j + dj, i] * (1 - fu) + array[k + dk, j + dj, i + 1] * fu)
            elif 0 <= k + dk < nz and 0 <= j + dj < ny:
                if i >= 0:
                    total += array[k + dk, j + dj, i] * along_y * (1 - fu)
                if i + 1 < nx:
                    total += array[k + dk, j + dj, i + 1] * along_y * fu
    return total
