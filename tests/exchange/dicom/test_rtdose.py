"""RTDOSE in: frames by offset or by z, units and types, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError
from lutetia.exchange.dicom.rtdose import read_rtdose
from lutetia.exchange.dicom.rtdose_out import write_rtdose


@pytest.fixture
def dose(phantom):
    values = np.random.default_rng(8).random(phantom.ct.geometry.shape) * 30
    return Volume(array=values, geometry=phantom.ct.geometry, unit="Gy")


@pytest.fixture
def path(phantom, dose):
    return write_rtdose(dose, phantom.folder / "rd.dcm", phantom.study, at=phantom.scanned_at)


def test_absolute_z_offsets_are_understood(path, edit, dose):
    z0 = float(dose.geometry.affine[2, 3])
    edit(path, lambda dataset: setattr(dataset, "GridFrameOffsetVector", [z0 + 3 * k for k in range(6)]))
    assert read_rtdose(path).geometry.same_grid(dose.geometry)


def test_falling_offsets_mirror_the_grid(path, edit, dose):
    def fall(dataset):
        dataset.GridFrameOffsetVector = [-3 * k for k in range(6)]

    edit(path, fall)
    found = read_rtdose(path)
    assert found.geometry.is_mirrored
    assert found.geometry.world_mm((2, 0, 0)) == pytest.approx(dose.geometry.world_mm((-2, 0, 0)))


def test_a_weighted_dose_must_be_named(phantom, dose):
    bed = dose.with_array(dose.array, unit="BED Gy")
    path = write_rtdose(bed, phantom.folder / "bed.dcm", phantom.study, at=phantom.scanned_at)
    with pytest.raises(InputError, match="DoseType PHYSICAL"):
        read_rtdose(path)
    found = read_rtdose(path, effective_as="BED Gy")
    assert found.unit == "BED Gy"
    assert "not absorbed dose" in found.conventions[1]


def change(**elements):
    return lambda dataset: [setattr(dataset, name, value) for name, value in elements.items()]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (change(DoseUnits="RELATIVE"), "DoseUnits RELATIVE"),
        (change(DoseGridScaling="0"), "DoseGridScaling above 0"),
        (change(GridFrameOffsetVector=[0, 3, 6, 9, 12, 16]), "even distances"),
        (change(GridFrameOffsetVector=[0, 3, 6]), "6 entries"),
        (change(GridFrameOffsetVector=[5, 8, 11, 14, 17, 20]), "start GridFrameOffsetVector at 0"),
        (change(DoseType="ERROR"), "DoseType PHYSICAL"),
        (change(SOPClassUID="1.2.840.10008.5.1.4.1.1.2"), "must be an RTDOSE"),
        (lambda dataset: delattr(dataset, "PixelData"), "pixel data"),
        (lambda dataset: delattr(dataset, "ImagePositionPatient"), "ImagePositionPatient"),
    ],
)
def test_what_is_no_dose_map_is_refused(path, edit, how, words):
    edit(path, how)
    with pytest.raises(InputError) as caught:
        read_rtdose(path)
    assert words in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="must be a file that exists"):
        read_rtdose(tmp_path / "none.dcm")
