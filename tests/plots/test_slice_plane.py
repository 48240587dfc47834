"""Slices as a radiologist sees them, whatever the axes of the image are."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.volume import Volume
from lutetia.plots.slice_plane import Plane, body_box_mm, box_of_region_mm, planes_through, share_on, values_on

GRID = Geometry.regular((6, 8, 10), (5.0, 4.0, 3.0), first_voxel_mm=(-15.0, -20.0, 100.0), frame_of_reference="F")


def ramp(axis):
    """A volume whose value is the world coordinate along an axis (0 x, 1 y, 2 z)."""
    index = np.stack(np.indices(GRID.shape), axis=-1)
    return Volume(array=GRID.world_mm(index)[..., axis], geometry=GRID, unit="Gy")


def plane(direction):
    down = (-10.0, 6.0) if direction == "transverse" else (120.0, 104.0)
    return Plane(
        direction=direction, at_mm=110.0 if direction == "transverse" else -4.0, across_mm=(-9.0, 9.0), down_mm=down
    )


@pytest.mark.parametrize("direction", ["transverse", "coronal"])
def test_right_of_the_patient_is_left_in_the_picture(direction):
    seen = values_on(ramp(0), plane(direction).points_mm(2.0), np.nan)
    assert seen[0, 0] == pytest.approx(-9)  # x grows to the patient's left
    assert (np.diff(seen, axis=1) > 0).all()


def test_front_is_on_top_of_a_transverse_slice_and_head_of_a_coronal_one():
    across = values_on(ramp(1), plane("transverse").points_mm(2.0), np.nan)
    along = values_on(ramp(2), plane("coronal").points_mm(2.0), np.nan)
    assert (across[0, 0], across[-1, 0]) == pytest.approx((-10, 6))  # y grows to the back
    assert (along[0, 0], along[-1, 0]) == pytest.approx((120, 104))  # z grows to the head


def test_the_slice_lies_where_it_is_said_to():
    assert np.allclose(values_on(ramp(2), plane("transverse").points_mm(2.0), np.nan), 110)
    assert np.allclose(values_on(ramp(1), plane("coronal").points_mm(2.0), np.nan), -4)


@pytest.mark.parametrize("axes", [(0,), (1, 2), (0, 1, 2)])
def test_the_same_patient_in_turned_axes_gives_the_same_picture(axes):
    volume = Volume(array=np.random.default_rng(1).random(GRID.shape), geometry=GRID, unit="Gy")
    for direction in ("transverse", "coronal"):
        points = plane(direction).points_mm(1.0)
        assert np.allclose(values_on(volume, points, 0), values_on(volume.flipped(*axes), points, 0))


def test_outside_the_grid_is_outside():
    far = np.array([[1000.0, 0.0, 110.0]])
    assert values_on(ramp(0), far, -7.0).tolist() == [-7.0]


def test_regions_are_cut_as_volumes_are():
    shares = np.zeros(GRID.shape, dtype=bool)
    shares[2, 3:5, 4:7] = True
    region = Region(name="r", shares=shares, geometry=GRID)
    low, high = box_of_region_mm(region)
    assert low.tolist() == pytest.approx([-4.5, -10.0, 107.5])
    assert high.tolist() == pytest.approx([4.5, -2.0, 112.5])
    assert share_on(region, np.array([[0.0, -6.0, 110.0], [0.0, -6.0, 120.0]])).tolist() == [1.0, 0.0]


def test_the_body_is_what_is_not_air_on_ct():
    hu = np.full(GRID.shape, -1000.0)
    hu[1:3, 2:6, 3:8] = 40
    low, high = body_box_mm(Volume(array=hu, geometry=GRID, unit="HU"), ramp(0))
    assert low.tolist() == pytest.approx([-15 + 2.5 * 3, -20 + 1.5 * 4, 100 + 0.5 * 5])
    assert high.tolist() == pytest.approx([-15 + 7.5 * 3, -20 + 5.5 * 4, 100 + 2.5 * 5])


def test_a_tall_body_is_cut_around_the_regions_with_the_other_plane_in_it():
    low, high = np.array([-100.0, -50.0, 0.0]), np.array([100.0, 50.0, 900.0])
    seen = [(300.0, 380.0), (0.0, 900.0)]  # the second is taller than the picture
    _, coronal = planes_through(low, high, transverse_at_mm=360.0, coronal_at_mm=0.0, seen_mm=seen)
    head, foot = coronal.down_mm
    assert head - foot == pytest.approx(0.66 * 216)
    assert foot < 300
    assert head > 380
    _, moved = planes_through(
        low, high, transverse_at_mm=360.0, coronal_at_mm=0.0, seen_mm=seen, whole_mm=(250.0, 330.0)
    )
    assert moved.down_mm[1] < 250
    assert moved.down_mm[0] > 330
    _, short = planes_through(low, np.array([100.0, 50.0, 90.0]), transverse_at_mm=40.0, coronal_at_mm=0.0)
    assert short.down_mm == (90.0, 0.0)
