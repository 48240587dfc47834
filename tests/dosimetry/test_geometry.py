"""Grids: indices and mm by hand, mirrored axes, crops, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.transform import RigidTransform
from lutetia.errors import InputError

TURN = RigidTransform.about((0, 0, 0), axis=(1, 2, 3), angle_deg=33, from_frame="a", to_frame="a")


@pytest.fixture
def grid():
    return Geometry.regular((4, 5, 6), (3.0, 2.0, 1.0), first_voxel_mm=(10, 20, 30), frame_of_reference="a")


def test_indices_and_points_by_hand(grid):
    assert grid.world_mm((1, 2, 3)) == pytest.approx([13, 24, 33])  # x + 3·1, y + 2·2, z + 1·3
    assert grid.index_of([13, 24, 33]) == pytest.approx([1, 2, 3])
    assert grid.spacing_mm == (3.0, 2.0, 1.0)
    assert grid.voxel_volume_ml == pytest.approx(0.006)
    assert grid.volume_ml == pytest.approx(0.72)
    assert grid.centre_mm == pytest.approx([12.5, 24, 34.5])
    assert grid.corners_mm()[0] == pytest.approx([9.5, 19, 28.5])


def test_a_turned_grid_keeps_spacing_and_finds_its_points(grid):
    turned = grid.moved(TURN)
    assert turned.spacing_mm == pytest.approx((3, 2, 1))
    assert turned.world_mm((1, 2, 3)) == pytest.approx(TURN.apply_mm(grid.world_mm((1, 2, 3))))
    assert turned.index_of(turned.world_mm((0.5, 2, 3.25))) == pytest.approx([0.5, 2, 3.25])
    assert turned.directions.T @ turned.directions == pytest.approx(np.eye(3))


def test_a_flipped_array_keeps_every_voxel_in_place(grid):
    flipped = grid.flipped(0, 2)
    assert flipped.world_mm((0, 0, 0)) == pytest.approx(grid.world_mm((3, 0, 5)))
    assert flipped.is_mirrored is False
    assert grid.flipped(1).is_mirrored is True
    assert flipped.flipped(0, 2).same_grid(grid)


def test_a_crop_lies_where_it_was_cut(grid):
    part = grid.cropped((1, 2, 3), (2, 2, 3))
    assert part.world_mm((0, 0, 0)) == pytest.approx(grid.world_mm((1, 2, 3)))
    with pytest.raises(InputError, match="inside the grid"):
        grid.cropped((1, 2, 3), (4, 1, 1))


def test_inside_is_up_to_the_outer_faces(grid):
    inside = grid.contains([[9.51, 20, 30], [9.49, 20, 30], [15.49, 29, 40.6]])
    assert inside.tolist() == [True, False, False]
    assert grid.contains([[9.49, 20, 30]], beyond_voxels=0.1).tolist() == [True]


def test_the_same_grid_shares_frame_and_corners(grid):
    near = Geometry(shape=grid.shape, affine=grid.affine + 1e-5 * np.eye(4, k=3), frame_of_reference="a")
    assert grid.same_grid(near)
    assert not grid.same_grid(grid.moved(RigidTransform.identity("a", "b")))
    assert not grid.same_grid(grid.moved(TURN))


def test_what_is_no_grid_is_refused_with_every_fault():
    with pytest.raises(InputError) as caught:
        Geometry(shape=(0, 2, 2), affine=np.diag([1.0, 1, 0, 1]), frame_of_reference="")
    assert [fault.place for fault in caught.value.faults] == ["shape", "affine", "frame_of_reference"]


@pytest.mark.parametrize(
    ("affine", "words"),
    [
        (np.eye(3), "4 × 4"),
        (np.full((4, 4), np.nan), "4 × 4 finite"),
        (np.diag([1.0, 1, 1, 2]), "row 0 0 0 1"),
        (np.eye(4) + 0.1 * np.eye(4, k=1) * [[1], [1], [0], [0]], "tilted gantry"),
    ],
)
def test_affines_that_are_refused(affine, words):
    with pytest.raises(InputError, match=words):
        Geometry(shape=(2, 2, 2), affine=affine, frame_of_reference="a")


def test_another_frame_does_not_move(grid):
    with pytest.raises(InputError, match="frame of the image, a"):
        grid.moved(RigidTransform.identity("b"))
