"""What an image holds in a region: by hand, under every geometry law, and refused off the image."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_measure import activity_mbq, measure, off_image_ml, region_on, total_in
from lutetia.dosimetry.resample import resample
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError

SMALL = Geometry.regular((1, 1, 3), (10.0, 10.0, 10.0), frame_of_reference="a")
SPECT = Geometry.regular((40, 40, 40), (4.8, 4.8, 4.8), first_voxel_mm=(-94, -94, -94), frame_of_reference="a")
CT = Geometry.regular((70, 160, 160), (3.0, 1.2, 1.2), first_voxel_mm=(-96, -96, -104), frame_of_reference="a")


def ball(grid, radius_mm, centre_mm=(5.0, -7.0, 3.0)):
    points = grid.world_mm(np.moveaxis(np.indices(grid.shape), 0, -1))
    return np.linalg.norm(points - centre_mm, axis=-1) < radius_mm


def test_mean_and_total_by_hand():
    volume = Volume(array=np.array([[[1e6, 3e6, 8e6]]]), geometry=SMALL, unit="Bq/mL")
    half = Region(name="k", shares=np.array([[[1, 0.5, 0]]]), geometry=SMALL)
    found = measure(volume, half)
    assert found.mean == pytest.approx((1e6 + 1.5e6) / 1.5)
    assert found.total == pytest.approx(2.5)  # MBq: 1 mL · 1 + 0.5 mL · 3
    assert (found.least, found.most, found.voxels, found.volume_ml) == (1e6, 3e6, 1.5, pytest.approx(1.5))
    assert found.std == pytest.approx(np.sqrt((4 / 9 * 1 + 16 / 9 * 0.5) / 1.5) * 1e6)
    assert activity_mbq(volume, half) == total_in(volume, half) == pytest.approx(2.5)
    hu = measure(Volume(array=np.array([[[10.0, 20, 30]]]), geometry=SMALL, unit="HU"), half)
    assert (hu.total, hu.total_unit, hu.mean) == (None, None, pytest.approx(20 / 1.5))


def test_counts_are_no_activity():
    counts = Volume(array=np.ones((1, 1, 3)), geometry=SMALL, unit="counts")
    whole = Region(name="k", shares=np.ones((1, 1, 3), dtype=bool), geometry=SMALL)
    with pytest.raises(InputError, match="camera's calibration"):
        activity_mbq(counts, whole)
    assert total_in(counts, whole) == 3


def blurred_activity(grid=SPECT):
    """A ball of 18 mm blurred to the resolution of a SPECT, uneven around."""
    points = grid.world_mm(np.moveaxis(np.indices(grid.shape), 0, -1))
    distance = np.linalg.norm(points - (5.0, -7.0, 3.0), axis=-1)
    value = 1e5 / (1 + np.exp((distance - 18) / 3)) * (1 + 0.004 * points[..., 0])
    return Volume(array=value, geometry=grid, unit="Bq/mL")


@pytest.fixture(scope="module")
def kidney():
    return Region(name="kidney", shares=ball(CT, 28), geometry=CT)


@pytest.fixture(scope="module")
def reference_mbq(kidney):
    return activity_mbq(blurred_activity(), region_on(kidney, SPECT))


@pytest.mark.parametrize("axes", [(0,), (1,), (2,), (0, 1, 2)])
def test_mirrored_axes_do_not_change_the_activity(axes, kidney, reference_mbq):
    image = blurred_activity().flipped(*axes)
    assert activity_mbq(image, region_on(kidney, image.geometry)) == pytest.approx(reference_mbq, rel=1e-6)


@pytest.mark.parametrize("angle", [3, 25, 90])
def test_an_oblique_camera_sees_the_same_activity(angle, kidney, reference_mbq):
    """The patient is the same, the grid of the SPECT lies turned in it: the image is made anew on the turned grid."""
    motion = RigidTransform.about((0, 0, 0), axis=(1, 2, 3), angle_deg=angle, from_frame="a", to_frame="a")
    oblique = blurred_activity(SPECT.moved(motion))
    assert activity_mbq(oblique, region_on(kidney, oblique.geometry)) == pytest.approx(reference_mbq, rel=0.005)


@pytest.mark.parametrize("spacing_mm", [(2.4, 4.8, 4.8), (4.8, 3.9, 2.2), (7.0, 5.0, 4.0)])
def test_anisotropic_voxels_see_the_same_activity(spacing_mm, kidney, reference_mbq):
    shape = tuple(int(190 / step) for step in spacing_mm)
    grid = Geometry.regular(shape, spacing_mm, first_voxel_mm=(-93, -95, -92), frame_of_reference="a")
    assert activity_mbq(blurred_activity(grid), region_on(kidney, grid)) == pytest.approx(reference_mbq, rel=0.005)


@pytest.mark.parametrize("angle", [0, 12])
def test_the_image_on_the_ct_holds_the_same_activity(angle, kidney, reference_mbq):
    """Two routes: the region brought to the SPECT, the SPECT brought to the region."""
    motion = RigidTransform.about((0, 0, 0), axis=(0, 1, 1), angle_deg=angle, from_frame="a", to_frame="a")
    on_ct = resample(blurred_activity(SPECT.moved(motion)), CT).volume
    assert activity_mbq(on_ct, kidney) == pytest.approx(reference_mbq, rel=0.005)


def test_doubled_activity_doubles_exactly(kidney, reference_mbq):
    twice = blurred_activity().scaled(2.0, because="Doubled.")
    assert activity_mbq(twice, region_on(kidney, SPECT)) == pytest.approx(2 * reference_mbq, rel=1e-12)


def test_a_moved_patient_keeps_the_activity(kidney, reference_mbq):
    motion = RigidTransform.about((0, 0, 0), axis=(1, 0, 2), angle_deg=8, from_frame="a", to_frame="b")
    image = blurred_activity().moved(motion)
    assert activity_mbq(image, region_on(kidney, image.geometry, transform=motion)) == pytest.approx(
        reference_mbq, rel=1e-4
    )


def test_a_ball_keeps_its_volume_on_every_grid(kidney):
    motion = RigidTransform.about((0, 0, 0), axis=(1, 2, 3), angle_deg=17, from_frame="a", to_frame="a")
    for onto in (SPECT, SPECT.moved(motion), CT.moved(motion)):
        assert region_on(kidney, onto).volume_ml == pytest.approx(kidney.volume_ml, rel=0.003)
        assert region_on(kidney, onto).centroid_mm == pytest.approx(kidney.centroid_mm, abs=0.1)
    assert region_on(kidney, SPECT, whole_voxels=True).is_whole_voxels


def test_fractions_on_a_coarser_grid_by_hand():
    fine = Geometry.regular((2, 2, 4), (5.0, 5.0, 5.0), first_voxel_mm=(-2.5, -2.5, -2.5), frame_of_reference="a")
    mask = np.zeros(fine.shape, dtype=bool)
    mask[0, :, 1:3] = True
    onto = Geometry.regular((1, 1, 3), (10.0, 10.0, 10.0), frame_of_reference="a")
    assert region_on(Region(name="k", shares=mask, geometry=fine), onto).shares.ravel() == pytest.approx(
        [0.25, 0.25, 0]
    )


def test_a_region_off_the_image_is_refused_with_its_share(kidney):
    part = SPECT.cropped((0, 0, 0), (40, 40, 21))  # ends in the middle of the ball
    with pytest.raises(InputError, match=r"kidney: must lie on the image .* % of 91\.\d mL beyond the image"):
        region_on(kidney, part)
    allowed = region_on(kidney, part, off_image_pct=60)
    assert allowed.volume_ml == pytest.approx(kidney.volume_ml - off_image_ml(kidney, part), rel=0.02)
    far = Geometry.regular((5, 5, 5), (4.8, 4.8, 4.8), first_voxel_mm=(900, 0, 0), frame_of_reference="a")
    with pytest.raises(InputError, match=r"100\.0 % of"):
        region_on(kidney, far)


def test_other_frames_other_grids_and_empty_regions_are_refused(kidney):
    with pytest.raises(InputError, match="frame of reference of the image, b"):
        region_on(kidney, SPECT.moved(RigidTransform.identity("a", "b")))
    with pytest.raises(InputError, match="Bring the region to the image"):
        activity_mbq(blurred_activity(), kidney)
    empty = Region(name="k", shares=np.zeros(SPECT.shape, dtype=bool), geometry=SPECT)
    with pytest.raises(InputError, match="at least one voxel"):
        measure(blurred_activity(), empty)
