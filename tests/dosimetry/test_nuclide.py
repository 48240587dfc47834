"""Energies per decay are those published; what is counted is said."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from lutetia.dosimetry.emission import CLASSES, Emission, Lines
from lutetia.dosimetry.nuclide import nuclide
from lutetia.errors import InputError

TABLE = Path(__file__).parent / "reference" / "decay_energies.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["nuclide"])
def test_energies_per_decay_are_as_published(row):
    columns = ("half_life_h", "beta_mev", "conversion_auger_mev", "alpha_recoil_mev", "photon_mev")
    half_life, beta, converted, alpha, photon = (float(row[column]) for column in columns)
    found = nuclide(row["nuclide"])
    assert found.half_life_h == pytest.approx(half_life, rel=1e-3)
    assert found.energy_mev("beta") == pytest.approx(beta, rel=1e-3, abs=1e-5)
    assert found.energy_mev("conversion", "auger") == pytest.approx(converted, rel=1e-3, abs=5e-5)
    assert found.alpha_energy_mev == pytest.approx(alpha, rel=1e-3, abs=1e-9)
    assert found.photon_energy_mev == pytest.approx(photon, rel=1e-3, abs=2e-6)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["nuclide"])
def test_chains_branch_as_published(row):
    found = nuclide(row["nuclide"]).per_parent_decay
    for part in row["per_parent"].split(";"):
        member, number = part.split()
        assert found[member] == pytest.approx(float(number), rel=1e-3)


def test_delta_of_lutetium_177_by_hand():
    # 0.1479 MeV · 1.602177e-13 J/MeV = 2.370e-14 Gy kg / (Bq s)
    found = nuclide("177Lu").delta_gy_kg_per_bq_s("beta", "conversion", "auger")
    assert found == pytest.approx(0.1479 * 1.602177e-13, rel=5e-4)
    assert nuclide("Lu-177").decay_constant_per_h == pytest.approx(0.693147 / 159.528, rel=1e-6)


def test_the_parts_make_the_whole():
    found = nuclide("Ac-225")
    parts = found.electron_energy_mev + found.alpha_energy_mev + found.photon_energy_mev
    assert found.energy_mev() == pytest.approx(parts) == pytest.approx(sum(found.energy_mev(c) for c in CLASSES))


def test_daughters_are_named_and_can_be_left_out():
    chain, alone = nuclide("Pb-212"), nuclide("Pb-212", daughters="none")
    assert "0.6406 Po-212" in " ".join(chain.conventions)
    assert "Daughters are left out." in alone.conventions
    assert alone.per_parent_decay == {"Pb-212": 1.0}
    assert alone.alpha_energy_mev == 0
    assert "Counted though it outlives Bi-213: Pb-209." in nuclide("Bi-213").conventions
    assert any("ends at Xe-131m" in sentence for sentence in nuclide("I-131").conventions)


def test_another_library_can_stand_in_the_place_of_icrp_107():
    class Ensdf:
        name = "made up"

        def emission(self, name: str) -> Emission:
            nothing = Lines(energy_mev=np.zeros(0), per_decay=np.zeros(0))
            lines = dict.fromkeys(CLASSES, nothing) | {"beta": Lines(energy_mev=np.array([0.5]), per_decay=np.ones(1))}
            return Emission(nuclide=name, half_life_h=7.0, lines=lines, library=self.name)

        def half_life_h(self, name: str) -> float:
            return 7.0

        def daughters(self, name: str) -> tuple[tuple[str, float], ...]:
            return ()

    found = nuclide("Lu-177", library=Ensdf())
    assert found.electron_energy_mev == 0.5
    assert found.half_life_h == 7.0
    assert "made up" in found.conventions[0]


def test_what_is_not_followed_is_said():
    assert any("fission fragments of Cf-252" in sentence for sentence in nuclide("Cf-252").conventions)


def test_an_unknown_word_or_nuclide_is_refused():
    with pytest.raises(InputError, match='must be "equilibrium" or "none"'):
        nuclide("Lu-177", daughters="some")
    with pytest.raises(InputError, match="ICRP 107"):
        nuclide("Xx-200")
