"""Weighted cross products of covariates stored column by column: the n · p² part of every evaluation, compiled."""

from __future__ import annotations

from numba import njit

# Sums may be reordered for vector units; infinities and NaN keep their meaning. Where that must not happen stands
# fastmath=False in so many words: without it a function takes over what the first function to call it allows.
REORDER = {"reassoc", "contract", "nsz"}


PANEL_ROWS = 512  # rows at a time: a panel of twenty covariates stays in the nearest cache


@njit(nogil=True, cache=True, fastmath=REORDER)
def add_cross(z, v, first, end, cross) -> None:  # type: ignore[no-untyped-def]
    """Add Z diag(v) Z' of the places first..end of z (p, m) to the lower triangle of `cross`; v begins at `first`.

    In tiles of 4 × 4 covariates. Rows are cut to contiguous pieces counted from 0: without that the compiler gathers.
    """
    tiled = z.shape[0] - z.shape[0] % 4
    for low in range(first, end, PANEL_ROWS):
        high = min(low + PANEL_ROWS, end)
        some = v[low - first : high - first]
        for j in range(0, tiled, 4):
            for k in range(0, j + 4, 4):
                _add_tile(z, some, low, high, j, k, cross)
        for j in range(tiled, z.shape[0]):
            x = z[j][low:high]
            for k in range(j + 1):
                y, total = z[k][low:high], 0.0
                for i in range(some.size):
                    total += some[i] * x[i] * y[i]
                cross[j, k] += total


@njit(nogil=True, cache=True, fastmath=REORDER)
def _add_tile(z, v, low, high, j, k, cross) -> None:  # type: ignore[no-untyped-def]
    a0, a1, a2, a3 = z[j][low:high], z[j + 1][low:high], z[j + 2][low:high], z[j + 3][low:high]
    b0, b1, b2, b3 = z[k][low:high], z[k + 1][low:high], z[k + 2][low:high], z[k + 3][low:high]
    s00 = s01 = s02 = s03 = s10 = s11 = s12 = s13 = 0.0
    s20 = s21 = s22 = s23 = s30 = s31 = s32 = s33 = 0.0
    for i in range(v.size):
        x0, x1, x2, x3 = v[i] * a0[i], v[i] * a1[i], v[i] * a2[i], v[i] * a3[i]
        y0, y1, y2, y3 = b0[i], b1[i], b2[i], b3[i]
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
