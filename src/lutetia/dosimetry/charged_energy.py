"""Between which regions electrons and alpha particles carry energy, when borders run through voxels.

Their ranges are small beside a voxel, so what crosses a border depends on where in the voxel it runs, not on the share
alone. Borders are planes within voxels (`voxel_surface`). From decays laid out evenly over the activity of a region
near borders, energy is sent a random way to a random distance, as the radial kernel has it; and backwards, from points
laid out evenly over its volume near borders, to the activity that lies at the end of the way. What goes from one region
to another is the mean of both, by the number of paths that tell: so a small region is known as well as a large one.
Same input, same numbers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter, minimum_filter

from lutetia.dosimetry.kernel import RADII_G_PER_CM2, RadialKernel
from lutetia.dosimetry.lattice_kernel import CHARGED_COMPONENTS
from lutetia.dosimetry.voxel_surface import EMPTY, Codes, Pieces, pieces_of, planes_at
from lutetia.random_stream import start_history, uniform

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Singles = NDArray[np.float32]

PATHS = 200_000  # followed for each region, each way
REACH_SHARE = 0.9999  # voxels further from a border than the distance of this share of the energy are not followed
_STEPS_OF_SHARE = 20_000
_TRIES = 1000  # to find a point of a piece in its voxel
_SEED = 177


def charged_shares(
    amounts: Sequence[NDArray[Any]],
    regions: Sequence[NDArray[Any]],
    kernel: RadialKernel,
    *,
    spacing_mm: tuple[float, float, float],
    density_g_per_ml: float,
    paths: int = PATHS,
) -> Floats:
    """(targets, sources): share of the charged particles' energy of each source that ends in each region.

    `regions` are the shares of each voxel (z, y, x), `amounts` the activity of each region in each voxel (any unit);
    one more amount is activity outside all regions. `spacing_mm` is (z, y, x). What leaves the image is gone. The
    random error of what a region keeps, s, is at most √(s (1 − s) / paths).
    """
    singles = [np.asarray(share, np.float32) for share in regions]
    pieces = pieces_of(singles)
    radius_mm = radius_of_share_mm(kernel, density_g_per_ml)
    reach_mm = kernel.radius_of_share_mm(REACH_SHARE, density_g_per_ml, *CHARGED_COMPONENTS)
    alone = _far_from_borders(pieces.code, [int(np.ceil(reach_mm / edge)) for edge in spacing_mm])
    steps = np.array([1 / edge for edge in spacing_mm])

    def both_ways(number: int) -> tuple[Floats, Integers, Floats, Integers]:
        own = number, singles, pieces, alone, radius_mm, steps, paths
        return *_sent(amounts[number], *own), *_got(amounts, *own)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        sent, sent_paths, got, got_paths = (
            np.array(part) for part in zip(*pool.map(both_ways, range(len(singles))), strict=True)
        )
    energy, told = np.array(got), np.array(got_paths)
    n = len(singles)
    told[:, :n] += sent_paths.T
    energy[:, :n] = (sent.T * sent_paths.T + got[:, :n] * got_paths[:, :n]) / np.maximum(told[:, :n], 1)
    np.fill_diagonal(energy[:, :n], sent.diagonal())
    totals = np.array([np.sum(amount, dtype=np.float64) for amount in amounts])
    return np.asarray(energy / np.where(totals > 0, totals, 1))


def radius_of_share_mm(kernel: RadialKernel, density_g_per_ml: float) -> Floats:
    """Distances (mm) within which the shares 0 … 1, in equal steps, of the charged particles' energy lie."""
    running = np.asarray(sum(kernel.within_mev[name] for name in CHARGED_COMPONENTS))
    shares = np.linspace(0, 1, _STEPS_OF_SHARE + 1)
    shares[-1] = 1 - 1e-9  # the running energy stays at its end from there on
    return np.asarray(np.interp(shares * running[-1], running, RADII_G_PER_CM2 / density_g_per_ml * 10))


def _far_from_borders(code: Codes, reach: Sequence[int]) -> NDArray[np.bool_]:
    """Voxels of no piece, or of one region alone, like all voxels within reach; the edge of the image is a border."""
    size = [2 * n + 1 for n in reach]
    lowest = minimum_filter(code, size, mode="constant", cval=np.iinfo(np.int32).min)
    highest = maximum_filter(code, size, mode="constant", cval=np.iinfo(np.int32).max)
    return np.asarray((lowest == highest) & (code <= EMPTY))


def _sent(
    amount: NDArray[Any],
    number: int,
    shares: Sequence[Singles],
    pieces: Pieces,
    alone: NDArray[np.bool_],
    radius_mm: Floats,
    steps: Floats,
    paths: int,
) -> tuple[Floats, Integers]:
    """(regions,): energy, in units of the amount, that a region sends to each, itself among them; paths that tell."""
    found, told = np.zeros(len(shares)), np.zeros(len(shares), np.int64)
    own = alone & (pieces.code == -2 - number)
    places = np.argwhere(~own & (amount > 0))
    if places.size:
        given = np.cumsum(amount[tuple(places.T)], dtype=np.float64)
        ends = np.empty((paths, 3))
        _follow(places, given, planes_at(shares[number], places), radius_mm, steps, ends)
        _count_ends(ends, pieces, told)
        found += told * (given[-1] / paths)
    found[number] += float(np.sum(amount, where=own, dtype=np.float64))
    return found, told


