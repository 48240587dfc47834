"""One electron at a time: energy is kept, and the limits of the physics are met."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from lutetia.dosimetry.collision_tables import collision_tables
from lutetia.dosimetry.electron_walk import ElectronTables, follow_electron
from lutetia.dosimetry.stopping import electron_stopping
from lutetia.dosimetry.tally import COLUMNS, STACK_PARTICLES, Body, Tally
from lutetia.random_stream import start_history

ENDLESS = Body(0.0, 0.0, 0.0)


def walked(history: int, energy: float, body: Body = ENDLESS, rest: float = 1e-4, cut: float = 0.01, copies: int = 1):
    """Tally, secondaries (kind, energy, weight) and escaped energy of one electron started along z at the origin."""
    tables = collision_tables("water", cut, 0.005, 0.05)
    medium = ElectronTables(tables.electron, tables.brems, tables.elastic_charge, 0.05, rest, cut, 0.005, copies)
    tally = Tally(np.zeros(2000), np.zeros(3), 0.001, log(1.0), 1.0)
    stack, state = np.zeros((STACK_PARTICLES, COLUMNS)), np.empty(1, dtype=np.uint64)
    start_history(state, 1, history)
    particle = np.array([0.0, energy, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0])
    height, escaped = follow_electron(particle, stack, 0, state, medium, body, tally)
    return tally, stack[:height, [0, 1, 8]], escaped


@pytest.mark.parametrize("history", range(20))
def test_every_electron_keeps_its_energy(history):
    tally, secondaries, escaped = walked(history, 1.5, copies=10)
    kept = tally.charged.sum() + (secondaries[:, 1] * secondaries[:, 2]).sum() + escaped
    assert kept == pytest.approx(1.5, abs=1e-12)


def test_what_leaves_the_body_is_counted():
    thin = Body(0.0, 0.0, 1 / 0.01**2)  # 0.01 g/cm² to either side in z
    found = [walked(history, 1.5, thin, cut=0.8) for history in range(200)]  # no knock-on electrons
    for tally, secondaries, escaped in found:
        assert tally.charged.sum() + secondaries[:, 1].sum() + escaped == pytest.approx(1.5, abs=1e-12)
    # 0.01 g/cm² at 1.822 MeV cm²/g (ESTAR), nearly straight
    assert np.mean([tally.charged.sum() for tally, _, _ in found]) == pytest.approx(0.01822, rel=0.05)


def test_without_knock_on_or_radiation_none_goes_beyond_its_range():
    """With the cut-offs above its energy the electron slows down continuously: the track is as long as the range."""
    energy = 0.004  # below both cut-offs
    length = float(electron_stopping("water").csda_range_g_per_cm2(energy))
    medium = collision_tables("water", 0.01, 0.005, 0.0)
    tables = ElectronTables(medium.electron, medium.brems, medium.elastic_charge, 0.05, 1e-9, 0.01, 0.005, 1)
    for history in range(30):
        tally = Tally(np.zeros(2000), np.zeros(3), length / 1000, log(1.0), 1.0)
        stack, state = np.zeros((STACK_PARTICLES, COLUMNS)), np.empty(1, dtype=np.uint64)
        start_history(state, 2, history)
        particle = np.array([0.0, energy, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0])
        assert follow_electron(particle, stack, 0, state, tables, ENDLESS, tally)[0] == 0
        assert tally.charged[1001:].sum() == 0


def test_an_electron_at_rest_stays_where_it_is():
    tally, secondaries, escaped = walked(0, 0.5, rest=1.0)
    assert tally.charged[0] == 0.5
    assert len(secondaries) == escaped == 0


def test_copies_share_the_weight_of_a_photon():
    single = [walked(h, 2.0, copies=1)[1] for h in range(60)]
    copied = [walked(h, 2.0, copies=4)[1] for h in range(60)]
    photons = [rows[rows[:, 0] == 1] for rows in copied]
    assert any(len(rows) for rows in single)
    assert {0.25} == {weight for rows in photons for weight in rows[:, 2]}
    assert all(len(rows) % 4 == 0 for rows in photons)
