"""NIfTI in and out: axes, units, positions; SimpleITK as the other reader; broken files are named."""

from __future__ import annotations

import gzip

import nibabel
import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.registration import simple_itk
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError
from lutetia.exchange.nifti import read_nifti, read_nifti_region, write_nifti

TURN = RigidTransform.about((1, 2, 3), axis=(1, 2, 3), angle_deg=25, from_frame="a", to_frame="a")
GRID = Geometry.regular((3, 4, 5), (3.0, 2.0, 1.0), first_voxel_mm=(-10, 20, 30), frame_of_reference="a")
GRIDS = [GRID, GRID.moved(TURN), GRID.moved(TURN).flipped(0), GRID.flipped(1, 2)]


def volume_on(grid):
    values = np.random.default_rng(2).random(grid.shape).astype(np.float32)
    return Volume(array=values, geometry=grid, unit="Bq/mL")


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("ending", ["nii", "nii.gz"])
def test_the_round_trip_is_exact(tmp_path, grid, ending):
    before = volume_on(grid)
    after = read_nifti(write_nifti(before, tmp_path / f"a.{ending}"), frame_of_reference="a")
    assert np.array_equal(after.array, before.array)
    assert after.geometry.same_grid(grid, tolerance_mm=1e-4)  # the header holds float32
    assert (after.unit, after.conventions) == ("Bq/mL", ("NIfTI: values in Bq/mL, as its description says.",))


@pytest.mark.parametrize("grid", GRIDS[:3])
def test_simple_itk_finds_the_same_value_at_the_same_place(tmp_path, grid):
    before = volume_on(grid)
    image = simple_itk().ReadImage(str(write_nifti(before, tmp_path / "a.nii.gz")))
    point = grid.world_mm((2, 1, 3))
    index = image.TransformPhysicalPointToIndex(point.tolist())
    assert image[index] == before.array[2, 1, 3]


def test_right_and_front_become_left_and_back_by_hand(tmp_path):
    nibabel.save(nibabel.Nifti1Image(np.zeros((2, 2, 2), dtype=np.int16), np.diag([1.0, 2, 3, 1])), tmp_path / "a.nii")
    found = read_nifti(tmp_path / "a.nii", frame_of_reference="a", unit="HU")
    assert found.geometry.world_mm((1, 1, 1)) == pytest.approx([-1, -2, 3])
    assert found.geometry.spacing_mm == (3, 2, 1)


def test_scaled_integers_metres_and_a_fourth_axis_of_one(tmp_path):
    image = nibabel.Nifti1Image(np.arange(8, dtype=np.int16).reshape(2, 2, 2, 1), np.diag([0.001, 0.001, 0.002, 1]))
    image.header.set_xyzt_units(xyz="meter")
    image.header.set_slope_inter(2.0, 5.0)
    nibabel.save(image, tmp_path / "a.nii")
    found = read_nifti(tmp_path / "a.nii", frame_of_reference="a", unit="HU")
    assert found.geometry.spacing_mm == pytest.approx((2, 1, 1))
    assert found.array.max() == 7 * 2 + 5


def test_regions_keep_whole_voxels_and_fractions(tmp_path):
    mask = np.random.default_rng(1).random(GRID.shape) > 0.5
    for shares in (mask, mask * np.float32(0.25)):
        before = Region(name="k", shares=shares, geometry=GRID)
        after = read_nifti_region(write_nifti(before, tmp_path / "k.nii.gz"), name="k", frame_of_reference="a")
        assert np.array_equal(after.shares, before.shares)
        assert after.is_whole_voxels == before.is_whole_voxels
    wrong = volume_on(GRID).with_array(volume_on(GRID).array * 300, unit="fraction")
    with pytest.raises(InputError, match="between 0 and 1"):
        read_nifti_region(write_nifti(wrong, tmp_path / "x.nii"), name="k", frame_of_reference="a")


def test_units_must_be_known_and_agree(tmp_path):
    path = write_nifti(volume_on(GRID), tmp_path / "a.nii")
    with pytest.raises(InputError, match="the unit it names, Bq/mL"):
        read_nifti(path, frame_of_reference="a", unit="HU")
    plain = tmp_path / "b.nii"
    nibabel.save(nibabel.Nifti1Image(np.zeros((2, 2, 2)), np.eye(4)), plain)
    with pytest.raises(InputError, match="must name its unit"):
        read_nifti(plain, frame_of_reference="a")
    with pytest.raises(InputError, match="must have a known unit"):
        read_nifti(plain, frame_of_reference="a", unit="SUV")


def test_positions_that_are_missing_or_disagree_are_refused(tmp_path):
    image = nibabel.Nifti1Image(np.zeros((2, 2, 2)), None)
    nibabel.save(image, tmp_path / "a.nii")
    with pytest.raises(InputError, match="must state its position"):
        read_nifti(tmp_path / "a.nii", frame_of_reference="a", unit="HU")
    image = nibabel.Nifti1Image(np.zeros((2, 2, 2)), np.eye(4))
    image.set_sform(np.eye(4), 1)
    image.set_qform(np.diag([1.0, 1, 2, 1]), 1)
    nibabel.save(image, tmp_path / "b.nii")
    with pytest.raises(InputError, match="sform and qform 1 mm apart"):
        read_nifti(tmp_path / "b.nii", frame_of_reference="a", unit="HU")


def test_broken_and_foreign_files_are_named(tmp_path):
    path = write_nifti(volume_on(GRID), tmp_path / "a.nii")
    for kept in (0, 100, 348, 400):
        (tmp_path / "cut.nii").write_bytes(path.read_bytes()[:kept])
        with pytest.raises(InputError, match=r"cut\.nii: must be a complete NIfTI file"):
            read_nifti(tmp_path / "cut.nii", frame_of_reference="a")
    (tmp_path / "cut.nii.gz").write_bytes(gzip.compress(path.read_bytes())[:-30])
    with pytest.raises(InputError, match="complete NIfTI"):
        read_nifti(tmp_path / "cut.nii.gz", frame_of_reference="a")
    with pytest.raises(InputError, match="must be a file that exists"):
        read_nifti(tmp_path / "none.nii", frame_of_reference="a")
    with pytest.raises(InputError, match=r"must end in \.nii"):
        write_nifti(volume_on(GRID), tmp_path / "a.img")
    (tmp_path / "a.img").write_bytes(b"x")
    with pytest.raises(InputError, match=r"must end in \.nii"):
        read_nifti(tmp_path / "a.img", frame_of_reference="a")


def test_sizes_beyond_any_image_are_refused_before_they_are_read(tmp_path):
    path = write_nifti(volume_on(GRID), tmp_path / "a.nii")
    raw = bytearray(path.read_bytes())
    raw[40:48] = np.array([3, 32000, 32000, 32000], dtype="<i2").tobytes()
    path.write_bytes(raw)
    with pytest.raises(InputError, match="at most 8 GiB"):
        read_nifti(path, frame_of_reference="a")
