"""Contours on slices as regions: volumes of known bodies, holes, slices between, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.contour import region_of_contours
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.transform import RigidTransform
from lutetia.errors import InputError

GRID = Geometry.regular((30, 100, 120), (2.0, 1.2, 1.0), first_voxel_mm=(-60, -60, -30), frame_of_reference="a")
SLICES_MM = -30 + 2.0 * np.arange(30)
AROUND = np.linspace(0, 2 * np.pi, 240, endpoint=False)


def circle(radius_mm, z_mm, x_mm=0.3, y_mm=-0.4):
    return np.c_[x_mm + radius_mm * np.cos(AROUND), y_mm + radius_mm * np.sin(AROUND), np.full(AROUND.size, z_mm)]


def test_a_cylinder_has_its_volume():
    contours = [circle(20, z) for z in SLICES_MM[6:21]]
    wanted = np.pi * 400 * 30 / 1000
    assert region_of_contours("k", contours, GRID, whole_voxels=False).volume_ml == pytest.approx(wanted, rel=1e-3)
    whole = region_of_contours("k", contours, GRID)
    assert whole.is_whole_voxels
    assert whole.volume_ml == pytest.approx(wanted, rel=0.01)
    assert whole.centroid_mm == pytest.approx([0.3, -0.4, SLICES_MM[13]], abs=0.1)


def test_an_inner_contour_is_a_hole():
    contours = [circle(radius, z) for radius in (20, 8) for z in SLICES_MM[6:21]]
    wanted = np.pi * (400 - 64) * 30 / 1000
    assert region_of_contours("k", contours, GRID, whole_voxels=False).volume_ml == pytest.approx(wanted, rel=2e-3)


@pytest.mark.parametrize("step", [2, 3])
def test_slices_between_contours_are_filled(step):
    contours = [circle(20, z) for z in SLICES_MM[4:26:step]]
    wanted = np.pi * 400 * 2 * step * len(contours) / 1000
    assert region_of_contours("k", contours, GRID, whole_voxels=False).volume_ml == pytest.approx(wanted, rel=0.01)


def test_a_cone_grows_between_its_contours():
    contours = [circle(5 + 0.5 * k, SLICES_MM[k]) for k in range(4, 25, 4)]
    region = region_of_contours("k", contours, GRID)
    for k in range(5, 24):
        area = region.shares[k].sum() * 1.2
        assert area == pytest.approx(np.pi * (5 + 0.5 * k) ** 2, rel=0.08)


@pytest.mark.parametrize("first", [-20.0, -21.3])
def test_contours_closer_than_slices_and_between_them(first):
    contours = [circle(20, z) for z in np.arange(first, 9.9, 0.5)]
    wanted = np.pi * 400 * 0.5 * len(contours) / 1000
    region = region_of_contours("k", contours, GRID, whole_voxels=False)
    assert region.volume_ml == pytest.approx(wanted, rel=0.01)
    assert region.centroid_mm[2] == pytest.approx(np.mean(np.arange(first, 9.9, 0.5)), abs=0.3)


def test_a_gap_stays_empty_and_is_named():
    contours = [circle(10, z) for z in (*SLICES_MM[3:8], *SLICES_MM[12:15])]
    region = region_of_contours("k", contours, GRID)
    assert not region.shares[8:12].any()
    assert region.conventions == ("k: no contour between slices 7 and 12: left empty.",)


@pytest.mark.parametrize("turned", [False, True])
def test_an_oblique_or_mirrored_image_holds_the_same_region(turned):
    motion = RigidTransform.about((0, 0, 0), axis=(1, 2, 3), angle_deg=40 * turned, from_frame="a", to_frame="a")
    grid = GRID.moved(motion).flipped(0, 2)
    contours = [motion.apply_mm(circle(20, z)) for z in SLICES_MM[6:21]]
    there = region_of_contours("k", contours, grid, whole_voxels=False)
    here = region_of_contours("k", [circle(20, z) for z in SLICES_MM[6:21]], GRID, whole_voxels=False)
    assert there.volume_ml == pytest.approx(here.volume_ml, rel=1e-6)
    assert there.centroid_mm == pytest.approx(motion.apply_mm(here.centroid_mm), abs=1e-3)


def test_all_faults_of_the_contours_are_named():
    tilted = circle(10, 0.0)
    tilted[:, 2] += 0.2 * tilted[:, 0]
    with pytest.raises(InputError) as caught:
        region_of_contours("k", [tilted, circle(10, 0.0)[:2], circle(10, 0.0, x_mm=55), circle(10, 90.0)], GRID)
    words = [str(fault) for fault in caught.value.faults]
    assert [word.split(":")[0] for word in words] == ["contour 1", "contour 2", "contour 3", "contour 4"]
    assert "one slice plane" in words[0]
    assert "three points" in words[1]
    assert "must lie on the image" in words[2]
    assert "must lie on the image" in words[3]


def test_nothing_drawn_and_less_than_a_voxel_are_refused():
    with pytest.raises(InputError, match="at least one contour"):
        region_of_contours("k", [], GRID)
    with pytest.raises(InputError, match="needs fractions"):
        region_of_contours("k", [circle(0.3, SLICES_MM[5])], GRID)
    tiny = region_of_contours("k", [circle(0.3, SLICES_MM[5])], GRID, whole_voxels=False)
    assert tiny.volume_ml == pytest.approx(np.pi * 0.09 * 2 / 1000, rel=0.1)
