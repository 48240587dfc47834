"""The shape of the bremsstrahlung spectrum: limits by hand, and the theory's own stopping power."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.bremsstrahlung import mean_nuclear_charge, photon_spectrum
from lutetia.dosimetry.medium import medium
from lutetia.dosimetry.stopping import electron_stopping


def test_mean_charge_of_water_by_hand():
    # weights Z² · mass fraction / A: hydrogen 0.1110, oxygen 3.5526
    assert mean_nuclear_charge(medium("water")) == pytest.approx((0.1110 + 8 * 3.5526) / (0.1110 + 3.5526), rel=1e-3)


def test_no_photon_has_more_than_the_electron():
    found = photon_spectrum(0.5, np.array([0.49, 0.5, 0.6]), 7.5)
    assert found[0] > 0
    assert found[1:].tolist() == [0, 0]


def test_soft_photons_fall_as_one_over_energy():
    soft = photon_spectrum(1.0, np.array([1e-6, 1e-5]), 7.5) * np.array([1e-6, 1e-5])
    assert soft[1] / soft[0] == pytest.approx(1, abs=0.2)  # k dσ/dk changes as the logarithm only


@pytest.mark.parametrize(("energy", "tolerance"), [(0.5, 0.12), (1.0, 0.12), (2.0, 0.12)])
def test_born_theory_gives_the_radiative_power_of_estar_nearly(energy, tolerance):
    """α r_e² Z² times the formula, on water: the normalisation that we take from ESTAR is nearly there already."""
    water = medium("water")
    k = np.geomspace(1e-6, energy * (1 - 1e-9), 4000)
    mass = 0.51099895
    shape = photon_spectrum(energy, k, mean_nuclear_charge(water)) * k / mass  # energies in electron masses
    integral = np.trapezoid(shape, k / mass)
    strength = 7.2973525693e-3 * 2.8179403262e-13**2 * 6.02214076e23 * mass
    nuclei = sum(z * z * fraction / weight for z, fraction, weight in water.elements)  # without the electrons' field
    expected = float(electron_stopping("water").radiative_mev_cm2_per_g(energy))
    assert strength * nuclei * integral == pytest.approx(expected, rel=tolerance)
