"""The outline of a region as closed contours, slice by slice: what a structure set stores of it.

Marching squares at half a voxel's share, straight between pixel centres. Every contour runs so that the region lies on
one side of it; contours around holes run the other way and are told from outer ones by even-odd filling.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.geometry import Floats
from lutetia.dosimetry.region import Region, bounding_box

LEVEL = 0.5
_TOP, _RIGHT, _BOTTOM, _LEFT = range(4)
# Corners inside (1 top left, 2 top right, 4 bottom right, 8 bottom left) → edges a contour enters and leaves by. Going
# round the cell it enters where inside turns to outside: the next cell then sees the same edge the other way round.
_SEGMENTS: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((_TOP, _LEFT),),
    2: ((_RIGHT, _TOP),),
    3: ((_RIGHT, _LEFT),),
    4: ((_BOTTOM, _RIGHT),),
    6: ((_BOTTOM, _TOP),),
    7: ((_BOTTOM, _LEFT),),
    8: ((_LEFT, _BOTTOM),),
    9: ((_TOP, _BOTTOM),),
    11: ((_RIGHT, _BOTTOM),),
    12: ((_LEFT, _RIGHT),),
    13: ((_TOP, _RIGHT),),
    14: ((_LEFT, _TOP),),
}
# Two opposite corners inside: joined through the middle of the cell, or apart.
_JOINED = {5: ((_TOP, _RIGHT), (_BOTTOM, _LEFT)), 10: ((_LEFT, _TOP), (_RIGHT, _BOTTOM))}
_APART = {5: ((_TOP, _LEFT), (_BOTTOM, _RIGHT)), 10: ((_RIGHT, _TOP), (_LEFT, _BOTTOM))}


def contours_of_region(region: Region) -> tuple[Floats, ...]:
    """Closed contours, each (n, 3) points x, y, z in mm in the frame of the region, lowest slice first.

    `region_of_contours` makes the region of them again. Slices filled by less than half everywhere have none. Raises
    InputError for an empty region.
    """
    box = bounding_box(region)
    corner = np.array([span.start for span in box], dtype=np.float64)
    contours = []
    for k, part in enumerate(region.shares[box]):
        for loop in loops_of(np.asarray(part, dtype=np.float32)):
            index = np.column_stack([np.full(len(loop), float(k)), loop])
            contours.append(region.geometry.world_mm(index + corner))
    return tuple(contours)


def loops_of(shares: NDArray[np.float32]) -> list[Floats]:
    """Closed lines, each (n, 2) as row and column with fractions, along which the shares (rows, columns) are half."""
    padded = np.pad(shares, 1)
    following = _segments(padded)
    loops = []
    while following:
        first, edge = following.popitem()
        edges = [first]
        while edge != first:
            edges.append(edge)
            edge = following.pop(edge)
        loops.append(_points(np.array(edges), padded) - 1.0)
    return loops[::-1]


def _segments(padded: NDArray[np.float32]) -> dict[int, int]:
    """Edge by which a contour enters a cell → edge by which it leaves it. Edges are numbered by `_edge`."""
    inside = padded >= LEVEL
    kind = inside[:-1, :-1] + 2 * inside[:-1, 1:] + 4 * inside[1:, 1:] + 8 * inside[1:, :-1]
    middle = (padded[:-1, :-1] + padded[:-1, 1:] + padded[1:, 1:] + padded[1:, :-1]) / 4 >= LEVEL
    tables = [(number, pairs, kind == number) for number, pairs in _SEGMENTS.items()]
    for number in _JOINED:
        tables.append((number, _JOINED[number], (kind == number) & middle))
        tables.append((number, _APART[number], (kind == number) & ~middle))
    following: dict[int, int] = {}
    for _, pairs, where in tables:
        rows, columns = np.nonzero(where)
        for enters, leaves in pairs:
            starts, ends = (_edge(rows, columns, side, padded.shape) for side in (enters, leaves))
            following.update(zip(starts.tolist(), ends.tolist(), strict=True))
    return following


def _edge(rows: NDArray[np.int64], columns: NDArray[np.int64], side: int, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """The number of an edge: twice the number of its first pixel, plus 1 if it runs down to the next row."""
    row = rows + (side == _BOTTOM)
    column = columns + (side == _RIGHT)
    return 2 * (row * shape[1] + column) + (side in (_LEFT, _RIGHT))


def _points(edges: NDArray[np.int64], padded: NDArray[np.float32]) -> Floats:
    """(n, 2): where the shares are half along each edge."""
    row, column = np.divmod(edges // 2, padded.shape[1])
    down = edges % 2
    before = padded[row, column].astype(np.float64)
    after = padded[row + down, column + 1 - down].astype(np.float64)
    part = (LEVEL - before) / (after - before)
    return np.column_stack([row + down * part, column + (1 - down) * part])
