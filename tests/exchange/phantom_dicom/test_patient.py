"""The digital patient as files: read back, it holds what the equations say; files conform; same call, same bytes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import numpy as np
import pydicom
import pytest

from lutetia.dosimetry.geometric_transfer import region_contents
from lutetia.dosimetry.phantom import digital_patient
from lutetia.dosimetry.phantom_scan import Camera
from lutetia.dosimetry.region_measure import region_on
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.transform import RigidTransform
from lutetia.errors import InputError
from lutetia.exchange.dicom import read_ct, read_nm, read_pt, read_rtstruct, read_seg
from lutetia.exchange.phantom_dicom.patient import write_digital_patient

AT = datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=1)))
SMALL = {
    "camera": Camera(psf_fwhm_mm=0.0, acquisition_s=1800.0),
    "spect_shape": (64, 48, 48),
    "spect_spacing_mm": (9.6, 9.6, 9.6),
    "ct_shape": (64, 96, 96),
    "ct_spacing_mm": (9.6, 4.8, 4.8),
    "injected_at": AT,
}
ORGANS = ("left kidney", "right kidney", "spleen", "liver", "mesenteric tumour 40 mL")


@pytest.fixture(scope="module")
def patient():
    return digital_patient()


@pytest.fixture(scope="module")
def written(patient, tmp_path_factory):
    return write_digital_patient(
        tmp_path_factory.mktemp("patient"), patient, hours=(4.0, 96.0), shift_mm=8.0, turn_deg=4.0, seed=5, **SMALL
    )


def files_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_every_file_conforms(written, conforms):
    folder = written.folder
    assert sorted(path.name for path in folder.iterdir()) == ["1_4h", "2_96h", "truth.json"]
    for name in ("1_4h/nm.dcm", "1_4h/rtstruct.dcm", "1_4h/seg.dcm", "1_4h/ct/ct_0032.dcm", "2_96h/ct/ct_0001.dcm"):
        conforms(folder / name)


def test_structures_have_the_true_volumes_with_lesions_left_out_of_the_liver(written, patient):
    visit = written.visits[0]
    ct = read_ct(visit.ct).volume.geometry
    drawn, segments = read_rtstruct(visit.rtstruct, ct), read_seg(visit.seg, onto=ct)
    for name in ORGANS:
        within = 0.12 if "tumour" in name else 0.05  # slices of 9.6 mm
        assert drawn[name].volume_ml == pytest.approx(patient.volume_ml[name], rel=within), name
        assert segments[name].volume_ml == pytest.approx(patient.volume_ml[name], rel=within), name
        both = np.logical_and(drawn[name].mask(), segments[name].mask()).sum()
        assert both > 0.9 * segments[name].voxels
    holes = drawn["liver"].mask() & drawn["liver lesion 7 mL"].mask()
    assert not holes.any()


def test_counts_become_the_activity_in_the_field(written):
    """Counts over (calibration × duration × live fraction), at the middle of the scan: all from file and truth."""
    truth = json.loads(written.truth.read_text(encoding="utf-8"))
    camera = truth["camera"]
    for visit, told in zip(written.visits, truth["time_points"], strict=True):
        scan = read_nm(visit.images).at_middle()
        assert scan.volume.unit == "counts"
        assert scan.hours_after_injection_h == pytest.approx(told["middle_h"], abs=1e-6)
        per_mbq = camera["calibration_cps_per_mbq"] * camera["acquisition_s"] * told["live_fraction"]
        assert scan.volume.total() / per_mbq == pytest.approx(told["activity_in_field_mbq"], rel=2e-3)  # counts' noise
        assert scan.volume.frame_of_reference == told["frame_of_reference"]


def test_the_ct_of_a_later_visit_lies_where_the_truth_says(written):
    first, second = (read_ct(visit.ct).volume for visit in written.visits)
    told = json.loads(written.truth.read_text(encoding="utf-8"))["time_points"][1]
    back = RigidTransform.from_record(told["to_reference"])
    assert back.angle_deg == pytest.approx(4.0)
    kidney = read_rtstruct(written.visits[0].rtstruct, first.geometry)["left kidney"]
    carried = region_on(kidney, second.geometry, transform=back.inverse(), whole_voxels=True)
    assert second.array[carried.mask()].mean() == pytest.approx(first.array[kidney.mask()].mean(), abs=15)  # HU


@pytest.mark.parametrize("images", ["NM Bq/mL", "NM BQML", "PT NONE", "PT START", "PT ADMIN"])
def test_every_form_holds_the_same_activity_to_a_ten_thousandth(patient, tmp_path, images):
    written = write_digital_patient(tmp_path, patient, hours=(24.0,), images=images, structures_at="none", **SMALL)
    visit = written.visits[0]
    scan = (read_nm if images.startswith("NM") else read_pt)(visit.images).at_middle()
    assert scan.volume.unit == "Bq/mL"
    true = visit.scan.image
    assert scan.volume.geometry.same_grid(true.geometry)
    assert np.abs(scan.volume.array - true.array).max() < 2e-5 * true.array.max()  # half a stored step of 2⁻¹⁵
    organs = true.array > 0.1 * true.array.max()
    assert scan.volume.array[organs].sum() == pytest.approx(true.array[organs].sum(), rel=1e-4)
    assert scan.volume.total() == pytest.approx(true.total(), rel=1e-3)  # 16 bits leave few steps to the background
    assert scan.injection.activity_mbq == pytest.approx(7400)
    assert scan.injection.nuclide == "Lu-177"


def test_regions_drawn_on_the_ct_hold_their_activity_in_the_scan(patient, tmp_path):
    """Border voxels of the scan mix neighbours; the transfer matrix of the drawn regions takes them apart."""
    finer = {**SMALL, "ct_shape": (128, 128, 128), "ct_spacing_mm": (4.8, 3.6, 3.6)}
    written = write_digital_patient(tmp_path, patient, hours=(24.0,), images="NM Bq/mL", **finer)
    visit = written.visits[0]
    scan = read_nm(visit.images).at_middle().volume
    drawn = read_rtstruct(visit.rtstruct, read_ct(visit.ct).volume.geometry)
    regions = RegionSet(
        regions=tuple(region_on(region, scan.geometry, off_image_pct=30) for region in drawn.regions), overlaps="state"
    )
    found = region_contents(scan, regions)
    truth = json.loads(written.truth.read_text(encoding="utf-8"))["time_points"][0]["activity_mbq"]
    for name in ORGANS:
        assert found.total_of(name) == pytest.approx(truth[name], rel=0.03), name


def test_same_call_same_bytes(patient, tmp_path):
    small = {**SMALL, "spect_shape": (16,) * 3, "spect_spacing_mm": (40.0,) * 3}
    small |= {"ct_shape": (32, 48, 48), "ct_spacing_mm": (19.2, 9.6, 9.6)}
    for name in ("a", "b"):
        write_digital_patient(tmp_path / name, patient, hours=(4.0,), seed=2, **small)
    first, second = files_of(tmp_path / "a"), files_of(tmp_path / "b")
    assert list(first) == list(second)
    assert [str(name) for name in first if first[name] != second[name]] == []
    uids = pydicom.dcmread(tmp_path / "a" / "1_4h" / "nm.dcm")
    assert {uid.split(".")[:2] == ["2", "25"] for uid in (uids.SOPInstanceUID, uids.FrameOfReferenceUID)} == {True}


def test_what_is_written_can_be_chosen(patient, tmp_path):
    small = {**SMALL, "spect_shape": (16,) * 3, "spect_spacing_mm": (40.0,) * 3}
    written = write_digital_patient(tmp_path, patient, hours=(4.0, 24.0), ct_at="none", structures_at="none", **small)
    assert [(visit.ct, visit.rtstruct, visit.seg) for visit in written.visits] == [(None, None, None)] * 2
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["nm.dcm", "nm.dcm", "truth.json"]


def test_unknown_words_and_a_moment_without_zone_are_refused(patient, tmp_path):
    with pytest.raises(InputError) as caught:
        write_digital_patient(
            tmp_path,
            patient,
            images="SPECT",
            ct_at="last",
            structures_at="last",
            **{**SMALL, "injected_at": AT.replace(tzinfo=None)},
        )
    assert [fault.place for fault in caught.value.faults] == ["injected_at", "images", "ct_at", "structures_at"]
