"""Absorbed dose in the patient's own densities: photons by Monte Carlo in the CT, charged particles close by.

The map of voxels and the doses between regions; S values are in `patient_s_values`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.charged_energy import charged_shares
from lutetia.dosimetry.lattice_kernel import CHARGED_COMPONENTS, DECAYS_PER_MBQ_H, lattice_kernel
from lutetia.dosimetry.medium import medium
from lutetia.dosimetry.nuclide import JOULE_PER_MEV, Nuclide
from lutetia.dosimetry.organ import GY_G_PER_MBQ_H_MEV
from lutetia.dosimetry.photon_batches import (
    BATCHES,
    CUT_MEV,
    SCORINGS,
    PhotonBody,
    PhotonRun,
    Shares,
    photon_body,
    run_photons,
    std_error,
)
from lutetia.dosimetry.photon_source import MEDIUM, PhotonSource, photon_source
from lutetia.dosimetry.region_dose import (
    REST,
    RegionDose,
    RegionDoses,
    source_shares,
)
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.region_tissue import SENTENCE as BORDER_TISSUE
from lutetia.dosimetry.region_tissue import mass_g as mass_of
from lutetia.dosimetry.tissue_map import TissueMap, air_below_g_per_ml, tissue_map
from lutetia.dosimetry.volume import Volume
from lutetia.dosimetry.voxel_dose import dose_map_gy
from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut

Floats = NDArray[np.float64]
Charged = Literal["local deposition", "kernel"]

CHARGED_SENTENCES: dict[str, str] = {
    "local deposition": "Electrons and alpha particles leave their energy in the voxel, and the region, of the decay.",
    "kernel": "Electrons and alpha particles by their kernel in uniform soft tissue, over the voxels' own mass.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotonBalance:
    """Where the energy of all photons went, MeV: into tissue, into air inside the image, out of the patient."""

    emitted_mev: float
    in_tissue_mev: float
    in_air_mev: float
    escaped_mev: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PatientDose:
    """Absorbed dose of every voxel (`dose`, Gy), the part that photons brought (`photon_dose`) and the standard error
    of that part (`std_error`, k = 1, of the random sampling)."""

    dose: Volume
    photon_dose: Volume
    std_error: Volume
    photons: PhotonBalance
    histories: int
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


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


def patient_dose(
    tia: Volume,
    density: Volume,
    source: str | Nuclide | PhotonSource,
    *,
    charged: Charged = "kernel",
    run: PhotonRun | None = None,
) -> PatientDose:
    """Absorbed dose of every voxel from a map of time-integrated activity (MBq h per voxel or per mL).

    `density` (g/mL) lies on the same grid. Voxels of air (below 0.05 g/mL) get no dose. Raises InputError for other
    units or grids, for negative values, a map without activity, an unknown word.
    """
    chosen = run or PhotonRun()
    _check(tia, density, charged, chosen)
    per_voxel, nuclide = np.asarray(tia.converted("MBq h").array), _source(source)
    body = photon_body(tissue_map(density), per_voxel > 0)
    shares = run_photons(body, per_voxel, nuclide, chosen, by_voxel=True)
    emitted_mev = nuclide.photon_mev * DECAYS_PER_MBQ_H * float(per_voxel.sum(dtype=np.float64))
    gy_per_mev = _gy_per_mev(density)
    photon_gy = shares.by_voxel * emitted_mev * gy_per_mev
    charged_gy = _charged_mev(per_voxel, nuclide, charged, tia, chosen.workers) * gy_per_mev
    return PatientDose(
        dose=_gy(photon_gy + charged_gy, tia),
        photon_dose=_gy(photon_gy, tia),
        std_error=_gy(shares.voxel_std_error * emitted_mev * gy_per_mev, tia),
        photons=_balance(shares, emitted_mev),
        histories=chosen.per_batch * BATCHES,
        conventions=run_sentences(body.tissue, nuclide, charged, chosen),
        left_out=activity_in_air(per_voxel, density),
    )


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

    As `patient_dose`, with `run.histories` for each source. Masses are those of the density image, or those given for
    the charged particles. Where regions share a voxel, its activity is
    divided in the ratio of their shares. Raises InputError as `patient_dose` does.
    """
    chosen = run or PhotonRun()
    _check(tia, density, charged, chosen, regions, mass_g)
    per_voxel, nuclide = np.asarray(tia.converted("MBq h").array), _source(source)
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


def activity_in_air(per_voxel: NDArray[Any], density: Volume) -> tuple[LeftOut, ...]:
    """The voxels of air with activity: their photons are followed, their charged particles give no dose."""
    inside = (density.array < air_below_g_per_ml()) & (per_voxel > 0)
    count = int(np.count_nonzero(inside))
    if not count:
        return ()
    share = float(per_voxel[inside].sum(dtype=np.float64) / per_voxel.sum(dtype=np.float64))
    why = f"voxels of air hold {100 * share:.3g} % of the activity: photons are followed, electrons give no dose there"
    return (LeftOut(count=count, why=why),)


