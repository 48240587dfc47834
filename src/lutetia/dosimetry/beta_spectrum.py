"""The spectrum of a beta branch by Fermi's theory, for libraries that list endpoints instead of spectra."""

from __future__ import annotations

from math import pi
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.emission import Lines, binned_spectrum

Floats = NDArray[np.float64]
Shape = Literal["allowed", "first_forbidden_unique"]

MASS_MEV = 0.51099895
FINE_STRUCTURE = 7.2973525693e-3
REDUCED_COMPTON_FM = 386.15926796
_POINTS = 400


def fermi_function(momentum: Floats, charge: int, nucleons: int, k: Literal[1, 2] = 1) -> Floats:
    """How much the charge of the daughter draws betas of total angular momentum k − 1/2 to it; same shape.

    4^(k−1) 2k (k + γ) ((2k − 1)!!)² (2 p R)^(2γ − 2k) e^(πη) |Γ(γ + iη)|² / Γ(2γ + 1)², γ = √(k² − (αZ)²),
    η = αZ W / p, R = 1.2 fm A^(1/3), momenta p in electron masses. With k = 1 it is Fermi's function of 1934; a point
    charge, cut at the nucleus, without screening. `charge` is Z of the daughter, negative for positrons; `nucleons` A.
    """
    from scipy.special import gammaln, loggamma

    strength = FINE_STRUCTURE * charge
    root = np.sqrt(k**2 - strength**2)
    radius = 1.2 * nucleons ** (1 / 3) / REDUCED_COMPTON_FM
    eta = strength * np.sqrt(momentum**2 + 1) / momentum
    front = 4 ** (k - 1) * 2 * k * (k + root) * (2 * k - 1) ** 2 * (2 * momentum * radius) ** (2 * root - 2 * k)
    return np.asarray(front * np.exp(pi * eta + 2 * np.real(loggamma(root + 1j * eta)) - 2 * gammaln(2 * root + 1)))


def branch_spectrum(endpoint_mev: float, charge: int, nucleons: int, shape: Shape = "allowed") -> tuple[Floats, Floats]:
    """Energies (MeV) from nearly 0 to the endpoint and the number per MeV there, whose integral is 1.

    p W q² F, q = W0 − W, times q² + λ p² if "first_forbidden_unique" (ΔJ = 2, parity changed, as 90Y), λ the ratio of
    the Fermi functions of k = 2 and 1. Other first forbidden branches nearly have the allowed shape. `charge` as in
    `fermi_function`.
    """
    energy = endpoint_mev * (1 - np.cos(np.linspace(1e-3, pi, _POINTS))) / 2
    whole = energy / MASS_MEV + 1
    momentum = np.sqrt(whole**2 - 1)
    neutrino = (endpoint_mev - energy) / MASS_MEV
    first = fermi_function(momentum, charge, nucleons)
    number = momentum * whole * neutrino**2 * first
    if shape == "first_forbidden_unique":
        number *= neutrino**2 + fermi_function(momentum, charge, nucleons, 2) / first * momentum**2
    return energy, number / np.trapezoid(number, energy)


def branch_lines(endpoint_mev: float, per_decay: float, charge: int, nucleons: int, shape: Shape = "allowed") -> Lines:
    """The branch as narrow bins that come `per_decay` times; arguments as in `branch_spectrum`."""
    energy, number = branch_spectrum(endpoint_mev, charge, nucleons, shape)
    mean = float(np.trapezoid(number * energy, energy))
    return binned_spectrum(energy, number, per_decay, mean * per_decay, bins=128)
