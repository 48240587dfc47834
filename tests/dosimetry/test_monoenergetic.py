"""The tables of kernels: complete, energy-conserving, and what the transport gives."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.monoenergetic import (
    BRAKING_EDGES_G_PER_CM2,
    CHARGED_SHELLS,
    PHOTON_EDGES,
    STORED_MEDIA,
    _electron_rows,
    _photon_row,
    computed_kernels,
    monoenergetic_kernels,
)
from lutetia.dosimetry.photon_data import attenuation
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
    assert found.photon[:, -1].max() < 1e-4  # beyond 30 mean free paths
    # Beyond 200 g/cm² of the photons of bremsstrahlung: none has more energy than the electron, so not more than
    # exp(−μ · 200) of what is radiated, times the build-up of scattered photons (about 1 + μ · 200). Over all energies
    # together, for a single photon that happens to get through decides in the lower rows.
    depth = BRAKING_EDGES_G_PER_CM2[-1] * attenuation(name, found.electron_mev).total
    assert found.braking[:, -1].sum() <= found.braking.sum(axis=1) @ (np.exp(-depth) * (1 + depth))
    assert found.braking[:, -1].max() < 1e-5  # of the electron's energy, where even 3.5 MeV in bone radiate 3 %


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


@pytest.mark.parametrize("energy", [0.1, 0.75])
def test_a_stored_row_of_electrons_is_what_the_transport_gives(energy):
    found, histories = monoenergetic_kernels("soft_tissue"), 4_000
    row = int(np.argmin(abs(found.electron_mev - energy)))
    charged, _ = _electron_rows("soft_tissue", energy, histories, 5)
    running, stored = np.cumsum(charged) / energy, np.cumsum(found.charged[row])
    # one electron's share within a distance has a standard deviation of at most 0.3 (it reaches from 0 to 1)
    assert running == pytest.approx(stored, abs=4 * 0.3 / np.sqrt(histories))
    assert np.max(abs(running - stored)) > 0  # another seed: not the same numbers read twice


@pytest.mark.parametrize("energy", [0.06, 0.2])
def test_a_stored_row_of_photons_is_what_the_transport_gives(energy):
    found, histories = monoenergetic_kernels("soft_tissue"), 20_000
    row = int(np.argmin(abs(found.photon_mev - energy)))
    running = np.cumsum(_photon_row("soft_tissue", energy, histories, 5)) / energy
    assert running == pytest.approx(np.cumsum(found.photon[row]), abs=4 * 0.5 / np.sqrt(histories))


@pytest.mark.long
def test_the_stored_table_is_what_the_transport_gives():
    computed, stored = computed_kernels("soft_tissue", 20_000, 5), monoenergetic_kernels("soft_tissue")
    for ours, theirs in ((computed.charged, stored.charged), (computed.photon, stored.photon)):
        assert np.cumsum(ours, axis=1) == pytest.approx(np.cumsum(theirs, axis=1), abs=0.01)


def test_an_unknown_medium_is_refused():
    with pytest.raises(InputError, match="must be one of"):
        monoenergetic_kernels("jelly")
