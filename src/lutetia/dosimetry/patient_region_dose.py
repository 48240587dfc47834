"""Mean doses of regions in the patient's own densities: by source, with photons by Monte Carlo in the CT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.charged_energy import charged_shares
from lutetia.dosimetry.medium import medium
from lutetia.dosimetry.nuclide import Nuclide
from lutetia.dosimetry.organ import GY_G_PER_MBQ_H_MEV
from lutetia.dosimetry.patient_photons import (
    Charged,
    activity_in_air,
    as_photon_source,
    input_faults,
    run_sentences,
)
from lutetia.dosimetry.photon_batches import (
    BATCHES,
    HISTORIES_OF_A_REGION,
    PhotonBody,
    PhotonRun,
    photon_body,
    run_photons,
    std_error,
)
from lutetia.dosimetry.photon_source import MEDIUM, PhotonSource
from lutetia.dosimetry.region_dose import REST, RegionDose, RegionDoses, source_shares
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.region_tissue import SENTENCE as BORDER_TISSUE
from lutetia.dosimetry.region_tissue import mass_g as mass_of
from lutetia.dosimetry.tissue_map import tissue_map
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PatientRegionDoses:
    """Mean absorbed dose of each region from each region and the rest of the image.

    `doses` has the dose by target and source; `photon_gy` is the photons' part of it and `std_error_gy` its standard
    error (k = 1), both (targets, sources). `escaped_fraction` (sources,): share of the photon energy that left.
    """

    doses: RegionDoses
    photon_gy: Floats
    std_error_gy: Floats
    escaped_fraction: Floats
    histories_per_source: int
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()

    def error_gy(self, name: str) -> float:
        """Standard error of the region's mean dose from all sources."""
        row = self.doses.regions.index(self.doses[name])
        return float(np.sqrt((self.std_error_gy[row] ** 2).sum()))


def patient_dose_between_regions(
    tia: Volume,
    regions: RegionSet,
    density: Volume,
    source: str | Nuclide | PhotonSource,
    *,
    charged: Charged = "kernel",
    mass_g: Mapping[str, float] | None = None,
    run: PhotonRun | None = None,
) -> PatientRegionDoses:
    """Mean absorbed dose of each region from each region and from the rest of the image, each source by itself.

    As `patient_dose`, with `run.histories` for each source (400 000 without a run). Masses are those of the density
    image, or those given for the charged particles. Where regions share a voxel, its activity is divided in the ratio
    of their shares. Raises InputError as `patient_dose` does, and for regions on another grid.
    """
    chosen = run or PhotonRun(histories=HISTORIES_OF_A_REGION)
    _refuse([*input_faults(tia, density, charged, chosen), *_region_faults(tia, regions, mass_g)])
    per_voxel, nuclide = np.asarray(tia.converted("MBq h").array), as_photon_source(source)
    body = photon_body(tissue_map(density), per_voxel > 0)
    amounts = [per_voxel * share for share in source_shares(regions)]
    tia_mbq_h = np.array([float(amount.sum(dtype=np.float64)) for amount in amounts])
    voxel_g, own_g = region_masses_g(regions, density, mass_g)
    absorbed, error, escaped = absorbed_fractions(body, amounts, regions, nuclide, chosen)
    scale = nuclide.photon_mev * GY_G_PER_MBQ_H_MEV * tia_mbq_h / voxel_g[:, None]
    photon_gy = absorbed * scale
    stays = charged_fractions(amounts, regions, nuclide, charged)
    dose_gy = photon_gy + stays * (nuclide.charged_mev * GY_G_PER_MBQ_H_MEV * tia_mbq_h) / own_g[:, None]
    words = (
        *run_sentences(body.tissue, nuclide, charged, chosen),
        *mass_sentences(mass_g),
        *regions.conventions,
    )
    return PatientRegionDoses(
        doses=_region_doses(regions, own_g, dose_gy, tia_mbq_h, words),
        photon_gy=photon_gy,
        std_error_gy=error * scale,
        escaped_fraction=escaped,
        histories_per_source=chosen.per_batch * BATCHES,
        conventions=words,
        left_out=activity_in_air(per_voxel, density),
    )


