"""Absorbed dose in the patient's own densities: photons by Monte Carlo in the CT, charged particles close by.

The map of voxels; doses of regions are in `patient_region_dose`, S values in `patient_s_values`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.lattice_kernel import CHARGED_COMPONENTS, DECAYS_PER_MBQ_H, lattice_kernel
from lutetia.dosimetry.nuclide import JOULE_PER_MEV, Nuclide
from lutetia.dosimetry.photon_batches import (
    BATCHES,
    CUT_MEV,
    SCORINGS,
    PhotonRun,
    Shares,
    photon_body,
    run_photons,
)
from lutetia.dosimetry.photon_source import PhotonSource, photon_source
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
    faults = input_faults(tia, density, charged, chosen)
    if faults:
        raise InputError("patient dose", faults)
    per_voxel, nuclide = np.asarray(tia.converted("MBq h").array), as_photon_source(source)
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


def as_photon_source(source: str | Nuclide | PhotonSource) -> PhotonSource:
    """The photons of a nuclide by name or object; what is that already is handed back."""
    return source if isinstance(source, PhotonSource) else photon_source(source)


def input_faults(tia: Volume, density: Volume, charged: str, run: PhotonRun) -> list[Fault]:
    """What is wrong with a map of activity, its density, the words and counts of a run."""
    faults = [*word_faults(charged, run), *_tia_faults(tia)]
    if not density.geometry.same_grid(tia.geometry):
        do = "Resample it onto the grid of the activity."
        faults.append(Fault(place="density", must="must lie on the grid of the activity", got="another grid", do=do))
    return faults


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
