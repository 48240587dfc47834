"""Mean dose of regions from voxels: of each region, and from which region it came (self-dose and cross-dose).

The MIRD scheme without a reference phantom: the patient's own regions are sources and targets, and the S values between
them come from the kernel and the voxels (MIRD Pamphlet 17, J Nucl Med 1999; 40: 11S; Pamphlet 21, 2009; 50: 477).

Borders run through voxels. Electrons and alpha particles are followed across them, the border a plane in its voxel
(`charged_energy`); photons, which hardly notice a voxel, are convolved and shared out by volume. A kernel that is known
on a lattice only cannot tell the two apart: then energy that stays in the voxel of the decay belongs to the region of
the decay, and energy from other voxels is shared out by volume, which at voxels of 5 mm costs a ball of 7 mL 1 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.organ import STable
from lutetia.dosimetry.region import Region, bounding_box
from lutetia.dosimetry.region_energy import box_of, cut, energies_gy_g, is_radial
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.volume import Volume
from lutetia.dosimetry.voxel_dose import Source, kernel_for
from lutetia.errors import Fault, InputError

Floats = NDArray[np.float64]
Shares = NDArray[np.float32]

MeanOver = Literal["mass", "volume"]

REST = "rest of the image"
DENSITY_G_PER_ML = 1.04  # ICRP soft tissue, as in the kernels
SURFACE = (
    "Borders of regions are planes within voxels; electrons and alpha particles are followed across them, photons are "
    "shared out by volume."
)
BORDER = (
    "In voxels that regions share, energy that stays in the voxel of the decay belongs to the region of the decay, "
    "energy from other voxels is shared out by volume."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionDose:
    """Mean absorbed dose of one region, with the rule that made it, its volume and its mass.

    `mean_over` says what the mean is: "mass" (energy over mass, each voxel by its mass) or "volume" (each voxel by its
    volume). They differ where density does.
    """

    region: str
    rule: str
    mean_gy: float
    mean_over: MeanOver
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

    def _row(self, name: str) -> int:
        names = [region.region for region in self.regions]
        if name not in names:
            must = f"must be one of {', '.join(names)}"
            raise InputError("regions", [Fault(place="name", must=must, got=repr(name))])
        return names.index(name)


def mean_dose_of_regions(dose: Volume, regions: RegionSet, *, density: Volume | None = None) -> tuple[RegionDose, ...]:
    """Mean absorbed dose of each region of a dose map in Gy, as the voxels show it.

    With `density` (g/mL, same grid) the mean over the mass, without it over the volume, and mass is volume times
    1.04 g/mL. A border voxel shows the mean of what lies in it. Raises InputError for other units and grids.
    """
    faults = [] if dose.unit == "Gy" else [Fault(place="dose", must="must be a volume in Gy", got=dose.unit)]
    faults += _grid_faults(dose.geometry, regions, density)
    if faults:
        raise InputError("mean_dose_of_regions", faults)
    return tuple(_shown_dose(dose, region, density) for region in regions)


def dose_between_regions(
    tia: Volume,
    regions: RegionSet,
    source: Source,
    *,
    density: Volume | None = None,
    mass_g: Mapping[str, float] | None = None,
    workers: int | None = None,
) -> RegionDoses:
    """Mean absorbed dose of each region from each region and from the rest of the image.

    `tia` is a map of MBq h per voxel or per mL; `source` as for `voxel_dose`. Where regions share a voxel, its activity
    is divided in the ratio of their shares. `density` (g/mL, same grid) gives the masses, `mass_g` those that are known
    better. Raises InputError as `voxel_dose` does, for regions on another grid and for masses not above 0.
    """
    _refuse("dose_between_regions", [*_grid_faults(tia.geometry, regions, density), *_mass_faults(regions, mass_g)])
    kernel = kernel_for(source, tia.geometry.spacing_mm)
    per_voxel = np.asarray(tia.converted("MBq h").array)
    box = box_of(per_voxel, *(region.shares for region in regions))
    amounts = [per_voxel[box] * share for share in cut(source_shares(regions), box)]
    masses_g = list(_masses_g(regions, density, mass_g).values())
    charged, photons = energies_gy_g(amounts, cut([region.shares for region in regions], box), source, kernel, workers)
    dose_gy = (charged + photons) / np.array(masses_g)[:, None]
    return RegionDoses(
        regions=tuple(
            RegionDose(
                region=region.name,
                rule=region.rule,
                mean_gy=mean,
                mean_over="mass",
                volume_ml=region.volume_ml,
                mass_g=mass,
            )
            for region, mean, mass in zip(regions, map(float, dose_gy.sum(axis=1)), masses_g, strict=True)
        ),
        sources=(*regions.names, REST),
        dose_gy=dose_gy,
        tia_mbq_h=np.array([float(amount.sum(dtype=np.float64)) for amount in amounts]),
        conventions=(*kernel.conventions, *_sentences(regions, source, density, mass_g)),
    )


def s_between_regions(
    regions: RegionSet,
    source: Source,
    *,
    density: Volume | None = None,
    mass_g: Mapping[str, float] | None = None,
    workers: int | None = None,
) -> STable:
    """The patient's own S values, for activity spread evenly in each region: for `organ_dose`.

    `source` as for `voxel_dose`. Every region is source and target; one that holds the rest of the body makes the table
    complete. Masses as for `dose_between_regions`. Raises InputError for a kernel of another spacing, and as that does.
    """
    faults = [*_grid_faults(regions.geometry, regions, density), *_mass_faults(regions, mass_g)]
    _refuse("s_between_regions", faults)
    kernel = kernel_for(source, regions.geometry.spacing_mm)
    box = box_of(*(region.shares for region in regions))
    filled = cut([region.shares for region in regions], box)
    amounts = [share / np.float32(region.voxels) for share, region in zip(filled, regions, strict=True)]
    charged, photons = energies_gy_g(amounts, filled, source, kernel, workers)
    masses_g = _masses_g(regions, density, mass_g)
    pairs = {
        (target, giver): float(charged[row, column] + photons[row, column]) / masses_g[target]
        for row, target in enumerate(regions.names)
        for column, giver in enumerate(regions.names)
    }
    words = (*kernel.conventions, "Activity even in each source region.", *_sentences(regions, source, density, mass_g))
    own = photons.diagonal() / (charged + photons).diagonal()
    return STable(
        s_gy_per_mbq_h=pairs,
        reference_masses_g=masses_g,
        photon_fraction=dict(zip(regions.names, map(float, own), strict=True)) if is_radial(source) else None,
        source="the patient's own voxels. " + " ".join(words),
    )


def source_shares(regions: RegionSet) -> list[Shares]:
    """The share of each voxel's activity that belongs to each region, then to the rest: they add up to 1."""
    shares = [region.shares.astype(np.float32) for region in regions]
    claimed = reduce(np.add, shares)
    divided = [share / np.maximum(claimed, 1) for share in shares]
    return [*divided, np.maximum(1 - claimed, np.float32(0))]


