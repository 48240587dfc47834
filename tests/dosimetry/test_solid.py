"""Bodies of quadrics and planes: volumes and voxel shares against closed forms."""

from __future__ import annotations

from math import inf, pi

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.solid import Solid, bodies, evenly_spread_points, region_at, shares_of_voxels, volumes_ml
from lutetia.dosimetry.transform import RigidTransform

FRAME = "made up"


def sphere(radius_mm, centre_mm=(0.0, 0.0, 0.0)):
    return Solid(centre_mm=centre_mm, semi_axes_mm=(radius_mm,) * 3)


def cylinder(a_mm, b_mm, low_mm, high_mm):
    ends = ((0.0, 0.0, 1.0, high_mm), (0.0, 0.0, -1.0, -low_mm))
    return Solid(centre_mm=(0.0, 0.0, 0.0), semi_axes_mm=(a_mm, b_mm, inf), planes=ends)


def grid(shape=(20, 20, 20), spacing_mm=(4.0, 4.0, 4.0), first_mm=(-38.0, -38.0, -38.0)):
    return Geometry.regular(shape, spacing_mm, first_voxel_mm=first_mm, frame_of_reference=FRAME)


VOLUMES = [
    (sphere(30.0), 4 / 3 * pi * 27),
    (Solid(centre_mm=(5.0, -9.0, 1.0), semi_axes_mm=(10.0, 20.0, 30.0)), 4 / 3 * pi * 6),
    (cylinder(20.0, 10.0, -15.0, 25.0), pi * 2 * 4),
    # half a ball, then the cap above half the radius: π h² (3 r − h) / 3
    (Solid(centre_mm=(0.0,) * 3, semi_axes_mm=(30.0,) * 3, planes=((1.0, 0.0, 0.0, 0.0),)), 2 / 3 * pi * 27),
    (Solid(centre_mm=(0.0,) * 3, semi_axes_mm=(30.0,) * 3, planes=((0.0, 0.0, -1.0, -15.0),)), pi * 1.5**2 * 7.5 / 3),
    # a plane askew through the middle
    (Solid(centre_mm=(0.0,) * 3, semi_axes_mm=(30.0,) * 3, planes=((1.0, 2.0, -0.5, 0.0),)), 2 / 3 * pi * 27),
]


@pytest.mark.parametrize(("solid", "volume_ml"), VOLUMES)
def test_volumes_by_formula(solid, volume_ml):
    assert volumes_ml(bodies([(solid, 0)])) == pytest.approx([volume_ml], rel=3e-4)


@pytest.mark.parametrize(("solid", "volume_ml"), VOLUMES)
def test_shares_of_voxels_add_up_to_the_volume(solid, volume_ml):
    shares = shares_of_voxels(bodies([(solid, 0)]), grid())
    assert shares.min() >= 0
    assert shares.max() <= 1
    assert shares.sum() * 0.064 == pytest.approx(volume_ml, rel=2e-3)


def test_the_first_body_has_the_place():
    # a ball of 10 mm in a ball of 20 mm in a ball of 30 mm, and one that overlaps in part
    nested = bodies([(sphere(10.0), 0), (sphere(20.0), 1), (sphere(30.0), 2)])
    balls = [4 / 3 * pi * r**3 / 1000 for r in (10, 20, 30)]
    expected = [balls[0], balls[1] - balls[0], balls[2] - balls[1]]
    assert volumes_ml(nested) == pytest.approx(expected, rel=3e-4)
    shares = shares_of_voxels(nested, grid())
    assert shares.sum(axis=(1, 2, 3)) * 0.064 == pytest.approx(expected, rel=2e-3)
    assert shares.sum(axis=0).max() <= 1 + 1e-6
    # two balls of 20 mm, 20 mm apart: the lens is π (4 r + d)(2 r − d)² / 12
    lens_ml = pi * (80 + 20) * 20**2 / 12 / 1000
    two = bodies([(sphere(20.0), 0), (sphere(20.0, (20.0, 0.0, 0.0)), 1)])
    assert volumes_ml(two) == pytest.approx([balls[1], balls[1] - lens_ml], rel=3e-4)


def test_a_region_of_several_bodies_counts_their_overlap_once():
    lens_ml = pi * (80 + 20) * 20**2 / 12 / 1000
    both = bodies([(sphere(20.0), 0), (sphere(20.0, (20.0, 0.0, 0.0)), 0)])
    assert volumes_ml(both) == pytest.approx([2 * 4 / 3 * pi * 8 - lens_ml], rel=3e-4)


def test_points_find_their_region():
    listed = bodies([(sphere(10.0), 1), (cylinder(20.0, 20.0, -5.0, 5.0), 0)])
    assert region_at(listed, 0.0, 0.0, 9.9) == 1
    assert region_at(listed, 15.0, 0.0, 0.0) == 0
    assert region_at(listed, 15.0, 0.0, 5.1) == -1


def test_a_body_smaller_than_a_voxel_is_not_lost():
    tiny = bodies([(sphere(1.0, (0.7, -0.4, 0.2)), 0)])
    shares = shares_of_voxels(tiny, grid((3, 3, 3), (10.0, 10.0, 10.0), (-10.0, -10.0, -10.0)))
    assert shares.sum() * 1.0 == pytest.approx(4 / 3 * pi / 1000, rel=0.15)
    assert shares[0, 1, 1, 1] == shares.max()


def test_scaling_keeps_the_shape_and_cubes_the_volume():
    half = Solid(centre_mm=(5.0, 6.0, 7.0), semi_axes_mm=(10.0, 20.0, 30.0), planes=((0.0, 1.0, 0.0, 9.0),))
    small, large = (volumes_ml(bodies([(solid, 0)]))[0] for solid in (half, half.scaled(1.5)))
    assert large == pytest.approx(1.5**3 * small, rel=1e-4)


def test_the_patient_is_moved_as_equations():
    listed = bodies([(sphere(8.0, (10.0, 0.0, 0.0)), 0)])
    quarter = RigidTransform.about((0, 0, 0), angle_deg=90.0, from_frame=FRAME, to_frame="scan")
    there = Geometry.regular((21, 21, 21), (4.0,) * 3, first_voxel_mm=(-40.0,) * 3, frame_of_reference="scan")
    shares = shares_of_voxels(listed, there, transform=quarter)
    index = np.argwhere(shares[0] > 0)
    centre_mm = there.world_mm(np.average(index, axis=0, weights=shares[0][tuple(index.T)]))
    assert centre_mm == pytest.approx([0.0, 10.0, 0.0], abs=0.1)


def test_points_are_spread_evenly():
    points = evenly_spread_points(512)
    assert points.shape == (512, 3)
    assert (points.min(), points.max()) == (pytest.approx(0, abs=0.01), pytest.approx(1, abs=0.01))
    assert points.mean(axis=0) == pytest.approx([0.5] * 3, abs=8e-3)
    assert (points**2).mean(axis=0) == pytest.approx([1 / 3] * 3, abs=8e-3)
    assert len(np.unique(points[:, 0])) == 512
