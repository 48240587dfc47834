"""Scans in: units, calibration, dead time, and the moment the numbers hold for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import yaml

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.nuclide import nuclide
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError
from lutetia.exchange.dose_study.scan_in import read_scan
from lutetia.exchange.dose_study.study import parse_dose_study, read_dose_study
from lutetia.exchange.nifti import write_nifti

HALF_LIFE_H = 159.528
INJECTED = datetime(2026, 3, 2, 9, tzinfo=UTC)
GRID = Geometry.regular((4, 4, 4), (10.0, 10.0, 10.0), frame_of_reference="visit")
KIDNEY_BQ_PER_ML = 2e6  # in the boxes of conftest


def scan_of(given, folder, number=0):
    study = parse_dose_study(yaml.safe_dump(given), "study.yaml")
    return read_scan(study.scans[number], study, folder, HALF_LIFE_H)


def test_activity_at_its_moment(data, images):
    read = scan_of(data, images)
    assert (read.after_h, read.frame_of_reference, read.counts_per_mbq) == (24.0, "visit", None)
    assert float(read.activity.array.max()) == pytest.approx(KIDNEY_BQ_PER_ML * 2 ** (-24 / 50), rel=1e-6)


def test_uncorrected_values_hold_for_the_middle(data, images):
    data["scans"][0].update(decay_correction="NONE", duration_s=3600)
    read = scan_of(data, images)
    assert read.after_h == 24.5
    assert "middle" in " ".join(read.activity.conventions)


def test_values_taken_back_to_the_injection_are_undone(data, images):
    data["scans"][0].update(decay_correction="ADMIN")
    read = scan_of(data, images)
    assert float(read.activity.array.max()) == pytest.approx(
        KIDNEY_BQ_PER_ML * 2 ** (-24 / 50) * 2 ** (-24 / HALF_LIFE_H), rel=1e-5
    )


def test_counts_with_calibration_and_dead_time_by_hand(data, tmp_path):
    # 900 counts a voxel in 100 s at 9 cps/MBq are 1 MBq; a camera that shows half of all events doubles it.
    counts = Volume(array=np.full(GRID.shape, 900.0), geometry=GRID, unit="counts")
    write_nifti(counts, tmp_path / "24.nii.gz")
    data["camera"].update(
        values="counts",
        counts="whole_acquisition",
        calibration={"cps_per_mbq": 9.0, "geometry": "made up", "measured_on": "2026-01-01"},
        dead_time={"model": "non_paralysable", "dead_time_s": 1e-6},
    )
    del data["camera"]["u_calibration_fraction"]
    for scan in data["scans"]:
        scan.update(duration_s=100, wide_spectrum_cps=500_000)
    read = scan_of(data, tmp_path)
    assert read.activity.converted("MBq").array[0, 0, 0] == pytest.approx(2.0, rel=1e-5)
    assert read.counts_per_mbq == pytest.approx(9 * 100 * 0.5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["scans"][0].pop("at"), "at: must be given for a NIfTI scan"),
        (lambda d: d["scans"][0].pop("frame"), "frame: must be given for a NIfTI scan"),
        (lambda d: d["scans"][0].update(decay_correction="NONE"), "duration_s: must be given"),
        (lambda d: d["scans"][0].update(at=(INJECTED - timedelta(hours=1)).isoformat()), "1.00 h before it"),
        (lambda d: d["scans"][0].update(unit="counts"), "must be given the unit it names, Bq/mL"),
        (
            lambda d: d["scans"][0].update(image="left.nii.gz"),
            "in a unit of activity or counts, but got fraction",
        ),
    ],
)
def test_what_a_scan_lacks_is_named(data, images, change, said):
    change(data)
    with pytest.raises(InputError) as error:
        scan_of(data, images)
    assert said in str(error.value)


def test_dicom_counts_become_the_activity_of_the_truth(patient):
    import json

    study = read_dose_study(patient)
    truth = json.loads((patient.parent / "truth.json").read_text(encoding="utf-8"))
    read = read_scan(study.scans[1], study, patient.parent, nuclide("Lu-177").half_life_h)
    point = truth["time_points"][1]
    assert read.after_h == pytest.approx(point["middle_h"], abs=1e-3)
    assert read.activity.total() == pytest.approx(point["activity_in_field_mbq"], rel=0.01)


def test_activity_is_refused_where_the_header_says_counts(patient):
    study = read_dose_study(patient)
    given = study.model_dump(mode="json", exclude_none=True)
    given["camera"] = {**given["camera"], "values": "activity"}
    for name in ("counts", "calibration"):
        del given["camera"][name]
    changed = parse_dose_study(yaml.safe_dump(given), "study.yaml")
    with pytest.raises(InputError, match="names no unit of activity"):
        read_scan(changed.scans[0], changed, patient.parent, HALF_LIFE_H)


def test_another_nuclide_in_the_header_is_refused(patient):
    given = read_dose_study(patient).model_dump(mode="json", exclude_none=True) | {"nuclide": "Y-90"}
    changed = parse_dose_study(yaml.safe_dump(given), "study.yaml")
    with pytest.raises(InputError, match="must be a scan of Y-90, as declared, but got Lu-177"):
        read_scan(changed.scans[0], changed, patient.parent, 64.1)


def test_another_injection_in_the_header_is_an_alarm(patient):
    study = read_dose_study(patient)
    given = study.model_dump(mode="json", exclude_none=True)
    given["administration"]["injected_at"] = (study.administration.injected_at - timedelta(hours=2)).isoformat()
    changed = parse_dose_study(yaml.safe_dump(given), "study.yaml")
    read = read_scan(changed.scans[0], changed, patient.parent, HALF_LIFE_H)
    assert "the header says injected at" in read.alarms[0]
