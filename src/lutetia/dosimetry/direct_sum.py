"""The dose of every voxel as the plain sum over all voxels with activity: slow, in double precision, nothing
approximated.

For small images and for checks: the time grows with the number of voxels times the number of voxels with activity.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.dosimetry.lattice_kernel import LatticeKernel

Floats = NDArray[np.float64]


def direct_sum_gy(tia_mbq_h: NDArray[Any], kernel: LatticeKernel) -> Floats:
    """Absorbed dose per voxel, same shape (z, y, x) as `tia_mbq_h` (MBq h in each voxel), summed one by one."""
    octant = kernel.s_gy_per_mbq_h(*np.ix_(*(np.arange(n) for n in tia_mbq_h.shape)))
    amounts = np.ascontiguousarray(tia_mbq_h, dtype=np.float64)
    active = np.argwhere(amounts != 0)
    return np.asarray(_summed(active, amounts, octant))


@njit(cache=True, nogil=True)
def _summed(active: NDArray[np.int64], amounts: Floats, octant: Floats) -> Floats:
    dose = np.zeros_like(amounts)
    depth, height, width = amounts.shape
    for row in range(active.shape[0]):
        sz, sy, sx = active[row]
        amount = amounts[sz, sy, sx]
        for z in range(depth):
            for y in range(height):
                line = octant[abs(z - sz), abs(y - sy)]
                for x in range(width):
                    dose[z, y, x] += amount * line[abs(x - sx)]
    return dose
