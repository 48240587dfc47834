"""A kernel split in two: exact weights for near neighbours, and a smooth rest that every second voxel can carry.

The rest is read off a coarse grid by cubic interpolation at the source and at the target. Its values far from the
source are the kernel's own; those near it are free, and are chosen so that outside the near part interpolation gives
the kernel (least squares over all offsets and all eight parities of the source voxel). The near weights are what
interpolation then lacks, parity by parity, so near neighbours get the kernel exactly. What little is left over at
distance is added up, kept as the bound of the error, and its sum goes to the source voxel: no energy is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.coarse_grid import interpolation_weights

Floats = NDArray[np.float64]
Integers = NDArray[np.integer]
Triple = tuple[int, int, int]

PARITIES: tuple[Triple, ...] = tuple((p >> 2, p >> 1 & 1, p & 1) for p in range(8))
_BEYOND_REACH = 8  # offsets this far beyond the near part are still checked and corrected
_FREE_BEYOND = 3  # coarse values up to this far beyond the near part are free


Lattice = Callable[[Integers, Integers, Integers], Floats]
"""A kernel as a function of whole offsets (z, y, x) that broadcast; even in each."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoarseLattice:
    """Every second value (along halved axes) of a finer lattice, but near the source the fitted values."""

    finer: Lattice
    factor: Triple
    fitted: Floats
    is_fitted: NDArray[np.bool_]

    def __call__(self, dz: Integers, dy: Integers, dx: Integers) -> Floats:
        """Values at the offsets, in the shape they broadcast to."""
        z, y, x = np.broadcast_arrays(np.abs(dz), np.abs(dy), np.abs(dx))
        found = np.array(self.finer(z * self.factor[0], y * self.factor[1], x * self.factor[2]))
        inside = np.ones(z.shape, dtype=bool)
        for offset, length in zip((z, y, x), self.fitted.shape, strict=True):
            inside &= offset < length
        place = z[inside], y[inside], x[inside]
        found[inside] = np.where(self.is_fitted[place], self.fitted[place], found[inside])
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SplitKernel:
    """The near weights of each parity and the rest on the coarse grid.

    `offsets` (n, 3) lists the near neighbours (z, y, x); row p of `weights` (8, n) holds their weights for a target
    voxel of parity p = 4 (z odd) + 2 (y odd) + (x odd). `error` is the sum of all absolute errors outside the near
    part for the worst parity, in the unit of the kernel: no dose is off by more than that times the highest activity.
    """

    offsets: NDArray[np.int64]
    weights: Floats
    coarse: CoarseLattice
    error: float
    reach: float


def split_kernel(kernel: Lattice, halved: tuple[bool, bool, bool], spacing_mm: Floats, reach: float) -> SplitKernel:
    """Split the kernel so that offsets within `reach` steps of the halved axes' longest `spacing_mm` are exact.

    `spacing_mm` (3,) gives the distance of neighbours along z, y and x; at least one axis is halved.
    """
    step = float(max(s for s, half in zip(spacing_mm, halved, strict=True) if half))
    factor: Triple = tuple(2 if half else 1 for half in halved)  # type: ignore[assignment]
    extent = [int((reach + 0.5) * step / s) for s in spacing_mm]
    checked = [n + _BEYOND_REACH for n in extent]
    offsets = np.ix_(*(np.arange(n + 1) for n in checked))
    target = kernel(*offsets)
    near = _within(offsets, spacing_mm, (reach + 0.5) * step)
    matrices = [_interpolation(half, n) for half, n in zip(halved, checked, strict=True)]
    coarse = _fitted(kernel, target, near, matrices, factor, spacing_mm, (reach + 0.5 + _FREE_BEYOND) * step)
    places = np.ix_(*(np.arange(m.shape[2]) for m in matrices))
    values = coarse(*places)
    lacking = np.array([target - _interpolated(values, matrices, parity) for parity in PARITIES])
    counted = _times(target.shape) * ~near
    weights = np.where(near, lacking, 0.0)
    weights[:, 0, 0, 0] += (lacking * counted).sum(axis=(1, 2, 3))
    mirrored = _all_octants(extent, near)
    return SplitKernel(
        offsets=mirrored,
        weights=weights[:, *np.abs(mirrored).T],
        coarse=coarse,
        error=float((np.abs(lacking) * counted).sum(axis=(1, 2, 3)).max()),
        reach=reach,
    )


