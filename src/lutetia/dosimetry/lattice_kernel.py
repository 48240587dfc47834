"""A voxel kernel at any distance: the mean dose a voxel gets per MBq h in the voxel at some offset, asked for as
needed.

Near the source the radial kernel is averaged over both voxels (`voxel_kernel`); further off, where it hardly changes
across a voxel, it is averaged over eight points with the same mean and variance. So no distance is cut off, and a
kernel that reaches across a patient need not be tabled at every offset.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, pi, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.kernel import COMPONENTS, RADII_G_PER_CM2, RadialKernel, radial_kernel
from lutetia.dosimetry.nuclide import JOULE_PER_MEV, Nuclide
from lutetia.dosimetry.voxel_kernel import voxel_kernel

Floats = NDArray[np.float64]
Offsets = NDArray[np.integer]

DECAYS_PER_MBQ_H = 3.6e9
CHARGED_COMPONENTS = ("electron", "alpha")
LEAST_NEAR_VOXELS, MOST_NEAR_VOXELS = 6, 20
_CHARGED_SHARE = 0.9999  # of the charged energy lies inside the near part
_POINT_AT = 1 / sqrt(6)  # of the spacing: the standard deviation of the difference of two places in one voxel


class LatticeKernel(Protocol):
    """What a convolution asks of a kernel. `spacing_mm` is (z, y, x)."""

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance of neighbouring voxels along z, y and x."""

    @property
    def density_g_per_ml(self) -> float:
        """Density of the uniform medium."""

    @property
    def energy_mev(self) -> float:
        """All the energy per decay that the endless medium takes up."""

    @property
    def charged_mev(self) -> float:
        """The part of it that electrons and alpha particles deposit close by."""

    @property
    def conventions(self) -> tuple[str, ...]:
        """How the kernel was made."""

    def s_gy_per_mbq_h(self, dz: Offsets, dy: Offsets, dx: Offsets) -> Floats:
        """Mean dose of the voxel at these offsets (whole voxels, any sign, shapes that broadcast) per MBq h."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RadialLatticeKernel:
    """A radial kernel on a lattice of voxels. `near_gy_per_mbq_h` is its octant of offsets 0, 1, 2 … along z, y and x;
    beyond it the dose at a point times the squared distance is linear between the values at `radius_mm`, then 0."""

    nuclide: str
    medium: str
    spacing_mm: tuple[float, float, float]
    density_g_per_ml: float
    energy_mev: float
    charged_mev: float
    conventions: tuple[str, ...]
    near_gy_per_mbq_h: Floats
    radius_mm: Floats
    gy_mm2_per_mbq_h: Floats

    def s_gy_per_mbq_h(self, dz: Offsets, dy: Offsets, dx: Offsets) -> Floats:
        """Mean dose of the voxel at these offsets per MBq h in the source voxel, in the shape they broadcast to."""
        z, y, x = np.broadcast_arrays(np.abs(dz), np.abs(dy), np.abs(dx))
        n = np.array(self.near_gy_per_mbq_h.shape)
        near = (z < n[0]) & (y < n[1]) & (x < n[2])
        found = np.empty(z.shape)
        found[near] = self.near_gy_per_mbq_h[z[near], y[near], x[near]]
        far = ~near
        found[far] = self._far_gy_per_mbq_h(z[far], y[far], x[far])
        return found

    def _far_gy_per_mbq_h(self, z: Offsets, y: Offsets, x: Offsets) -> Floats:
        squares_mm2 = [
            [((offset + side * _POINT_AT) * edge) ** 2 for side in (-1, 1)]
            for offset, edge in zip((z, y, x), self.spacing_mm, strict=True)
        ]
        total = np.zeros(z.shape)
        for a in squares_mm2[0]:
            for b in squares_mm2[1]:
                for c in squares_mm2[2]:
                    square = a + b + c
                    total += np.interp(np.sqrt(square), self.radius_mm, self.gy_mm2_per_mbq_h, right=0.0) / square
        return total / 8


def lattice_kernel(
    source: str | Nuclide | RadialKernel,
    spacing_mm: tuple[float, float, float],
    *,
    medium: str = "soft_tissue",
    density_g_per_ml: float | None = None,
    components: tuple[str, ...] = COMPONENTS,
) -> RadialLatticeKernel:
    """The kernel of a nuclide for voxels of this spacing (z, y, x), in a uniform medium, at every distance.

    `density_g_per_ml` is the medium's own if not given; `components` chooses among electron, alpha, photon and
    bremsstrahlung. A radial kernel brings its own medium. Raises InputError for a spacing or density that is not
    positive, for an unknown nuclide, medium or component.
    """
    radial = source if isinstance(source, RadialKernel) else radial_kernel(source, medium)
    radius_mm = radial.radius_of_share_mm(_CHARGED_SHARE, density_g_per_ml or 1.0, *CHARGED_COMPONENTS)
    shape = _odd_shape(radius_mm, spacing_mm)
    near = voxel_kernel(radial, spacing_mm, shape, density_g_per_ml=density_g_per_ml, components=components)
    middle = tuple(slice(length // 2, None) for length in shape)
    running = np.asarray(sum(radial.within_mev[name] for name in components))
    radii_mm, gy_mm2 = _shells_of(running, near.density_g_per_ml)
    charged = [name for name in components if name in CHARGED_COMPONENTS]
    return RadialLatticeKernel(
        nuclide=near.nuclide,
        medium=near.medium,
        spacing_mm=spacing_mm,
        density_g_per_ml=near.density_g_per_ml,
        energy_mev=near.energy_mev + near.beyond_mev,
        charged_mev=radial.energy_mev(*charged) if charged else 0.0,
        conventions=near.conventions,
        near_gy_per_mbq_h=near.s_gy_per_bq_s[middle] * DECAYS_PER_MBQ_H,
        radius_mm=radii_mm,
        gy_mm2_per_mbq_h=gy_mm2,
    )


def _odd_shape(radius_mm: float, spacing_mm: tuple[float, float, float]) -> tuple[int, int, int]:
    """Offsets up to what the charged particles reach, within limits; left to `voxel_kernel` if the spacing is wrong."""
    if len(spacing_mm) != 3 or not all(0 < edge < np.inf for edge in spacing_mm):
        return 1, 1, 1
    reach = [min(max(ceil(radius_mm / edge) + 1, LEAST_NEAR_VOXELS), MOST_NEAR_VOXELS) for edge in spacing_mm]
    return 2 * reach[0] + 1, 2 * reach[1] + 1, 2 * reach[2] + 1


def _shells_of(running_mev: Floats, density_g_per_ml: float) -> tuple[Floats, Floats]:
    """Middle radius of each shell (mm) and the shell's mean of dose per MBq h times squared radius (Gy mm²)."""
    radii_mm = RADII_G_PER_CM2 / density_g_per_ml * 10
    mev_per_mm = np.diff(running_mev) / np.diff(radii_mm)
    per_mev_per_mm = JOULE_PER_MEV * DECAYS_PER_MBQ_H / (4 * pi * density_g_per_ml * 1e-6)
    return (radii_mm[1:] + radii_mm[:-1]) / 2, mev_per_mm * per_mev_per_mm
