"""ICRP 107 through its two packages: lines, spectra, half-lives, branching; and what is not there is refused."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from lutetia.dosimetry import icrp107
from lutetia.dosimetry.emission import CLASSES
from lutetia.dosimetry.icrp107 import Icrp107
from lutetia.errors import DataFileError, InputError


def test_lutetium_177_gammas_are_the_known_lines():
    gamma = Icrp107().emission("Lu-177").lines["gamma"]
    chosen = gamma.per_decay > 0.01
    assert gamma.energy_mev[chosen] == pytest.approx([0.11295, 0.20837], abs=1e-4)
    assert gamma.per_decay[chosen] == pytest.approx([0.064, 0.11], rel=1e-3)


def test_yttrium_90_ends_where_its_q_value_is():
    beta = Icrp107().emission("Y-90").lines["beta"]
    assert beta.energy_mev[-1] == pytest.approx(2.28, abs=0.02)
    assert beta.per_decay.sum() == pytest.approx(1.0, abs=1e-5)
    assert beta.mean_energy_mev == pytest.approx(0.9329, rel=1e-4)


def test_positrons_are_betas_and_annihilate():
    """18F: 96.7 % positrons, each with two photons of 511 keV."""
    lines = Icrp107().emission("F-18").lines
    assert lines["beta"].per_decay.sum() == pytest.approx(0.967, abs=1e-3)
    assert lines["beta"].mean_energy_mev / 0.967 == pytest.approx(0.25, abs=2e-3)
    assert lines["annihilation"].per_decay.sum() == pytest.approx(2 * 0.967, abs=2e-3)


def test_half_lives_in_hours():
    library = Icrp107()
    assert library.half_life_h("Lu-177") == pytest.approx(6.647 * 24)
    assert library.half_life_h("Po-212") == pytest.approx(2.99e-7 / 3600)
    assert library.half_life_h("Pb-208") == inf
    for name in ("Lu-177", "Y-90", "Ac-225", "Bi-213"):
        assert library.emission(name).half_life_h == pytest.approx(library.half_life_h(name), rel=1e-6)


def test_branching_of_bismuth_212():
    assert dict(Icrp107().daughters("Bi-212")) == pytest.approx({"Po-212": 0.6406, "Tl-208": 0.3594})
    assert Icrp107().daughters("Pb-208") == ()


def test_our_reading_of_the_file_is_what_radioactivedecay_says():
    """Both ways to the same numbers: the package's own interface, and the file as we read it."""
    rd = pytest.importorskip("radioactivedecay")
    library = Icrp107()
    for name in ("Lu-177", "In-111", "Tb-161", "Pb-212", "Bi-213", "Ac-225", "Sr-90", "Ra-223"):
        theirs = rd.Nuclide(name)
        assert library.half_life_h(name) == pytest.approx(theirs.half_life("h"), rel=1e-6)
        daughters = dict(zip(theirs.progeny(), theirs.branching_fractions(), strict=True))
        assert dict(library.daughters(name)) == pytest.approx({d: f for d, f in daughters.items() if d != "SF"})


@pytest.mark.parametrize("method", ["emission", "half_life_h", "daughters"])
def test_an_unlisted_nuclide_is_refused(method):
    with pytest.raises(InputError, match=r"must be one that ICRP 107 lists.*Xx-999"):
        getattr(Icrp107(), method)("Xx-999")


def test_an_absent_package_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setattr(icrp107, "find_spec", lambda name: None)
    icrp107._emission.cache_clear()
    with pytest.raises(DataFileError, match=r"icrp107_database: the package must be installed.*\n.*lutetia\[dose\]"):
        Icrp107().emission("Er-169")


@pytest.mark.long
def test_every_nuclide_of_the_library_can_be_read():
    names = [name for name, record in icrp107._decay_table().items() if record[0] != icrp107._STABLE]
    assert len(names) == 1252
    for name in names:
        found = Icrp107().emission(name)
        assert set(found.lines) == set(CLASSES)
        assert all(np.all(lines.energy_mev >= 0) for lines in found.lines.values())
        assert found.half_life_h == pytest.approx(Icrp107().half_life_h(name), rel=2e-3)