def _times(shape: tuple[int, ...]) -> Floats:
    """How many offsets of any sign each offset of the first octant stands for."""
    sides = np.ix_(*(np.where(np.arange(n) == 0, 1.0, 2.0) for n in shape))
    return np.asarray(sides[0] * sides[1] * sides[2])


def _within(offsets: tuple[Integers, ...], spacing_mm: Floats, radius_mm: float) -> NDArray[np.bool_]:
    squares = [(o * s) ** 2 for o, s in zip(offsets, spacing_mm, strict=True)]
    return np.asarray(squares[0] + squares[1] + squares[2] <= radius_mm**2)


def _all_octants(extent: list[int], near: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(n, 3): the offsets of all signs whose absolute values lie in `near`, in the order of memory."""
    every = np.array(list(product(*(range(-n, n + 1) for n in extent))), dtype=np.int64)
    inside: NDArray[np.int64] = every[near[tuple(np.abs(every).T)]]
    return inside


def _interpolation(halved: bool, last: int) -> Floats:
    """(2, last + 1, m): weight of the coarse value at distance m for a target of either parity and a source `d`
    further.

    Interpolation at the target and at the source, along one axis; a full axis has one parity, given twice.
    """
    reach = last // 2 + 4 if halved else last
    matrix = np.zeros((2, last + 1, reach + 1))
    for parity, distance in product((0, 1), range(last + 1)):
        if not halved:
            matrix[parity, distance, distance] = 1.0
            continue
        source = parity + distance
        for a, at_target in interpolation_weights(parity).items():
            for b, at_source in interpolation_weights(source % 2).items():
                matrix[parity, distance, abs(source // 2 + b - a)] += at_target * at_source
    return matrix


def _interpolated(values: Floats, matrices: list[Floats], parity: Triple) -> Floats:
    """The kernel as the coarse grid gives it, at all checked offsets, for a target of this parity."""
    for axis, (matrix, p) in enumerate(zip(matrices, parity, strict=True)):
        values = np.moveaxis(np.tensordot(matrix[p], values, axes=(1, axis)), 0, axis)
    return values


def _fitted(
    kernel: Lattice,
    target: Floats,
    near: NDArray[np.bool_],
    matrices: list[Floats],
    factor: Triple,
    spacing_mm: Floats,
    radius_mm: float,
) -> CoarseLattice:
    """The coarse lattice whose values within `radius_mm` fit the kernel best outside the near part."""
    size = [min(int(radius_mm / (f * s)) + 1, m.shape[2]) for f, s, m in zip(factor, spacing_mm, matrices, strict=True)]
    free = _within(np.ix_(*(np.arange(n) for n in size)), spacing_mm * np.array(factor), radius_mm)
    coarse = CoarseLattice(finer=kernel, factor=factor, fitted=np.zeros(size), is_fitted=free)
    fixed = coarse(*np.ix_(*(np.arange(m.shape[2]) for m in matrices)))
    unknown = np.flatnonzero(free)
    square, right = np.zeros((unknown.size, unknown.size)), np.zeros(unknown.size)
    times = _times(target.shape)[~near]
    for parity in PARITIES:
        if any(p == 1 and f == 1 for p, f in zip(parity, factor, strict=True)):
            continue
        parts = [matrix[p, :, :n] for matrix, p, n in zip(matrices, parity, size, strict=True)]
        rows = np.einsum("am,bn,co->abcmno", *parts)[~near].reshape(-1, free.size)[:, unknown]
        touched = np.abs(rows).max(axis=1) > 0
        left = (target - _interpolated(fixed, matrices, parity))[~near][touched]
        # by einsum, not @: so many small products would keep the threads of the BLAS waiting for each other
        square += np.einsum("ra,rb->ab", rows[touched], rows[touched])
        right += np.einsum("ra,r->a", rows[touched], left)
        together = times[touched] @ rows[touched]  # what is left over shall also add up to nothing: for even sources
        square += np.outer(together, together)
        right += together * (times[touched] @ left)
    coarse.fitted[free] = np.linalg.lstsq(square, right, rcond=1e-12)[0]
    return coarse
