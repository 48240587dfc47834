"""Radial kernels of electrons and photons of one energy: the tables from which every nuclide's kernel is put together.

Kernels of some media are package data, made by scripts/make_kernels.py with our own transport; others are computed on
demand. Electron kernels are kept over distance / range, photon kernels over distance / mean free path, so that between
the tabulated energies they hardly change and can be interpolated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.medium import medium
from lutetia.dosimetry.stopping import electron_stopping
from lutetia.sources import read_sourced

Floats = NDArray[np.float64]

STORED_MEDIA = ("water", "soft_tissue", "bone_cortical", "bone_compact")
ELECTRON_KEV = (5, 10, 20, 35, 50, 75, 100, 150, 200, 300, 400, 550, 750, 1000, 1300, 1700, 2200, 2800, 3500)
PHOTON_KEV = (
    *(2, 3.5, 5, 7, 10, 15, 20, 30, 40, 50, 60, 80, 100, 120, 150, 200, 250, 320, 400, 511),
    *(700, 1000, 1500, 2000, 2620, 3500),
)

PHOTONS_PER_ELECTRON = 10  # histories: photons are followed faster, and deposit in fewer places

# Edges of the shells in units of the range, of g/cm² and of the mean free path.
CHARGED_WIDTH, CHARGED_SHELLS = 0.01, 120
BRAKING_EDGES_G_PER_CM2 = np.geomspace(1e-3, 200, 107)
PHOTON_EDGES = np.geomspace(1e-4, 30, 111)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MonoenergeticKernels:
    """Share of the energy in each shell; every row of `charged` and `braking` together, and of `photon`, adds up to 1.

    `charged` (energies, 121): shells of 0.01 CSDA ranges, the last is all beyond 1.2. `braking` (energies, 108): what
    bremsstrahlung carries, shells between `BRAKING_EDGES_G_PER_CM2`. `photon` (energies, 112): shells between
    `PHOTON_EDGES` mean free paths. The first shell begins at 0, the last holds all beyond the last edge.
    """

    medium: str
    electron_mev: Floats
    charged: Floats
    braking: Floats
    photon_mev: Floats
    photon: Floats


def monoenergetic_kernels(medium_name: str, *, histories: int = 20_000, seed: int = 177) -> MonoenergeticKernels:
    """The kernels of a medium: stored ones at once, others computed with that many electrons, and ten times as many
    photons, of each energy.

    Raises InputError for an unknown medium.
    """
    if medium(medium_name).name in STORED_MEDIA:
        return _stored(medium_name)
    return computed_kernels(medium_name, histories, seed)


@cache
def computed_kernels(medium_name: str, histories: int, seed: int) -> MonoenergeticKernels:
    """Kernels by Monte Carlo; kept for the life of the process."""
    electron, photon = np.array(ELECTRON_KEV) / 1e3, np.array(PHOTON_KEV) / 1e3
    found = [_electron_rows(medium_name, e, histories, seed + i) for i, e in enumerate(electron)]
    charged, braking = zip(*found, strict=True)
    rows = computed_photon_rows(medium_name, histories, seed)
    return _normalised(medium_name, electron, np.array(charged), np.array(braking), photon, rows)


def computed_photon_rows(medium_name: str, histories: int, seed: int) -> Floats:
    """The photon kernels alone, rows of shares that add up to 1, by ten times that many photons of each energy."""
    many = PHOTONS_PER_ELECTRON * histories
    rows = [_photon_row(medium_name, e / 1e3, many, seed + 100 + i) for i, e in enumerate(PHOTON_KEV)]
    return np.array([row / row.sum() for row in rows])


def _electron_rows(medium_name: str, energy_mev: float, histories: int, seed: int) -> tuple[Floats, Floats]:
    from lutetia.dosimetry.transport import Accuracy, Beam, Shells, follow

    length = float(electron_stopping(medium_name).csda_range_g_per_cm2(energy_mev))
    found = follow(
        Beam(particle="electron", energy_mev=np.array([energy_mev]), probability=np.ones(1)),
        medium_name,
        Shells(
            charged_width_g_per_cm2=CHARGED_WIDTH * length,
            charged_count=CHARGED_SHELLS,
            photon_edges_g_per_cm2=BRAKING_EDGES_G_PER_CM2,
        ),
        histories=histories,
        seed=seed,
        accuracy=Accuracy(
            soft_share=0.02,
            step_share=0.03,
            rest_g_per_cm2=0.003 * length,
            knock_on_cut_mev=0.01 * energy_mev,
            brems_cut_mev=0.005,
            brems_copies=20,
        ),
    )
    return found.charged.mean(axis=0), found.photon_borne.mean(axis=0)


def _photon_row(medium_name: str, energy_mev: float, histories: int, seed: int) -> Floats:
    from lutetia.dosimetry.photon_data import attenuation
    from lutetia.dosimetry.transport import Accuracy, Beam, Shells, follow

    path = 1 / float(attenuation(medium_name, energy_mev).total)
    found = follow(
        Beam(particle="photon", energy_mev=np.array([energy_mev]), probability=np.ones(1)),
        medium_name,
        Shells(charged_width_g_per_cm2=1.0, charged_count=1, photon_edges_g_per_cm2=PHOTON_EDGES * path),
        histories=histories,
        seed=seed,
        accuracy=Accuracy(soft_share=0.1, step_share=0.1, rest_g_per_cm2=1e-3 * path, knock_on_cut_mev=0.05),
    )
    return np.asarray(found.photon_borne.mean(axis=0))


def _normalised(
    medium_name: str, electron: Floats, charged: Floats, braking: Floats, photon_mev: Floats, photon: Floats
) -> MonoenergeticKernels:
    """Every row divided by its sum, which rounding and the source's energy set."""
    whole = (charged.sum(axis=1) + braking.sum(axis=1))[:, None]
    return MonoenergeticKernels(
        medium=medium_name,
        electron_mev=electron,
        charged=charged / whole,
        braking=braking / whole,
        photon_mev=photon_mev,
        photon=photon / photon.sum(axis=1)[:, None],
    )


@cache
def _stored(medium_name: str) -> MonoenergeticKernels:
    """Package data: a line per kind and energy, `kind,energy_mev,share of each shell…`."""
    lines = read_sourced("lutetia.dosimetry", f"data/kernels_{medium_name}.csv").text.splitlines()[1:]
    rows: dict[str, list[list[float]]] = {"charged": [], "braking": [], "photon": []}
    for line in lines:
        kind, *numbers = line.split(",")
        rows[kind].append([float(number) for number in numbers])
    charged, braking, photon = (np.array(rows[kind]) for kind in ("charged", "braking", "photon"))
    return _normalised(medium_name, charged[:, 0], charged[:, 1:], braking[:, 1:], photon[:, 0], photon[:, 1:])