def _mass_g(region: Region, density: Volume | None) -> float:
    if density is None:
        return region.volume_ml * DENSITY_G_PER_ML
    box = bounding_box(region)
    return float(np.sum(region.shares[box] * density.array[box], dtype=np.float64)) * region.geometry.voxel_volume_ml


def _shown_dose(dose: Volume, region: Region, density: Volume | None) -> RegionDose:
    box = bounding_box(region)
    weights = region.shares[box].astype(np.float64)
    weights = weights if density is None else weights * density.array[box]
    return RegionDose(
        region=region.name,
        rule=region.rule,
        mean_gy=float((dose.array[box] * weights).sum() / weights.sum()),
        mean_over="volume" if density is None else "mass",
        volume_ml=region.volume_ml,
        mass_g=_mass_g(region, density),
    )


def _masses_g(regions: RegionSet, density: Volume | None, given_g: Mapping[str, float] | None) -> dict[str, float]:
    given = given_g or {}
    return {r.name: float(given[r.name]) if r.name in given else _mass_g(r, density) for r in regions}


def _mass_faults(regions: RegionSet, given_g: Mapping[str, float] | None) -> list[Fault]:
    must = f"must be a mass above 0 of one of {', '.join(regions.names)}"
    return [
        Fault(place=f"mass_g[{name}]", must=must, got=f"{mass}")
        for name, mass in (given_g or {}).items()
        if name not in regions.names or not 0 < mass < np.inf
    ]


def _sentences(
    regions: RegionSet, source: Source, density: Volume | None, given_g: Mapping[str, float] | None
) -> tuple[str, ...]:
    given = (f"Mass as given: {', '.join(given_g)}.",) if given_g else ()
    mass = (
        f"Mass is volume × {DENSITY_G_PER_ML:g} g/mL."
        if density is None
        else "Mass is that of the voxels' own density; energy is deposited as in the uniform medium."
    )
    own = () if given_g and set(given_g) == set(regions.names) else (mass,)
    return (*given, *own, SURFACE if is_radial(source) else BORDER, *regions.conventions)


def _grid_faults(geometry: Geometry, regions: RegionSet, density: Volume | None) -> list[Fault]:
    faults = []
    if not regions.geometry.same_grid(geometry):
        do = "Bring the regions to the grid of the image (region_on)."
        faults.append(Fault(place="regions", must="must lie on the grid of the image", do=do))
    if density is not None and not (density.unit == "g/mL" and density.geometry.same_grid(geometry)):
        must = "must be a volume in g/mL on the grid of the image"
        faults.append(Fault(place="density", must=must, got=density.unit))
    return faults


def _refuse(name: str, faults: list[Fault]) -> None:
    if faults:
        raise InputError(name, faults)
