"""Scans laid on the reference: one frame, recorded motions, and motions that are searched."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lutetia.dosimetry.transform import RigidTransform
from lutetia.exchange.dose_study.assemble import assemble


def recorded(from_frame="second", to_frame="visit"):
    shift = [0.0, 0.0, 10.0]
    return {"rotation": np.eye(3).tolist(), "translation_mm": shift, "from_frame": from_frame, "to_frame": to_frame}


def test_one_frame_needs_no_motion(data, write):
    assert all(one.to_reference is None for one in assemble(write(data)).laid.values())


def test_mixed_frames_without_a_way_are_refused_all_of_them(data, refused):
    for scan in data["scans"][1:3]:
        scan["frame"] = "second"
    said = refused(data)
    assert "2 faults" in said
    assert "scans[1] (72 h): 72.nii.gz: must lie in the frame of reference of the reference scan, visit" in said
    assert "but got second" in said
    assert "method: rigid" in said


def test_a_recorded_motion_from_a_file_and_from_the_declaration(data, write, tmp_path):
    data["registration"] = {"method": "recorded"}
    (tmp_path / "t.json").write_text(json.dumps(recorded()), encoding="utf-8")
    for scan in data["scans"][1:]:
        scan["frame"] = "second"
        scan["transform"] = {name: recorded()[name] for name in ("rotation", "translation_mm")}
    data["scans"][1]["transform"] = "t.json"
    laid = assemble(write(data)).laid
    for name in ("72 h", "120 h"):
        assert laid[name].to_reference.apply_mm([0, 0, 0]) == pytest.approx([0, 0, 10])
        assert laid[name].to_reference.to_frame == "visit"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("not json", "must be a JSON file with rotation"),
        ("[1]", "must hold a mapping"),
        ("{}", "rotation"),
        (json.dumps(recorded(from_frame="third")), "from_frame: must be second, the frame of the scan, but got third"),
    ],
)
def test_a_bad_recorded_motion_is_refused(data, refused, tmp_path, content, said):
    data["registration"] = {"method": "recorded"}
    (tmp_path / "t.json").write_text(content, encoding="utf-8")
    for scan in data["scans"][1:]:
        scan.update(frame="second", transform="t.json")
    assert said in refused(data)


def test_the_motion_of_the_digital_patient_is_found(patient, patient_outcome):
    truth = json.loads((patient.parent / "truth.json").read_text(encoding="utf-8"))
    for point, (name, laid) in zip(truth["time_points"], patient_outcome.assembled.laid.items(), strict=True):
        if laid.to_reference is None:
            continue
        true = RigidTransform.from_record(point["to_reference"])
        kidneys = np.array([[60.0, 40.0, 300.0], [-60.0, 40.0, 300.0]])
        found = np.linalg.norm(laid.to_reference.apply_mm(kidneys) - true.apply_mm(kidneys), axis=1)
        assert found.max() < 5.0, name  # a quarter of a voxel of the coarse CT (19.2 mm along the body)


def test_the_same_scans_give_the_same_motion_to_the_last_digit(patient, patient_outcome):
    again = assemble(patient)
    for name, laid in patient_outcome.assembled.laid.items():
        if laid.to_reference is not None:
            assert (laid.to_reference.matrix == again.laid[name].to_reference.matrix).all(), name
