"""The inputs of a study with their checksums."""

from __future__ import annotations

import hashlib

from lutetia.exchange.dose_study.inputs import study_inputs
from lutetia.exchange.dose_study.study import read_dose_study


def test_every_named_file_has_its_checksum(data, write):
    path = write(data)
    found = {one.name: one.sha256 for one in study_inputs(path, read_dose_study(path))}
    files = [f"{name}.nii.gz" for name in (24, 72, 120, 168, "left", "right", "spine")]
    assert list(found) == ["study.yaml", *files]
    assert found["left.nii.gz"] == hashlib.sha256((path.parent / "left.nii.gz").read_bytes()).hexdigest()


def test_folders_come_file_by_file(patient):
    names = [one.name for one in study_inputs(patient, read_dose_study(patient))]
    assert "1_4h/ct/ct_0001.dcm" in names
    assert "1_4h/nm.dcm" in names
    assert "spheres.csv" in names
    assert len(names) == len(set(names))
