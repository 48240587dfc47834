"""A made-up kernel whose every value and whose whole energy are known: a sum of Gaussians, averaged over voxels exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import ndtr

GY_PER_MBQ_H_AND_MEV_PER_KG = 3.6e9 * 1.602176634e-13


@dataclass(frozen=True, eq=False)
class GaussianKernel:
    """Each part deposits `mev` per decay with standard deviation `sigma_mm` along every axis, at 1.04 g/mL."""

    spacing_mm: tuple[float, float, float]
    parts: tuple[tuple[float, float], ...]  # (mev, sigma_mm)
    density_g_per_ml: float = 1.04
    charged_mev: float = 0.1
    conventions: tuple[str, ...] = ("Made-up kernel.",)

    @property
    def energy_mev(self):
        return sum(mev for mev, _ in self.parts)

    def s_gy_per_mbq_h(self, dz, dy, dx):
        dz, dy, dx = np.broadcast_arrays(dz, dy, dx)
        voxel_kg = self.density_g_per_ml * np.prod(self.spacing_mm) * 1e-6
        total = np.zeros(dz.shape)
        for mev, sigma in self.parts:
            share = np.ones(dz.shape)
            for offset, edge in zip((dz, dy, dx), self.spacing_mm, strict=True):
                share = share * self._share(np.abs(offset), edge, sigma)
            total += mev * share
        return total * GY_PER_MBQ_H_AND_MEV_PER_KG / voxel_kg

    @staticmethod
    def _share(offset, edge, sigma):
        """Share of what starts evenly in one voxel that ends in the voxel `offset` further, along one axis."""

        def twice_integrated(x):
            return x * ndtr(x / sigma) + sigma / np.sqrt(2 * np.pi) * np.exp(-((x / sigma) ** 2) / 2)

        places = np.arange(int(np.max(offset)) + 1)
        x = places * edge
        table = (twice_integrated(x + edge) - 2 * twice_integrated(x) + twice_integrated(x - edge)) / edge
        return table[offset]


def long_reaching_parts(mev: float, reach_mm: float = 60.0, count: int = 40) -> tuple[tuple[float, float], ...]:
    """Gaussians that add up to something like e^(−r / reach) / r², as photons deposit energy."""
    sigma = np.geomspace(0.3, 400, count)
    share = sigma * np.exp(-sigma / reach_mm)
    return tuple(zip(mev * share / share.sum(), sigma, strict=True))


PARTS = {
    "short": ((0.15, 0.3), (0.05, 2.0)),
    "lutetium": ((0.074, 0.12), (0.074, 0.3), *long_reaching_parts(0.035)),
    "yttrium": ((0.4, 1.1), (0.53, 2.4), *long_reaching_parts(0.003)),
}


@pytest.fixture
def gaussian_kernel():
    """gaussian_kernel("lutetium", (4.8, 4.8, 4.8)) → a kernel with the ranges of 177Lu or 90Y, or a short one."""
    return lambda name, spacing_mm=(4.8, 4.8, 4.8): GaussianKernel(spacing_mm=spacing_mm, parts=PARTS[name])


@pytest.fixture
def summed_directly():
    """summed_directly(amounts, kernel) → the dose as the plain sum over all pairs of voxels, by Fourier-free numpy."""

    def summed(amounts, kernel):
        shape = amounts.shape
        octant = kernel.s_gy_per_mbq_h(*np.ix_(*(np.arange(n) for n in shape)))
        places = [np.abs(np.arange(n)[:, None] - np.arange(n)[None, :]) for n in shape]
        dose = np.zeros(shape)
        for z, y, x in np.argwhere(amounts):
            dose += amounts[z, y, x] * octant[np.ix_(places[0][z], places[1][y], places[2][x])]
        return dose

    return summed
