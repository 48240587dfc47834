"""Single collisions: what is sampled has the moments of the cross-section, and keeps energy and momentum."""

from __future__ import annotations

import numpy as np
import pytest
import xraylib
from scipy.integrate import quad

from lutetia.dosimetry.collision_tables import collision_tables
from lutetia.dosimetry.collisions import (
    any_direction,
    bound_compton,
    braking_cosine,
    coherent_cosine,
    compton,
    elastic_cosine,
    knock_on,
    turn,
)
from lutetia.dosimetry.medium import medium

MASS, DRAWS = 0.51099895, 40_000


@pytest.fixture
def state():
    return np.array([20261120], dtype=np.uint64)


def test_a_turn_keeps_length_and_angle(state):
    for start in ((0.0, 0.0, 1.0), (0.0, 0.0, -1.0), (0.6, 0.0, 0.8), (-0.48, 0.6, 0.64)):
        for cosine in (-0.9, 0.0, 0.3, 1.0):
            after = turn(*start, cosine, state)
            assert np.dot(after, after) == pytest.approx(1)
            assert np.dot(after, start) == pytest.approx(cosine, abs=1e-9)


def test_directions_are_isotropic(state):
    found = np.array([any_direction(state) for _ in range(DRAWS)])
    assert found.mean(axis=0) == pytest.approx(0, abs=4 * np.sqrt(1 / 3 / DRAWS))
    assert (found**2).mean(axis=0) == pytest.approx(1 / 3, abs=4 * np.sqrt(4 / 45 / DRAWS))


@pytest.mark.parametrize("energy", [0.03, 0.208, 2.6])
def test_compton_has_the_mean_of_klein_and_nishina(energy, state):
    def cross_section(cosine):
        kept = 1 / (1 + energy / MASS * (1 - cosine))
        return kept**2 * (kept + 1 / kept - 1 + cosine**2)

    total = quad(cross_section, -1, 1)[0]
    mean = quad(lambda c: cross_section(c) / (1 + energy / MASS * (1 - c)), -1, 1)[0] / total * energy
    drawn = np.array([compton(energy, state) for _ in range(DRAWS)])
    left, cosine, electron = drawn.T
    assert left.mean() == pytest.approx(mean, abs=4 * left.std() / np.sqrt(DRAWS))
    assert left == pytest.approx(energy / (1 + energy / MASS * (1 - cosine)))  # energy and momentum are kept
    momentum = np.sqrt((energy - left) * (energy - left + 2 * MASS))
    assert momentum * electron == pytest.approx(energy - left * cosine, abs=1e-9)


@pytest.mark.parametrize("energy", [0.005, 0.06, 2.6])
def test_compton_on_bound_electrons_has_the_mean_of_the_incoherent_function(energy, state):
    """Klein and Nishina times S(x) / Z from xraylib, water; above 1 MeV binding no longer matters."""
    tables, water = collision_tables("water", 0.01, 0.005, 0.05), medium("water")
    cosine = np.linspace(-1, 1, 4001)
    transfer = energy * 1e3 / 12.398419843 * np.sqrt((1 - cosine) / 2)
    bound = sum(
        fraction / weight * np.array([xraylib.SF_Compt(z, max(x, 1e-3)) for x in transfer])
        for z, fraction, weight in water.elements
    )
    kept = 1 / (1 + energy / MASS * (1 - cosine))
    density = kept**2 * (kept + 1 / kept - 1 + cosine**2) * bound
    mean = np.trapezoid(density * cosine, cosine) / np.trapezoid(density, cosine)
    drawn = np.array([bound_compton(energy, tables.form_x2, tables.bound_share, state) for _ in range(DRAWS)])[:, 1]
    assert drawn.mean() == pytest.approx(mean, abs=4 * drawn.std() / np.sqrt(DRAWS))
    free = kept**2 * (kept + 1 / kept - 1 + cosine**2)
    shift = np.trapezoid(free * cosine, cosine) / np.trapezoid(free, cosine) - mean
    assert (shift > 0.01) == (energy < 0.1)  # what is bound scatters less forward


