"""Beta spectra by Fermi's theory: limits by hand, and the mean energies that ENSDF and ICRP 107 list."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.beta_spectrum import branch_lines, branch_spectrum, fermi_function
from lutetia.dosimetry.icrp107 import Icrp107

# Endpoint (MeV), Z of the daughter (negative: positrons), A, shape, mean energy (MeV) as ENSDF lists it (LOGFT).
MEANS = [
    (0.4968, 72, 177, "allowed", 0.14884),  # 177Lu
    (0.38385, 72, 177, "allowed", 0.1112),
    (2.2785, 40, 90, "first_forbidden_unique", 0.9324),  # 90Y
    (0.51776, 40, 90, "first_forbidden_unique", 0.18459),
    (0.6335, -8, 18, "allowed", 0.2498),  # 18F
]


@pytest.mark.parametrize(("endpoint", "charge", "mass", "shape", "published"), MEANS)
def test_mean_energies_are_those_that_ensdf_lists(endpoint, charge, mass, shape, published):
    energy, number = branch_spectrum(endpoint, charge, mass, shape)
    assert np.trapezoid(number, energy) == pytest.approx(1)
    assert np.trapezoid(number * energy, energy) == pytest.approx(published, rel=2e-3)


def test_the_shape_matters_for_yttrium_90():
    energy, number = branch_spectrum(2.2785, 40, 90, "allowed")
    assert np.trapezoid(number * energy, energy) < 0.9324 * 0.997


def test_the_spectrum_of_yttrium_90_is_that_of_icrp_107():
    """Another code (Eckerman's) and the same theory: the share below every energy."""
    published = Icrp107().emission("Y-90").lines["beta"]
    energy, number = branch_spectrum(2.2785, 40, 90, "first_forbidden_unique")
    running = np.concatenate([[0], np.cumsum((number[1:] + number[:-1]) / 2 * np.diff(energy))])
    for at in (0.1, 0.5, 1.0, 1.5, 2.0):
        below = published.per_decay[published.energy_mev < at].sum() / published.per_decay.sum()
        assert np.interp(at, energy, running) == pytest.approx(below, abs=6e-3)  # a bin of ICRP's holds up to 0.5 %


def test_without_charge_the_spectrum_is_the_plain_phase_space():
    """Z = 0: F is 1 at every momentum; slow betas follow √x (1 − x)² dx, x = E / E0, whose mean is 1/3."""
    assert fermi_function(np.array([0.1, 1.0, 3.0]), 0, 20) == pytest.approx([1, 1, 1])
    energy, number = branch_spectrum(0.001, 0, 20)
    # B(5/2, 3) / B(3/2, 3) = (3/2) / (9/2) = 1/3
    assert np.trapezoid(number * energy, energy) == pytest.approx(0.001 / 3, rel=2e-3)


def test_electrons_are_drawn_and_positrons_pushed():
    slow, fast = fermi_function(np.array([0.05, 3.0]), 40, 90), fermi_function(np.array([0.05, 3.0]), -40, 90)
    assert slow[0] > slow[1]
    assert fast[0] < fast[1] / 100


def test_lines_keep_number_and_mean():
    energy, number = branch_spectrum(0.4968, 72, 177)
    found = branch_lines(0.4968, 0.79, 72, 177)
    assert found.per_decay.sum() == pytest.approx(0.79)
    assert found.mean_energy_mev == pytest.approx(0.79 * np.trapezoid(number * energy, energy))
    assert found.energy_mev.max() < 0.4968
