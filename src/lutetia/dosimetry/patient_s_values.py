"""The patient's own S values with their densities: photons between organs by Monte Carlo in the CT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.nuclide import Nuclide
from lutetia.dosimetry.organ import GY_G_PER_MBQ_H_MEV, STable
from lutetia.dosimetry.patient_photons import Charged, as_photon_source, run_sentences, word_faults
from lutetia.dosimetry.patient_region_dose import (
    absorbed_fractions,
    charged_fractions,
    mass_faults,
    mass_sentences,
    region_masses_g,
)
from lutetia.dosimetry.photon_batches import HISTORIES_OF_A_REGION, PhotonRun, photon_body
from lutetia.dosimetry.photon_source import PhotonSource
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.tissue_map import tissue_map
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError

Pair = tuple[str, str]  # target, source


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PatientSValues:
    """S values between regions (`table`, Gy per MBq h, for `organ_dose`), by (target, source).

    `std_error_gy_per_mbq_h` is that of the sampling (k = 1). `photon_fraction` is the absorbed fraction: the share of
    the source's photon energy that the target absorbs, with `photon_fraction_std_error`. `escaped_fraction`: the share
    that left the body, by source.
    """

    table: STable
    std_error_gy_per_mbq_h: Mapping[Pair, float]
    photon_fraction: Mapping[Pair, float]
    photon_fraction_std_error: Mapping[Pair, float]
    escaped_fraction: Mapping[str, float]
    conventions: tuple[str, ...]


def patient_s_values(
    regions: RegionSet,
    density: Volume,
    source: str | Nuclide | PhotonSource,
    *,
    charged: Charged = "kernel",
    mass_g: Mapping[str, float] | None = None,
    run: PhotonRun | None = None,
) -> PatientSValues:
    """S values between all regions, activity even in each source; `run.histories` (or 400 000) for each source.

    `density` (g/mL) lies on the grid of the regions; `mass_g` as for `patient_dose_between_regions`. Raises InputError
    for another unit or grid, an unknown word.
    """
    chosen = run or PhotonRun(histories=HISTORIES_OF_A_REGION)
    faults = [*word_faults(charged, chosen), *mass_faults(regions, mass_g)]
    if not density.geometry.same_grid(regions.geometry):
        faults.append(Fault(place="density", must="must lie on the grid of the regions", got="another grid"))
    if faults:
        raise InputError("patient S values", faults)
    nuclide = as_photon_source(source)
    amounts: list[NDArray[Any]] = [region.shares / np.float32(region.voxels) for region in regions]
    anywhere = np.any([region.shares > 0 for region in regions], axis=0)
    body = photon_body(tissue_map(density), anywhere)
    fraction, error, escaped = absorbed_fractions(body, amounts, regions, nuclide, chosen)
    voxel_g, own_g = region_masses_g(regions, density, mass_g)
    scale = nuclide.photon_mev * GY_G_PER_MBQ_H_MEV / voxel_g[:, None]
    s_values = fraction * scale
    stays = charged_fractions(amounts, regions, nuclide, charged)
    s_values += stays * (nuclide.charged_mev * GY_G_PER_MBQ_H_MEV) / own_g[:, None]
    words = (
        "Activity even in each source region.",
        *run_sentences(body.tissue, nuclide, charged, chosen),
        *mass_sentences(mass_g),
    )
    pairs = _by_pair(regions, s_values)
    return PatientSValues(
        table=STable(
            s_gy_per_mbq_h=pairs,
            reference_masses_g=dict(zip(regions.names, own_g.tolist(), strict=True)),
            source="the patient's own voxels and densities. " + " ".join(words),
        ),
        std_error_gy_per_mbq_h=_by_pair(regions, error * scale),
        photon_fraction=_by_pair(regions, fraction),
        photon_fraction_std_error=_by_pair(regions, error),
        escaped_fraction=dict(zip(regions.names, escaped.tolist(), strict=True)),
        conventions=(*words, *regions.conventions),
    )


def _by_pair(regions: RegionSet, table: NDArray[np.float64]) -> dict[Pair, float]:
    rows = enumerate(regions.names)
    return {(target, giver): float(table[i, j]) for i, target in rows for j, giver in enumerate(regions.names)}