@pytest.mark.parametrize("energy", [0.05, 1.0])
def test_knock_on_has_the_mean_of_moller(energy, state):
    cut, g = 0.005, energy / MASS + 1

    def cross_section(w):
        rest = ((g - 1) / g) ** 2 / energy**2 - (2 * g - 1) / g**2 / (w * (energy - w))
        return 1 / w**2 + 1 / (energy - w) ** 2 + rest

    mean = quad(lambda w: w * cross_section(w), cut, energy / 2)[0] / quad(cross_section, cut, energy / 2)[0]
    given, cosine = np.array([knock_on(energy, cut, state) for _ in range(DRAWS)]).T
    assert given.min() >= cut
    assert given.max() <= energy / 2
    assert given.mean() == pytest.approx(mean, abs=4 * given.std() / np.sqrt(DRAWS))
    # two-body kinematics at equal sharing, by hand: cos² = (E + 2 m) / (E + 4 m)
    halved = given > 0.49 * energy
    assert cosine[halved] == pytest.approx(np.sqrt((energy + 2 * MASS) / (energy + 4 * MASS)), rel=0.02)


def test_coherent_scattering_keeps_forward_at_high_energy(state):
    tables = collision_tables("water", 0.01, 0.005, 0.05)
    for energy, low, high in ((0.002, -0.2, 0.2), (0.06, 0.75, 0.95), (0.5, 0.99, 1.0)):
        drawn = [coherent_cosine(energy, tables.form_x2, tables.form_area, state) for _ in range(4000)]
        assert low < np.mean(drawn) < high
        assert -1 <= min(drawn) <= max(drawn) <= 1


def test_coherent_scattering_has_the_mean_of_the_form_factor(state):
    tables, energy = collision_tables("water", 0.01, 0.005, 0.05), 0.03
    x2 = np.linspace(0, (energy * 1e3 / 12.398419843) ** 2, 20001)
    density = np.gradient(np.interp(x2, tables.form_x2, tables.form_area), x2)
    cosine = 1 - 2 * x2 / x2[-1]
    weight = density * (1 + cosine**2)
    drawn = np.array([coherent_cosine(energy, tables.form_x2, tables.form_area, state) for _ in range(DRAWS)])
    mean = np.trapezoid(weight * cosine, x2) / np.trapezoid(weight, x2)
    assert drawn.mean() == pytest.approx(mean, abs=5 * drawn.std() / np.sqrt(DRAWS))


def test_bremsstrahlung_of_a_slow_electron_has_no_preferred_side(state):
    slow = np.array([braking_cosine(1e-4, state) for _ in range(DRAWS)])
    fast = np.array([braking_cosine(2.0, state) for _ in range(DRAWS)])
    assert slow.mean() == pytest.approx(0.0, abs=0.03)  # forward by β = 0.02
    assert fast.mean() > 0.8


@pytest.mark.parametrize("least", [2e-3, 0.2])
def test_elastic_deflection_has_the_mean_of_the_cross_section(least, state):
    screen, beta2, charge = 1e-4, 0.5, 7.5
    spin = np.pi * 7.2973525693e-3 * charge * np.sqrt(beta2)

    def cross_section(mu):
        return (1 - beta2 * mu + spin * (np.sqrt(mu) - mu)) / (screen + mu) ** 2

    mean = quad(lambda m: m * cross_section(m), least, 1)[0] / quad(cross_section, least, 1)[0]
    drawn = np.array([elastic_cosine(screen, least, beta2, charge, state) for _ in range(DRAWS)])
    half = (1 - drawn[drawn < 1.5]) / 2
    assert half.min() >= least * (1 - 1e-9)
    assert half.mean() == pytest.approx(mean, abs=4 * half.std() / np.sqrt(half.size))
