"""Weighted cross products of covariates stored column by column: the n · p² part of every evaluation, compiled."""

from __future__ import annotations

from numba import njit

# Sums may be reordered for vector units; infinities and NaN keep their meaning. Where that must not happen stands
# fastmath=False in so many words: without it a function takes over what the first function to call it allows.
REORDER = {"reassoc", "contract", "nsz"}


@njit(nogil=True, cache=True, fastmath=REORDER)
def add_cross(z, v, first, end, cross) -> None:  # type: ignore[no-untyped-def]
    """Add Z diag(v) Z' of the places first..end to the lower triangle of `cross`, in tiles of 4 × 4 covariates."""
    tiled = z.shape[0] - z.shape[0] % 4
    for j in range(0, tiled, 4):
        for k in range(0, j + 4, 4):
            _add_tile(z, v, first, end, j, k, cross)
    for j in range(tiled, z.shape[0]):
        for k in range(j + 1):
            total = 0.0
            for i in range(first, end):
                total += v[i] * z[j, i] * z[k, i]
            cross[j, k] += total


@njit(nogil=True, cache=True, fastmath=REORDER)
def _add_tile(z, v, first, end, j, k, cross) -> None:  # type: ignore[no-untyped-def]
    s00 = s01 = s02 = s03 = s10 = s11 = s12 = s13 = 0.0
    s20 = s21 = s22 = s23 = s30 = s31 = s32 = s33 = 0.0
    for i in range(first, end):
        x0, x1, x2, x3 = v[i] * z[j, i], v[i] * z[j + 1, i], v[i] * z[j + 2, i], v[i] * z[j + 3, i]
        y0, y1, y2, y3 = z[k, i], z[k + 1, i], z[k + 2, i], z[k + 3, i]
        s00 += x0 * y0
        s01 += x0 * y1
        s02 += x0 * y2
        s03 += x0 * y3
        s10 += x1 * y0
        s11 += x1 * y1
        s12 += x1 * y2
        s13 += x1 * y3
        s20 += x2 * y0
        s21 += x2 * y1
        s22 += x2 * y2
        s23 += x2 * y3
        s30 += x3 * y0
        s31 += x3 * y1
        s32 += x3 * y2
        s33 += x3 * y3
    sums = ((s00, s01, s02, s03), (s10, s11, s12, s13), (s20, s21, s22, s23), (s30, s31, s32, s33))
    for row in range(4):
        for column in range(4):
            cross[j + row, k + column] += sums[row][column]
