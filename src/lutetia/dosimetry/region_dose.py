"""Mean dose of regions from maps: of each region, and from which region it came (self-dose and cross-dose).

The MIRD scheme without a reference phantom: the patient's own regions are sources and targets, and the S values between
them come from the voxels (Bolch et al., MIRD Pamphlet 17, J Nucl Med 1999; 40: 11S; Pamphlet 21, 2009; 50: 477).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.organ import STable
from lutetia.dosimetry.region import Region, bounding_box
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.volume import Volume
from lutetia.dosimetry.voxel_dose import Method, Source, voxel_dose
from lutetia.errors import Fault, InputError

Floats = NDArray[np.float64]

REST = "rest of the image"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionDose:
    """Mean absorbed dose of one region, with the rule that made it, its volume and its mass."""

    region: str
    rule: str
    mean_gy: float
    volume_ml: float
    mass_g: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegionDoses:
    """Mean absorbed doses by target and source.

    `dose_gy` (targets, sources): row i is what region i gets; columns are the regions in the same order, then the rest
    of the image. `tia_mbq_h` (sources,) is the time-integrated activity of each source.
    """

    regions: tuple[RegionDose, ...]
    sources: tuple[str, ...]
    dose_gy: Floats
    tia_mbq_h: Floats
    conventions: tuple[str, ...]

    def __getitem__(self, name: str) -> RegionDose:
        return self.regions[self._row(name)]

    def self_gy(self, name: str) -> float:
        """What the region gives itself."""
        row = self._row(name)
        return float(self.dose_gy[row, row])

    def cross_gy(self, name: str) -> float:
        """What all others give it, the rest of the image among them."""
        return float(self.dose_gy[self._row(name)].sum()) - self.self_gy(name)

    def parts_gy(self, name: str) -> Mapping[str, float]:
        """What each source gives the region."""
        return dict(zip(self.sources, map(float, self.dose_gy[self._row(name)]), strict=True))

    def s_table(self) -> STable:
        """The S values between the patient's own regions; sources without activity have none and are left out."""
        active = [column for column, tia in enumerate(self.tia_mbq_h) if tia > 0]
        return STable(
            s_gy_per_mbq_h={
                (target.region, self.sources[column]): float(self.dose_gy[row, column] / self.tia_mbq_h[column])
                for row, target in enumerate(self.regions)
                for column in active
            },
            reference_masses_g={region.region: region.mass_g for region in self.regions},
            source="from the patient's own voxels; " + " ".join(self.conventions),
        )

    def _row(self, name: str) -> int:
        names = [region.region for region in self.regions]
        if name not in names:
            must = f"must be one of {', '.join(names)}"
            raise InputError("regions", [Fault(place="name", must=must, got=repr(name))])
        return names.index(name)


def mean_dose_of_regions(dose: Volume, regions: RegionSet, *, density: Volume | None = None) -> tuple[RegionDose, ...]:
    """Mean absorbed dose of each region of a dose map in Gy.

    With `density` (g/mL, same grid) energy over mass, without it the mean over the volume, and mass is volume times
    1.04 g/mL. Raises InputError for other units and grids.
    """
    faults = [] if dose.unit == "Gy" else [Fault(place="dose", must="must be a volume in Gy", got=dose.unit)]
    faults += _grid_faults(dose, regions, density)
    if faults:
        raise InputError("mean_dose_of_regions", faults)
    return tuple(_region_dose(dose, region, density) for region in regions)


def dose_between_regions(
    tia: Volume,
    regions: RegionSet,
    source: Source,
    *,
    method: Method = "full kernel",
    density: Volume | None = None,
    workers: int | None = None,
) -> RegionDoses:
    """Mean absorbed dose of each region from each region and from the rest of the image.

    `tia` is any map of MBq h per voxel or per mL; `source`, `method` and `density` as for `voxel_dose`, which is called
    once per source. Where regions share a voxel, its activity is divided in the ratio of their shares. Raises InputError
    as `voxel_dose` does, and for regions on another grid.
    """
    faults = _grid_faults(tia, regions, density)
    if faults:
        raise InputError("dose_between_regions", faults)
    columns, amounts, conventions = [], [], ()
    for shares in source_shares(regions):
        given = tia.with_array(tia.array * shares)
        found = voxel_dose(given, source, method=method, density=density, workers=workers)
        columns.append([_region_dose(found.dose, region, density).mean_gy for region in regions])
        amounts.append(given.converted("MBq h").total())
        conventions = found.conventions
    dose_gy = np.array(columns).T
    return RegionDoses(
        regions=tuple(
            _with_mean(_region_dose(tia, region, density), float(row.sum()))
            for region, row in zip(regions, dose_gy, strict=True)
        ),
        sources=(*regions.names, REST),
        dose_gy=dose_gy,
        tia_mbq_h=np.array(amounts),
        conventions=(*conventions, *_sentences(regions, density)),
    )


def source_shares(regions: RegionSet) -> list[NDArray[np.float32]]:
    """The share of each voxel's activity that belongs to each region, then to the rest: they add up to 1."""
    shares = [region.shares.astype(np.float32) for region in regions]
    claimed = reduce(np.add, shares)
    divided = [share / np.maximum(claimed, 1) for share in shares]
    return [*divided, np.maximum(1 - claimed, np.float32(0))]


def _region_dose(dose: Volume, region: Region, density: Volume | None) -> RegionDose:
    box = bounding_box(region)
    shares = region.shares[box].astype(np.float64)
    weights = shares if density is None else shares * density.array[box]
    per_ml = dose.geometry.voxel_volume_ml * (DENSITY_G_PER_ML if density is None else 1.0)
    return RegionDose(
        region=region.name,
        rule=region.rule,
        mean_gy=float((dose.array[box] * weights).sum() / weights.sum()),
        volume_ml=region.volume_ml,
        mass_g=float(weights.sum()) * per_ml,
    )


DENSITY_G_PER_ML = 1.04  # ICRP soft tissue, as in the kernels


def _with_mean(region: RegionDose, mean_gy: float) -> RegionDose:
    return RegionDose(
        region=region.region, rule=region.rule, mean_gy=mean_gy, volume_ml=region.volume_ml, mass_g=region.mass_g
    )


def _sentences(regions: RegionSet, density: Volume | None) -> tuple[str, ...]:
    mean = (
        f"Mean dose over the volume; mass is volume × {DENSITY_G_PER_ML:g} g/mL."
        if density is None
        else "Mean dose is energy over mass, both from the voxels' own density."
    )
    shared = ("Activity of a voxel that regions share is divided in the ratio of their shares.",) if regions.found else ()
    return (mean, *shared, *regions.conventions)


def _grid_faults(image: Volume, regions: RegionSet, density: Volume | None) -> list[Fault]:
    faults = []
    if not regions.geometry.same_grid(image.geometry):
        do = "Bring the regions to the grid of the image (region_on)."
        faults.append(Fault(place="regions", must="must lie on the grid of the image", do=do))
    if density is not None and not (density.unit == "g/mL" and density.geometry.same_grid(image.geometry)):
        must = "must be a volume in g/mL on the grid of the image"
        faults.append(Fault(place="density", must=must, got=density.unit))
    return faults
