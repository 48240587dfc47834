"""Radial dose-point kernel of a nuclide in a medium: how far from a decay its energy is deposited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.dosimetry.emission import ALPHA_CLASSES, ELECTRON_CLASSES, PHOTON_CLASSES, Lines
from lutetia.dosimetry.medium import medium
from lutetia.dosimetry.monoenergetic import (
    BRAKING_EDGES_G_PER_CM2,
    CHARGED_SHELLS,
    CHARGED_WIDTH,
    PHOTON_EDGES,
    MonoenergeticKernels,
    monoenergetic_kernels,
)
from lutetia.dosimetry.nuclide import Nuclide, nuclide
from lutetia.dosimetry.stopping import alpha_stopping, electron_stopping

Floats = NDArray[np.float64]

COMPONENTS = ("electron", "alpha", "photon", "bremsstrahlung")
# Distances at which the running energy is tabled, in g/cm²: 0, then 60 a decade from 10 nm to 10 m of water.
RADII_G_PER_CM2 = np.concatenate([[0.0], np.geomspace(1e-6, 1e3, 541)])
LOWEST_FOLLOWED_MEV = 1e-3  # what is slower or softer stays where it was emitted
ALPHA_STEPS = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RadialKernel:
    """Energy per decay deposited within a distance of the decay, in an endless uniform medium.

    `within_mev` holds for each of `COMPONENTS` the running energy (MeV per decay) at `RADII_G_PER_CM2`, linear in
    between; its last value is the whole energy of the component: nothing is lost. Distances in g/cm² are lengths times
    density.
    """

    nuclide: str
    medium: str
    within_mev: Mapping[str, Floats]
    conventions: tuple[str, ...]

    @property
    def total_within_mev(self) -> Floats:
        """All components together at `RADII_G_PER_CM2`."""
        return np.asarray(sum(self.within_mev.values()))

    def energy_within_mev(self, distance_mm: ArrayLike, density_g_per_ml: float, *components: str) -> Floats:
        """Energy per decay within the distances (any shape), of the components named or of all."""
        running = sum(self.within_mev[name] for name in components or COMPONENTS)
        return np.interp(np.asarray(distance_mm) * density_g_per_ml / 10, RADII_G_PER_CM2, running)

    def energy_mev(self, *components: str) -> float:
        """Energy per decay deposited anywhere, of the components named or of all."""
        return float(sum(self.within_mev[name][-1] for name in components or COMPONENTS))

    def radius_of_share_mm(self, share: float, density_g_per_ml: float, *components: str) -> float:
        """Radius of the sphere that holds this share of the energy, such as X90 for 0.9."""
        running = np.asarray(sum(self.within_mev[name] for name in components or COMPONENTS))
        return float(np.interp(share * running[-1], running, RADII_G_PER_CM2) / density_g_per_ml * 10)


def radial_kernel(source: str | Nuclide, medium_name: str = "soft_tissue") -> RadialKernel:
    """The kernel of a nuclide (a name stands for it with daughters in equilibrium) in a medium.

    Raises InputError for an unknown nuclide or medium.
    """
    return _named(source, medium_name) if isinstance(source, str) else _kernel(source, medium_name)


@cache
def _named(name: str, medium_name: str) -> RadialKernel:
    return _kernel(nuclide(name), medium_name)


def _kernel(source: Nuclide, medium_name: str) -> RadialKernel:
    tables = monoenergetic_kernels(medium(medium_name).name)
    electron, braking = electron_within_mev(source.lines(ELECTRON_CLASSES), tables)
    return RadialKernel(
        nuclide=source.name,
        medium=medium_name,
        within_mev={
            "electron": electron,
            "alpha": alpha_within_mev(source.lines(ALPHA_CLASSES), medium_name),
            "photon": photon_within_mev(source.lines(PHOTON_CLASSES), tables),
            "bremsstrahlung": braking,
        },
        conventions=(
            *source.conventions,
            f"Endless uniform {medium_name.replace('_', ' ')}; electrons, photons, bremsstrahlung by own Monte Carlo.",
            "Alpha particles go straight and slow down continuously; recoiling nuclei, electrons and photons below "
            "1 keV stay where they are emitted.",
        ),
    )


def electron_within_mev(lines: Lines, tables: MonoenergeticKernels) -> tuple[Floats, Floats]:
    """Running energy (MeV per decay) at `RADII_G_PER_CM2`: of the electrons themselves, and of their bremsstrahlung.

    Between the tabled energies the shares are linear in log energy at equal distance / range (bremsstrahlung:
    distance).
    """
    energy, number = _followed(lines)
    power = electron_stopping(tables.medium)
    running = np.concatenate([np.zeros((tables.electron_mev.size, 1)), np.cumsum(tables.charged, axis=1)], axis=1)
    # the shell beyond 1.2 ranges is put at 1.2 ranges: it holds 3e-4 of the energy at 5 keV, less than 1e-5 from 20 keV
    running[:, CHARGED_SHELLS] = running[:, -1]
    shares = np.cumsum(tables.braking, axis=1)
    shares[:, -2] = shares[:, -1]
    carried = np.zeros((2, RADII_G_PER_CM2.size))
    lower, part = _between(energy, tables.electron_mev)
    ranges = power.csda_range_g_per_cm2(energy) if energy.size else energy
    shells = np.arange(CHARGED_SHELLS + 1) * CHARGED_WIDTH
    for line in np.flatnonzero(number * energy > 0):
        i, f = lower[line], part[line]
        row = (1 - f) * running[i, : CHARGED_SHELLS + 1] + f * running[i + 1, : CHARGED_SHELLS + 1]
        carried[0] += number[line] * energy[line] * np.interp(RADII_G_PER_CM2 / ranges[line], shells, row)
    weights = np.zeros(tables.electron_mev.size)
    np.add.at(weights, lower, number * energy * (1 - part))
    np.add.at(weights, lower + 1, number * energy * part)
    edges = np.concatenate([[0.0], BRAKING_EDGES_G_PER_CM2])
    carried[1] = np.interp(RADII_G_PER_CM2, edges, np.concatenate([[0.0], weights @ shares[:, :-1]]))
    carried[0] += lines.mean_energy_mev - float(number @ energy)  # what is too slow to go anywhere
    return carried[0], carried[1]


def photon_within_mev(lines: Lines, tables: MonoenergeticKernels) -> Floats:
    """Running energy (MeV per decay) at `RADII_G_PER_CM2`; linear in log energy at equal distance / free path."""
    from lutetia.dosimetry.photon_data import attenuation

    energy, number = _followed(lines)
    total = np.full(RADII_G_PER_CM2.size, lines.mean_energy_mev - float(number @ energy))
    if energy.size == 0:
        return total
    shares = np.cumsum(tables.photon, axis=1)
    shares[:, -2] = shares[:, -1]
    edges = np.concatenate([[0.0], PHOTON_EDGES])
    lower, part = _between(energy, tables.photon_mev)
    coefficient = attenuation(tables.medium, energy).total
    for line in np.flatnonzero(number > 0):
        i, f = lower[line], part[line]
        row = np.concatenate([[0.0], (1 - f) * shares[i, :-1] + f * shares[i + 1, :-1]])
        total += number[line] * energy[line] * np.interp(RADII_G_PER_CM2 * coefficient[line], edges, row)
    return total


def alpha_within_mev(lines: Lines, medium_name: str) -> Floats:
    """Running energy (MeV per decay) at `RADII_G_PER_CM2` of alpha particles on straight tracks (ASTAR)."""
    energy, number = _followed(lines)
    power = alpha_stopping(medium_name)
    followed = energy > 0.5  # recoiling nuclei have some 0.1 MeV and go 0.1 µm
    total = np.full(RADII_G_PER_CM2.size, lines.mean_energy_mev - float(number[followed] @ energy[followed]))
    for e, n in zip(energy[followed], number[followed], strict=True):
        left = e * (1 - np.linspace(0, 1, ALPHA_STEPS) ** 2)
        left[-1] = 0.0
        gone = power.csda_range_g_per_cm2(e) - np.append(power.csda_range_g_per_cm2(left[:-1]), 0.0)
        total += n * np.interp(RADII_G_PER_CM2, gone, e - left)
    return total


def _followed(lines: Lines) -> tuple[Floats, Floats]:
    chosen = lines.energy_mev > LOWEST_FOLLOWED_MEV
    return lines.energy_mev[chosen], lines.per_decay[chosen]


def _between(energy_mev: Floats, grid_mev: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Row of the grid below each energy and the part of the way to the next, in log energy; held at the grid's ends."""
    place = np.interp(np.log(energy_mev), np.log(grid_mev), np.arange(grid_mev.size))
    lower = np.minimum(place.astype(np.intp), grid_mev.size - 2)
    return lower, place - lower
