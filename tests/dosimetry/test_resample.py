"""Resampling: activity kept, fields kept, laws of geometry, and what is refused."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.resample import resample
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError

module = importlib.import_module("lutetia.dosimetry.resample")  # the room's name is the function

GRID = Geometry.regular((12, 14, 16), (4.8, 4.4, 4.0), first_voxel_mm=(-32, -30, -26), frame_of_reference="a")
FINE = Geometry.regular((52, 60, 66), (2.8, 2.4, 2.2), first_voxel_mm=(-74, -72, -72), frame_of_reference="a")
COARSE = Geometry.regular((18, 18, 18), (9.1, 8.7, 9.9), first_voxel_mm=(-85, -75, -78), frame_of_reference="a")


def turned(angle_deg, shift_mm=(0.0, 0.0, 0.0), axis=(1, 2, 3)):
    return RigidTransform.about(
        GRID.centre_mm, axis=axis, angle_deg=angle_deg, translation_mm=shift_mm, from_frame="a", to_frame="a"
    )


def random_activity(seed=1):
    return Volume(array=np.random.default_rng(seed).random(GRID.shape) * 1e5, geometry=GRID, unit="Bq/mL")


def smooth_blob(grid, centre=(0.0, 0.0, 0.0), unit="Bq/mL"):
    points = grid.world_mm(np.moveaxis(np.indices(grid.shape), 0, -1))
    return Volume(array=np.exp(-(((points - centre) / 9.0) ** 2).sum(axis=-1)), geometry=grid, unit=unit)


def centre_of_gravity(volume):
    points = volume.geometry.world_mm(np.moveaxis(np.indices(volume.array.shape), 0, -1))
    return (points * volume.array[..., None]).sum(axis=(0, 1, 2)) / volume.array.sum()


@settings(max_examples=12, deadline=None)
@given(st.floats(-90, 90), st.floats(-9, 9), st.sampled_from([FINE, COARSE]), st.sampled_from(["Bq/mL", "counts"]))
def test_activity_is_kept_to_a_millionth_where_the_grid_covers_it(angle, shift, onto, unit):
    before = random_activity().with_array(random_activity().array, unit=unit)
    done = resample(before, onto, transform=turned(angle, (shift, 0.3 * shift, -shift)))
    assert done.total_after == pytest.approx(before.total(), rel=1e-6)
    assert abs(done.beyond) < 1e-6 * before.total()
    assert done.volume.array.min() >= 0


@pytest.mark.parametrize("angle", [0, 2, 30])
@pytest.mark.parametrize("onto", [FINE, COARSE], ids=["fine", "coarse"])
def test_the_centre_of_gravity_follows_the_motion(angle, onto):
    motion = turned(angle, (3.0, -2.0, 1.0))
    done = resample(random_activity(), onto, transform=motion).volume
    assert centre_of_gravity(done) == pytest.approx(motion.apply_mm(centre_of_gravity(random_activity())), abs=0.2)


@pytest.mark.parametrize("angle", [0, 1, 7, 45])
@pytest.mark.parametrize("onto", [FINE, COARSE], ids=["fine", "coarse"])
def test_a_uniform_field_stays_uniform_inside(angle, onto):
    wide = Geometry.regular((40, 40, 40), (5.0, 5.0, 5.0), first_voxel_mm=(-98, -98, -98), frame_of_reference="a")
    ones = Volume(array=np.ones(wide.shape), geometry=wide, unit="Bq/mL")
    inner = onto.cropped((8, 8, 8), (3, 3, 3))
    array = resample(ones, inner, transform=turned(angle)).volume.array
    assert array == pytest.approx(1, abs=1e-12 if angle == 0 else 0.015)


def test_what_lies_beyond_is_counted_by_hand():
    grid = Geometry.regular((1, 1, 4), (1, 1, 1), frame_of_reference="a")
    half = Geometry.regular((1, 1, 4), (1, 1, 1), first_voxel_mm=(2.5, 0, 0), frame_of_reference="a")
    done = resample(Volume(array=np.array([[[1.0, 2, 3, 4]]]), geometry=grid, unit="MBq"), half, method="overlap")
    assert done.volume.array.ravel() == pytest.approx([3.5, 2, 0, 0])  # half of 3 with half of 4; half of 4
    assert done.total_after == pytest.approx(5.5)
    assert done.beyond == pytest.approx(4.5)


def test_overlap_of_boxes_by_hand():
    grid = Geometry.regular((1, 1, 3), (1, 1, 2), frame_of_reference="a")
    onto = Geometry.regular((1, 1, 2), (1, 1, 3), first_voxel_mm=(0.5, 0, 0), frame_of_reference="a")
    values = np.array([[[6.0, 12, 18]]])  # boxes −1…1, 1…3, 3…5 onto −1…2, 2…5
    counts = resample(Volume(array=values, geometry=grid, unit="counts"), onto, method="overlap").volume
    assert counts.array.ravel() == pytest.approx([12, 24])
    hu = resample(Volume(array=values, geometry=grid, unit="HU"), onto, method="overlap").volume
    assert hu.array.ravel() == pytest.approx([(2 * 6 + 12) / 3, (12 + 2 * 18) / 3])


def test_parallel_and_turned_grids_agree():
    """Two routes, exact integrals and points between the voxels, on the same small turn."""
    blob, small = smooth_blob(GRID), turned(1e-4)
    exact, points = resample(blob, FINE).volume, resample(blob, FINE, transform=small).volume
    assert points.array == pytest.approx(exact.array, abs=0.02)
    dose = smooth_blob(GRID, unit="HU")
    exact, points = resample(dose, FINE).volume, resample(dose, FINE, transform=small).volume
    inner = (slice(22, 30),) * 3
    assert points.array[inner] == pytest.approx(exact.array[inner], abs=0.02)


@pytest.mark.parametrize("unit", ["counts", "Gy"])
def test_a_fine_image_carried_over_voxel_by_voxel_agrees(unit, monkeypatch):
    """The other route, taken where points in the new voxels would be too many."""
    blob, motion = smooth_blob(FINE, unit=unit), turned(20, (2.0, -4.0, 3.0))
    slow = resample(blob, COARSE, transform=motion, outside=0.0).volume
    monkeypatch.setattr(module, "MANY_POINTS", 0)
    fast = resample(blob, COARSE, transform=motion, outside=0.0).volume
    if unit == "counts":
        assert fast.total() == pytest.approx(blob.total(), rel=1e-9)
        assert centre_of_gravity(fast) == pytest.approx(motion.apply_mm(centre_of_gravity(blob)), abs=0.02)
    assert fast.array == pytest.approx(
        slow.array, abs=0.06 * slow.array.max() if unit == "Gy" else 0.25 * slow.array.max()
    )


def test_there_and_back_keeps_a_smooth_image():
    blob, motion = smooth_blob(FINE), turned(20, (5.0, -4.0, 3.0))
    there = resample(blob, FINE, transform=motion).volume
    back = resample(there, FINE, transform=motion.inverse()).volume
    assert back.total() == pytest.approx(blob.total(), rel=1e-6)
    assert back.array == pytest.approx(blob.array, abs=0.11)  # linear, twice


def test_mirrored_axes_and_crops_leave_values_as_they_are():
    image = random_activity()
    for axes in ((0,), (1, 2), (0, 1, 2)):
        done = resample(image, GRID.flipped(*axes)).volume
        assert done.array == pytest.approx(image.flipped(*axes).array, rel=1e-12)
    part = resample(image, GRID.cropped((2, 3, 4), (5, 6, 7)))
    assert part.volume.array == pytest.approx(image.array[2:7, 3:9, 4:11], rel=1e-12)


def test_axes_may_change_places():
    """The same voxels with x and z of the array exchanged."""
    affine = GRID.affine[:, [2, 1, 0, 3]]
    other = Geometry(shape=GRID.shape[::-1], affine=affine, frame_of_reference="a")
    done = resample(random_activity(), other).volume
    assert done.array == pytest.approx(random_activity().array.transpose(2, 1, 0), rel=1e-12)


def test_the_same_grid_is_the_same_image():
    done = resample(random_activity(), GRID)
    assert np.array_equal(done.volume.array, random_activity().array)
    assert done.conventions == ("Same grid: values as they were.",)


@pytest.mark.parametrize("onto", [FINE, COARSE], ids=["fine", "coarse"])
@pytest.mark.parametrize("angle", [0, 5])
def test_hounsfield_units_are_averaged_with_air_around(onto, angle):
    water = Volume(array=np.zeros(GRID.shape, dtype=np.int16), geometry=GRID, unit="HU")
    done = resample(water, onto, transform=turned(angle))
    assert done.total_before is None
    assert done.beyond is None
    assert done.volume.array.min() == -1000
    assert done.volume.array.max() == pytest.approx(0, abs=1e-3)  # float32
    mass = (done.volume.array + 1000).sum() * onto.voxel_volume_ml
    assert mass == pytest.approx(1000 * GRID.volume_ml, rel=0.01)


def test_a_dose_needs_a_value_beyond_its_grid():
    dose = Volume(array=np.ones(GRID.shape), geometry=GRID, unit="Gy")
    with pytest.raises(InputError, match="outside: must be given for Gy"):
        resample(dose, FINE)
    assert resample(dose, FINE, outside=0.0).volume.array.min() == 0
    assert resample(dose, GRID.cropped((3, 3, 3), (4, 4, 4))).volume.array == pytest.approx(1)


def test_mixed_frames_far_images_and_unknown_methods_are_refused():
    image = random_activity()
    other = FINE.moved(RigidTransform.identity("a", "b"))
    with pytest.raises(InputError, match="must lie in the frame of reference of the new grid, b"):
        resample(image, other)
    far = Geometry.regular((3, 3, 3), (5, 5, 5), first_voxel_mm=(500, 0, 0), frame_of_reference="a")
    with pytest.raises(InputError) as caught:
        resample(image, far, method="spline")
    assert [fault.place for fault in caught.value.faults] == ["method", "volume"]
    with pytest.raises(InputError, match='must be "linear"'):
        resample(image, FINE, transform=turned(5), method="overlap")


def test_the_transform_carries_the_frame():
    onto = FINE.moved(RigidTransform.identity("a", "b"))
    motion = RigidTransform.about((0, 0, 0), angle_deg=5, from_frame="a", to_frame="b")
    assert resample(random_activity(), onto, transform=motion).volume.frame_of_reference == "b"


def test_threads_do_not_change_the_sum(monkeypatch):
    motion = turned(11)
    many = resample(random_activity(), FINE, transform=motion).volume.array
    monkeypatch.setattr(module.os, "cpu_count", lambda: 1)
    one = resample(random_activity(), FINE, transform=motion).volume.array
    assert many == pytest.approx(one, rel=1e-12)


def test_the_sentences_say_what_was_done():
    (sentence,) = resample(random_activity(), FINE, transform=turned(3)).conventions
    assert "shared out with its total kept" in sentence
    assert "turned against each other" in sentence