def run_sentences(tissue: TissueMap, source: PhotonSource, charged: Charged, run: PhotonRun) -> tuple[str, ...]:
    """How the doses came about."""
    scored = "what each collision gave" if run.scoring == "analog" else "what a collision gives on the average"
    return (
        *tissue.conventions,
        *source.conventions,
        "Photons by Monte Carlo in the patient's densities (delta tracking): photoelectric, coherent, Compton, pair; "
        "no fluorescence.",
        f"Electrons set free by photons stay in the voxel; photons below {1e3 * CUT_MEV:g} keV stay where they are.",
        CHARGED_SENTENCES[charged],
        "Beyond the box around tissue and activity there is nothing: what leaves it has escaped. Air gets no dose.",
        f"{run.per_batch * BATCHES} histories a source, seed {run.seed}, scored: {scored}; standard errors (k = 1) "
        f"from {BATCHES} batches, of the sampling alone.",
    )


def _charged_mev(
    per_voxel: NDArray[Any], source: PhotonSource, charged: Charged, tia: Volume, workers: int | None
) -> Floats:
    """Energy that charged particles leave in each voxel."""
    if charged == "local deposition":
        return np.asarray(per_voxel * (source.charged_mev * DECAYS_PER_MBQ_H), dtype=np.float64)
    kernel = lattice_kernel(source.kernel, tia.geometry.spacing_mm, components=CHARGED_COMPONENTS)
    voxel_kg = kernel.density_g_per_ml * tia.geometry.voxel_volume_ml / 1000
    return np.asarray(dose_map_gy(per_voxel, kernel, workers=workers) * (voxel_kg / JOULE_PER_MEV), dtype=np.float64)


def _gy_per_mev(density: Volume) -> Floats:
    """Dose per MeV in each voxel by its own mass, 0 in air."""
    own = density.array.astype(np.float64)
    air = own < air_below_g_per_ml()
    kg = np.where(air, 1.0, own) * (density.geometry.voxel_volume_ml / 1000)
    return np.where(air, 0.0, JOULE_PER_MEV / kg)


def _gy(array: Floats, like: Volume) -> Volume:
    return Volume(array=array.astype(np.float32), geometry=like.geometry, unit="Gy")


def _balance(shares: Shares, emitted_mev: float) -> PhotonBalance:
    in_air = float(shares.in_air.mean())
    return PhotonBalance(
        emitted_mev=emitted_mev,
        in_tissue_mev=(float(shares.deposited.mean()) - in_air) * emitted_mev,
        in_air_mev=in_air * emitted_mev,
        escaped_mev=float(shares.escaped.mean()) * emitted_mev,
    )


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


def _source(source: str | Nuclide | PhotonSource) -> PhotonSource:
    return source if isinstance(source, PhotonSource) else photon_source(source)


def _check(
    tia: Volume,
    density: Volume,
    charged: str,
    run: PhotonRun,
    regions: RegionSet | None = None,
    mass_g: Mapping[str, float] | None = None,
) -> None:
    faults = [*word_faults(charged, run), *_tia_faults(tia)]
    if not density.geometry.same_grid(tia.geometry):
        do = "Resample it onto the grid of the activity."
        faults.append(Fault(place="density", must="must lie on the grid of the activity", got="another grid", do=do))
    if regions is not None and not regions.geometry.same_grid(tia.geometry):
        do = "Bring the regions to the grid of the image (region_on)."
        faults.append(Fault(place="regions", must="must lie on the grid of the activity", do=do))
    if regions is not None:
        faults += mass_faults(regions, mass_g)
    if faults:
        raise InputError("patient dose", faults)


def _tia_faults(tia: Volume) -> list[Fault]:
    array = tia.converted("MBq h").array
    negative = int(np.count_nonzero(array < 0))
    if negative:
        return [Fault(place="tia", must="must be zero or more in every voxel", got=f"{negative} voxels below")]
    if not array.any():
        return [Fault(place="tia", must="must hold some activity", got="none")]
    return []


def word_faults(charged: str, run: PhotonRun) -> list[Fault]:
    """What is wrong with the words and counts of a run."""
    faults = []
    if charged not in CHARGED_SENTENCES:
        must = f"must be one of {', '.join(CHARGED_SENTENCES)}"
        faults.append(Fault(place="charged", must=must, got=repr(charged)))
    if run.scoring not in SCORINGS:
        must = f"must be one of {', '.join(SCORINGS)}"
        faults.append(Fault(place="run.scoring", must=must, got=repr(run.scoring)))
    if run.histories < BATCHES:
        faults.append(Fault(place="run.histories", must=f"must be at least {BATCHES}", got=str(run.histories)))
    return faults
