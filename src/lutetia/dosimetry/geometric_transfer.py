"""What each region holds when an image blurs them into each other: the geometric transfer matrix.

The image is taken as a sum of regions, each with an even concentration, blurred by the point spread; the concentrations
that fit the image best are the regions' own (Rousset, Ma and Evans, J Nucl Med 1998; 39: 904, as least squares over
voxels). Without blur it separates what border voxels mix.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from lutetia.dosimetry.region import Region, bounding_box
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.volume import UNITS, Volume
from lutetia.errors import Fault, InputError

Floats = NDArray[np.float64]

FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))
LEAST_FWHM_VOXELS = 1.2  # a narrower Gaussian is not itself on the grid any more
TRUNCATED_SIGMAS = 5.0
COVERED = 0.98  # voxels of which the regions explain less are left out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegionContents:
    """Concentration and total of each region, in the order of `regions`.

    `per_ml` is in `unit` (per mL), `covariance` (n, n) is that of `per_ml`; `total` is concentration times volume in
    `total_unit`. `voxels` is the number of voxels the fit rests on.
    """

    regions: tuple[str, ...]
    per_ml: Floats
    covariance: Floats
    unit: str
    total: Floats
    total_unit: str
    voxels: int
    conventions: tuple[str, ...]

    def total_of(self, name: str) -> float:
        """The total of a region."""
        return float(self.total[self.regions.index(name)])

    def u_total_of(self, name: str) -> float:
        """Its standard uncertainty (k = 1) from the scatter of the voxels about the fit."""
        i = self.regions.index(name)
        return float(np.sqrt(self.covariance[i, i]) * self.total[i] / self.per_ml[i]) if self.per_ml[i] else 0.0


def region_contents(image: Volume, regions: RegionSet, *, psf_fwhm_mm: float = 0.0) -> RegionContents:
    """Concentration and total of each region of an activity map, freed from blur of this width and from border voxels.

    The regions should hold all that radiates: one of them the rest of the body. Raises InputError for an image that
    does not add up, another grid, a blur finer than the voxels, and regions the voxels cannot tell apart.
    """
    per_ml = _per_ml(image)
    _check(per_ml, regions, psf_fwhm_mm)
    seen = blurred_shares(regions, psf_fwhm_mm)
    used = seen.sum(axis=0) >= COVERED
    columns, values = seen[:, used].astype(np.float64), per_ml.array[used].astype(np.float64)
    square = columns @ columns.T
    if np.linalg.matrix_rank(square, hermitian=True) < len(regions):
        do = "Give the rest of the body as a region too, or unite regions that are smaller than the voxels."
        must = "must be told apart by the voxels they fill"
        raise InputError("region_contents", [Fault(place="regions", must=must, do=do)])
    inverse = np.linalg.inv(square)
    found = inverse @ (columns @ values)
    scattered = columns * (values - found @ columns)
    volumes = np.array([region.volume_ml for region in regions])
    factor = UNITS[per_ml.unit].factor
    return RegionContents(
        regions=regions.names,
        per_ml=found,
        covariance=inverse @ (scattered @ scattered.T) @ inverse,
        unit=per_ml.unit,
        total=found * volumes * factor,
        total_unit=per_ml.total_unit,
        voxels=int(used.sum()),
        conventions=(
            f"Even concentration in each region, blur of {psf_fwhm_mm:g} mm (FWHM), least squares over voxels.",
            "The uncertainty takes voxels as independent: too small where reconstruction correlates them.",
            *regions.conventions,
        ),
    )


def blurred_shares(regions: RegionSet, psf_fwhm_mm: float) -> NDArray[np.float32]:
    """(regions, z, y, x): what an image of one region each, of concentration 1, shows in each voxel."""
    seen = np.zeros((len(regions), *regions.geometry.shape), dtype=np.float32)
    spacing_mm = regions.geometry.spacing_mm

    def blur(row: int) -> None:
        box = _reached(regions.regions[row], psf_fwhm_mm)
        seen[row][box] = blurred(regions.regions[row].shares[box].astype(np.float32), spacing_mm, psf_fwhm_mm)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(blur, range(len(regions))))
    return seen


def _reached(region: Region, psf_fwhm_mm: float) -> tuple[slice, slice, slice]:
    """The box of all voxels that the blurred region reaches."""
    spans = []
    for span, edge, count in zip(bounding_box(region), region.geometry.spacing_mm, region.geometry.shape, strict=True):
        reach = int(np.ceil(TRUNCATED_SIGMAS * psf_fwhm_mm / FWHM_PER_SIGMA / edge)) + 1
        spans.append(slice(max(span.start - reach, 0), min(span.stop + reach, count)))
    z, y, x = spans
    return z, y, x


def blurred(
    array: NDArray[np.float32], spacing_mm: tuple[float, float, float], psf_fwhm_mm: float
) -> NDArray[np.float32]:
    """The array (z, y, x) after a Gaussian of this full width at half maximum; 0 leaves it as it is."""
    if psf_fwhm_mm == 0:
        return array
    sigma = [psf_fwhm_mm / FWHM_PER_SIGMA / edge for edge in spacing_mm]
    return np.asarray(gaussian_filter(array, sigma, mode="constant", truncate=TRUNCATED_SIGMAS), dtype=np.float32)


def psf_faults(psf_fwhm_mm: float, spacing_mm: tuple[float, float, float]) -> list[Fault]:
    """What is wrong with the width of a Gaussian on a grid."""
    if psf_fwhm_mm == 0 or LEAST_FWHM_VOXELS * max(spacing_mm) <= psf_fwhm_mm < np.inf:
        return []
    must = f"must be 0 or at least {LEAST_FWHM_VOXELS:g} voxels, {LEAST_FWHM_VOXELS * max(spacing_mm):g} mm"
    return [Fault(place="psf_fwhm_mm", must=must, got=f"{psf_fwhm_mm:g} mm")]


def _per_ml(image: Volume) -> Volume:
    unit = image.unit if image.quantity == "density" else f"{image.unit}/mL"
    if unit not in UNITS:
        must = "must be an amount per voxel or per mL, such as Bq/mL or MBq h"
        raise InputError("region_contents", [Fault(place="image", must=must, got=image.unit)])
    return image.converted(unit)


def _check(image: Volume, regions: RegionSet, psf_fwhm_mm: float) -> None:
    faults = psf_faults(psf_fwhm_mm, image.geometry.spacing_mm)
    if not regions.geometry.same_grid(image.geometry):
        do = "Bring the regions to the grid of the image (region_on)."
        faults.append(Fault(place="regions", must="must lie on the grid of the image", do=do))
    if faults:
        raise InputError("region_contents", faults)
