"""Between a grid and the grid of every second voxel: cubic interpolation, and its transpose for amounts.

Coarse voxel 0 of an axis that is halved lies one step before the image (place −2), the last one at or beyond its end,
so that every voxel has two coarse neighbours on either side. Amounts go up with the weights by which values come
down: what is added up on the coarse grid is what was on the fine one.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.dosimetry.near_sum import LONGEST_RUN, Layout, Places, Singles, add_neighbours

# Lagrange's cubic halfway between two of four equidistant points.
CLOSE, FAR = np.float32(9 / 16), np.float32(-1 / 16)


def coarse_count(count: int, halved: bool) -> int:
    """Voxels of the coarse axis for an axis of `count` voxels."""
    return (count - 1) // 2 + 4 if halved else count


def interpolation_weights(parity: int) -> dict[int, float]:
    """Weights of the coarse voxels around a voxel: {place in halves of the grid from the voxel's own half: weight}."""
    return {0: 1.0} if parity == 0 else {-1: float(FAR), 0: float(CLOSE), 1: float(CLOSE), 2: float(FAR)}


@njit(cache=True, nogil=True)
def gather_rows(flat: Singles, where: Layout, halved_y: bool, first_z: int, last_z: int, gathered: Singles) -> None:
    """Amounts of the slices first_z … last_z − 1 shared out along x and y: `gathered` (z, coarse y, coarse x), from
    0."""
    stride_y = where.phases * where.row
    stride_z = (where.ny + 2 * where.pad_y) * stride_y
    coarse_x = gathered.shape[2]
    line = np.empty(coarse_x, np.float32)
    for z in range(first_z, last_z):
        for y in range(where.ny):
            start = (z + where.pad_z) * stride_z + (y + where.pad_y) * stride_y + where.pad_x
            if where.phases == 2:
                even, odd = start - 1, start + where.row - 1
                for k in range(coarse_x):
                    line[k] = (
                        flat[even + k]
                        + CLOSE * (flat[odd + k - 1] + flat[odd + k])
                        + FAR * (flat[odd + k - 2] + flat[odd + k + 1])
                    )
            else:
                for k in range(coarse_x):
                    line[k] = flat[start + k]
            if not halved_y:
                gathered[z, y] = line
            elif y % 2 == 0:
                gathered[z, y // 2 + 1] += line
            else:
                for n in range(4):
                    share = CLOSE if 0 < n < 3 else FAR
                    for k in range(coarse_x):
                        gathered[z, y // 2 + n, k] += share * line[k]


@njit(cache=True, nogil=True)
def gather_slices(gathered: Singles, first: int, last: int, coarse: Singles) -> None:
    """The coarse slices first … last − 1 from slices gathered along x and y; z is halved."""
    slices = gathered.shape[0]
    for c in range(first, last):
        own = 2 * (c - 1)
        for distance in (-3, -1, 0, 1, 3):
            z = own + distance
            if z < 0 or z >= slices:
                continue
            share = np.float32(1.0) if distance == 0 else (CLOSE if abs(distance) == 1 else FAR)
            for y in range(coarse.shape[1]):
                for k in range(coarse.shape[2]):
                    coarse[c, y, k] += share * gathered[z, y, k]


@njit(cache=True, nogil=True)
def _mix(four: Singles, at: int, step: int, count: int, out: Singles) -> None:
    """out[k] = cubic interpolation halfway between the second and third of four lines, `step` apart from `at`."""
    for k in range(count):
        a, b = at + k, at + k + step
        c, d = b + step, b + 2 * step
        out[k] = CLOSE * (four[b] + four[c]) + FAR * (four[a] + four[d])


@njit(cache=True, nogil=True)
def spread(
    coarse: Singles,
    halved: tuple[bool, bool, bool],
    flat: Singles,
    where: Layout,
    place: Places,
    factors: Singles,
    counts: Places,
    first_z: int,
    last_z: int,
    out: NDArray[np.float32],
) -> float:
    """The slices first_z … last_z − 1 of `out`: interpolated from `coarse`, plus the near part from the flat image.

    Row p of `place` and `factors` holds the neighbours of voxels of parity p = 4 (z odd) + 2 (y odd) + (x odd),
    `counts[p]` of them (an axis that is not halved counts as even). Returns the sum of the slices.
    """
    total = 0.0
    height, width = coarse.shape[1], coarse.shape[2]
    lines, places, weights = coarse.reshape(-1), place.reshape(-1), factors.reshape(-1)
    slice_ = np.empty(height * width, np.float32)
    line = np.empty(width, np.float32)
    stride_y = where.phases * where.row
    stride_z = (where.ny + 2 * where.pad_y) * stride_y
    half = (where.nx + where.phases - 1) // where.phases
    sums = np.empty(half + LONGEST_RUN, np.float32)
    for z in range(first_z, last_z):
        pz = z % 2 if halved[0] else 0
        own = (z // 2 + 1 if halved[0] else z) * height * width
        if pz:
            _mix(lines, own - height * width, height * width, height * width, slice_)
        else:
            slice_[:] = lines[own : own + height * width]
        for y in range(where.ny):
            py = y % 2 if halved[1] else 0
            own = (y // 2 + 1 if halved[1] else y) * width
            if py:
                _mix(slice_, own - width, width, width, line)
            else:
                line[:] = slice_[own : own + width]
            start = (z + where.pad_z) * stride_z + (y + where.pad_y) * stride_y + where.pad_x
            row_total = 0.0
            for px in range(where.phases):
                parity = 4 * pz + 2 * py + px
                length = (where.nx - px + where.phases - 1) // where.phases
                if where.phases == 1:
                    sums[:length] = line[:length]
                elif px == 0:
                    sums[:length] = line[1 : 1 + length]
                else:
                    _mix(line, 0, 1, length, sums)
                first = parity * place.shape[1]
                add_neighbours(flat, start, places, weights, first, counts[parity], sums, length)
                for k in range(length):
                    out[z, y, where.phases * k + px] = sums[k]
                    row_total += sums[k]
            total += row_total
    return total
