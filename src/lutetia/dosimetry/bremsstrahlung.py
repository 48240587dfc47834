"""Bremsstrahlung: how its photons are spread over energy. The total is NIST's; only the shape is computed here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.medium import Medium

Floats = NDArray[np.float64]

ELECTRON_MASS_MEV = 0.51099895
FINE_STRUCTURE = 7.2973525693e-3


def mean_nuclear_charge(material: Medium) -> float:
    """Z of the nuclei that radiate: mean weighted by Z², as the cross-section is."""
    weights = [(z, z * z * fraction / weight) for z, fraction, weight in material.elements]
    return sum(z * w for z, w in weights) / sum(w for _, w in weights)


def photon_spectrum(energy_mev: float, photon_mev: Floats, nuclear_charge: float) -> Floats:
    """dσ/dk at the photon energies, arbitrary scale, for an electron of this kinetic energy; 0 at or above it.

    Bethe and Heitler's Born approximation without screening (Koch and Motz 1959, doi 10.1103/RevModPhys.31.920,
    formula 3BN) with Elwert's factor for the Coulomb field.
    """
    inside = photon_mev < energy_mev
    k = photon_mev[inside] / ELECTRON_MASS_MEV
    before = energy_mev / ELECTRON_MASS_MEV + 1
    after = before - k
    spectrum = np.zeros_like(photon_mev)
    spectrum[inside] = _born(before, after, k) * _elwert(before, after, nuclear_charge)
    return spectrum


def _born(before: float, after: Floats, k: Floats) -> Floats:
    """3BN without its constant factor; energies in electron masses, `before` and `after` total."""
    p0, p = np.sqrt(before**2 - 1), np.sqrt(after**2 - 1)
    e0, e = 2 * np.log(before + p0), 2 * np.log(after + p)
    product = before * after
    log_term = 2 * np.log((product + p0 * p - 1) / k)
    first = 4 / 3 - 2 * product * (p**2 + p0**2) / (p0 * p) ** 2
    first = first + e0 * after / p0**3 + e * before / p**3 - e * e0 / (p0 * p)
    second = 8 * product / (3 * p0 * p) + k**2 / (p0 * p) ** 3 * (product**2 + (p0 * p) ** 2)
    bracket = (product + p0**2) / p0**3 * e0 - (product + p**2) / p**3 * e + 2 * k * product / (p * p0) ** 2
    return np.asarray(p / (p0 * k) * (first + log_term * (second + k / (2 * p0 * p) * bracket)))


def _elwert(before: float, after: Floats, nuclear_charge: float) -> Floats:
    beta0, beta = np.sqrt(1 - before**-2), np.sqrt(1 - after**-2)
    strength = 2 * np.pi * nuclear_charge * FINE_STRUCTURE
    return np.asarray(beta0 * -np.expm1(-strength / beta0) / (beta * -np.expm1(-strength / beta)))