def absorbed_fractions(
    body: PhotonBody, amounts: list[NDArray[Any]], regions: RegionSet, source: PhotonSource, run: PhotonRun
) -> tuple[Floats, Floats, Floats]:
    """Share of each source's photon energy in each region with its standard error, (regions, sources), and the share
    that escaped (sources,). A source without activity has zeros."""
    weights = body.weights(regions)
    absorbed, error = np.zeros((2, len(regions), len(amounts)))
    escaped = np.zeros(len(amounts))
    for column, amount in enumerate(amounts):
        if source.photon_mev > 0 and float(amount.sum(dtype=np.float64)) > 0:
            shares = run_photons(body, amount, source, run, stream=column, weights=weights)
            absorbed[:, column], error[:, column] = shares.regions.mean(axis=0), std_error(shares.regions)
            escaped[column] = float(shares.escaped.mean())
    return absorbed, error, escaped


def charged_fractions(
    amounts: list[NDArray[Any]], regions: RegionSet, source: PhotonSource, charged: Charged
) -> Floats:
    """(regions, sources): share of the charged particles' energy of each source that each region gets."""
    if charged == "local deposition":
        return np.eye(len(regions), len(amounts))
    return charged_shares(
        amounts,
        [region.shares for region in regions],
        source.kernel,
        spacing_mm=regions.geometry.spacing_mm,
        density_g_per_ml=medium(MEDIUM).density_g_per_ml,
    )


def region_masses_g(regions: RegionSet, density: Volume, mass_g: Mapping[str, float] | None) -> tuple[Floats, Floats]:
    """(regions,): the mass of each region by the density of its tissue, and the same with those given in their place.

    The first belongs to the photons' energy, shared out in the same way, the second to the charged particles.
    """
    by_image = [mass_of(region, density) for region in regions]
    given = mass_g or {}
    return np.array(by_image), np.array([given.get(r.name, m) for r, m in zip(regions, by_image, strict=True)])


def mass_sentences(mass_g: Mapping[str, float] | None) -> tuple[str, ...]:
    """Whose masses stand behind the doses."""
    own = "Mass is that of the density image. " + BORDER_TISSUE
    return (own,) if not mass_g else (own, f"Mass as given, for charged particles: {', '.join(mass_g)}.")


def mass_faults(regions: RegionSet, mass_g: Mapping[str, float] | None) -> list[Fault]:
    """What is wrong with masses given."""
    must = f"must be a mass above 0 of one of {', '.join(regions.names)}"
    return [
        Fault(place=f"mass_g[{name}]", must=must, got=f"{mass}")
        for name, mass in (mass_g or {}).items()
        if name not in regions.names or not 0 < mass < np.inf
    ]


def _region_doses(
    regions: RegionSet, masses_g: Floats, dose_gy: Floats, tia_mbq_h: Floats, words: tuple[str, ...]
) -> RegionDoses:
    means = dose_gy.sum(axis=1).tolist()
    rows = tuple(
        RegionDose(
            region=region.name,
            rule=region.rule,
            mean_gy=mean,
            mean_over="mass",
            volume_ml=region.volume_ml,
            mass_g=mass,
        )
        for region, mean, mass in zip(regions, means, masses_g.tolist(), strict=True)
    )
    return RegionDoses(
        regions=rows, sources=(*regions.names, REST), dose_gy=dose_gy, tia_mbq_h=tia_mbq_h, conventions=words
    )


def _region_faults(tia: Volume, regions: RegionSet, mass_g: Mapping[str, float] | None) -> list[Fault]:
    faults = mass_faults(regions, mass_g)
    if not regions.geometry.same_grid(tia.geometry):
        do = "Bring the regions to the grid of the image (region_on)."
        faults.append(Fault(place="regions", must="must lie on the grid of the activity", do=do))
    return faults


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise InputError("patient dose between regions", faults)
