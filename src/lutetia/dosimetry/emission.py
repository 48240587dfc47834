"""What one decay of a nuclide sends out: lines by class and the beta spectrum, whoever published them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lutetia.errors import Fault, InputError

Floats = NDArray[np.float64]

ELECTRON_CLASSES = ("beta", "conversion", "auger")
PHOTON_CLASSES = ("gamma", "x_ray", "annihilation")
ALPHA_CLASSES = ("alpha", "recoil")
CLASSES = (*ELECTRON_CLASSES, *ALPHA_CLASSES, *PHOTON_CLASSES)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lines:
    """Discrete emissions: energies in MeV and how many come per decay, same shape (n,)."""

    energy_mev: Floats
    per_decay: Floats

    @property
    def mean_energy_mev(self) -> float:
        """Energy per decay, Σ energy · number."""
        return float(self.energy_mev @ self.per_decay)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Emission:
    """Emissions of one nuclide alone, without its daughters.

    `lines` has every class of `CLASSES`. Under "beta" stands the spectrum in narrow bins, each with its mean energy
    (both signs of beta together); its sum and mean are the published ones. `ignored` names what is not followed, such
    as neutrons.
    """

    nuclide: str
    half_life_h: float
    lines: Mapping[str, Lines]
    library: str
    ignored: tuple[str, ...] = ()


class EmissionLibrary(Protocol):
    """A source of decay data, such as ICRP 107; another (ENSDF) can stand in its place.

    Nuclides are written "Lu-177". Each method raises InputError if the library does not hold the nuclide.
    """

    @property
    def name(self) -> str:
        """How results call it."""

    def emission(self, nuclide: str) -> Emission:
        """Emissions of the nuclide alone."""

    def half_life_h(self, nuclide: str) -> float:
        """Half-life in hours, infinite if stable."""

    def daughters(self, nuclide: str) -> tuple[tuple[str, float], ...]:
        """What it decays to, stable nuclides too, with the branching fraction of each."""


def nuclide_name(text: str) -> str:
    """The usual spelling, "Lu-177" or "Tc-99m", of "lu177", "177Lu" or "[177Lu]"; raises InputError otherwise."""
    plain = text.strip().strip("[]").replace("-", "").replace(" ", "")
    found = re.fullmatch(r"([A-Za-z]{1,2})(\d{1,3}[mn]?)|(\d{1,3}[mn]?)([A-Za-z]{1,2})", plain)
    if not found:
        raise InputError("nuclide", [Fault(place="name", must="must be written like Lu-177", got=repr(text))])
    symbol, number = (found[1], found[2]) if found[1] else (found[4], found[3])
    return f"{symbol.capitalize()}-{number}"


def binned_spectrum(
    energy_mev: Floats, per_mev: Floats, per_decay: float, mean_energy_mev: float, bins: int = 256
) -> Lines:
    """A beta spectrum as `bins` lines, narrow at low energy, whose number and energy per decay are the two given.

    Between the points the spectrum is monotone cubic. `mean_energy_mev` is the energy per decay (not per particle).
    """
    from scipy.interpolate import PchipInterpolator

    edges = energy_mev[0] + (energy_mev[-1] - energy_mev[0]) * np.linspace(0, 1, bins + 1) ** 2
    number = np.diff(PchipInterpolator(energy_mev, per_mev).antiderivative()(edges))
    energy = np.diff(PchipInterpolator(energy_mev, per_mev * energy_mev).antiderivative()(edges))
    number, energy = number[number > 0], energy[number > 0]
    mean = np.clip(energy / number, edges[0], edges[-1])
    number *= per_decay / number.sum()
    return Lines(energy_mev=mean * (mean_energy_mev / float(mean @ number)), per_decay=number)
