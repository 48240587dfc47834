"""Rigid registration finds a motion that was made, stores it, and says when it should not be trusted."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.phantom import digital_patient, on_grid, torso_geometry
from lutetia.dosimetry.phantom_scan import random_position
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.registration import (
    centre_of_gravity_mm,
    image_of,
    overlap_of_grids_pct,
    register_rigid,
    simple_itk,
)
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError

GRID = Geometry.regular((32, 36, 40), (8.0, 7.0, 7.0), first_voxel_mm=(-136, -122, -124), frame_of_reference="fixed")
OTHER = Geometry.regular((30, 34, 38), (8.5, 7.5, 7.5), first_voxel_mm=(-139, -124, -123), frame_of_reference="moving")
MADE = RigidTransform.about(
    (0, 0, 0), axis=(1, 2, 3), angle_deg=5, translation_mm=(9, -6, 12), from_frame="moving", to_frame="fixed"
)


def torso(points):
    """A made-up body: soft tissue, lungs, spine, in HU, with soft edges."""

    def blob(centre, radii):
        depth = 1 - np.linalg.norm((points - centre) / radii, axis=-1)
        return 1 / (1 + np.exp(-12 * depth))

    hu = -1000 + 1000 * blob((0, 0, 0), (110, 75, 140))
    hu = hu - 700 * blob((50, -10, 55), (32, 38, 50)) - 700 * blob((-50, -10, 55), (32, 38, 50))
    return hu + 600 * blob((0, 45, 0), (14, 14, 120)) + 80 * blob((-50, -10, -40), (45, 40, 35))


def on(grid, motion=None):
    points = grid.world_mm(np.moveaxis(np.indices(grid.shape), 0, -1))
    noise = np.random.default_rng(5).normal(0, 10, grid.shape)
    values = torso(points if motion is None else motion.apply_mm(points)) + noise
    return Volume(array=values.astype(np.float32), geometry=grid, unit="HU")


@pytest.fixture(scope="module")
def images():
    return on(GRID), on(OTHER, MADE)


def error_mm(found):
    points = np.array([[60, 30, 80], [-60, -30, -80], [0, 50, 0], [70, -40, -60.0]])
    return np.abs(found.apply_mm(points) - MADE.apply_mm(points)).max()


@pytest.mark.parametrize("metric", ["mutual_information", "correlation", "mean_squares"])
def test_the_motion_made_is_found(images, metric):
    found = register_rigid(*images, metric=metric)
    assert error_mm(found.transform) < 0.7  # voxels are 7 to 8.5 mm
    assert found.converged
    assert found.alarms == ()
    assert found.metric_after < found.metric_before
    assert found.angle_deg == pytest.approx(5, abs=0.3)
    assert (found.transform.from_frame, found.transform.to_frame) == ("moving", "fixed")


def test_the_same_seed_gives_the_same_motion_and_a_mirrored_array_the_same_patient(images):
    fixed, moving = images
    first, second = register_rigid(fixed, moving), register_rigid(fixed, moving)
    assert first.transform.matrix == pytest.approx(second.transform.matrix, abs=1e-6)
    mirrored = register_rigid(fixed.flipped(0), moving.flipped(1))
    assert error_mm(mirrored.transform) < 0.7


@pytest.mark.parametrize("start", ["moments", "centres", MADE], ids=["moments", "centres", "given"])
def test_every_start_leads_there(images, start):
    found = register_rigid(*images, start=start, metric="correlation")
    assert error_mm(found.transform) < 0.7


def test_a_region_limits_what_is_compared(images):
    fixed, moving = images
    inside = Region(name="body", shares=fixed.array > -500, geometry=fixed.geometry)
    assert error_mm(register_rigid(fixed, moving, within=inside).transform) < 1.0


def test_far_motions_and_ends_without_convergence_raise_alarms(images):
    fixed, moving = images
    far = moving.moved(
        RigidTransform.about((0, 0, 0), translation_mm=(0, 0, 60), from_frame="moving", to_frame="moving")
    )
    found = register_rigid(fixed, far, start="moments", metric="correlation")
    assert any("moved by" in alarm for alarm in found.alarms)
    stopped = register_rigid(fixed, moving, iterations=1)
    assert not stopped.converged
    assert stopped.alarms[0] == "The search did not converge."
    assert stopped.why


def test_images_keep_their_place_in_itk():
    turned = GRID.moved(RigidTransform.about((3, 4, 5), axis=(1, 1, 0), angle_deg=20, from_frame="fixed", to_frame="b"))
    image = image_of(on(turned))
    point = image.TransformIndexToPhysicalPoint((5, 6, 7))
    assert point == pytest.approx(turned.world_mm((7, 6, 5)))
    assert simple_itk().GetArrayFromImage(image)[7, 6, 5] == on(turned).array[7, 6, 5]


def test_figures_by_hand():
    assert overlap_of_grids_pct(GRID, GRID) == 100
    half = GRID.cropped((0, 0, 0), (16, 36, 40))
    assert overlap_of_grids_pct(GRID, half) == pytest.approx(50)
    weights = np.zeros(GRID.shape)
    weights[3, 4, 5], weights[3, 4, 9] = 1, 3
    volume = Volume(array=weights, geometry=GRID, unit="counts")
    assert centre_of_gravity_mm(volume) == pytest.approx(GRID.world_mm((3, 4, 8)))


def test_every_fault_is_named_at_once(images):
    fixed, moving = images
    flat = fixed.with_array(np.zeros(GRID.shape))
    empty = Region(name="k", shares=np.zeros(GRID.shape, dtype=bool), geometry=GRID)
    with pytest.raises(InputError) as caught:
        register_rigid(flat, moving, metric="dice", start="nowhere", within=empty, samples=10)
    places = [fault.place for fault in caught.value.faults]
    assert places == ["metric", "start", "samples", "fixed", "within"]
    with pytest.raises(InputError, match="from the frame of the moving image"):
        register_rigid(fixed, moving, start=MADE.inverse())


@pytest.mark.long
@pytest.mark.parametrize(("shift_mm", "turn_deg"), [(6.0, 3.0), (15.0, 8.0)])
def test_a_patient_who_moved_is_found_to_half_a_millimetre(shift_mm, turn_deg):
    """The CT of the digital patient, moved as equations: no image of it was ever resampled."""
    patient = digital_patient()
    grid = torso_geometry(patient, shape=(96, 72, 88), spacing_mm=(6.0, 6.0, 6.0))
    there = replace(grid, frame_of_reference="moved")
    position = random_position(grid.centre_mm, 7, shift_mm, turn_deg, patient.frame_of_reference, "moved")
    fixed = on_grid(patient, grid, points=8).ct()
    moving = on_grid(patient, there, transform=position, points=8).ct()
    found = register_rigid(fixed, moving)
    apart_mm = found.transform.apply_mm(grid.centre_mm) - position.inverse().apply_mm(grid.centre_mm)
    assert np.linalg.norm(apart_mm) < 0.5
    assert found.transform.then(position).angle_deg < 0.5
    assert found.converged
    assert found.alarms == ()
    stored = json.loads(json.dumps(found.transform.record()))
    assert np.array_equal(RigidTransform.from_record(stored).matrix, found.transform.matrix)
