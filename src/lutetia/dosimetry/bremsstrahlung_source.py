"""The bremsstrahlung of electrons that stop in a medium, as lines that a Monte Carlo of photons can start from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.bremsstrahlung import mean_nuclear_charge, photon_spectrum
from lutetia.dosimetry.emission import Lines
from lutetia.dosimetry.medium import medium
from lutetia.dosimetry.stopping import electron_stopping

Floats = NDArray[np.float64]

SOFTEST_MEV = 0.005  # as in the kernels: what is softer stays with the electron
BINS, ENERGIES, POINTS_PER_BIN = 60, 160, 6


def bremsstrahlung_lines(electrons: Lines, medium_name: str) -> Lines:
    """Bremsstrahlung per decay of electrons that slow down to rest in the medium, in bins of log energy from 5 keV.

    An electron on its way spends 1 / S(E) of its path at each energy E (S the whole stopping power, ESTAR) and radiates
    there NIST's radiative loss with the spectrum of `photon_spectrum`. No bremsstrahlung for electrons below 5 keV.
    """
    highest = float(electrons.energy_mev.max(initial=0.0))
    if highest <= SOFTEST_MEV * 1.01:
        return Lines(energy_mev=np.zeros(0), per_decay=np.zeros(0))
    material, power = medium(medium_name), electron_stopping(medium_name)
    charge = mean_nuclear_charge(material)
    edges = np.geomspace(SOFTEST_MEV, highest, BINS + 1)
    energies = np.geomspace(SOFTEST_MEV * 1.005, highest * (1 - 1e-9), ENERGIES)
    above = np.array([electrons.per_decay[electrons.energy_mev > e].sum() for e in energies])
    radiative = np.asarray(power.radiative_mev_cm2_per_g(energies), dtype=np.float64)
    stopping = power.collision_mev_cm2_per_g(energies) + radiative
    number, energy = np.zeros((ENERGIES, BINS)), np.zeros((ENERGIES, BINS))
    for row, e in enumerate(energies):
        number[row], energy[row] = _per_unit_loss(float(e), edges, charge)
    weights = (above * radiative / stopping)[:, None]
    numbers = np.asarray(np.trapezoid(number * weights, energies, axis=0))
    carried = np.asarray(np.trapezoid(energy * weights, energies, axis=0))
    kept = numbers > 0
    return Lines(energy_mev=carried[kept] / numbers[kept], per_decay=numbers[kept])


def _per_unit_loss(energy_mev: float, edges_mev: Floats, charge: float) -> tuple[Floats, Floats]:
    """Number of photons and their energy in each bin, per MeV radiated by an electron of this energy."""
    inside = np.geomspace(edges_mev[0], edges_mev[-1], BINS * POINTS_PER_BIN + 1)
    spectrum = photon_spectrum(energy_mev, inside, charge)
    soft = np.geomspace(1e-4 * edges_mev[0], edges_mev[0], 100)
    below_cut = np.trapezoid(soft * photon_spectrum(energy_mev, soft, charge), soft)
    widths = np.diff(inside)
    number = ((spectrum[1:] + spectrum[:-1]) / 2 * widths).reshape(BINS, -1).sum(axis=1)
    weighted = inside * spectrum
    energy = ((weighted[1:] + weighted[:-1]) / 2 * widths).reshape(BINS, -1).sum(axis=1)
    whole = energy.sum() + below_cut
    return number / whole, energy / whole
