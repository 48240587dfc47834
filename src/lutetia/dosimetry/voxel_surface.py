"""Where inside a voxel the border of a region runs, from the shares of the voxels around it.

In a voxel that a region fills in part, its border is taken as a plane: across the direction in which the shares fall
(Parker and Youngs' gradient over the 27 voxels around), at the depth that gives the voxel its share exactly (the volume
of a cube below a plane: Scardovelli and Zaleski, J Comput Phys 2000; 164: 228). So a region drawn with shares of voxels
has a smooth surface again, with the right volume; one drawn in whole voxels keeps the faces of its voxels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.int32]

EMPTY = -1  # code of a voxel that no region touches; −2 − r: region r alone fills it
WHOLE = 1 - 1e-6  # a share above this is a whole voxel
LEAST_SLOPE = 1e-6  # of a plane's normal along an axis, as a share of all: flatter is as good as level


class Pieces(NamedTuple):
    """Which regions lie where in every voxel, as compiled code reads it.

    `code` (z, y, x): EMPTY, −2 − r if region r alone fills the voxel, or k ≥ 0 for a voxel of several pieces: these are
    the rows `first[k]` … `first[k + 1]` − 1 of `region` (n,) and `plane` (n, 4). A point at (z, y, x) voxels from the
    centre of its voxel lies in the piece if plane[0] z + plane[1] y + plane[2] x ≤ plane[3].
    """

    code: Codes
    first: Integers
    region: Integers
    plane: Floats


def pieces_of(shares: Sequence[NDArray[Any]]) -> Pieces:
    """The pieces of all regions on a grid from their shares, each (z, y, x), bool or 0 to 1; they may overlap."""
    shape = shares[0].shape
    code = np.full(shape, EMPTY, np.int32)
    shared = np.zeros(shape, np.bool_)
    for number, share in enumerate(shares):
        _mark(np.asarray(share, np.float32), number, code, shared)
    places = np.argwhere(shared)
    code[shared] = np.arange(places.shape[0], dtype=np.int32)
    rows, regions, planes = [], [], []
    for number, share in enumerate(shares):
        own = np.asarray(share, np.float32)
        here = np.flatnonzero(own[shared] > 0)
        rows.append(here)
        regions.append(np.full(here.size, number, np.int64))
        planes.append(planes_at(own, places[here]))
    row = np.concatenate(rows)
    order = np.argsort(row, kind="stable")
    return Pieces(
        code=code,
        first=np.concatenate([[0], np.cumsum(np.bincount(row, minlength=places.shape[0]))]).astype(np.int64),
        region=np.concatenate(regions)[order],
        plane=np.concatenate(planes)[order],
    )


@njit(cache=True, nogil=True)
def _mark(share: NDArray[np.float32], number: int, code: Codes, shared: NDArray[np.bool_]) -> None:
    for z in range(share.shape[0]):
        for y in range(share.shape[1]):
            for x in range(share.shape[2]):
                if share[z, y, x] > 0:
                    if share[z, y, x] < WHOLE or code[z, y, x] != EMPTY:
                        shared[z, y, x] = True
                    code[z, y, x] = -2 - number


def planes_at(share: NDArray[np.float32], places: Integers) -> Floats:
    """(n, 4): the region's border in each of the voxels `places` (n, 3), as in `Pieces.plane`; a whole voxel holds all.

    Beyond the image the region goes on as at its edge. Where the shares around say nothing, the border is level.
    """
    planes = np.empty((places.shape[0], 4))
    _planes(share, places, planes)
    return planes


@njit(cache=True, nogil=True)
def _planes(share: NDArray[np.float32], places: Integers, planes: Floats) -> None:
    depth, height, width = share.shape
    for n in range(places.shape[0]):
        z, y, x = places[n]
        own = float(share[z, y, x])
        planes[n] = 0.0
        planes[n, 3] = 1.0
        if own >= WHOLE:
            continue
        for dz in range(-1, 2):
            k = min(max(z + dz, 0), depth - 1)
            for dy in range(-1, 2):
                j = min(max(y + dy, 0), height - 1)
                for dx in range(-1, 2):
                    i = min(max(x + dx, 0), width - 1)
                    weight = (2 - abs(dz)) * (2 - abs(dy)) * (2 - abs(dx)) * share[k, j, i]
                    planes[n, 0] -= dz * weight
                    planes[n, 1] -= dy * weight
                    planes[n, 2] -= dx * weight
        total = abs(planes[n, 0]) + abs(planes[n, 1]) + abs(planes[n, 2])
        if total < 1e-6:
            planes[n, 0], total = 1.0, 1.0
        for axis in range(3):
            planes[n, axis] /= total
        planes[n, 3] = depth_of_plane(abs(planes[n, 0]), abs(planes[n, 1]), abs(planes[n, 2]), own) - 0.5


@njit(cache=True, nogil=True)
def share_below(a: float, b: float, c: float, depth: float) -> float:
    """Share of the unit cube with a u + b v + c w ≤ depth, for a, b, c ≥ 0 that add up to 1."""
    a, b, c = max(a, LEAST_SLOPE), max(b, LEAST_SLOPE), max(c, LEAST_SLOPE)
    low, high = min(a, b, c), max(a, b, c)
    middle = a + b + c - low - high
    if depth > 0.5 * (a + b + c):  # by symmetry: small differences stay exact
        return 1.0 - share_below(a, b, c, a + b + c - depth) if depth < a + b + c else 1.0
    if depth <= 0.0:
        return 0.0
    if depth <= low:
        return depth**3 / (6.0 * low * middle * high)
    inside = depth * depth - depth * low + low * low / 3.0  # (depth³ − (depth − low)³) / (3 low)
    for other in (middle, high):
        if depth > other:
            over = depth - other
            if over <= low:
                inside -= over**3 / (3.0 * low)
            else:
                inside -= over * over - over * low + low * low / 3.0
    return inside / (2.0 * middle * high)


@njit(cache=True, nogil=True)
def depth_of_plane(a: float, b: float, c: float, share: float) -> float:
    """The depth at which `share_below` is the share, within 1e-9."""
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = 0.5 * (low + high)
        if share_below(a, b, c, middle) < share:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
