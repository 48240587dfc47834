"""Compiled set-up: which risk sets a row belongs to, the order of rows, the gathering of covariates in that order."""

from __future__ import annotations

import numpy as np
from numba import njit

GATHERED_ROWS = 64


@njit(nogil=True, cache=True)
def find_groups(rows, times, stratum, stratum_first, group_time, slots, group) -> None:  # type: ignore[no-untyped-def]
    """For rows (first, end): the latest event time ≤ the row's time in its stratum, or the stratum's end if none.

    `group_time` descends within a stratum; `stratum` may be empty (one stratum), then `slots` shortens the search.
    """
    scale = 0.0
    if slots.size > 2 and group_time[0] > group_time[-1]:
        scale = (slots.size - 2) / (group_time[0] - group_time[-1])
    for i in range(rows[0], rows[1]):
        s = stratum[i] if stratum.size else 0
        low, high = stratum_first[s], stratum_first[s + 1]
        if scale > 0.0 and group_time[-1] <= times[i] <= group_time[0]:
            slot = int((times[i] - group_time[-1]) * scale)
            low, high = slots[min(slot + 2, slots.size - 1)], slots[max(slot - 1, 0)]
        while low < high:
            middle = (low + high) // 2
            if group_time[middle] <= times[i]:
                high = middle
            else:
                low = middle + 1
        group[i] = low


@njit(nogil=True, cache=True)
def make_slots(group_time, count):  # type: ignore[no-untyped-def]
    """For `count` equal slots of time from the earliest event: the first group not after the slot's begin (count + 2).

    A time in slot s has its group between slots[s + 2] and slots[s − 1], a slot on each side for rounding.
    """
    slots = np.zeros(count + 2, dtype=np.int64)
    width = (group_time[0] - group_time[-1]) / count
    k = group_time.size - 1
    for s in range(count + 2):
        while k > 0 and group_time[k - 1] <= group_time[-1] + s * width:
            k -= 1
        slots[s] = k
    return slots


@njit(nogil=True, cache=True)
def order_rows(enter, leave, event, groups):  # type: ignore[no-untyped-def]
    """Rows that are at risk at some event time, by group, deaths in front: (order, first row of each group, deaths).

    `leave` may be empty (nobody leaves before the stratum's end; `enter` ≥ groups then means never at risk).
    """
    counts = np.zeros(2 * groups + 1, dtype=np.int64)
    for i in range(enter.size):
        if enter[i] < (leave[i] if leave.size else groups):
            counts[2 * enter[i] + (event[i] == 0) + 1] += 1
    places = np.cumsum(counts)
    first, dead = places[::2].copy(), counts[1::2].copy()
    order = np.empty(places[-1], dtype=np.int64)
    for i in range(enter.size):
        if enter[i] < (leave[i] if leave.size else groups):
            key = 2 * enter[i] + (event[i] == 0)
            order[places[key]] = i
            places[key] += 1
    return order, first, dead


@njit(nogil=True, cache=True)
def order_leaving(leave, groups):  # type: ignore[no-untyped-def]
    """Places in the order in which they leave the risk set, and the first of each group; `groups` means never."""
    counts = np.zeros(groups + 2, dtype=np.int64)
    for i in range(leave.size):
        counts[leave[i] + 1] += 1
    first = np.cumsum(counts)
    places = first.copy()
    leaving = np.empty(leave.size, dtype=np.int64)
    for i in range(leave.size):
        leaving[places[leave[i]]] = i
        places[leave[i]] += 1
    return leaving, first[:-1].copy()


@njit(nogil=True, cache=True)
def cut_pieces(group_first, stratum_first, most_rows, most_groups):  # type: ignore[no-untyped-def]
    """First group of each piece, with the end: pieces stay inside a stratum and both limits (one group may not)."""
    cuts = [0]
    for s in range(stratum_first.size - 1):
        low = stratum_first[s]
        for k in range(stratum_first[s], stratum_first[s + 1]):
            if k > low and (group_first[k + 1] - group_first[low] > most_rows or k - low >= most_groups):
                cuts.append(k)
                low = k
        if stratum_first[s + 1] > cuts[-1]:
            cuts.append(stratum_first[s + 1])
    return np.array(cuts)


@njit(nogil=True, cache=True)
def moments_of_rows(block, x, rows, shift, sums, squares) -> None:  # type: ignore[no-untyped-def]
    """Sums of (x − shift) and of its square per column, over block = (first, end) of `rows` (empty: all rows)."""
    for place in range(block[0], block[1]):
        row = x[rows[place] if rows.size else place]
        for j in range(row.size):
            d = row[j] - shift[j]
            sums[j] += d
            squares[j] += d * d


@njit(nogil=True, cache=True)
def moments_of_column(x, rows, shift):  # type: ignore[no-untyped-def]
    """Sum of (x − shift) and of its square over one column; `rows` may be empty (all)."""
    total = square = 0.0
    for place in range(rows.size if rows.size else x.size):
        d = x[rows[place] if rows.size else place] - shift
        total += d
        square += d * d
    return total, square


@njit(nogil=True, cache=True)
def gather_rows(block, x, rows, mean, scale, z) -> None:  # type: ignore[no-untyped-def]
    """z[j, place] = (x[rows[place], j] − mean[j]) / scale[j] for the places block = (first, end); x is row-wise."""
    some, inverse = np.empty((GATHERED_ROWS, mean.size)), 1.0 / scale
    for low in range(block[0], block[1], GATHERED_ROWS):
        high = min(low + GATHERED_ROWS, block[1])
        for i in range(high - low):
            row, to = x[rows[low + i]], some[i]
            for j in range(row.size):
                to[j] = (row[j] - mean[j]) * inverse[j]
        for j in range(mean.size):
            column = z[j][low:high]
            for i in range(column.size):
                column[i] = some[i, j]


@njit(nogil=True, cache=True)
def gather_column(x, rows, mean, scale, z) -> None:  # type: ignore[no-untyped-def]
    """The same for one column: z[place] = (x[rows[place]] − mean) / scale."""
    for i in range(rows.size):
        z[i] = (x[rows[i]] - mean) / scale
