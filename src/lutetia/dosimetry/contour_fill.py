"""A polygon's share of each pixel of one slice: crossings row by row, even-odd, exact along the row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@njit(cache=True, nogil=True)
def filled(edges: Floats, rows: int, columns: int, lines_per_row: int) -> NDArray[Any]:
    """(rows, columns) float32: the share of each pixel inside the closed polygons.

    `edges` (n, 4) holds x, y of the start and of the end of every edge of all polygons, in pixels, pixel centres at
    whole numbers. A point is inside if a line to it crosses an odd number of edges, so that a polygon within a polygon
    is a hole. Areas are exact along x; along y they are sums over `lines_per_row` lines.
    """
    shares = np.zeros((rows, columns), dtype=np.float32)
    crossings = np.empty(edges.shape[0])
    part = 1.0 / lines_per_row
    for line in range(rows * lines_per_row):
        y = (line + 0.5) * part - 0.5
        count = 0
        for e in range(edges.shape[0]):
            x0, y0, x1, y1 = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
            if (y0 <= y) != (y1 <= y):
                crossings[count] = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
                count += 1
        spans = np.sort(crossings[:count])
        for s in range(count // 2):
            _cover(shares[line // lines_per_row], spans[2 * s], spans[2 * s + 1], part)
    return shares


@njit(cache=True, nogil=True)
def _cover(row: Any, start: float, stop: float, part: float) -> None:
    """Adds `part` times the covered length of each pixel between start and stop."""
    low = max(start + 0.5, 0.0)
    high = min(stop + 0.5, float(row.shape[0]))
    if low >= high:
        return
    first, last = int(low), min(int(high), row.shape[0] - 1)
    if first == last:
        row[first] += (high - low) * part
        return
    row[first] += (first + 1 - low) * part
    for i in range(first + 1, last):
        row[i] += part
    row[last] += (high - last) * part
