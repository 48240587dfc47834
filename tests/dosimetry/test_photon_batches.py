"""Batches: the same numbers on any number of workers, energy to the last digit, spread that is true, mirror images."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.photon_batches import BATCHES, PhotonRun, photon_body, run_photons, std_error
from lutetia.dosimetry.photon_source import photon_source
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.tissue_map import tissue_map
from lutetia.dosimetry.volume import Volume

SHAPE = (12, 10, 14)
GEOMETRY = Geometry.regular(SHAPE, (15.0, 20.0, 10.0), frame_of_reference="made up")


def torso(flip=()):
    """A made-up body in air: soft tissue with a lung, a bone and activity off the middle."""
    density = np.full(SHAPE, 0.0012)
    density[1:11, 2:8, 2:12] = 1.04
    density[2:6, 3:7, 3:6] = 0.3
    density[2:10, 5:7, 7:8] = 1.6
    amounts = np.zeros(SHAPE)
    amounts[3:6, 3:6, 8:11] = 1.0
    amounts[7, 4, 4] = 20.0
    density, amounts = np.flip(density, flip).copy(), np.flip(amounts, flip).copy()
    tissue = tissue_map(Volume(array=density, geometry=GEOMETRY, unit="g/mL"))
    return photon_body(tissue, amounts > 0), amounts


def share(body, amounts, **run):
    return run_photons(body, amounts, photon_source("Lu-177"), PhotonRun(**run), by_voxel=True)


def test_any_number_of_workers_gives_the_same():
    body, amounts = torso()
    one, three = (share(body, amounts, histories=6400, workers=n) for n in (1, 3))
    assert np.array_equal(one.by_voxel, three.by_voxel)
    assert np.array_equal(one.escaped, three.escaped)
    other = share(body, amounts, histories=6400, seed=178)
    assert not np.array_equal(one.by_voxel, other.by_voxel)


def test_energy_is_conserved_in_every_batch():
    found = share(*torso(), histories=6400)
    assert found.deposited + found.escaped == pytest.approx(np.ones(BATCHES), rel=1e-12)
    assert found.by_voxel.sum() == pytest.approx(found.deposited.mean(), rel=1e-12)
    assert 0 <= found.in_air.mean() < 0.001
    assert found.stops > found.collisions > 1


def test_expected_scoring_agrees_within_the_error():
    analog, expected = (
        share(*torso(), histories=64_000, scoring=word, seed=s) for word, s in (("analog", 1), ("expected", 2))
    )
    error = np.hypot(std_error(analog.deposited), std_error(expected.deposited))
    assert expected.deposited.mean() == pytest.approx(analog.deposited.mean(), abs=4 * error)
    assert std_error(expected.deposited) < 1.5 * std_error(analog.deposited)


def test_the_mirror_image_gets_the_mirrored_dose():
    plain = share(*torso(), histories=128_000)
    for flip in ((0,), (1,), (0, 1, 2)):
        mirrored = share(*torso(flip), histories=128_000, seed=5)
        back = np.flip(mirrored.by_voxel, flip)
        error = np.hypot(plain.voxel_std_error, np.flip(mirrored.voxel_std_error, flip))
        seen = plain.by_voxel > 20 / 128_000
        z = (back - plain.by_voxel)[seen] / error[seen]
        assert np.abs(z).max() < 5
        assert (z**2).mean() == pytest.approx(1, abs=0.35)


def test_the_standard_error_is_the_spread_of_repeats():
    body, amounts = torso()
    repeats = [share(body, amounts, histories=3200, seed=seed) for seed in range(20)]
    means = np.array([found.deposited.mean() for found in repeats])
    stated = np.sqrt(np.mean([std_error(found.deposited) ** 2 for found in repeats]))
    assert means.std(ddof=1) == pytest.approx(stated, rel=0.5)


def test_the_box_is_cut_to_the_body_and_its_activity():
    body, amounts = torso()
    assert body.voxels.shape == (10, 6, 10)
    amounts[0, 0, 0] = 1.0  # in air
    assert photon_body(body.tissue, amounts > 0).voxels.shape == (11, 8, 12)


def test_regions_add_up_and_own_voxels_belong_to_the_source():
    body, amounts = torso()
    halves = np.full(SHAPE, 0.5, np.float32)
    regions = RegionSet(
        regions=(
            Region(name="half", shares=halves, geometry=GEOMETRY),
            Region(name="other half", shares=halves, geometry=GEOMETRY),
        )
    )
    runs = [
        run_photons(
            body, amounts, photon_source("Lu-177"), PhotonRun(histories=6400), stream=n, weights=body.weights(regions)
        )
        for n in (0, 1, 2)
    ]
    for found in runs:
        assert found.by_voxel.size == 0
    for number, found in enumerate(runs[:2]):
        assert found.regions.sum(axis=1) == pytest.approx(found.deposited, rel=1e-6)
        assert (found.regions[:, number] > found.regions[:, 1 - number]).all()
    outside = runs[2]  # a source outside both: what stays in its voxels belongs to neither
    assert (outside.regions.sum(axis=1) < outside.deposited).all()


def test_histories_fill_the_batches():
    assert PhotonRun(histories=1000).per_batch == 32
    assert PhotonRun(histories=BATCHES).per_batch == 1


def test_a_border_voxel_gives_each_region_its_part_by_hand():
    # four inner voxels of lung, one that is half lung (0.3) and half tissue (1.1): the lung has 0.15 of its 0.7 g/mL
    density = np.full(SHAPE, 0.0012)
    density[4, 4, 2:6], density[4, 4, 6], density[4, 4, 7:9] = 0.3, 0.7, 1.1
    shares = np.zeros(SHAPE, np.float32)
    shares[4, 4, 2:6], shares[4, 4, 6], shares[0, 0, 0] = 1, 0.5, 1  # one voxel of it in air, outside the box
    lung = RegionSet(regions=(Region(name="lung", shares=shares, geometry=GEOMETRY),))
    body = photon_body(tissue_map(Volume(array=density, geometry=GEOMETRY, unit="g/mL")), np.zeros(SHAPE, bool))
    assert body.voxels.shape == (1, 1, 7)
    inner = (4 * 0.3 + 0.0012) / 5  # the voxel in air counts as one of the lung
    expected = [1, 1, 1, 1, 0.5 * inner / 0.7, 0, 0]
    assert body.weights(lung).toarray()[0] == pytest.approx(expected, rel=1e-5)
