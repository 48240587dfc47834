"""One collision: what it is, how much energy it gives on the average, where the photon goes."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.photon_collision import (
    ABSORBED,
    PAIR,
    SCATTERED,
    any_way,
    bound_compton,
    collide,
    line_drawn,
    row_of,
    turned,
)
from lutetia.dosimetry.tissue_attenuation import (
    TO_COHERENT,
    TO_INCOHERENT,
    TO_PHOTOELECTRIC,
    TOTAL,
    mean_compton_share,
    tissue_tables,
)
from lutetia.random_stream import start_history

SOFT = 3
FORWARD = (0.0, 0.0, 1.0)


@pytest.fixture
def state():
    found = np.zeros(1, np.uint64)
    start_history(found, 177, 0)
    return found


def collided(energy_mev, column, state):
    """A collision of the process that ends at this column of the table."""
    row, part = row_of(energy_mev)
    tables = tissue_tables()
    running = tables.processes[row, SOFT] * (1 - part) + tables.processes[row + 1, SOFT] * part
    below = 0.0 if column == 0 else running[column - 1]
    return collide(energy_mev, FORWARD, (below + running[column]) / 2, row, part, SOFT, tables, state)


def test_the_pick_decides_what_happens(state):
    assert collided(0.03, TO_PHOTOELECTRIC, state)[:2] == (ABSORBED, 0.0)
    kind, left, way = collided(0.03, TO_COHERENT, state)
    assert (kind, left) == (SCATTERED, 0.03)
    assert way != FORWARD
    kind, left, _ = collided(0.2, TO_INCOHERENT, state)
    assert kind == SCATTERED
    assert 0.2 / (1 + 2 * 0.2 / 0.511) <= left < 0.2
    assert collided(2.6, TOTAL, state)[:2] == (PAIR, pytest.approx(0.51099895))


@pytest.mark.parametrize("energy_mev", [0.02, 0.2])
def test_compton_gives_its_mean_share(energy_mev, state):
    share = tissue_tables().bound_share[SOFT]
    found = np.array([bound_compton(energy_mev, share, state) for _ in range(20_000)])
    given = 1 - found[:, 0] / energy_mev
    error = given.std() / np.sqrt(given.size)
    assert given.mean() == pytest.approx(float(mean_compton_share(np.array(energy_mev), "soft_tissue")), abs=4 * error)
    # energy and angle belong together: 1 / left − 1 / before = (1 − cos θ) / m c²
    assert 1 / found[:, 0] - 1 / energy_mev == pytest.approx((1 - found[:, 1]) / 0.51099895, rel=1e-6, abs=1e-9)


def test_a_turned_direction_has_its_angle_and_length(state):
    for way in (FORWARD, (0.0, 0.0, -1.0), (0.6, 0.0, -0.8), (0.48, 0.64, 0.6)):
        for cosine in (-1.0, -0.3, 0.9, 1.0):
            after = np.array(turned(way, cosine, state))
            assert np.linalg.norm(after) == pytest.approx(1)
            assert after @ np.array(way) == pytest.approx(cosine, abs=1e-9)


def test_directions_are_even(state):
    found = np.array([any_way(state) for _ in range(20_000)])
    assert np.linalg.norm(found, axis=1) == pytest.approx(1)
    assert np.abs(found.mean(axis=0)).max() < 4 / np.sqrt(3 * 20_000)
    assert found.T @ found / 20_000 == pytest.approx(np.eye(3) / 3, abs=0.012)


def test_lines_are_drawn_by_their_share(state):
    running = np.array([0.7, 0.9, 1.0])
    drawn = np.bincount([line_drawn(running, state) for _ in range(20_000)])
    assert drawn / 20_000 == pytest.approx([0.7, 0.2, 0.1], abs=0.015)


def test_rows():
    assert row_of(1e-3) == (0, pytest.approx(0, abs=1e-9))
    row, part = row_of(5.0)
    assert row + part == pytest.approx(1200)
