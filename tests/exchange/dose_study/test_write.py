"""Everything a study writes: the names, the same bytes twice, and a moment with its zone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lutetia.errors import InputError
from lutetia.exchange.courses import read_course
from lutetia.exchange.dose_study.write import write_outcome

AT = datetime(2026, 3, 20, 12, tzinfo=UTC)
NAMES = {
    "dose.json",
    "regions.csv",
    "curves.csv",
    "dvh.csv",
    "budget.csv",
    "ledger.csv",
    "plan.csv",
    "dose.nii.gz",
    "tia.nii.gz",
    "dose.rtdose.dcm",
    "dose.rtdose_plan.dcm",
    "regions.seg.dcm",
    "report.sr.dcm",
    "course.yaml",
}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_same_outcome_and_moment_same_bytes(patient, patient_outcome, tmp_path):
    course = read_course(patient.parent / "course.yaml")
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert write_outcome(patient_outcome, tmp_path / name, at=AT, course=course) == ()
        found.append(contents(tmp_path / name))
    assert {*found[0]} >= NAMES
    different = [name for name in found[0] if found[0][name] != found[1][name]]
    assert different == []


def test_a_moment_without_a_zone_is_refused(outcome, tmp_path):
    with pytest.raises(InputError, match="must have a time zone"):
        write_outcome(outcome, tmp_path, at=datetime(2026, 3, 20))
    assert list(tmp_path.iterdir()) == []


def test_without_a_course_the_sentence_says_what_to_do(outcome, tmp_path):
    assert "give --course" in write_outcome(outcome, tmp_path, at=AT)[0]
    assert not (tmp_path / "course.yaml").exists()