def _got(
    amounts: Sequence[NDArray[Any]],
    number: int,
    shares: Sequence[Singles],
    pieces: Pieces,
    alone: NDArray[np.bool_],
    radius_mm: Floats,
    steps: Floats,
    paths: int,
) -> tuple[Floats, Integers]:
    """(sources,): energy, in units of the amounts, that a region gets from each other source; paths that tell."""
    got, told = np.zeros(len(amounts)), np.zeros(len(amounts), np.int64)
    places = np.argwhere(~alone & (shares[number] > 0))
    if not places.size:
        return got, told
    given = np.cumsum(shares[number][tuple(places.T)], dtype=np.float64)
    ends = np.empty((paths, 3))
    _follow(places, given, planes_at(shares[number], places), radius_mm, steps, ends)
    source = np.empty(2 * paths, np.int64)
    place = np.empty((2 * paths, 3), np.int64)
    count = _sources_at(ends, pieces, number, len(shares), source, place)
    for other in range(len(amounts)):
        at = tuple(place[:count][source[:count] == other].T)
        if other == number or not at[0].size:
            continue
        room = shares[other][at] if other < len(shares) else np.float32(1) - sum(share[at] for share in shares)
        there = amounts[other][at].astype(np.float64)
        told[other] = there.size
        got[other] = float(np.sum(there / np.where(there > 0, np.maximum(room, 1e-6), 1)))
    return np.asarray(got * (given[-1] / paths)), told


@njit(cache=True, nogil=True)
def _follow(places: Integers, given: Floats, planes: Floats, radius_mm: Floats, steps: Floats, ends: Floats) -> None:
    """Where paths end, (n, 3) in voxels: from points laid out evenly over `given` (m,), the running amount of the
    voxels `places` (m, 3) with their borders `planes` (m, 4)."""
    state = np.zeros(1, np.uint64)
    paths, last, row = ends.shape[0], radius_mm.size - 1, 0
    for path in range(paths):
        start_history(state, _SEED, path)
        due = (path + uniform(state)) / paths * given[-1]
        while row < given.size - 1 and given[row] < due:
            row += 1
        plane = planes[row]
        z = y = x = 0.0
        for _ in range(_TRIES):
            z, y, x = uniform(state) - 0.5, uniform(state) - 0.5, uniform(state) - 0.5
            if plane[0] * z + plane[1] * y + plane[2] * x <= plane[3]:
                break
        share = uniform(state) * last
        step = min(int(share), last - 1)
        distance = radius_mm[step] + (share - step) * (radius_mm[step + 1] - radius_mm[step])
        cosine = 2.0 * uniform(state) - 1.0
        azimuth = 2.0 * np.pi * uniform(state)
        sine = np.sqrt(1.0 - cosine * cosine)
        ends[path, 0] = z + places[row, 0] + distance * cosine * steps[0]
        ends[path, 1] = y + places[row, 1] + distance * sine * np.cos(azimuth) * steps[1]
        ends[path, 2] = x + places[row, 2] + distance * sine * np.sin(azimuth) * steps[2]


@njit(cache=True, nogil=True)
def _voxel_of(end: Floats, code: Codes) -> tuple[int, int, int]:
    """The voxel that holds the point, (−1, −1, −1) outside the image."""
    k, j, i = int(np.floor(end[0] + 0.5)), int(np.floor(end[1] + 0.5)), int(np.floor(end[2] + 0.5))
    if k < 0 or j < 0 or i < 0 or k >= code.shape[0] or j >= code.shape[1] or i >= code.shape[2]:
        return -1, -1, -1
    return k, j, i


@njit(cache=True, nogil=True)
def _holds(plane: Floats, end: Floats, k: int, j: int, i: int) -> bool:
    return bool(plane[0] * (end[0] - k) + plane[1] * (end[1] - j) + plane[2] * (end[2] - i) <= plane[3])


@njit(cache=True, nogil=True)
def _count_ends(ends: Floats, pieces: Pieces, counts: Integers) -> None:
    """Count the points that lie in each region."""
    for n in range(ends.shape[0]):
        k, j, i = _voxel_of(ends[n], pieces.code)
        if k < 0:
            continue
        code = pieces.code[k, j, i]
        if code < EMPTY:
            counts[-2 - code] += 1
        elif code > EMPTY:
            for piece in range(pieces.first[code], pieces.first[code + 1]):
                if _holds(pieces.plane[piece], ends[n], k, j, i):
                    counts[pieces.region[piece]] += 1


@njit(cache=True, nogil=True)
def _sources_at(ends: Floats, pieces: Pieces, number: int, regions: int, source: Integers, place: Integers) -> int:
    """List the regions other than `number` that hold each point (`regions` where none does), with the voxel.

    Returns how many were listed: room for two a point is enough unless many regions overlap, and more are left out.
    """
    count = 0
    for n in range(ends.shape[0]):
        k, j, i = _voxel_of(ends[n], pieces.code)
        if k < 0:
            continue
        code = pieces.code[k, j, i]
        found = False
        if code < EMPTY:
            found = True
            if -2 - code != number and count < source.size:
                source[count] = -2 - code
                place[count, 0], place[count, 1], place[count, 2] = k, j, i
                count += 1
        elif code > EMPTY:
            for piece in range(pieces.first[code], pieces.first[code + 1]):
                if not _holds(pieces.plane[piece], ends[n], k, j, i):
                    continue
                found = True
                if pieces.region[piece] != number and count < source.size:
                    source[count] = pieces.region[piece]
                    place[count, 0], place[count, 1], place[count, 2] = k, j, i
                    count += 1
        if not found and count < source.size:
            source[count] = regions
            place[count, 0], place[count, 1], place[count, 2] = k, j, i
            count += 1
    return count
