"""Photons of a decay: published energies, nothing lost between charged particles and photons, hard photons said."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.nuclide import nuclide
from lutetia.dosimetry.photon_source import photon_source
from lutetia.errors import InputError


def test_lutetium():
    found = photon_source("Lu-177")
    assert found.photon_mev == pytest.approx(0.0351, rel=0.01)  # ICRP 107; bremsstrahlung adds 0.3 %
    assert found.charged_mev == pytest.approx(0.1479, rel=0.002)
    assert found.lines.energy_mev[0] == pytest.approx(0.2084, abs=1e-4)  # the line with the most energy first
    assert not any("above 0.5 MeV" in words for words in found.conventions)


def test_yttrium_has_bremsstrahlung_only():
    found = photon_source("Y-90")
    assert 0.003 < found.photon_mev < 0.0045
    assert any("bremsstrahlung" in words for words in found.conventions)


@pytest.mark.parametrize("name", ["Lu-177", "Y-90", "Pb-212"])
def test_all_the_energy_is_there(name):
    found, emitter = photon_source(name), nuclide(name)
    whole = emitter.electron_energy_mev + emitter.alpha_energy_mev + emitter.photon_energy_mev
    assert found.photon_mev + found.charged_mev == pytest.approx(whole, rel=1e-6)
    share = found.lines.energy_mev * found.lines.per_decay
    assert (np.diff(share) <= 0).all()


def test_thallium_in_the_chain_is_said_to_be_hard():
    words = " ".join(photon_source("Pb-212").conventions)
    assert "above 0.5 MeV" in words
    assert "Tl-208" in words


def test_a_nuclide_object_is_taken_too():
    alone = photon_source(nuclide("Pb-212", daughters="none"))
    assert alone.photon_mev < 0.2


def test_unknown_nuclides_are_refused():
    with pytest.raises(InputError):
        photon_source("Xx-999")
