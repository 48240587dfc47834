"""Energy that goes from region to region: charged particles across borders inside voxels, photons by convolution.

The convolution is the same both ways (reciprocity), so the targets are convolved, once each, whatever the sources are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeGuard

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.dosimetry.charged_energy import charged_shares
from lutetia.dosimetry.kernel import RadialKernel, radial_kernel
from lutetia.dosimetry.lattice_kernel import LatticeKernel, lattice_kernel
from lutetia.dosimetry.nuclide import Nuclide
from lutetia.dosimetry.organ import GY_G_PER_MBQ_H_MEV
from lutetia.dosimetry.two_scale import TwoScale, prepare
from lutetia.dosimetry.voxel_dose import MEDIUM, Source, equilibrium_gy_per_mbq_h

Floats = NDArray[np.float64]
Shares = NDArray[np.float32]
Box = tuple[slice, slice, slice]

PHOTONS = ("photon", "bremsstrahlung")


def energies_gy_g(
    amounts: Sequence[Shares],
    targets: Sequence[Shares],
    source: Source,
    kernel: LatticeKernel,
    workers: int | None,
) -> tuple[Floats, Floats]:
    """(targets, sources) twice: energy (Gy g) in each target from the amounts (MBq h per voxel) of each source, by
    charged particles and by photons.

    The first sources are the targets, one more is what lies outside all of them. What is known on a lattice
    only is not told apart: then the first is the energy that stays in the voxel of the decay.
    """
    totals = np.array([float(amount.sum(dtype=np.float64)) for amount in amounts])
    voxel_g = kernel.density_g_per_ml * float(np.prod(kernel.spacing_mm)) / 1000
    if is_radial(source):
        photons = photon_kernel(source, kernel.spacing_mm)
        shares = charged_shares(
            amounts,
            targets,
            _radial(source),
            spacing_mm=kernel.spacing_mm,
            density_g_per_ml=kernel.density_g_per_ml,
        )
        charged = shares * (totals * kernel.charged_mev * GY_G_PER_MBQ_H_MEV)
        return charged, _convolved_gy(amounts, targets, photons, kernel, 0.0, workers) * voxel_g
    origin = np.zeros(1, np.int64)
    own_gy = float(kernel.s_gy_per_mbq_h(origin, origin, origin)[0])
    stays = np.zeros((len(targets), len(amounts)))
    np.fill_diagonal(stays, own_gy * totals[: len(targets)] * voxel_g)
    return stays, _convolved_gy(amounts, targets, kernel, kernel, own_gy, workers) * voxel_g


def _convolved_gy(
    amounts: Sequence[Shares],
    targets: Sequence[Shares],
    part: LatticeKernel,
    whole: LatticeKernel,
    left_out_gy: float,
    workers: int | None,
) -> Floats:
    """(targets, sources): dose, summed over the voxels of each target, from the amounts of each source.

    `part` is the kernel to convolve with, a part of `whole`; what it gives the voxel of the decay itself is less
    `left_out_gy`. The kernel is the same both ways, so the targets are convolved, whatever the number of sources.
    """
    found = np.zeros((len(targets), len(amounts)))
    prepared = prepared_part(part, targets[0].shape, equilibrium_gy_per_mbq_h(whole))  # type: ignore[arg-type]
    boxes = [box_of(amount) for amount in amounts]
    for row, target in enumerate(targets):
        dose_gy = prepared.convolve(target, workers).result
        if left_out_gy:
            dose_gy -= np.float32(left_out_gy) * target
        for column, (amount, box) in enumerate(zip(amounts, boxes, strict=True)):
            found[row, column] = inner(dose_gy[box], amount[box])
    return found


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def inner(first: Shares, second: Shares) -> float:
    """Sum of the products of two arrays (z, y, x), in double precision from row to row."""
    total = 0.0
    for z in range(first.shape[0]):
        for y in range(first.shape[1]):
            row: Any = np.float32(0.0)
            for x in range(first.shape[2]):
                row += first[z, y, x] * second[z, y, x]
            total += row
    return total


@lru_cache(maxsize=8)
def prepared_part(kernel: LatticeKernel, shape: tuple[int, int, int], whole_gy: float) -> TwoScale:
    """The convolution with a part of a kernel, its error measured by the whole; kept for the next map."""
    return prepare(kernel.s_gy_per_mbq_h, kernel.spacing_mm, shape, whole_gy)


@lru_cache(maxsize=8)
def photon_kernel(source: str | Nuclide | RadialKernel, spacing_mm: tuple[float, float, float]) -> LatticeKernel:
    """The photons' and bremsstrahlung's part of the kernel of a nuclide, for voxels of this spacing (z, y, x)."""
    return lattice_kernel(source, spacing_mm, medium=MEDIUM, components=PHOTONS)


def _radial(source: str | Nuclide | RadialKernel) -> RadialKernel:
    return source if isinstance(source, RadialKernel) else radial_kernel(source, MEDIUM)


def is_radial(source: Source) -> TypeGuard[str | Nuclide | RadialKernel]:
    return isinstance(source, str | Nuclide | RadialKernel)


def cut(arrays: Sequence[NDArray[Any]], box: Box) -> list[Shares]:
    """The box of each array, in single precision."""
    return [np.ascontiguousarray(array[box], dtype=np.float32) for array in arrays]


def box_of(*arrays: NDArray[Any]) -> Box:
    """The smallest box (z, y, x) outside of which all arrays (of one shape) are 0; the first voxel if all are."""
    spans = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        along = np.flatnonzero(np.logical_or.reduce([array.any(axis=others) for array in arrays]))
        spans.append(slice(int(along[0]), int(along[-1]) + 1) if along.size else slice(0, 1))
    z, y, x = spans
    return z, y, x
