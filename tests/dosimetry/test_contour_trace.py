"""Outlines of regions: by hand, holes, corners that touch, and back to the region they came from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lutetia.dosimetry.contour import region_of_contours
from lutetia.dosimetry.contour_trace import contours_of_region, loops_of
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.transform import RigidTransform
from lutetia.errors import InputError

GRID = Geometry.regular((4, 9, 10), (3.0, 2.0, 1.5), first_voxel_mm=(5, -4, 7), frame_of_reference="a")


def area(loop):
    """Signed, by the shoelace formula."""
    return 0.5 * float(np.sum(loop[:, 0] * np.roll(loop[:, 1], -1) - np.roll(loop[:, 0], -1) * loop[:, 1]))


def test_one_pixel_is_a_diamond():
    shares = np.zeros((3, 3), np.float32)
    shares[1, 1] = 1
    (loop,) = loops_of(shares)
    assert {tuple(point) for point in loop.tolist()} == {(0.5, 1), (1, 0.5), (1, 1.5), (1.5, 1)}
    assert abs(area(loop)) == pytest.approx(0.5)


def test_a_pixel_at_the_border_is_closed():
    (loop,) = loops_of(np.ones((1, 1), np.float32))
    assert {tuple(point) for point in loop.tolist()} == {(-0.5, 0), (0, -0.5), (0, 0.5), (0.5, 0)}


def test_shares_move_the_line():
    shares = np.zeros((5, 6), np.float32)
    shares[1:4, 1:4] = 1
    shares[1:4, 4] = 0.4  # half is reached 0.5 / 0.6 of the way from a pixel of 1 to one of 0.4
    (loop,) = loops_of(shares)
    assert loop[:, 1].max() == pytest.approx(3 + 0.5 / 0.6)


def test_a_hole_runs_the_other_way():
    shares = np.ones((9, 9), np.float32)
    shares[3:6, 3:6] = 0
    loops = sorted(loops_of(shares), key=len)
    assert len(loops) == 2
    assert np.sign(area(loops[0])) == -np.sign(area(loops[1]))


@pytest.mark.parametrize(("middle", "loops"), [(0.9, 1), (0.1, 2)])
def test_corners_that_touch_are_joined_by_their_mean(middle, loops):
    shares = np.zeros((4, 4), np.float32)
    shares[1, 1] = shares[2, 2] = 0.8  # the mean of four is 0.625 or 0.425
    shares[1, 2] = shares[2, 1] = middle / 2
    assert len(loops_of(shares)) == loops


@given(arrays.arrays(np.bool_, (4, 9, 10), elements=st.booleans()))
@settings(max_examples=40, deadline=None)
def test_the_region_comes_back_whatever_its_shape(mask):
    """A line at the middle between pixel centres, filled by area: a pixel alone keeps half its area, ½ ≥ ½."""
    mask = mask.copy()
    mask[:, 0, 0] = True
    contours = contours_of_region(Region(name="r", shares=mask, geometry=GRID))
    filled = region_of_contours("r", contours, GRID, whole_voxels=False).shares
    assert (filled[mask] > 0.45).all()
    assert (filled[~mask] < 0.55).all()


def test_an_oblique_ball_comes_back():
    turn = RigidTransform.about((1, 2, 3), axis=(1, 2, 3), angle_deg=40, from_frame="a", to_frame="a")
    grid = Geometry.regular((24, 40, 40), (3.0, 1.5, 1.5), first_voxel_mm=(-29,) * 3, frame_of_reference="a").moved(
        turn
    )
    away = np.linalg.norm(grid.world_mm(np.moveaxis(np.indices(grid.shape), 0, -1)) - grid.centre_mm, axis=-1)
    ball = Region(name="ball", shares=(away <= 20), geometry=grid)
    back = region_of_contours("ball", contours_of_region(ball), grid)
    assert back.volume_ml == pytest.approx(ball.volume_ml, rel=0.01)
    assert np.minimum(back.shares, ball.shares).sum() > 0.99 * ball.voxels


def test_nothing_has_no_outline():
    with pytest.raises(InputError, match="at least one voxel"):
        contours_of_region(Region(name="r", shares=np.zeros(GRID.shape, bool), geometry=GRID))
