"""Stopping powers are NIST's; ranges and yields that follow agree with those NIST prints."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.dosimetry.medium import media_names, medium
from lutetia.dosimetry.stopping import StoppingPower, alpha_stopping, electron_stopping
from lutetia.errors import InputError

# NIST ESTAR as printed: energy (MeV), CSDA range (g/cm²), radiation yield. Our table holds stopping powers only.
PUBLISHED = {
    "water": [(0.1, 1.431e-2, 5.842e-4), (0.5, 0.1766, 1.976e-3), (1.0, 0.4367, 3.579e-3), (2.0, 0.9785, 7.085e-3)],
    "bone_cortical": [
        (0.1, 1.607e-2, 9.814e-4),
        (0.5, 0.1964, 3.236e-3),
        (1.0, 0.4857, 5.755e-3),
        (2.0, 1.085, 1.113e-2),
    ],
}
CASES = [(name, *row) for name, rows in PUBLISHED.items() for row in rows]


@pytest.mark.parametrize(("name", "energy", "csda", "radiation"), CASES)
def test_ranges_and_yields_are_those_of_nist(name, energy, csda, radiation):
    power = electron_stopping(name)
    assert float(power.csda_range_g_per_cm2(energy)) == pytest.approx(csda, rel=5e-4)
    # below 1 keV we count no radiation: a thousandth of the yield
    assert power.radiation_yield_fraction(energy) == pytest.approx(radiation, rel=4e-3)


def bethe(energy_mev: float, electrons_mol_per_g: float, excitation_ev: float) -> float:
    """ICRU 37 closed form for electrons, MeV cm²/g, without the density effect (0 up to 100 keV)."""
    mass, tau = 0.51099895, energy_mev / 0.51099895
    gamma, beta2 = tau + 1, 1 - (tau + 1) ** -2
    f = 1 - beta2 + (tau**2 / 8 - (2 * tau + 1) * np.log(2)) / gamma**2
    logarithm = np.log(tau**2 * (tau + 2) / (2 * (excitation_ev * 1e-6 / mass) ** 2))
    return 0.307075 / 2 * electrons_mol_per_g / beta2 * (logarithm + f)


def test_collision_power_of_water_is_bethes_formula():
    by_hand = bethe(0.1, 10 / 18.0153, 75.0)
    assert float(electron_stopping("water").collision_mev_cm2_per_g(0.1)) == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize("name", media_names())
def test_collision_power_of_every_medium_is_bethes_formula(name):
    """Holds every row's medium to its composition and excitation energy."""
    power, material = electron_stopping(name), medium(name)
    for energy in (0.01, 0.02, 0.05, 0.1):
        by_hand = bethe(energy, material.electrons_mol_per_g, material.mean_excitation_energy_ev)
        assert float(power.collision_mev_cm2_per_g(energy)) == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize("name", ["water", "muscle", "bone_cortical"])
def test_alpha_particles_lie_below_bethes_formula_by_the_shell_corrections(name):
    power, material = alpha_stopping(name), medium(name)
    for energy in (4.0, 8.0, 12.0):
        gamma = energy / 3727.379 + 1
        beta2 = 1 - gamma**-2
        logarithm = np.log(2 * 0.51099895 * beta2 * gamma**2 / (material.mean_excitation_energy_ev * 1e-6))
        plain = 0.307075 * 4 * material.electrons_mol_per_g / beta2 * (logarithm - beta2)
        assert 0.955 < float(power.total_mev_cm2_per_g(energy)) / plain < 0.985


def test_alpha_particles_in_water():
    """ICRU 49 / ASTAR: 5 MeV, total 885.5 MeV cm²/g; electrons of 5 MeV lose 450 times less."""
    assert float(alpha_stopping("water").total_mev_cm2_per_g(5.0)) == pytest.approx(885.5, rel=1e-3)
    assert float(alpha_stopping("water").csda_range_g_per_cm2(8.785)) == pytest.approx(
        9.1e-3, rel=0.02
    )  # 212Po: some 90 µm


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 4.5), st.sampled_from(["water", "soft_tissue", "bone_cortical"]))
def test_energy_and_range_are_inverse(energy, name):
    power = electron_stopping(name)
    assert float(power.energy_at_range_mev(power.csda_range_g_per_cm2(energy))) == pytest.approx(energy, rel=1e-4)


def test_constant_power_gives_the_range_by_hand():
    grid = np.array([0.1, 0.2, 0.4, 0.8])
    two = np.full(4, 2.0)
    power = StoppingPower(
        medium="x", particle="x", energy_grid_mev=grid, collision=two, radiative=np.zeros(4), first_range_energies=1.0
    )
    assert power.csda_range_g_per_cm2(np.array([0.1, 0.8])) == pytest.approx([0.05, 0.4])  # E / 2


def test_an_unknown_medium_is_refused():
    with pytest.raises(InputError, match="must be one of"):
        electron_stopping("jelly")
