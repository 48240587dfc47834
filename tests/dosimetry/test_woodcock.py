"""Photons in slabs: the first collision is exponential, in one tissue and across borders; energy is conserved."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expn

from lutetia.dosimetry.tissue_attenuation import (
    ROWS,
    TO_COHERENT,
    TO_INCOHERENT,
    TO_PHOTOELECTRIC,
    TOTAL,
    majorant_per_cm,
    tissue_tables,
)
from lutetia.dosimetry.tissue_map import tissue_class_at
from lutetia.dosimetry.woodcock import ANALOG, EXPECTED, PhotonOrigin, Voxels, follow_histories

WIDE_MM = 1e9  # slabs without end in x and y
HISTORIES = 40_000


def slabs(density, thickness_mm):
    own = np.array(density, np.float32)
    tissue = tissue_class_at(own)
    per_cm = (10 / WIDE_MM, 10 / WIDE_MM, 10 / thickness_mm)
    return Voxels(own, tissue, (own.size, 1, 1), per_cm, majorant_per_cm(own, tissue))


def origin(place, energy_mev, cut_mev=0.005):
    return PhotonOrigin(np.array([place]), np.ones(1), np.array([energy_mev]), np.ones(1), cut_mev)


def only_absorbing():
    """The same attenuation, but every collision absorbs: what is left is the first collision."""
    tables = tissue_tables()
    processes = np.repeat(tables.processes[:, :, TOTAL:], 4, axis=2)
    assert processes.shape[2] > max(TO_PHOTOELECTRIC, TO_COHERENT, TO_INCOHERENT)
    return tables._replace(processes=processes, transfer=np.ascontiguousarray(processes[:, :, TOTAL]))


def followed(voxels, start, tables, scoring=ANALOG, histories=HISTORIES, seed=1, first=0):
    tally, own = np.zeros(voxels.density_g_per_ml.size), np.zeros(voxels.density_g_per_ml.size)
    escaped, stops, collisions = follow_histories(seed, first, histories, scoring, start, voxels, tables, tally, own)
    return tally / histories, escaped / histories, stops / histories, collisions / histories, own / histories


@pytest.mark.parametrize("scoring", [ANALOG, EXPECTED])
@pytest.mark.parametrize("density", [[1.04] * 8, [1.04, 0.3, 0.3, 1.85, 0.0012, 1.85, 1.04, 0.3]])
def test_first_collisions_are_exponential(density, scoring):
    # decays even over a first slab 20 cm wide (so that none has its own birth place to itself), others beyond it: the
    # share that reaches optical depth τ from a place τ' deep is E2(τ − τ') / 2, and ∫ E2 = E3
    energy_mev, thickness_mm = 0.20837, 50.0
    tables = only_absorbing()
    place = (np.log(energy_mev) - np.log(1e-3)) / (np.log(5e3) / (ROWS - 1))
    row, part = int(place), place - int(place)
    voxels = slabs(density, thickness_mm)
    per_g = (1 - part) * tables.processes[row, :, TOTAL] + part * tables.processes[row + 1, :, TOTAL]
    depth = voxels.density_g_per_ml * per_g[voxels.tissue] * thickness_mm / 10
    edges = np.concatenate([[0], np.cumsum(depth)])[1:]  # from the far side of the first slab
    passed = [(expn(3, tau - depth[0]) - expn(3, tau)) / (2 * depth[0]) for tau in edges]
    tally, escaped, *_ = followed(voxels, origin(0, energy_mev), tables, scoring)
    expected = -np.diff(passed)
    error = np.sqrt(np.maximum(expected, 1e-4) / HISTORIES)
    assert np.abs(tally[1:] - expected).max() <= 4 * error.max()
    assert tally[1:].sum() == pytest.approx(expected.sum(), rel=0.03)
    # both ends of the first slab are alike: it keeps the rest
    assert tally[0] == pytest.approx(1 - 2 * passed[0], abs=0.01)
    assert escaped == pytest.approx(passed[0] + passed[-1], abs=0.01)


@pytest.mark.parametrize("density", [[1.04] * 4, [0.3, 1.85, 0.3, 0.0012]])
@pytest.mark.parametrize("energy_mev", [0.0083, 0.20837, 2.6145])
def test_energy_is_conserved(density, energy_mev):
    voxels = slabs(density, 100.0)
    tally, escaped, stops, collisions, own = followed(voxels, origin(1, energy_mev), tissue_tables(), histories=4000)
    assert tally.sum() + escaped == pytest.approx(1, rel=1e-12)
    assert stops >= collisions > 0
    assert own[1] == tally[1]
    assert own.sum() == own[1]


def test_expected_scores_have_the_same_mean():
    voxels = slabs([0.3, 1.04, 1.85, 0.3, 1.04, 0.3], 40.0)
    analog = followed(voxels, origin(1, 0.20837), tissue_tables())
    expected = followed(voxels, origin(1, 0.20837), tissue_tables(), EXPECTED, first=HISTORIES)
    assert expected[0] == pytest.approx(analog[0], rel=0.05)
    assert expected[0].sum() + expected[1] == pytest.approx(1, abs=0.01)


def test_pair_production_sends_two_photons_out():
    # only pairs: 1 − 1.022 / 2.6145 stays, and the two photons of 0.511 MeV fly apart
    tables = tissue_tables()
    nothing_else = tables.processes.copy()
    nothing_else[:, :, :TOTAL] = 0
    heavy = tables._replace(processes=nothing_else)
    density = np.ones(3, np.float32) * 1.04
    tissue = tissue_class_at(density)
    voxels = Voxels(density, tissue, (3, 1, 1), (1e-8, 1e-8, 1e-4), np.full(ROWS, float(nothing_else[-1].max() * 1.1)))
    tally, escaped, *_ = followed(voxels, origin(1, 2.6145, cut_mev=0.6), heavy, histories=500)
    assert tally[1] == pytest.approx(1, abs=1e-9)  # cut above 0.511 MeV: both stay, too
    assert escaped == 0


def test_decays_lie_evenly_where_the_activity_is():
    voxels = slabs([1.04] * 6, 30.0)
    start = PhotonOrigin(
        np.array([1, 2, 4]), np.array([0.5, 0.6, 1.0]), np.array([0.003]), np.ones(1), 0.005
    )  # too soft: each stays where it was born
    tally, *_ = followed(voxels, start, tissue_tables(), histories=1000)
    assert tally == pytest.approx([0, 0.5, 0.1, 0, 0.4, 0], abs=1.5e-3)
