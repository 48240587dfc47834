"""Convolution with the full kernel on two or more grids: no cropping, no wrap-around, no voxel left out.

Near neighbours are summed directly with exact weights; the smooth rest goes over a grid of half the resolution and is
convolved there in the same way, until the grid is small enough for one zero-padded Fourier transform.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple, Protocol

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from lutetia.dosimetry import coarse_grid
from lutetia.dosimetry.near_sum import Layout, Places, Singles, lay_out, layout
from lutetia.dosimetry.split_kernel import PARITIES, Floats, Lattice, SplitKernel, Triple, split_kernel

ERROR_SHARE = 3e-4  # of the kernel's whole sum: bound of the error at each scale
REACHES = (3, 4, 5, 6, 8, 10)  # of the near part, in voxels of the halved axes
TRANSFORMED_AT_ONCE = 48  # a grid no longer than this on any axis is left to the Fourier transform
SHORTEST_HALVED = 12
PARTS = 32
DOUBLE_UP_TO = 1_000_000  # voxels of a padded grid that is transformed in double precision
ALIKE = 1.5  # an axis is halved if its spacing is at most this many times the shortest


class Convolved(NamedTuple):
    """The result in single precision, the sums before and after, and how many amounts were negative or not finite."""

    result: Singles
    given: float
    summed: float
    wrong: int


class Scale(Protocol):
    """One grid of the convolution."""

    def apply(self, amounts: NDArray[Any], pool: _Pool) -> Convolved:
        """The convolution of the amounts, same shape; worth nothing if some are wrong."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pool:
    """Worker threads that share out slices."""

    workers: int
    executor: ThreadPoolExecutor

    def over(self, slices: int, task: Callable[[int, int], Any]) -> list[Any]:
        """task(first, last) for parts of 0 … slices, and what they return: the same parts for any number of workers."""
        parts = min(slices, PARTS)
        edges = [slices * part // parts for part in range(parts + 1)]
        return list(self.executor.map(task, edges[:-1], edges[1:]))


@contextmanager
def worker_pool(workers: int | None) -> Iterator[_Pool]:
    """Threads for one convolution; as many as the machine has processors if not given."""
    count = workers or os.cpu_count() or 1
    with ThreadPoolExecutor(count) as executor:
        yield _Pool(workers=count, executor=executor)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TransformScale:
    """The last grid: one Fourier transform of the image, padded with zeros so that nothing wraps around."""

    padded: Triple
    spectrum: NDArray[Any]  # of the even kernel: real; in the precision in which to transform

    def apply(self, amounts: NDArray[Any], pool: _Pool) -> Convolved:
        """The convolution of the amounts, same shape."""
        wrong = amounts.size - np.count_nonzero((amounts >= 0) & (amounts < np.inf))
        given = amounts.astype(self.spectrum.dtype, copy=False)
        with np.errstate(invalid="ignore", over="ignore"):  # of wrong amounts, which are counted
            transformed = scipy.fft.rfftn(given, s=self.padded, workers=pool.workers)
            transformed *= self.spectrum
            whole = scipy.fft.irfftn(transformed, s=self.padded, workers=pool.workers, overwrite_x=True)
            result = np.ascontiguousarray(whole[tuple(slice(n) for n in amounts.shape)], dtype=np.float32)
            before, after = (float(np.sum(array, dtype=np.float64)) for array in (given, result))
        return Convolved(result, before, after, int(wrong))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SplitScale:
    """A grid whose far part goes over a coarser one."""

    where: Layout
    halved: tuple[bool, bool, bool]
    place: Places
    factors: Singles
    counts: Places
    coarser: Scale

    def apply(self, amounts: NDArray[Any], pool: _Pool) -> Convolved:
        """The convolution of the amounts, same shape."""
        flat = np.zeros(self.where.room, np.float32)
        counted = pool.over(amounts.shape[0], lambda a, b: lay_out(amounts, self.where, a, b, flat))
        far = self.coarser.apply(self._gathered(flat, amounts.shape, pool), pool).result
        result = np.empty(amounts.shape, np.float32)
        sums = pool.over(amounts.shape[0], lambda a, b: self._spread(far, flat, a, b, result))
        given, wrong = sum(total for total, _ in counted), sum(bad for _, bad in counted)
        return Convolved(result, float(given), float(sum(sums)), int(wrong))

    def _gathered(self, flat: Singles, shape: tuple[int, ...], pool: _Pool) -> Singles:
        depth, *plane = (coarse_grid.coarse_count(n, half) for n, half in zip(shape, self.halved, strict=True))
        rows = np.zeros((shape[0], *plane), np.float32)
        pool.over(shape[0], lambda a, b: coarse_grid.gather_rows(flat, self.where, self.halved[1], a, b, rows))
        if not self.halved[0]:
            return rows
        coarse = np.zeros((depth, *plane), np.float32)
        pool.over(depth, lambda a, b: coarse_grid.gather_slices(rows, a, b, coarse))
        return coarse

    def _spread(self, far: Singles, flat: Singles, first: int, last: int, result: Singles) -> float:
        return coarse_grid.spread(
            far, self.halved, flat, self.where, self.place, self.factors, self.counts, first, last, result
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwoScale:
    """A convolution prepared for one kernel and one shape. `error_share` bounds the error by the kernel's whole sum."""

    shape: Triple
    scale: Scale
    error_share: float
    reaches: tuple[float, ...]

    def convolve(self, amounts: NDArray[Any], workers: int | None = None) -> Convolved:
        """The convolution of the amounts; the same numbers with any number of workers."""
        with worker_pool(workers) as pool:
            return self.scale.apply(amounts, pool)


def prepare(kernel: Lattice, spacing_mm: tuple[float, float, float], shape: Triple, whole: float) -> TwoScale:
    """Prepare the convolution of images of this shape with a kernel whose sum over all offsets is `whole`."""
    scale, error, reaches = _scale(kernel, np.array(spacing_mm), shape, whole)
    return TwoScale(shape=shape, scale=scale, error_share=error / whole, reaches=reaches)


def halved_axes(shape: Triple, spacing_mm: tuple[float, float, float] | Floats) -> tuple[bool, bool, bool]:
    """Which axes to halve: those with close voxels that are long enough."""
    shortest = min(spacing_mm)
    z, y, x = (n >= SHORTEST_HALVED and s <= ALIKE * shortest for n, s in zip(shape, spacing_mm, strict=True))
    return z, y, x


def _scale(kernel: Lattice, spacing_mm: Floats, shape: Triple, whole: float) -> tuple[Scale, float, tuple[float, ...]]:
    """The scale for this grid with all coarser ones, the bound of the error, and the reach at each scale."""
    halved = halved_axes(shape, spacing_mm)
    worth = any(halved) and max(shape) > TRANSFORMED_AT_ONCE
    split = _close_enough(kernel, halved, spacing_mm, whole) if worth else None
    if split is None:
        return transform_scale(kernel, shape), 0.0, ()
    z, y, x = map(coarse_grid.coarse_count, shape, halved)
    coarser, error, reaches = _scale(split.coarse, spacing_mm * np.where(halved, 2, 1), (z, y, x), whole)
    return _split_scale(split, halved, shape, coarser), split.error + error, (split.reach, *reaches)


def _close_enough(
    kernel: Lattice, halved: tuple[bool, bool, bool], spacing_mm: Floats, whole: float
) -> SplitKernel | None:
    """The split with the shortest reach whose error is small enough; None if there is none."""
    for reach in REACHES:
        split = split_kernel(kernel, halved, spacing_mm, reach)
        if split.error <= ERROR_SHARE * whole:
            return split
    return None


def transform_scale(kernel: Lattice, shape: Triple) -> TransformScale:
    """The Fourier transform of the kernel at all offsets that occur in the shape."""
    z, y, x = (scipy.fft.next_fast_len(2 * n - 1, real=True) for n in shape)
    padded = (z, y, x)
    octant = kernel(*np.ix_(*(np.arange(n) for n in shape)))
    whole = np.zeros(padded)
    signs = [(slice(0, n), slice(None)) for n in shape], [(slice(-1, -n, -1), slice(1, None)) for n in shape]
    for sides in product((0, 1), repeat=3):
        chosen = [signs[side][axis] for axis, side in enumerate(sides)]
        whole[tuple(to for to, _ in chosen)] = octant[tuple(of for _, of in chosen)]
    kind = np.float64 if whole.size <= DOUBLE_UP_TO else np.float32
    return TransformScale(padded=padded, spectrum=scipy.fft.rfftn(whole).real.astype(kind))


def _split_scale(split: SplitKernel, halved: tuple[bool, bool, bool], shape: Triple, coarser: Scale) -> SplitScale:
    """The near neighbours of each parity as places in the flat image."""
    phases = 2 if halved[2] else 1
    reach = np.abs(split.offsets).max(axis=0)
    where = layout(shape, phases, (int(reach[0]), int(reach[1]), int(reach[2])))
    x = np.array(PARITIES)[:, 2, None] * halved[2] + split.offsets[None, :, 2]
    place = split.offsets[:, 0] * where.stride_z + split.offsets[:, 1] * where.stride_y + x % phases * where.row
    return SplitScale(
        where=where,
        halved=halved,
        place=np.ascontiguousarray(place + x // phases),
        factors=np.ascontiguousarray(split.weights, dtype=np.float32),
        counts=np.full(8, split.offsets.shape[0], np.int64),
        coarser=coarser,
    )
