"""Maps, regions and doses as DICOM and NIfTI, read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import highdicom
import nibabel
import numpy as np
import pytest

from lutetia.dosimetry.region import Region
from lutetia.exchange.dicom.rtdose import read_rtdose
from lutetia.exchange.dicom.seg import read_seg
from lutetia.exchange.dose_study.images_out import (
    NO_DICOM,
    dose_of,
    in_whole_voxels,
    reference_files,
    voi_doses,
    write_images,
)

AT = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(patient_outcome, tmp_path_factory):
    place = tmp_path_factory.mktemp("images")
    assert write_images(patient_outcome, place, at=AT) == ()
    return place


def test_the_dose_comes_back_from_rtdose_and_nifti(folder, patient_outcome):
    dose = dose_of(patient_outcome)
    read = read_rtdose(folder / "dose.rtdose.dcm")
    step_gy = float(dose.array.max()) / (2**16 - 1)
    assert np.abs(read.array - dose.array).max() <= step_gy
    assert read.frame_of_reference == dose.frame_of_reference
    assert pytest.approx(dose.array, rel=1e-6) == nibabel.load(folder / "dose.nii.gz").get_fdata().T


def test_the_time_integrated_activity_comes_back(folder, patient_outcome):
    image = nibabel.load(folder / "tia.nii.gz")
    per_ml = patient_outcome.cycle.tia_map.converted("MBq h/mL")
    assert np.abs(image.get_fdata().T - per_ml.array).max() <= 1e-6 * per_ml.array.max()


def test_the_regions_come_back_from_the_seg(folder, patient_outcome):
    read = read_seg(folder / "regions.seg.dcm")
    regions = patient_outcome.assembled.series.regions
    assert tuple(region.name for region in read.regions) == regions.names
    for region in read.regions:
        assert region.volume_ml == pytest.approx(regions[region.name].volume_ml, rel=1e-6)


def test_the_doses_come_back_from_the_sr(folder, patient_outcome):
    report = highdicom.sr.srread(folder / "report.sr.dcm")
    groups = report.content.get_volumetric_roi_measurement_groups()
    first = patient_outcome.cycle.regions[0]
    values = [float(found.value) for found in groups[0].get_measurements()]
    assert first.dose.gy == pytest.approx(values[0], rel=1e-6)
    assert len(groups) == len(voi_doses(patient_outcome))


def test_nifti_alone_writes_no_dicom_and_says_so(outcome, tmp_path):
    assert reference_files(outcome) == ()
    assert write_images(outcome, tmp_path, at=AT) == (NO_DICOM,)
    assert "dose.nii.gz" in {path.name for path in tmp_path.iterdir()}
    assert not list(tmp_path.glob("*.dcm"))


def test_without_a_map_nothing_is_drawn_of_it(patient_outcome, tmp_path):
    bare = replace(patient_outcome, cycle=replace(patient_outcome.cycle, dose_map=None))
    assert "No dose map was asked for" in write_images(bare, tmp_path, at=AT)[0]
    assert not (tmp_path / "dose.rtdose.dcm").exists()


def test_shares_of_voxels_become_whole_ones(outcome):
    geometry = outcome.cycle.outlines.geometry
    shares = np.zeros(geometry.shape, np.float32)
    shares[0, 0, :2] = (0.6, 0.4)
    assert in_whole_voxels(Region(name="a", shares=shares, geometry=geometry)).voxels == 1
    shares[0, 0, 0] = 0.3
    assert not in_whole_voxels(Region(name="a", shares=shares, geometry=geometry)).is_whole_voxels
