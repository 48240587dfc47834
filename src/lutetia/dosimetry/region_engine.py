"""From the areas of all regions to the dose of each by source, by the engine that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lutetia.dosimetry.activity_series import ActivitySeries
from lutetia.dosimetry.curve import Floats
from lutetia.dosimetry.nuclide import nuclide as nuclide_of
from lutetia.dosimetry.organ import STable, local_deposition_gy
from lutetia.dosimetry.region import Region, bounding_box
from lutetia.dosimetry.region_dose import DENSITY_G_PER_ML, s_between_regions
from lutetia.dosimetry.region_plan import Engine, RegionPlan
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.resample import resample
from lutetia.dosimetry.sphere import sphere_s_gy_per_bq_s
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut

BQ_S_PER_MBQ_H = 3.6e9
INNER_FRACTION = 0.98  # share of a voxel from which it counts as inside
FEWEST_INNER_VOXELS = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EngineDoses:
    """Dose of each target by source in Gy, what the engines did, and what they left out."""

    parts_gy: Mapping[str, Mapping[str, float]]
    table: STable | None
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def masses_g(series: ActivitySeries, plans: Mapping[str, RegionPlan]) -> tuple[dict[str, float], tuple[str, ...]]:
    """Mass of each region: as planned; else its volume times the mean density of the voxels wholly inside it, or of
    all its voxels where fewer than four are; without a density image, times 1.04 g/mL. With the sentence that says
    so."""
    density = None if series.density is None else _on_grid_of(series.density, series.regions)
    found = {}
    for region in series.regions:
        given_g = plans[region.name].mass_g
        per_ml = DENSITY_G_PER_ML if density is None else _inner_density_g_per_ml(region, density)
        found[region.name] = given_g if given_g is not None else region.volume_ml * per_ml
    given = [name for name, plan in plans.items() if plan.mass_g is not None]
    how = (
        f"Mass is volume × {DENSITY_G_PER_ML:g} g/mL."
        if density is None
        else "Mass is volume × mean density of the voxels wholly inside the region."
    )
    return found, (how, *((f"Mass as given: {', '.join(given)}.",) if given else ()))


def _on_grid_of(density: Volume, regions: RegionSet) -> Volume:
    return resample(density, regions.geometry, outside=0.0).volume


def _inner_density_g_per_ml(region: Region, density: Volume) -> float:
    box = bounding_box(region)
    shares, values = region.shares[box].astype(np.float64), density.array[box]
    inner = shares >= INNER_FRACTION
    weights: Floats = inner.astype(np.float64) if np.count_nonzero(inner) >= FEWEST_INNER_VOXELS else shares
    return float((weights * values).sum() / weights.sum())


def engine_doses(
    series: ActivitySeries,
    plans: Mapping[str, RegionPlan],
    engine: Engine,
    outlines: RegionSet,
    mass_g: Mapping[str, float],
    tia_mbq_h: Mapping[str, float],
    *,
    workers: int | None = None,
) -> EngineDoses:
    """The dose of every region with a known area from every such region.

    `outlines` are the regions on the grid of the maps, `tia_mbq_h` the areas that are known. Raises InputError for a
    medium the engine does not have, and for the photon Monte Carlo without a density image.
    """
    engines = {name: plans[name].engine or engine for name in outlines.names}
    _refuse(plans, engines, series)
    parts: dict[str, dict[str, float]] = {}
    words: list[str] = []
    left_out: list[LeftOut] = []
    table: STable | None = None
    if "region kernels" in engines.values() or _marrow_needs_table(plans):
        table = s_between_regions(outlines, series.nuclide, mass_g=mass_g, workers=workers)
        words.append(f"Engine region kernels: {table.source}")
    tables: dict[str, STable | None] = {"region kernels": table}
    if "photon Monte Carlo" in engines.values():
        photons = _photon_table(series, outlines, mass_g)
        tables["photon Monte Carlo"] = photons
        words.append(f"Engine photon Monte Carlo: {photons.source}")
    for name in outlines.names:
        own = tables.get(engines[name])
        if own is not None:
            parts[name] = {source: area * own.s_gy_per_mbq_h[name, source] for source, area in tia_mbq_h.items()}
        else:
            parts[name] = _own_part(series.nuclide, plans[name], engines[name], name, mass_g[name], tia_mbq_h)
    alone = [name for name, used in engines.items() if used in ("local deposition", "spheres")]
    if alone:
        words += [sentence for used, sentence in _ALONE.items() if used in engines.values()]
        left_out.append(LeftOut(count=len(alone), why=f"regions without cross-dose: {', '.join(alone)}"))
    return EngineDoses(parts_gy=parts, table=table, conventions=tuple(words), left_out=tuple(left_out))


_ALONE = {
    "local deposition": "Engine local deposition: the energy of electrons and alpha particles stays in the region; "
    "photons and bremsstrahlung are left out.",
    "spheres": "Engine spheres: a sphere of the region's mass in the same medium; what other regions give is left out.",
}


def _photon_table(series: ActivitySeries, outlines: RegionSet, mass_g: Mapping[str, float]) -> STable:
    """S values with photons followed in the patient's own densities."""
    from lutetia.dosimetry.patient_s_values import patient_s_values

    if series.density is None:  # _refuse says so
        raise InputError("engine", [Fault(place="density", must="must be given for the photon Monte Carlo")])
    density = resample(series.density, outlines.geometry, outside=0.0).volume
    return patient_s_values(outlines, density, series.nuclide, mass_g=mass_g).table


def _own_part(
    nuclide: str, plan: RegionPlan, engine: Engine, name: str, mass_g: float, tia_mbq_h: Mapping[str, float]
) -> dict[str, float]:
    if name not in tia_mbq_h:
        return {}
    if engine == "spheres":
        s = sphere_s_gy_per_bq_s(nuclide, mass_g, medium=plan.medium) * BQ_S_PER_MBQ_H
        return {name: tia_mbq_h[name] * s}
    return {name: float(local_deposition_gy(tia_mbq_h[name], mass_g, charged_mev(nuclide)))}


def charged_mev(name: str) -> float:
    """Energy per decay of electrons, alpha particles and recoil, MeV, daughters in equilibrium."""
    from lutetia.dosimetry.kernel import radial_kernel

    radial = radial_kernel(name)
    return radial.energy_mev("electron") + radial.energy_mev("alpha")


def _marrow_needs_table(plans: Mapping[str, RegionPlan]) -> bool:
    return any(plan.marrow is not None and plan.marrow.method != "image" for plan in plans.values())


def _refuse(plans: Mapping[str, RegionPlan], engines: Mapping[str, Engine], series: ActivitySeries) -> None:
    nuclide_of(series.nuclide)  # InputError for an unknown one
    faults = []
    for name, used in engines.items():
        if plans[name].medium != "soft_tissue" and used != "spheres":
            must = f"must be soft_tissue for the engine {used}"
            do = "Only the engine spheres has other media."
            faults.append(Fault(place=f"{name}, medium", must=must, got=plans[name].medium, do=do))
        if used == "photon Monte Carlo" and series.density is None:
            faults.append(Fault(place="density", must="must be given for the photon Monte Carlo"))
    if faults:
        raise InputError("engine", faults)
