"""Dose reports: read by highdicom, checked by dciodvfy, numbers where they belong."""

from __future__ import annotations

import highdicom
import numpy as np
import pydicom
import pytest
from pydicom.sr.codedict import codes

from lutetia.dosimetry.region import Region
from lutetia.errors import InputError
from lutetia.exchange.dicom.seg_out import write_seg
from lutetia.exchange.dicom.sr_out import VoiDose, write_dose_sr

KIDNEY = VoiDose(name="kidney", dose_gy=3.21, std_error_gy=0.4, volume_ml=155.0, method="Voxel convolution", segment=1)
BED = VoiDose(name="lesion", dose_gy=41.0, kind="BED", segment=2)


@pytest.fixture
def seg(phantom):
    shares = np.zeros(phantom.ct.geometry.shape, dtype=bool)
    shares[1:3, 2:5, 3:7] = True
    regions = [Region(name=name, shares=shares, geometry=phantom.ct.geometry) for name in ("kidney", "lesion")]
    return write_seg(regions, phantom.folder / "seg.dcm", phantom.write_ct(), at=phantom.scanned_at)


def writing(phantom, seg, *doses, **other):
    return write_dose_sr(doses, phantom.folder / "sr.dcm", seg, at=phantom.scanned_at, **other)


def test_highdicom_finds_each_dose_on_its_segment(phantom, seg, conforms):
    path = writing(phantom, seg, KIDNEY, BED, observer="MadeUp^Physicist")
    report = highdicom.sr.srread(path)
    groups = report.content.get_volumetric_roi_measurement_groups()
    assert [group.tracking_identifier for group in groups] == ["kidney", "lesion"]
    (dose,) = groups[0].get_measurements(name=codes.DCM.MeanAbsorbedRadiationDose)
    assert (dose.value, dose.unit.value, dose.method.meaning) == (3.21, "Gy", "Voxel convolution")
    meanings = {one.name.meaning: one.value for one in groups[0].get_measurements()}
    assert meanings["Standard uncertainty (k = 1) of the absorbed dose"] == 0.4
    assert meanings["Volume"] == 155.0
    (bed,) = groups[1].get_measurements()
    assert bed.name.meaning == "Biologically effective dose"
    assert [group.referenced_segment.referenced_segment_numbers for group in groups] == [[1], [2]]
    assert report.StudyInstanceUID == phantom.study.study_uid
    conforms(path)


def test_the_hook_takes_names_out(phantom, seg):
    def blank(dataset):
        dataset.PatientName = dataset.PatientID = ""

    assert b"MadeUp" not in writing(phantom, seg, KIDNEY, deidentify=blank).read_bytes()


def test_every_fault_is_named(phantom, seg):
    wrong = VoiDose(name="spleen", dose_gy=-1.0, kind="dose", segment=7)
    with pytest.raises(InputError) as caught:
        writing(phantom, seg, KIDNEY, wrong)
    assert [fault.place for fault in caught.value.faults] == ["spleen", "spleen", "spleen"]
    with pytest.raises(InputError, match="at least one volume of interest"):
        writing(phantom, seg)
    with pytest.raises(InputError, match="must be a file that exists"):
        writing(phantom, phantom.folder / "none.dcm", KIDNEY)


def test_the_same_report_is_the_same_object(phantom, seg):
    first = pydicom.dcmread(writing(phantom, seg, KIDNEY)).SOPInstanceUID
    assert pydicom.dcmread(writing(phantom, seg, KIDNEY)).SOPInstanceUID == first
