"""A made-up kernel, known in every value and in its whole energy: a sum of Gaussians, averaged over voxels exactly."""

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


class SmallBody:
    """A ball of 17 cm with an organ of 134 mL and a lesion of 7 mL in it, each clearing with one phase: made up."""

    names = ("lesion", "organ", "rest")

    def __init__(self):
        from lutetia.dosimetry.curve import ExponentialSum
        from lutetia.dosimetry.phantom import DigitalPatient, Tissue
        from lutetia.dosimetry.solid import Solid, bodies, volumes_ml

        given = (
            ("lesion", Solid(centre_mm=(-32.0, 10.0, 5.0), semi_axes_mm=(11.87,) * 3), 1.05, 25.0, 90.0),
            ("organ", Solid(centre_mm=(35.0, -8.0, -4.0), semi_axes_mm=(26.0, 32.0, 38.5)), 1.05, 80.0, 55.0),
            ("rest", Solid(centre_mm=(0.0, 0.0, 0.0), semi_axes_mm=(85.0,) * 3), 1.04, 60.0, 40.0),
        )
        tissues = tuple(
            Tissue(
                name=name,
                solids=(solid,),
                density_g_per_ml=density,
                curve=ExponentialSum(amplitudes_mbq=(mbq,), effective_half_lives_h=(life_h,)),
            )
            for name, solid, density, mbq, life_h in given
        )
        volumes = volumes_ml(bodies([(tissue.solids[0], i) for i, tissue in enumerate(tissues)]))
        self.patient = DigitalPatient(
            nuclide="Lu-177",
            tissues=tissues,
            frame_of_reference="2.25.1",
            volume_ml=dict(zip(self.names, map(float, volumes), strict=True)),
        )

    def grid(self, directions=None, spacing_mm=(4.8, 4.8, 4.8), shape=(42, 42, 42)):
        """A grid about the middle of the body, its axes turned as wished."""
        from lutetia.dosimetry.geometry import Geometry

        turned = np.eye(3) if directions is None else np.asarray(directions)
        half_mm = (np.array(shape[::-1]) - 1) / 2 * np.array(spacing_mm[::-1])
        return Geometry.regular(
            shape, spacing_mm, first_voxel_mm=-turned @ half_mm, directions=turned, frame_of_reference="2.25.1"
        )

    def series(self, grid=None, hours=(4.0, 24.0, 96.0, 168.0), psf_mm=0.0, density=True, **other):
        """Scans without noise on the grid, the regions drawn exactly."""
        from lutetia.dosimetry.activity_series import ActivitySeries, TimePoint
        from lutetia.dosimetry.phantom import on_grid
        from lutetia.dosimetry.phantom_scan import Camera, scan_of

        seen = on_grid(self.patient, grid or self.grid(), points=64)
        camera = Camera(psf_fwhm_mm=psf_mm)
        points = tuple(
            TimePoint(
                name=f"{h:g} h", after_h=h, activity=scan_of(seen, h, camera=camera).image, counts_per_mbq=16200.0
            )
            for h in hours
        )
        given = {
            "nuclide": "Lu-177",
            "administered_mbq": 200.0,
            "regions": seen.regions(),
            "density": seen.density() if density else None,
            "image_fwhm_mm": psf_mm,
            "u_image_fwhm_mm": 0.0,
            "u_calibration_fraction": 0.03,
        }
        return ActivitySeries(time_points=points, **(given | other))

    def plans(self, **changes):
        """An organ, a lesion and the remainder, outlines exact; `changes` by name replace fields of a plan."""
        from dataclasses import replace

        from lutetia.dosimetry.region_plan import RegionPlan

        role = {"lesion": "lesion", "rest": "remainder"}
        return {
            name: replace(RegionPlan(role=role.get(name, "organ"), u_volume_fraction=0.0), **changes.get(name, {}))
            for name in self.names
        }

    def truth_mbq_h(self, name):
        """The area of a region by its equation."""
        return self.patient.tia_mbq_h[name]


@pytest.fixture(scope="session")
def small_body():
    """small_body.series(), small_body.plans(): a small made-up patient for the pipeline of a cycle."""
    return SmallBody()
