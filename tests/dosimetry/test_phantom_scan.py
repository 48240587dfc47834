"""Scans of the digital patient: known blur, counted noise, known motion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lutetia.dosimetry.calibration import dead_time_correction_fraction
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.phantom import digital_patient, on_grid, sphere_phantom, torso_geometry
from lutetia.dosimetry.phantom_scan import Camera, phantom_scan, phantom_series, scan_of, sphere_recoveries
from lutetia.dosimetry.recovery import fit_recovery, recovery_of_blurred_sphere
from lutetia.dosimetry.transform import RigidTransform
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
        assert scan.image.array == pytest.approx(still.activity(at_h).array, rel=1e-6)
        assert scan.image.unit == "Bq/mL"
    assert scans[0].image.frame_of_reference == patient.frame_of_reference
    assert scans[1].image.frame_of_reference != patient.frame_of_reference
    assert "not blurred, no noise" in scans[0].conventions[-1]
    alone = phantom_scan(patient, grid, 96.0)
    assert np.array_equal(alone.image.array, scans[1].image.array)


def test_blur_gives_spheres_the_recovery_of_the_formula():
    spheres = sphere_phantom()
    geometry = torso_geometry(spheres, shape=(40, 90, 90), spacing_mm=(2.0, 2.0, 2.0))
    still = on_grid(spheres, geometry)
    scan = scan_of(still, 0.0, camera=Camera(psf_fwhm_mm=10.0))
    found = sphere_recoveries(scan, still)
    diameters_mm = np.array([10.0, 13.0, 17.0, 22.0, 28.0, 37.0])
    assert found.volume_ml == pytest.approx(np.pi * diameters_mm**3 / 6000, rel=1e-3)
    # mean in the true volume, as in the formula; voxels blur a little more, the 10 mm sphere most
    assert found.recovery == pytest.approx(recovery_of_blurred_sphere(diameters_mm, 10.0), abs=0.012)
    assert scan.image.total() == pytest.approx(still.activity(0.0).total(), rel=1e-3)
    with pytest.raises(InputError, match="grid of the scan"):
        sphere_recoveries(scan, on_grid(spheres, torso_geometry(spheres, shape=(4, 4, 4))))


def test_a_recovery_curve_of_noisy_spheres_finds_the_blur():
    spheres = sphere_phantom()
    still = on_grid(spheres, torso_geometry(spheres, shape=(34, 66, 66), spacing_mm=(2.4, 2.4, 2.4)))
    scan = scan_of(still, 0.0, camera=Camera(psf_fwhm_mm=9.0, acquisition_s=600.0), seed=2)
    found = sphere_recoveries(scan, still)
    curve = fit_recovery(found.volume_ml, found.recovery, form="blurred_sphere", u_recoveries=found.u_recovery)
    # the voxels' own blur adds variances: 9.0² + 8 ln 2 · 2 · 2.4²/12 mm², once for the image, once for the shares
    assert float(curve.parameters[0]) == pytest.approx(np.sqrt(81 + 8 * np.log(2) * 2.4**2 / 6), rel=0.02)
    assert curve.chi_square < 30


def test_noise_is_that_of_counts(patient, grid):
    camera = Camera(psf_fwhm_mm=0.0, sensitivity_cps_per_mbq=9.0, acquisition_s=60.0)
    still = on_grid(patient, grid)
    scan = scan_of(still, 24.0, camera=camera, seed=3)
    per_unit = 1e-6 * 9.6**3 / 1000 * 9.0 * 60.0
    expected, counts = still.activity(24.0).array.astype(float) * per_unit, scan.counts.array
    assert scan.counts.unit == "counts"
    assert np.array_equal(counts, np.round(counts))
    assert scan.image.array == pytest.approx(counts / per_unit, rel=1e-5)
    seen = expected > 5
    normalised = (counts - expected)[seen] / np.sqrt(expected[seen])
    assert normalised.mean() == pytest.approx(0, abs=4 / np.sqrt(seen.sum()))
    assert normalised.std() == pytest.approx(1, abs=0.05)
    assert counts[expected == 0].max() == 0


def test_counts_calibration_and_time_by_hand(patient):
    body = torso_geometry(patient, shape=(84, 24, 44), spacing_mm=(9.6, 9.6, 9.6))
    scan = phantom_scan(
        patient, body, 24.0, camera=Camera(psf_fwhm_mm=0.0, sensitivity_cps_per_mbq=6.0, acquisition_s=1200.0)
    )
    activity_mbq = sum(float(tissue.curve.activity_mbq(24.0)) for tissue in patient.tissues)
    assert scan.counts.total() == pytest.approx(activity_mbq * 6.0 * 1200.0, rel=5e-3)  # shares of voxels are sampled
    assert scan.activity_mbq == pytest.approx(activity_mbq, rel=5e-3)
    assert float(scan.camera.calibration.activity_mbq(scan.counts.total() / 1200.0)) == pytest.approx(
        scan.image.total(), rel=1e-5
    )
    assert scan.start_h == pytest.approx(24 - 1 / 6)
    assert scan.live_fraction == 1.0
    assert scan.position.to_frame == patient.frame_of_reference


@pytest.mark.parametrize(("model", "live"), [("non_paralysable", 1 / 1.144), ("paralysable", np.exp(-0.144))])
def test_dead_time_takes_counts_and_can_be_undone(patient, grid, model, live):
    camera = Camera(
        psf_fwhm_mm=0.0, sensitivity_cps_per_mbq=9.0, dead_time_s=2e-6, dead_time_model=model, window_fraction=0.25
    )
    assert camera.live_fraction(2000.0) == pytest.approx(live)  # 2000 MBq · 36 cps/MBq · 2 µs = 0.144
    scan, ideal = (phantom_scan(patient, grid, 4.0, camera=c) for c in (camera, replace(camera, dead_time_s=0.0)))
    assert scan.counts.total() == pytest.approx(scan.live_fraction * ideal.counts.total(), rel=1e-6)
    assert scan.image.array == pytest.approx(ideal.image.array, rel=1e-5)
    factor = dead_time_correction_fraction(scan.wide_spectrum_cps, 2e-6, model)
    assert float(factor) == pytest.approx(1 / scan.live_fraction)
    assert "dead time of 2 µs" in scan.conventions[-1]


def test_any_grid_any_position(patient, grid):
    position = RigidTransform.about(
        grid.centre_mm, axis=(1, 2, 3), angle_deg=20.0, translation_mm=(5, -3, 2),
        from_frame=patient.frame_of_reference, to_frame="scanner",
    )  # fmt: skip
    turned = RigidTransform.about((0, 0, 0), axis=(2, 0, 1), angle_deg=35.0, from_frame="a", to_frame="b").rotation
    oblique = Geometry.regular(
        (84, 90, 76), (12.0, 11.0, 13.0), directions=turned * (1, -1, 1), frame_of_reference="scanner"
    )
    first_mm = grid.centre_mm - (oblique.centre_mm - oblique.world_mm((0, 0, 0)))
    oblique = Geometry.regular(
        oblique.shape, oblique.spacing_mm, first_voxel_mm=first_mm, directions=turned * (1, -1, 1),
        frame_of_reference="scanner",
    )  # fmt: skip
    assert oblique.is_mirrored
    scan = phantom_scan(patient, oblique, 24.0, position=position)
    activity_mbq = sum(float(tissue.curve.activity_mbq(24.0)) for tissue in patient.tissues)
    assert scan.image.total() == pytest.approx(activity_mbq, rel=2e-3)
    spleen = patient.tissues[patient.names.index("spleen")].solids[0].centre_mm
    there = scan.image.geometry.index_of(position.apply_mm(spleen)).round().astype(int)
    expected = float(patient.tissues[patient.names.index("spleen")].curve.activity_mbq(24.0)) * 1e6
    assert scan.image.array[tuple(there)] == pytest.approx(expected / patient.volume_ml["spleen"], rel=1e-5)
    assert scan.to_patient.apply_mm(position.apply_mm(spleen)) == pytest.approx(spleen)


def test_the_patient_moves_by_what_is_told(patient, grid):
    scans = phantom_series(patient, grid, hours=(4.0, 24.0, 96.0), shift_mm=8.0, turn_deg=3.0, seed=5, points=16)
    assert scans[0].position.angle_deg == 0
    for scan in scans[1:]:
        assert scan.position.angle_deg == pytest.approx(3.0)
        assert float(scan.position.displacement_mm(grid.centre_mm)) == pytest.approx(8.0)
        assert scan.position.to_frame == scan.image.frame_of_reference
    first, second = (scan.position.translation_mm for scan in scans[1:])
    assert not np.allclose(first, second)


def test_a_patient_that_moves_lies_where_the_position_says(patient, grid):
    scan = phantom_series(patient, grid, hours=(4.0, 24.0), shift_mm=12.0, turn_deg=4.0, seed=5)[1]
    alone = phantom_scan(
        patient, replace(grid, frame_of_reference=scan.position.to_frame), 24.0, position=scan.position
    )
    expected, counts = (one.counts.array.astype(float) for one in (alone, scan))
    seen = expected > 5
    assert ((counts - expected)[seen] / np.sqrt(expected[seen])).std() == pytest.approx(1, abs=0.05)


def test_same_seed_same_images(patient, grid):
    same = [phantom_series(patient, grid, hours=(24.0,), camera=Camera(psf_fwhm_mm=12.0), seed=s) for s in (1, 1, 2)]
    assert np.array_equal(same[0][0].image.array, same[1][0].image.array)
    assert not np.array_equal(same[0][0].image.array, same[2][0].image.array)


def test_what_cannot_be_scanned_is_refused(patient, grid):
    with pytest.raises(InputError, match="4 faults"):
        phantom_series(patient, grid, hours=(-1.0,), camera=Camera(psf_fwhm_mm=5.0, acquisition_s=0.0), shift_mm=3.0)
