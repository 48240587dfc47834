"""Charged particles across borders: the exact share of a ball, a flat border by hand, what leaves the image."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.charged_energy import charged_shares, radius_of_share_mm
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.kernel import radial_kernel
from lutetia.dosimetry.solid import Solid, bodies, shares_of_voxels

CUBE = (4.8, 4.8, 4.8)


def ball_in_a_box(radius_mm, spacing_mm):
    """Shares of a ball and of the box around it, off the middle of the grid."""
    shape = tuple(int(2 * (radius_mm + 16) / edge) for edge in spacing_mm)
    geometry = Geometry.regular(shape, spacing_mm, frame_of_reference="made up")
    x, y, z = geometry.centre_mm
    ball = Solid(centre_mm=(x + 0.9, y - 1.3, z + 0.4), semi_axes_mm=(radius_mm,) * 3)
    low, high = geometry.corners_mm().min(axis=0), geometry.corners_mm().max(axis=0)
    planes = tuple((*(-np.eye(3)[a]), -low[a]) for a in range(3)) + tuple((*np.eye(3)[a], high[a]) for a in range(3))
    box = Solid(centre_mm=(x, y, z), semi_axes_mm=(1e3, 1e3, 1e3), planes=planes)
    return shares_of_voxels(bodies([(ball, 0), (box, 1)]), geometry, points=256)


def kept_by_ball(radius_mm, kernel):
    """Share of the energy a ball keeps: two points at a distance r both lie in it with 1 − 3r/4R + r³/16R³."""
    radii_mm = radius_of_share_mm(kernel, 1.04)
    share = np.clip(radii_mm / radius_mm, 0, 2)
    return np.trapezoid(1 - 0.75 * share + share**3 / 16, dx=1 / (radii_mm.size - 1))


@pytest.mark.parametrize("spacing_mm", [CUBE, (4.8, 2.4, 2.4)])
@pytest.mark.parametrize(
    ("nuclide", "radius_mm", "within"), [("Lu-177", 11.87, 0.003), ("Lu-177", 25.0, 0.0015), ("Y-90", 11.87, 0.006)]
)
def test_a_ball_keeps_what_the_formula_says(nuclide, radius_mm, within, spacing_mm):
    kernel = radial_kernel(nuclide)
    ball, box = ball_in_a_box(radius_mm, spacing_mm)
    found = charged_shares([ball, 0 * box], [ball, box], kernel, spacing_mm=spacing_mm, density_g_per_ml=1.04)
    assert found[0, 0] == pytest.approx(kept_by_ball(radius_mm, kernel), abs=within)
    if nuclide == "Lu-177":  # the rest is in the box, none is lost
        assert found[:, 0].sum() == pytest.approx(1, abs=2e-3)
    assert 1 - found[0, 0] > 0.005


def blocks(border_at):
    """Two blocks side by side that fill the image, their border that many voxels from the left."""
    left = np.clip(border_at - np.arange(16.0), 0, 1).astype(np.float32)
    left = np.ascontiguousarray(np.broadcast_to(left, (8, 8, 16)))
    return left, 1 - left


@pytest.mark.parametrize("border_at", [8, 8.5, 8.25])
def test_a_flat_border_by_hand(border_at):
    # what crosses from one block to the other: (mean distance) / 4 of its activity per mm, wherever the border runs
    kernel = radial_kernel("Lu-177")
    left, right = blocks(border_at)
    found = charged_shares(
        [left, right], [left, right], kernel, spacing_mm=CUBE, density_g_per_ml=1.04, paths=1_000_000
    )
    mean_mm = radius_of_share_mm(kernel, 1.04).mean()
    assert found[1, 0] == pytest.approx(mean_mm / 4 / (border_at * 4.8), rel=0.06)
    assert found[0, 1] == pytest.approx(mean_mm / 4 / ((16 - border_at) * 4.8), rel=0.06)


def test_what_lies_outside_all_regions_gives_its_part():
    kernel = radial_kernel("Lu-177")
    left, right = blocks(8.25)
    known = charged_shares([left, right], [left, right], kernel, spacing_mm=CUBE, density_g_per_ml=1.04)
    rest = charged_shares([left, right], [left], kernel, spacing_mm=CUBE, density_g_per_ml=1.04)
    assert rest[0] == pytest.approx(known[0], rel=0.1)
    assert rest.shape == (1, 2)


def test_a_small_region_is_known_as_well_as_a_large_one():
    # even activity everywhere: what a cold ball would lose is what it gets (reciprocity)
    kernel, (ball, box) = radial_kernel("Lu-177"), ball_in_a_box(6.2, CUBE)
    found = charged_shares([ball, box], [ball, box], kernel, spacing_mm=CUBE, density_g_per_ml=1.04, paths=1_000_000)
    got = found[0, 1] * box.sum(dtype=float) / ball.sum(dtype=float)
    assert got == pytest.approx(1 - kept_by_ball(6.2, kernel), rel=0.1)
    assert found[1, 0] == pytest.approx(got, rel=0.1)


def test_what_leaves_the_image_is_gone():
    kernel = radial_kernel("Lu-177")
    block = np.ones((6, 6, 6), np.float32)
    found = charged_shares([block], [block], kernel, spacing_mm=CUBE, density_g_per_ml=1.04)
    mean_mm = radius_of_share_mm(kernel, 1.04).mean()
    assert 1 - found[0, 0] == pytest.approx(6 * mean_mm / 4 / (6 * 4.8), rel=0.05)  # six faces


def test_regions_that_overlap_both_get_it_and_no_activity_gives_nothing():
    kernel = radial_kernel("Lu-177")
    organ, lesion = np.ones((6, 6, 6), np.float32), np.zeros((6, 6, 6), np.float32)
    lesion[2:4, 2:4, 2:4] = 1
    empty = np.zeros_like(organ)
    found = charged_shares([empty, lesion, empty], [organ, lesion], kernel, spacing_mm=CUBE, density_g_per_ml=1.04)
    assert found[0, 1] == pytest.approx(1, abs=0.02)
    assert 0.9 < found[1, 1] < 0.99
    assert found[:, (0, 2)].tolist() == [[0, 0], [0, 0]]


def test_same_numbers_again_and_whatever_the_unit():
    kernel, (ball, box) = radial_kernel("Lu-177"), ball_in_a_box(11.87, CUBE)
    args = {"spacing_mm": CUBE, "density_g_per_ml": 1.04, "paths": 20_000}
    one, again, thousandfold = (charged_shares([k * ball, box], [ball, box], kernel, **args) for k in (1, 1, 1000))
    assert np.array_equal(one, again)
    assert thousandfold == pytest.approx(one, rel=1e-3)
