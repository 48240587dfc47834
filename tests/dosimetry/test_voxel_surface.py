"""Borders inside voxels: volumes of cut cubes by hand, borders of known bodies found again from their shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.solid import Solid, bodies, shares_of_voxels
from lutetia.dosimetry.voxel_surface import EMPTY, depth_of_plane, pieces_of, planes_at, share_below

BALL = Solid(centre_mm=(0.7, -0.4, 1.1), semi_axes_mm=(18.0,) * 3)
GRID = Geometry.regular((17, 13, 11), (3.2, 4.0, 4.8), first_voxel_mm=(-24.0,) * 3, frame_of_reference="made up")


def shares_of(*solids):
    return shares_of_voxels(bodies([(solid, i) for i, solid in enumerate(solids)]), GRID, points=512)


@pytest.mark.parametrize(
    ("normal", "depth", "volume"),
    [
        ((1.0, 0.0, 0.0), 0.3, 0.3),  # a slab
        ((0.5, 0.5, 0.0), 0.25, 0.125),  # a wedge of legs ½: ½ · ½ · ½
        ((1 / 3, 1 / 3, 1 / 3), 1 / 3, 1 / 6),  # a corner of edge 1
        ((1 / 3, 1 / 3, 1 / 3), 2 / 3, 5 / 6),
        ((0.2, 0.3, 0.5), 0.5, 0.5),  # through the centre
        ((0.25, 0.25, 0.5), 0.25, 0.25**3 / 6 / (0.25 * 0.25 * 0.5)),
        ((0.2, 0.3, 0.5), 0.0, 0.0),
        ((0.2, 0.3, 0.5), 1.0, 1.0),
    ],
)
def test_volumes_below_a_plane_by_hand(normal, depth, volume):
    assert share_below(*normal, depth) == pytest.approx(volume, abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(parts=st.tuples(*[st.floats(0, 1)] * 3).filter(lambda p: sum(p) > 0.1), share=st.floats(0.001, 0.999))
def test_the_depth_gives_the_share(parts, share):
    normal = np.array(parts) / sum(parts)
    depth = depth_of_plane(*normal, share)
    points = np.random.default_rng(1).random((40_000, 3))
    assert share_below(*normal, depth) == pytest.approx(share, abs=1e-6)
    assert (points @ normal <= depth).mean() == pytest.approx(share, abs=0.01)


def test_a_ball_gets_its_surface_back():
    share = shares_of(BALL)[0]
    places = np.argwhere((share > 0.02) & (share < 0.98))
    planes = planes_at(share, places)
    # the middle of each plane, in mm from the centre of the ball
    normal = planes[:, :3]
    foot = places + normal * (planes[:, 3] / (normal**2).sum(axis=1))[:, None]
    radius_mm = np.linalg.norm(GRID.world_mm(foot) - BALL.centre_mm, axis=1)
    assert radius_mm.mean() == pytest.approx(18.0, abs=0.1)
    assert radius_mm.std() < 0.3
    outward = normal / np.array(GRID.spacing_mm)  # a plane's normal goes with one over the spacing
    outward /= np.linalg.norm(outward, axis=1)[:, None]
    radial = (GRID.world_mm(foot) - BALL.centre_mm)[:, ::-1] / radius_mm[:, None]
    assert (outward * radial).sum(axis=1).min() > 0.97


def test_pieces_keep_the_volume_of_every_voxel():
    inner = Solid(centre_mm=(6.0, 0.0, 0.0), semi_axes_mm=(8.0, 7.0, 9.0))
    shares = shares_of(inner, BALL)
    pieces = pieces_of(list(shares))
    points = np.random.default_rng(2).random((20_000, 3)) - 0.5
    for row, (z, y, x) in enumerate(np.argwhere(pieces.code >= 0)):
        assert pieces.code[z, y, x] == row
        for n in range(pieces.first[row], pieces.first[row + 1]):
            inside = (points @ pieces.plane[n, :3] <= pieces.plane[n, 3]).mean()
            assert inside == pytest.approx(shares[pieces.region[n], z, y, x], abs=0.02)
    for number in (0, 1):
        assert (shares[number][pieces.code == -2 - number] > 0.999).all()
    assert (shares.sum(axis=0)[pieces.code == EMPTY] == 0).all()


def test_pieces_by_hand():
    organ, lesion = np.zeros((1, 1, 5)), np.zeros((1, 1, 5), bool)
    organ[0, 0, :4] = [0.25, 1.0, 1.0, 1.0]
    lesion[0, 0, 2] = True  # drawn inside the organ: both hold the voxel
    pieces = pieces_of([organ, lesion])
    assert pieces.code[0, 0].tolist() == [0, -2, 1, -2, EMPTY]
    assert pieces.region.tolist() == [0, 0, 1]
    # a quarter of the voxel, on the side of the organ: −x ≤ −¼
    assert pieces.plane[0] == pytest.approx([0, 0, -1, -0.25], abs=1e-5)
    assert (pieces.plane[1:, 3] > 0.5).all()


def test_where_nothing_is_known_the_border_is_level():
    lonely = np.zeros((3, 3, 3), np.float32)
    lonely[1, 1, 1] = 0.4
    assert planes_at(lonely, np.array([[1, 1, 1]]))[0] == pytest.approx([1, 0, 0, -0.1], abs=1e-5)
