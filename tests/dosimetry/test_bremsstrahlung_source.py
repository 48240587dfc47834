"""Bremsstrahlung of stopping electrons: the published radiation yield, the kernels' own Monte Carlo."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.bremsstrahlung_source import bremsstrahlung_lines
from lutetia.dosimetry.emission import ELECTRON_CLASSES, Lines
from lutetia.dosimetry.kernel import radial_kernel
from lutetia.dosimetry.nuclide import nuclide


def electrons(energy_mev, per_decay=1.0):
    return Lines(energy_mev=np.array([energy_mev]), per_decay=np.array([per_decay]))


@pytest.mark.parametrize(("energy_mev", "published"), [(1.0, 3.579e-3), (2.0, 7.085e-3)])
def test_radiation_yield_in_water_is_estars(energy_mev, published):
    # ESTAR, liquid water; photons below 5 keV, some 4 % of it at 1 MeV, are not in the lines
    found = bremsstrahlung_lines(electrons(energy_mev), "water")
    assert 0.93 * published < found.mean_energy_mev / energy_mev < published
    assert found.energy_mev.min() > 0.005
    assert found.energy_mev.max() < energy_mev


def test_yttrium_agrees_with_the_kernels_monte_carlo():
    found = bremsstrahlung_lines(nuclide("Y-90").lines(ELECTRON_CLASSES), "soft_tissue")
    assert found.mean_energy_mev == pytest.approx(radial_kernel("Y-90").energy_mev("bremsstrahlung"), rel=0.06)
    # most photons are soft
    assert found.per_decay[found.energy_mev < 0.05].sum() > 0.5 * found.per_decay.sum()


def test_twice_the_electrons_twice_the_photons():
    once, twice = (bremsstrahlung_lines(electrons(0.5, n), "soft_tissue") for n in (1.0, 2.0))
    assert twice.per_decay == pytest.approx(2 * once.per_decay)
    assert twice.energy_mev == pytest.approx(once.energy_mev)


def test_slow_electrons_and_none_give_nothing():
    assert bremsstrahlung_lines(electrons(0.004), "soft_tissue").per_decay.size == 0
    nothing = Lines(energy_mev=np.zeros(0), per_decay=np.zeros(0))
    assert bremsstrahlung_lines(nothing, "soft_tissue").mean_energy_mev == 0
