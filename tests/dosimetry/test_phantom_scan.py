"""Scans of the digital patient: known blur, counted noise, known motion."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.phantom import digital_patient, on_grid, sphere_phantom, torso_geometry
from lutetia.dosimetry.phantom_scan import Camera, phantom_series, scanned
from lutetia.dosimetry.recovery import recovery_of_blurred_sphere
from lutetia.errors import InputError

SMALL = {"shape": (30, 24, 46), "spacing_mm": (9.6, 9.6, 9.6)}


@pytest.fixture(scope="module")
def patient():
    return digital_patient()


@pytest.fixture(scope="module")
def grid(patient):
    return torso_geometry(patient, **SMALL)


def test_perfect_scans_are_the_activity(patient, grid):
    scans = phantom_series(patient, grid, hours=(4.0, 96.0))
    still = on_grid(patient, grid)
    for scan, at_h in zip(scans, (4.0, 96.0), strict=True):
        assert scan.at_h == at_h
        assert np.array_equal(scan.image.array, still.activity(at_h).array)
        assert scan.image.unit == "Bq/mL"
    assert scans[0].image.frame_of_reference == patient.frame_of_reference
    assert scans[1].image.frame_of_reference != patient.frame_of_reference
    assert "not blurred, no noise" in scans[0].conventions[-1]


def test_blur_gives_spheres_the_recovery_of_the_formula():
    spheres = sphere_phantom()
    geometry = torso_geometry(spheres, shape=(40, 90, 90), spacing_mm=(2.0, 2.0, 2.0))
    still = on_grid(spheres, geometry)
    image = scanned(still.activity(0.0), Camera(psf_fwhm_mm=10.0), None)
    # mean in the true volume, as in the formula; voxels blur a little more, the 10 mm sphere most
    for number, diameter_mm in enumerate((10, 13, 17, 22, 28, 37)):
        shares = still.shares[number].astype(float)
        mean = (image.array * shares).sum() / shares.sum() / 200_000.0
        assert mean == pytest.approx(float(recovery_of_blurred_sphere(diameter_mm, 10.0)), abs=0.012)
    assert image.total() == pytest.approx(still.activity(0.0).total(), rel=1e-3)


def test_noise_is_that_of_counts(patient, grid):
    camera = Camera(psf_fwhm_mm=0.0, sensitivity_cps_per_mbq=9.0, acquisition_s=60.0)
    still = on_grid(patient, grid).activity(24.0)
    image = scanned(still, camera, np.random.default_rng(3))
    per_unit = 1e-6 * 9.6**3 / 1000 * 9.0 * 60.0
    expected, counts = still.array.astype(float) * per_unit, image.array.astype(float) * per_unit
    assert counts == pytest.approx(np.round(counts), abs=1e-2)
    seen = expected > 5
    normalised = (counts - expected)[seen] / np.sqrt(expected[seen])
    assert normalised.mean() == pytest.approx(0, abs=4 / np.sqrt(seen.sum()))
    assert normalised.std() == pytest.approx(1, abs=0.05)
    assert image.array[still.array == 0].max() == 0


def test_the_patient_moves_by_what_is_told(patient, grid):
    scans = phantom_series(patient, grid, hours=(4.0, 24.0, 96.0), shift_mm=8.0, turn_deg=3.0, seed=5, points=16)
    assert scans[0].position.angle_deg == 0
    for scan in scans[1:]:
        assert scan.position.angle_deg == pytest.approx(3.0)
        assert float(scan.position.displacement_mm(grid.centre_mm)) == pytest.approx(8.0)
        assert scan.position.to_frame == scan.image.frame_of_reference
    first, second = (scan.position.translation_mm for scan in scans[1:])
    assert not np.allclose(first, second)


def test_same_seed_same_images(patient, grid):
    same = [phantom_series(patient, grid, hours=(24.0,), camera=Camera(psf_fwhm_mm=12.0), seed=s) for s in (1, 1, 2)]
    assert np.array_equal(same[0][0].image.array, same[1][0].image.array)
    assert not np.array_equal(same[0][0].image.array, same[2][0].image.array)


def test_what_cannot_be_scanned_is_refused(patient, grid):
    with pytest.raises(InputError, match="4 faults"):
        phantom_series(patient, grid, hours=(-1.0,), camera=Camera(psf_fwhm_mm=5.0, acquisition_s=0.0), shift_mm=3.0)
