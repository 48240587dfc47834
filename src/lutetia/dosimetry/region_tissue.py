"""The density of a region's own tissue, in the voxels its border cuts as well.

A voxel that two tissues share shows the density of their mixture: marrow inside bone looks too heavy, lung too heavy
at its whole surface. In such a voxel a region has the mean density of the voxels that lie wholly inside it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.region import Region, bounding_box
from lutetia.dosimetry.volume import Volume

Floats = NDArray[np.float64]

INNER_FRACTION = 0.98  # share of a voxel from which it counts as inside
FEWEST_INNER_VOXELS = 4  # of a region with fewer, the border has the density the voxels show

SENTENCE = (
    "In voxels that its border cuts a region has the mean density of the voxels inside it, and the photons' dose of "
    "the voxel; what photons leave in the voxel of the decay belongs to the region of the decay."
)


def own_density_g_per_ml(region: Region, density: Volume) -> Floats:
    """Density of the region's tissue in each voxel of its bounding box (z, y, x); without a share, the image's."""
    box = bounding_box(region)
    shares, values = region.shares[box], density.array[box].astype(np.float64)
    inner = shares >= INNER_FRACTION
    if np.count_nonzero(inner) >= FEWEST_INNER_VOXELS:
        values[(shares > 0) & ~inner] = values[inner].mean()
    return values


def mass_g(region: Region, density: Volume) -> float:
    """The mass of the region by the density of its own tissue."""
    own = region.shares[bounding_box(region)] * own_density_g_per_ml(region, density)
    return float(own.sum(dtype=np.float64)) * density.geometry.voxel_volume_ml
