"""Names of nuclides, lines, and spectra put into bins without losing number or energy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.dosimetry.emission import Lines, binned_spectrum, nuclide_name
from lutetia.errors import InputError


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Lu-177", "Lu-177"),
        ("lu177", "Lu-177"),
        ("177Lu", "Lu-177"),
        ("[177Lu]", "Lu-177"),
        ("177-Lu", "Lu-177"),
        ("Tc-99m", "Tc-99m"),
        ("99mTc", "Tc-99m"),
        (" Y-90 ", "Y-90"),
    ],
)
def test_ways_to_write_a_nuclide(text, name):
    assert nuclide_name(text) == name


@pytest.mark.parametrize("text", ["", "lutetium", "Lu", "177", "Lu-1777", "../Lu-177", "Lu-177/..", "Lu-177x"])
def test_what_is_no_nuclide_is_refused(text):
    with pytest.raises(InputError, match="must be written like Lu-177"):
        nuclide_name(text)


def test_energy_of_lines_by_hand():
    lines = Lines(energy_mev=np.array([0.1, 0.2]), per_decay=np.array([0.5, 0.25]))
    assert lines.mean_energy_mev == pytest.approx(0.1)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.05, 3.0), st.floats(0.1, 1.0), st.integers(10, 200))
def test_bins_keep_number_and_energy(endpoint, per_decay, bins):
    energy = np.linspace(0, endpoint, 60)
    shape = energy * (endpoint - energy) ** 2
    wanted = 0.4 * endpoint * per_decay  # ∫ x² (1 − x)² / ∫ x (1 − x)² = 2/5 of the endpoint
    found = binned_spectrum(energy, shape, per_decay, wanted, bins)
    assert found.per_decay.sum() == pytest.approx(per_decay)
    assert found.mean_energy_mev == pytest.approx(wanted)
    assert np.all(np.diff(found.energy_mev) > 0)
    assert found.energy_mev[-1] < endpoint * 1.01


def test_bins_have_the_variance_of_the_spectrum():
    """x (1 − x)²: ⟨x²⟩ = B(4, 3) / B(2, 3) = (1/60) / (1/12) = 1/5."""
    energy = np.linspace(0, 1, 100)
    found = binned_spectrum(energy, energy * (1 - energy) ** 2, 1.0, 0.4)
    assert found.per_decay @ found.energy_mev**2 == pytest.approx(0.2, rel=1e-3)
