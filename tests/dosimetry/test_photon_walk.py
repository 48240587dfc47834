"""One photon at a time: free paths, energy and the processes it meets."""

from __future__ import annotations

from math import exp, inf, log

import numpy as np
import pytest

from lutetia.dosimetry.collision_tables import collision_tables
from lutetia.dosimetry.medium import medium
from lutetia.dosimetry.photon_data import attenuation, incoherent_share
from lutetia.dosimetry.photon_walk import PhotonTables, follow_photon
from lutetia.dosimetry.tally import COLUMNS, STACK_PARTICLES, Body, Tally
from lutetia.random_stream import start_history


def walked(history: int, energy: float, half_thickness: float = inf, material: str = "water"):
    """Secondaries and escaped energy of one photon started along z at the origin of a slab."""
    tables = collision_tables(material, 0.01, 0.005, 0.05)
    photon = PhotonTables(tables.photon, tables.form_x2, tables.form_area, tables.bound_share)
    tally = Tally(np.zeros(3), np.zeros(100), 1.0, log(0.01), 10.0)
    stack, state = np.zeros((STACK_PARTICLES, COLUMNS)), np.empty(1, dtype=np.uint64)
    start_history(state, 3, history)
    particle = np.array([1.0, energy, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    body = Body(0.0, 0.0, half_thickness**-2)
    height, escaped = follow_photon(particle, stack, 0, state, photon, body, tally)
    return stack[:height].copy(), escaped, tally.photon_borne.sum()


@pytest.mark.parametrize("energy", [0.03, 0.208, 0.662])
def test_every_photon_keeps_its_energy(energy):
    for history in range(30):
        secondaries, escaped, left = walked(history, energy)
        assert secondaries[:, 1].sum() + escaped + left == pytest.approx(energy, abs=1e-12)


def test_a_pair_keeps_its_energy_with_the_mass_of_two_electrons():
    found = [walked(history, 4.9, material="bone_cortical")[0] for history in range(400)]
    pairs = [rows for rows in found if (rows[:, 0] == 1).any()]
    assert len(pairs) > 20
    for rows in pairs:
        assert rows[:, 1].sum() == pytest.approx(4.9, abs=1e-9)  # two photons of 511 keV stand for the mass
        photons = rows[rows[:, 0] == 1]
        assert photons[:, 1] == pytest.approx(0.51099895)
        assert photons[0, 5:8] == pytest.approx(-photons[1, 5:8])


def test_photons_go_through_a_slab_as_the_exponential_says():
    coefficient, count = float(attenuation("water", 0.208).total), 4000
    through = sum(walked(h, 0.208, 2.0)[1] == 0.208 for h in range(count))  # unscattered: all the energy left
    expected = exp(-2.0 * coefficient)
    assert through / count == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / count))


def test_compton_electrons_get_what_the_incoherent_function_says():
    """Mean energy of the first Compton electron at 30 keV: 5.3 % more than from free electrons."""
    cosine = np.linspace(-1, 1, 4001)
    kept = 1 / (1 + 0.03 / 0.51099895 * (1 - cosine))
    free = kept**2 * (kept + 1 / kept - 1 + cosine**2)
    bound = free * incoherent_share(medium("water"), 30 / 12.398419843 * np.sqrt((1 - cosine) / 2))
    mean, of_free = (0.03 * np.trapezoid(w * (1 - kept), cosine) / np.trapezoid(w, cosine) for w in (bound, free))
    first = [walked(h, 0.03)[0][0, 1] for h in range(9000)]
    given = np.array([energy for energy in first if energy < 0.01])  # the others are photoelectrons
    error = given.std() / np.sqrt(given.size)
    assert given.mean() == pytest.approx(mean, abs=4 * error)
    assert mean - of_free > 4 * error  # the test would see free electrons


def test_compton_electrons_go_forward_and_carry_what_the_photon_lost():
    electrons = [walked(h, 0.662)[0][0] for h in range(200)]
    assert all(row[1] <= 0.662 * 2 * 0.662 / (0.511 + 2 * 0.662) * 1.001 for row in electrons)  # the Compton edge
    assert np.mean([row[7] for row in electrons]) > 0.5
