"""A mono-exponential curve in every voxel: the map of time-integrated activity, and what became of each voxel.

The kernel works in single precision on vector units; voxels that it cannot settle go through the search in double
precision that organs use, so that every voxel has the global minimum. Floor: one pass over the images and some twelve
exponentials per voxel.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.dosimetry.curve import LN2, Floats
from lutetia.dosimetry.curve_points import half_life_faults, shortest_or_default_h
from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut

Singles = NDArray[np.float32]
Activities = NDArray[Any]  # float32 or float64
GRID = 16  # rates from which the best is taken as the start


class VoxelState(IntEnum):
    """What became of a voxel."""

    FITTED = 0
    AT_PHYSICAL_DECAY = 1  # falls with physical decay, the slowest there can be; rising voxels end here too
    AT_SHORTEST_HALF_LIFE = 2
    NO_SIGNAL = 3  # no activity above 0, or a best amplitude of 0: area 0
    MISSING = 4  # a value is not a number: area nan
    NOT_SETTLED = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VoxelFit:
    """Maps of one shape: area and its u (k = 1) in MBq·h, amplitude at 0 h in MBq, rate per hour, and the state.

    `counts` says how many voxels are in each state. `u_tia_mbq_h` is nan where nothing tells σ: two points without σ.
    """

    tia_mbq_h: Singles
    u_tia_mbq_h: Singles
    initial_mbq: Singles
    rate_per_h: Singles
    state: NDArray[np.uint8]
    counts: dict[str, int]
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]

    def effective_half_life_h(self) -> Singles:
        """Map of the effective half-life, nan where there is no signal."""
        with np.errstate(divide="ignore", invalid="ignore"):
            life = np.where(self.state <= VoxelState.AT_SHORTEST_HALF_LIFE, np.float32(LN2) / self.rate_per_h, np.nan)
        return life.astype(np.float32)


def fit_voxels(
    times_h: ArrayLike,
    activities_mbq: Activities,
    *,
    physical_half_life_h: float,
    sigmas_mbq: ArrayLike | None = None,
    shortest_half_life_h: float | None = None,
    workers: int = 2,
) -> VoxelFit:
    """A mono-exponential fit in each voxel of `activities_mbq`, shape (n, …): one image per time, in any unit of
    activity per voxel (areas are then in that unit times hours).

    Weighted least squares with one σ per image, or all images alike and σ² from each voxel's residuals. Half-lives lie
    between `shortest_half_life_h` (a quarter of the first time unless given) and physical decay. Raises InputError
    for fewer than two times, times that are missing, negative or equal, and shapes that do not match.
    """
    times = _times(times_h, activities_mbq, sigmas_mbq, physical_half_life_h, shortest_half_life_h)
    order = np.argsort(times)
    table = np.ascontiguousarray(activities_mbq if (np.diff(order) > 0).all() else activities_mbq[order])
    sigmas = np.ones(times.size) if sigmas_mbq is None else np.asarray(sigmas_mbq, dtype=np.float64)[order]
    shortest = shortest_or_default_h(times, physical_half_life_h, shortest_half_life_h)
    low, high = np.log(LN2 / physical_half_life_h), np.log(LN2 / shortest)
    table = table.reshape(times.size, -1)
    found, state = _fit(table, times[order], sigmas, sigmas_mbq is not None, (float(low), float(high)), workers)
    shape = activities_mbq.shape[1:]
    counts = {s.name.lower(): int(np.count_nonzero(state == s)) for s in VoxelState}
    missing = counts["missing"]
    return VoxelFit(
        tia_mbq_h=found[0].reshape(shape),
        initial_mbq=found[1].reshape(shape),
        rate_per_h=found[2].reshape(shape),
        u_tia_mbq_h=found[3].reshape(shape),
        state=state.reshape(shape),
        counts=counts,
        left_out=(LeftOut(count=missing, why="voxels with a missing value"),) if missing else (),
        conventions=_conventions(sigmas_mbq is not None, shortest, physical_half_life_h),
    )


def _times(
    times_h: ArrayLike,
    activities_mbq: Activities,
    sigmas_mbq: ArrayLike | None,
    physical_half_life_h: float,
    shortest_half_life_h: float | None,
) -> Floats:
    faults = half_life_faults(physical_half_life_h, shortest_half_life_h)
    times = np.asarray(times_h, dtype=np.float64)
    if times.ndim != 1 or times.size < 2 or np.unique(times).size != times.size or not (times >= 0).all():
        must = "must be two different times or more, none missing or negative"
        faults.append(Fault(place="times_h", must=must, got=f"{times.tolist()}"))
    if activities_mbq.ndim < 1 or activities_mbq.shape[0] != times.size or activities_mbq.dtype.kind != "f":
        got = f"shape {activities_mbq.shape}, {activities_mbq.dtype}"
        faults.append(Fault(place="activities_mbq", must="must hold one image of numbers per time", got=got))
    if sigmas_mbq is not None:
        sigmas = np.asarray(sigmas_mbq, dtype=np.float64)
        if sigmas.shape != times.shape or not (sigmas > 0).all():
            must = "must hold one σ above 0 for each image"
            faults.append(Fault(place="sigmas_mbq", must=must, got=f"{sigmas.tolist()}"))
    if faults:
        raise InputError("fit_voxels", faults)
    return times


def _fit(
    table: Activities, times: Floats, sigmas: Floats, known: bool, bounds: tuple[float, float], workers: int
) -> tuple[Singles, NDArray[np.uint8]]:
    """What the vector kernel found, (4, voxels) and the states, with the unsettled voxels done in double precision."""
    from lutetia.dosimetry.voxel_fit_kernel import FOUND, fit_voxels_from

    voxels, last, least = table.shape[1], times[-1], sigmas.min()
    some = table[:, :: max(1, voxels // 4096)]
    unit = float(np.max(some, initial=0.0, where=np.isfinite(some))) or 1.0
    weights = (least / sigmas) ** 2
    low, high = bounds[0] + np.log(last), bounds[1] + np.log(last)
    falls = np.exp(-np.exp(np.linspace(low, high, GRID))[:, None] * times / last)
    grid = weights * falls / np.sqrt((weights * falls**2).sum(axis=1))[:, None]
    found, state = np.empty((FOUND, voxels), dtype=np.float32), np.empty(voxels, dtype=np.uint8)
    given = (times / last, weights / unit**2, grid)
    t, w, g = (np.ascontiguousarray(column, dtype=np.float32) for column in given)
    scale = least**2 / unit**2 if known else 0.0
    with ThreadPoolExecutor(max(1, workers)) as pool:
        jobs = [
            pool.submit(fit_voxels_from, table, begin, end, t, w, g, low, high, scale, last, found, state)
            for begin, end in _parts(voxels, max(1, workers))
        ]
        for job in jobs:
            job.result()
    _finish(table, times, sigmas, known, bounds, found, state)
    return found, state


def _parts(voxels: int, workers: int) -> list[tuple[int, int]]:
    """Stretches of whole blocks for each worker."""
    size = max(1, -(-voxels // workers // 256) * 256)
    return [(begin, min(begin + size, voxels)) for begin in range(0, voxels, size)]


def _finish(
    table: Activities,
    times: Floats,
    sigmas: Floats,
    known: bool,
    bounds: tuple[float, float],
    found: Singles,
    state: NDArray[np.uint8],
) -> None:
    """Search in double precision what the vector kernel left; name what is missing."""
    from lutetia.dosimetry.exponential_kernel import FOUND, fit_rows
    from lutetia.dosimetry.exponential_step import Shape

    rest = np.flatnonzero(state == VoxelState.NOT_SETTLED)
    present = np.isfinite(table[:, rest]).all(axis=0)
    found[:, rest[~present]] = np.nan
    state[rest[~present]] = VoxelState.MISSING
    rest = rest[present]
    if not rest.size:
        return
    values = np.ascontiguousarray(table[:, rest].T, dtype=np.float64)
    result, none = np.zeros((rest.size, FOUND)), np.zeros((0, 0))
    fit_rows(times, (1 / sigmas)[None], values, Shape(1, False, *bounds, 1e-12), none, result)
    rate, amplitude = np.exp(result[:, 6]), result[:, 3]
    at_low, at_high = result[:, 6] <= bounds[0], result[:, 6] >= bounds[1]
    variance = np.ones(rest.size) if known else result[:, 1] / (times.size - 2 if times.size > 2 else np.nan)
    found[0, rest], found[1, rest], found[2, rest] = result[:, 0], amplitude, rate
    found[3, rest] = np.sqrt(variance * _spread(times, sigmas, rate, at_low | at_high))
    settled = np.where(at_low, 1, np.where(at_high, 2, 0))
    state[rest] = np.where(amplitude <= 0, 3, np.where(result[:, 2] > 0, settled, 5))
    found[:, rest[amplitude <= 0]] = 0


def _spread(times: Floats, sigmas: Floats, rate: Floats, on_bound: NDArray[np.bool_]) -> Floats:
    """Variance of the area for σ² = 1 at weight 1 (formula in voxel_fit_kernel)."""
    squares = np.exp(-2 * np.outer(rate, times)) / sigmas**2
    see, stee, sttee = squares.sum(axis=1), squares @ times, squares @ times**2
    life = 1 / rate
    with np.errstate(divide="ignore", invalid="ignore"):
        free = (sttee - 2 * life * stee + life**2 * see) / (see * sttee - stee**2)
        spread: Floats = life**2 * np.where(on_bound, 1 / see, free)
    return spread


def _conventions(known: bool, shortest_half_life_h: float, physical_half_life_h: float) -> tuple[str, ...]:
    sigma = "one σ per image, as given" if known else "all images alike, σ² from each voxel's residuals over n − 2"
    return (
        f"Mono-exponential in each voxel by weighted least squares: {sigma}.",
        f"Effective half-lives lie between {shortest_half_life_h:g} h and physical decay, {physical_half_life_h:g} h.",
        "The area runs from administration (0 h) to infinity; single precision, within 1e-5 of double precision.",
        "A rising voxel ends at physical decay and is counted there; no signal is area 0, a missing value is nan.",
    )
