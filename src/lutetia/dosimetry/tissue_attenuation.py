"""What photons meet in each class of tissue: tables on a logarithmic grid of energy, as compiled code reads them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.bremsstrahlung import ELECTRON_MASS_MEV
from lutetia.dosimetry.medium import medium
from lutetia.dosimetry.photon_data import (
    KEV_ANGSTROM,
    Attenuation,
    attenuation,
    form_factor_squared,
    incoherent_share,
)
from lutetia.dosimetry.tissue_map import tissue_classes

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

LOWEST_MEV, HIGHEST_MEV, ROWS = 1e-3, 5.0, 1201
LOG_LOWEST = float(np.log(LOWEST_MEV))
LOG_STEP = float(np.log(HIGHEST_MEV / LOWEST_MEV) / (ROWS - 1))
BOUND_STEP, BOUND_STEPS = 1 / 64, 640  # Å⁻¹: up to 10, where light atoms hold no electron back
# Columns of `processes`: running sums of the mass attenuation coefficients, cm²/g.
TO_PHOTOELECTRIC, TO_COHERENT, TO_INCOHERENT, TOTAL = range(4)


class TissueTables(NamedTuple):
    """Coefficients by row of energy and class of tissue.

    `processes` (rows, classes, 4): running sums over photoelectric, coherent, incoherent, pair (cm²/g). `transfer`
    (rows, classes): share of the photon's energy given to electrons, per g/cm² (cm²/g). `form_area` (classes, n): the
    running integral of F² over the squared momentum transfer `form_x2` (n,). `bound_share` (classes, m): the incoherent
    scattering function per electron in steps of BOUND_STEP of the momentum transfer.
    """

    processes: Singles
    transfer: Singles
    form_x2: Floats
    form_area: Floats
    bound_share: Floats


@cache
def tissue_tables() -> TissueTables:
    """The tables of all classes of `tissue_classes`, in that order."""
    grid = np.geomspace(LOWEST_MEV, HIGHEST_MEV, ROWS)
    media = sorted({name for tissue in tissue_classes() for name in tissue.media_fraction})
    running = {name: _running_sums(attenuation(name, grid)) for name in media}
    transfer = {name: energy_transfer_cm2_per_g(name, grid) for name in media}
    x2, forms = _form_areas(media)
    electrons = {name: np.array([medium(name).electrons_mol_per_g]) for name in media}
    bound = {name: electrons[name] * _bound_share(name) for name in media}
    return TissueTables(
        processes=np.ascontiguousarray(_mixed(running, 1), dtype=np.float32),
        transfer=np.ascontiguousarray(_mixed(transfer, 1), dtype=np.float32),
        form_x2=x2,
        form_area=_mixed(forms, 0),
        bound_share=_mixed(bound, 0) / _mixed(electrons, 0),
    )


def majorant_per_cm(density_g_per_ml: Singles, tissue: NDArray[np.uint8]) -> Floats:
    """(rows,): the largest attenuation coefficient (1/cm) anywhere among the voxels at each energy."""
    tables = tissue_tables()
    heaviest = np.zeros(len(tissue_classes()))
    np.maximum.at(heaviest, tissue.ravel(), density_g_per_ml.ravel())
    return np.asarray((tables.processes[:, :, TOTAL].astype(np.float64) * heaviest).max(axis=1) * (1 + 1e-6))


def mean_compton_share(energy_mev: Floats, medium_name: str | None = None) -> Floats:
    """The share of its energy a photon gives to the electron on the average (Klein and Nishina), any shape.

    In a medium, electrons are bound: angles count as often as its atoms let go (S / Z); without one they are free.
    """
    nodes, weights = np.polynomial.legendre.leggauss(64)
    energy = np.asarray(energy_mev)[..., None]
    kept = 1 / (1 + energy / ELECTRON_MASS_MEV * (1 - nodes))
    chance = weights * kept**2 * (kept + 1 / kept - 1 + nodes**2)
    if medium_name is not None:
        transfer = energy * 1e3 / KEV_ANGSTROM * np.sqrt((1 - nodes) / 2)
        chance = chance * np.interp(transfer, _transfers(), _bound_share(medium_name))
    return np.asarray(((1 - kept) * chance).sum(axis=-1) / chance.sum(axis=-1))


def energy_transfer_cm2_per_g(medium_name: str, energy_mev: Floats) -> Floats:
    """Mass energy-transfer coefficient (cm²/g) of a medium at the energies: what electrons get, no fluorescence."""
    found = attenuation(medium_name, energy_mev)
    pair = np.clip(1 - 2 * ELECTRON_MASS_MEV / energy_mev, 0, None)
    return found.photoelectric + mean_compton_share(energy_mev, medium_name) * found.incoherent + pair * found.pair


def _running_sums(found: Attenuation) -> Floats:
    return np.cumsum([found.photoelectric, found.coherent, found.incoherent, found.pair], axis=0).T


def _transfers() -> Floats:
    return np.asarray(np.arange(BOUND_STEPS + 1) * BOUND_STEP, dtype=np.float64)


def _bound_share(medium_name: str) -> Floats:
    return incoherent_share(medium(medium_name), _transfers())


def _form_areas(media: list[str]) -> tuple[Floats, dict[str, Floats]]:
    """Squared momentum transfers (Å⁻²) from 0 to that of 5 MeV backwards, and ∫ F² d(x²) up to each."""
    x = np.concatenate([[0.0], np.geomspace(1e-3, 410.0, 400)])
    areas = {}
    for name in media:
        squared = form_factor_squared(medium(name), x)
        areas[name] = np.concatenate([[0.0], np.cumsum((squared[1:] + squared[:-1]) / 2 * np.diff(x**2))])
    return x**2, areas


def _mixed(of_media: Mapping[str, Floats], axis: int) -> Floats:
    """The arrays of the media mixed by mass for each class of tissue, classes along the axis."""
    parts = [
        np.sum([share * of_media[name] for name, share in tissue.media_fraction.items()], axis=0)
        for tissue in tissue_classes()
    ]
    return np.stack(parts, axis=axis)
