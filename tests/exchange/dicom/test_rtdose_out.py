"""RTDOSE out: re-read by SimpleITK and by us, checked by dciodvfy, on any grid."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest

from lutetia.dosimetry.registration import simple_itk
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError
from lutetia.exchange.dicom.rtdose import read_rtdose
from lutetia.exchange.dicom.rtdose_out import write_rtdose


def dose_on(geometry, unit="Gy"):
    return Volume(array=np.random.default_rng(8).random(geometry.shape) ** 3 * 30, geometry=geometry, unit=unit)


@pytest.fixture
def write(phantom):
    def writing(dose, **other):
        return write_rtdose(dose, phantom.folder / "rd.dcm", phantom.study, at=phantom.scanned_at, **other)

    return writing


@pytest.mark.parametrize("bits", [16, 32])
def test_the_round_trip_is_within_half_a_stored_step(phantom, write, bits):
    dose = dose_on(phantom.ct.geometry)
    found = read_rtdose(write(dose, bits=bits))
    assert np.abs(found.array - dose.array).max() <= 0.51 * dose.array.max() / (2**bits - 1)
    assert found.geometry.same_grid(dose.geometry)
    assert found.array.mean() == pytest.approx(dose.array.mean(), rel=1e-4)


@pytest.mark.parametrize("axes", [(), (0,), (1, 2), (0, 1, 2)])
def test_simple_itk_reads_the_same_dose_at_the_same_place(phantom, write, turned, axes):
    """Another reader, on an oblique and mirrored SPECT grid."""
    dose = dose_on(phantom.activity.geometry.moved(turned)).flipped(*axes)
    sitk = simple_itk()
    image = sitk.ReadImage(str(write(dose)))
    array = sitk.GetArrayFromImage(image) * float(image.GetMetaData("3004|000e"))  # DoseGridScaling
    for index in ((0, 0, 0), (1, 2, 3), (4, 6, 7)):
        point = image.TransformIndexToPhysicalPoint(tuple(int(i) for i in index[::-1]))
        k, j, i = np.rint(dose.geometry.index_of(point)).astype(int)
        assert dose.geometry.world_mm((k, j, i)) == pytest.approx(point, abs=1e-3)
        assert array[index] == pytest.approx(dose.array[k, j, i], abs=dose.array.max() / 65_535)


def test_dciodvfy_finds_no_error(phantom, write, conforms):
    path = write(dose_on(phantom.ct.geometry), references=(("1.2.840.10008.5.1.4.1.1.2", "1.2.3"),))
    conforms(path)
    conforms(path.with_name("rd_plan.dcm"))


def test_what_the_header_says(phantom, write):
    path = write(dose_on(phantom.ct.geometry), comment="Local deposition.")
    dataset, plan = pydicom.dcmread(path), pydicom.dcmread(path.with_name("rd_plan.dcm"))
    assert (dataset.DoseUnits, dataset.DoseType, dataset.DoseComment) == ("GY", "PHYSICAL", "Local deposition.")
    assert dataset.FrameOfReferenceUID == phantom.frame
    assert dataset.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID == plan.SOPInstanceUID
    assert "Research use only" in dataset.SeriesDescription
    assert dataset.StudyInstanceUID == plan.StudyInstanceUID == phantom.study.study_uid
    bed = pydicom.dcmread(write(dose_on(phantom.ct.geometry, "BED Gy")))
    assert (bed.DoseType, bed.DoseComment) == ("EFFECTIVE", "BED, not absorbed dose.")


def test_a_plan_of_ones_own_is_named_and_none_written(phantom, write):
    path = write(dose_on(phantom.ct.geometry), plan=("1.2.840.10008.5.1.4.1.1.481.5", "1.2.9"))
    assert pydicom.dcmread(path).ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID == "1.2.9"
    assert not path.with_name("rd_plan.dcm").exists()


def test_the_same_dose_gives_the_same_file(phantom, write):
    dose = dose_on(phantom.ct.geometry)
    assert write(dose).read_bytes() == write(dose).read_bytes()


def test_the_hook_takes_names_out_of_every_file(phantom, write):
    def blank(dataset):
        dataset.PatientName = dataset.PatientID = ""

    path = write(dose_on(phantom.ct.geometry), deidentify=blank)
    for one in (path, path.with_name("rd_plan.dcm")):
        assert pydicom.dcmread(one).PatientName == ""
        assert b"MadeUp" not in one.read_bytes()


def test_what_is_no_dose_is_refused(phantom, write):
    dose = dose_on(phantom.ct.geometry)
    with pytest.raises(InputError, match="must not be negative"):
        write(dose.with_array(dose.array - 1))
    with pytest.raises(InputError, match="nothing but zeros"):
        write(dose.with_array(0 * dose.array))
    with pytest.raises(InputError, match="must be in Gy, BED Gy, EQD2 Gy"):
        write(phantom.activity)
    with pytest.raises(InputError, match="must be 16 or 32"):
        write(dose, bits=8)
    with pytest.raises(InputError, match="must be a DICOM UID"):
        write(dose.moved(RigidTransform.identity(phantom.frame, "phantom")))
