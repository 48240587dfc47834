"""Attenuation: two libraries agree where they meet, and water is what NIST prints."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.medium import media_names, medium
from lutetia.dosimetry.photon_data import attenuation, form_factor_squared, incoherent_share

# Hubbell and Seltzer, NISTIR 5632 (water, liquid): energy (MeV), μ/ρ (cm²/g).
NIST_WATER = [
    (0.02, 0.8096),
    (0.06, 0.2059),
    (0.1, 0.1707),
    (0.2, 0.1370),
    (0.5, 0.09687),
    (1.0, 0.07072),
    (2.0, 0.04942),
]


@pytest.mark.parametrize(("energy", "published"), NIST_WATER)
def test_water_is_as_published(energy, published):
    assert float(attenuation("water", energy).total) == pytest.approx(published, rel=0.005)


@pytest.mark.parametrize("name", media_names())
def test_xraylib_and_xcom_meet_at_800_kev(name):
    below, above = attenuation(name, 0.8), attenuation(name, 0.8000001)
    assert float(above.total) == pytest.approx(float(below.total), rel=2e-3)
    assert float(above.incoherent) == pytest.approx(float(below.incoherent), rel=2e-3)


def test_pairs_begin_at_twice_the_electron_mass():
    found = attenuation("water", np.array([0.9, 1.022, 1.03, 3.0]))
    assert found.pair[:2].tolist() == [0.0, 0.0]
    assert 0 < found.pair[2] < 1e-5
    # XCOM at 3 MeV, barn: oxygen 0.03241 + 0.0003228, hydrogen 0.0005048 + 0.00004035
    by_hand = 0.602214 * (0.888106 * 0.0327328 / 15.9994 + 0.111894 * 0.00054515 / 1.00794)
    assert found.pair[3] == pytest.approx(by_hand, rel=1e-4)


def test_the_shape_is_kept():
    assert attenuation("water", np.ones((2, 3)) * 0.2).total.shape == (2, 3)


def test_forward_all_electrons_scatter_together():
    """F(0) = Z: water has 2 · 1² / 1.008 · 0.112 … summed over its elements."""
    water = medium("water")
    by_hand = sum(fraction / weight * z * z for z, fraction, weight in water.elements)
    assert form_factor_squared(water, np.array([0.0]))[0] == pytest.approx(by_hand, rel=1e-6)


def test_no_electron_scatters_alone_forward_and_all_do_backward():
    """S(0) = 0, S = Z at large transfer; S of oxygen and hydrogen at 0.1 Å⁻¹: 0.977, 0.3426 (Hubbell et al. 1975)."""
    water = medium("water")
    assert incoherent_share(water, np.array([0.0, 300.0])) == pytest.approx([0, 1], abs=1e-6)
    (_, h, h_weight), (_, o, o_weight) = water.elements
    by_hand = (h / h_weight * 0.3426 + o / o_weight * 0.977) / (h / h_weight * 1 + o / o_weight * 8)
    assert incoherent_share(water, np.array([0.1]))[0] == pytest.approx(by_hand, rel=1e-3)


def test_energy_transferred_at_60_kev_is_what_nist_prints():
    """Photoelectric and Compton energy per path, binding included: μen/ρ of water 0.03190 cm²/g (NISTIR 5632)."""
    found, cosine = attenuation("water", 0.06), np.linspace(-1, 1, 4001)
    kept = 1 / (1 + 0.06 / 0.51099895 * (1 - cosine))
    bound = incoherent_share(medium("water"), 60 / 12.398419843 * np.sqrt((1 - cosine) / 2))
    density = kept**2 * (kept + 1 / kept - 1 + cosine**2) * bound
    given = np.trapezoid(density * (1 - kept), cosine) / np.trapezoid(density, cosine)
    assert float(found.photoelectric + found.incoherent * given) == pytest.approx(0.03190, rel=2e-3)
