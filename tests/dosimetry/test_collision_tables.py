"""The tables of the transport: integrals done in closed form agree with the same done numerically."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from lutetia.dosimetry.collision_tables import (
    BREMS,
    COLLISION_STRENGTH,
    HARD,
    LEAST,
    LOSS,
    MOLLER,
    RANGE,
    SCREEN,
    SOFT,
    TO_COHERENT,
    TO_INCOHERENT,
    TO_PHOTOELECTRIC,
    TOTAL,
    collision_tables,
    energy_grid_mev,
)
from lutetia.dosimetry.medium import medium
from lutetia.dosimetry.photon_data import attenuation
from lutetia.dosimetry.stopping import electron_stopping

MASS, CUT = 0.51099895, 0.01


def row_of(energy_mev: float) -> int:
    return int(np.argmin(abs(energy_grid_mev() - energy_mev)))


def moller(given: float, energy: float) -> float:
    """Møller's cross-section per energy given, without its strength / β²."""
    g = energy / MASS + 1
    rest = ((g - 1) / g) ** 2 / energy**2 - (2 * g - 1) / g**2 / (given * (energy - given))
    return 1 / given**2 + 1 / (energy - given) ** 2 + rest


@pytest.mark.parametrize("wanted", [0.05, 0.5, 2.0])
def test_knock_on_collisions_match_a_numeric_integral(wanted):
    table, row = collision_tables("water", CUT, 0.005, 0.05), row_of(wanted)
    energy = energy_grid_mev()[row]
    beta2 = 1 - (energy / MASS + 1) ** -2
    strength = COLLISION_STRENGTH * medium("water").electrons_mol_per_g / beta2
    number = quad(moller, CUT, energy / 2, args=(energy,))[0] * strength
    carried = quad(lambda w: w * moller(w, energy), CUT, energy / 2)[0] * strength
    assert table.electron[row, MOLLER] == pytest.approx(number, rel=1e-6)
    power = electron_stopping("water")
    left = float(power.collision_mev_cm2_per_g(energy)) - carried
    assert left < table.electron[row, LOSS] < left + float(power.radiative_mev_cm2_per_g(energy))


def test_the_strength_of_collisions_is_the_known_constant():
    assert pytest.approx(0.153537, rel=1e-5) == COLLISION_STRENGTH  # MeV cm²/mol, ICRU 37


@pytest.mark.parametrize("wanted", [0.01, 0.3, 3.0])
def test_hard_and_soft_elastic_collisions_make_up_the_whole(wanted):
    """The transport rate does not depend on where soft ends, spin correction included."""
    row = row_of(wanted)
    beta = np.sqrt(1 - (energy_grid_mev()[row] / MASS + 1) ** -2)
    found = []
    for soft_share in (0.0, 0.02, 0.1):
        table = collision_tables("water", CUT, 0.005, soft_share)
        hard, least, screen, soft = table.electron[row, [HARD, LEAST, SCREEN, SOFT]]
        spin = np.pi * 7.2973525693e-3 * table.elastic_charge * beta

        def weight(mu, screen=screen, spin=spin):
            return (1 + spin * (np.sqrt(mu) - mu) - beta**2 * mu) / (screen + mu) ** 2

        strength = hard / (1 + spin / 4) / (1 / (screen + least) - 1 / (1 + screen))
        # over log μ, for the peak forward is narrow
        moment = quad(lambda t: weight(np.exp(t)) * np.exp(2 * t), np.log(max(least, 1e-12)), 0, limit=200)[0]
        found.append(soft + 2 * strength * moment)
    assert found == pytest.approx([found[0]] * 3, rel=1e-4)


def test_photons_above_the_cut_carry_the_radiative_loss():
    """Rate times mean energy of the photons, and the soft remainder, are ESTAR's radiative power."""
    table, row = collision_tables("water", 0.6, 0.005, 0.05), row_of(1.0)
    energy = energy_grid_mev()[row]
    levels = table.brems[np.argmin(abs(energy_grid_mev(41) - 1.0))]
    mean = np.trapezoid(0.005 * (energy / 0.005) ** levels, np.linspace(0, 1, levels.size))
    hard = table.electron[row, BREMS] * mean
    power = electron_stopping("water")
    soft = table.electron[row, LOSS] - float(power.collision_mev_cm2_per_g(energy))  # no knock-on above 0.6 MeV
    assert hard + soft == pytest.approx(float(power.radiative_mev_cm2_per_g(energy)), rel=0.01)


def test_photon_shares_are_those_of_the_attenuation():
    table, row = collision_tables("bone_cortical", CUT, 0.005, 0.05), row_of(0.06)
    found = attenuation("bone_cortical", energy_grid_mev()[row])
    assert table.photon[row, TOTAL] == pytest.approx(float(found.total))
    shares = np.diff(table.photon[row, [TO_PHOTOELECTRIC, TO_COHERENT, TO_INCOHERENT]]) * float(found.total)
    assert shares == pytest.approx([float(found.coherent), float(found.incoherent)])
    assert table.electron[row, RANGE] == pytest.approx(
        float(electron_stopping("bone_cortical").csda_range_g_per_cm2(energy_grid_mev()[row]))
    )
