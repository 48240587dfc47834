"""A study put together: times, regions, density, blood; and every fault of its files in one refusal."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.exchange.dose_study.assemble import assemble, calibration_alarms, net_faults
from lutetia.exchange.dose_study.study import DoseStudy

INJECTED = "2026-03-02T09:00:00+00:00"


def test_the_series_holds_what_was_declared(data, write):
    told = []
    made = assemble(write(data), told=lambda step, done=0, total=0: told.append(step))
    assert list(made.series.times_h) == [24, 72, 120, 168]
    assert made.series.regions.names == ("left", "right", "spine")
    assert made.series.administered_mbq == 7400
    assert made.series.u_calibration_fraction == 0.03
    assert made.ct is None
    assert made.series.density is None
    assert "No CT of the reference scan" in made.conventions[-1]
    assert "reading 72 h" in told


def test_blood_that_holds_for_the_injection_is_decayed_to_the_draw(data, write):
    data["blood"] = {"hold_for": "injection", "samples": [{"at": "2026-03-09T00:31:40.8+00:00", "kbq_per_ml": 8.0}]}
    blood = assemble(write(data)).series.blood
    assert blood.times_h == pytest.approx([159.528], abs=1e-3)  # one half-life of 177Lu
    assert blood.kbq_per_ml == pytest.approx([4.0], rel=1e-4)


def test_faults_of_many_files_come_at_once(data, refused, tmp_path):
    (tmp_path / "72.nii.gz").write_bytes(b"\x1f\x8b broken")
    data["scans"][2]["image"] = "nowhere.nii.gz"
    data["outlines"]["nifti"]["left"] = "lost.nii.gz"
    data["nuclide"] = "Lu-177"
    said = refused(data)
    assert "3 faults" in said
    assert "scans[1] (72 h): 72.nii.gz: must be a complete NIfTI file" in said
    assert "scans[2] (120 h)" in said
    assert "outlines: " in said
    assert "lost.nii.gz" in said


def test_a_truncated_dicom_file_is_named(patient, tmp_path):
    import shutil

    folder = tmp_path / "cut"
    shutil.copytree(patient.parent, folder)
    path = folder / "3_96h" / "nm.dcm"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError) as error:
        assemble(folder / "study.yaml")
    assert "scans[2] (96 h)" in str(error.value)
    assert "nm.dcm" in str(error.value)


def test_a_wrong_day_of_the_activity_measurement_is_refused(data, refused):
    """28 days of decay leave 365 of 7400 MBq: no activity that is given."""
    measured = {"activity_mbq": 7400, "at": "2026-02-02T09:00:00+00:00"}
    data["administration"] = {"injected_at": INJECTED, "measured": measured, "residual": {"unknown": "not_done"}}
    data["radiopharmaceutical"] = "[177Lu]Lu-DOTATATE"
    said = refused(data)
    assert "must leave between 1000 and 15000 MBq" in said
    assert "check the three moments" in said


def test_nothing_left_after_the_residual_is_a_fault():
    assert net_faults(-3.0, None)[0].got == "-3 MBq"
    assert net_faults(7400.0, "[177Lu]Lu-DOTATATE") == []


@pytest.mark.parametrize(
    ("measured_on", "said"),
    [
        ("2026-03-02", ()),
        ("2025-03-02", ()),
        ("2025-02-28", ("367 days before",)),
        ("2026-03-03", ("1 days after",)),
    ],
)
def test_a_calibration_of_an_odd_date_is_an_alarm(data, measured_on, said):
    data["camera"].pop("u_calibration_fraction")
    calibration = {"cps_per_mbq": 9.0, "geometry": "cylinder", "measured_on": measured_on}
    data["camera"] |= {"values": "counts", "counts": "per_second", "calibration": calibration}
    alarms = calibration_alarms(DoseStudy.model_validate(data))
    assert len(alarms) == len(said)
    assert all(part in alarm for part, alarm in zip(said, alarms, strict=True))


def test_an_unknown_nuclide_is_refused(data, refused):
    data["nuclide"] = "Xx-999"
    assert "nuclide: " in refused(data)


def test_a_mask_off_the_image_is_refused(data, refused, tmp_path):
    from lutetia.dosimetry.geometry import Geometry
    from lutetia.dosimetry.region import Region
    from lutetia.exchange.nifti import write_nifti

    far = Geometry.regular((12, 12, 12), (10.0,) * 3, first_voxel_mm=(900, 0, 0), frame_of_reference="visit")
    for name in ("left", "right", "spine"):
        shares = np.zeros(far.shape, bool)
        shares[2:5, 2:5, {"left": 2, "right": 5, "spine": 8}[name]] = True
        write_nifti(Region(name=name, shares=shares, geometry=far), tmp_path / f"{name}.nii.gz")
    said = refused(data)
    assert "must lie on the image" in said
    assert "100.0 %" in said


def test_the_digital_patient_is_assembled_with_ct_and_density(patient_outcome):
    made = patient_outcome.assembled
    assert made.series.density.unit == "g/mL"
    assert made.ct.series.modality == "CT"
    assert made.series.recovery.form == "gear_2018"
    assert sum(1 for one in made.laid.values() if one.found is not None) == 3
    assert all(point.counts_per_mbq > 0 for point in made.series.time_points)
