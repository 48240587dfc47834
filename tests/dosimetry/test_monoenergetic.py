"""The tables of kernels: complete, energy-conserving, and what the transport gives."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.monoenergetic import (
    BRAKING_EDGES_G_PER_CM2,
    CHARGED_SHELLS,
    PHOTON_EDGES,
    STORED_MEDIA,
    computed_kernels,
    monoenergetic_kernels,
)
from lutetia.errors import InputError


@pytest.mark.parametrize("name", STORED_MEDIA)
def test_every_row_holds_the_whole_energy(name):
    found = monoenergetic_kernels(name)
    assert found.charged.shape == (found.electron_mev.size, CHARGED_SHELLS + 1)
    assert found.braking.shape == (found.electron_mev.size, BRAKING_EDGES_G_PER_CM2.size + 1)
    assert found.photon.shape == (found.photon_mev.size, PHOTON_EDGES.size + 1)
    assert (found.charged.sum(axis=1) + found.braking.sum(axis=1)) == pytest.approx(1, abs=1e-12)
    assert found.photon.sum(axis=1) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("name", STORED_MEDIA)
def test_hardly_any_energy_lies_beyond_the_tables(name):
    found = monoenergetic_kernels(name)
    assert found.charged[:, -1].max() < 1e-3  # beyond 1.2 ranges, at 5 keV
    assert found.braking[:, -1].max() < 1e-6
    assert found.photon[:, -1].max() < 1e-4  # beyond 30 mean free paths


def test_shares_hardly_change_with_energy_in_scaled_distance():
    """What allows interpolation: neighbours' running shares differ by some percent at most."""
    running = np.cumsum(monoenergetic_kernels("soft_tissue").charged, axis=1)
    assert abs(np.diff(running, axis=0)).max() < 0.05


def test_the_radiation_yield_is_that_of_estar():
    """NIST ESTAR, water, 1 MeV 3.579e-3 and 0.1 MeV 5.842e-4; photons below 5 keV are not counted as radiation here."""
    found = monoenergetic_kernels("water")
    shares = dict(zip(found.electron_mev.round(6), found.braking.sum(axis=1), strict=True))
    assert shares[1.0] == pytest.approx(3.579e-3, rel=0.05)
    assert 0.7 < shares[0.1] / 5.842e-4 < 1.0


def test_a_medium_without_stored_kernels_is_computed():
    computed = computed_kernels("blood", 640, 3)
    stored = monoenergetic_kernels("water")
    assert computed.charged.sum(axis=1) + computed.braking.sum(axis=1) == pytest.approx(1)
    ours, theirs = (np.cumsum(kernels.charged, axis=1)[12, 20:80:20] for kernels in (computed, stored))
    assert ours == pytest.approx(theirs, abs=0.03)  # blood is nearly water, 640 histories


@pytest.mark.long
def test_the_stored_table_is_what_the_transport_gives():
    computed, stored = computed_kernels("soft_tissue", 20_000, 5), monoenergetic_kernels("soft_tissue")
    for ours, theirs in ((computed.charged, stored.charged), (computed.photon, stored.photon)):
        assert np.cumsum(ours, axis=1) == pytest.approx(np.cumsum(theirs, axis=1), abs=0.01)


def test_an_unknown_medium_is_refused():
    with pytest.raises(InputError, match="must be one of"):
        monoenergetic_kernels("jelly")
