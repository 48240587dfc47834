"""The inputs of a study: every file that was read, with its checksum."""

from __future__ import annotations

import hashlib

import pytest

from lutetia.cohort.source import CourseSource, CsvSource
from lutetia.exchange.study_inputs import study_inputs


def lay(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def sums(*names):
    return tuple((name, hashlib.sha256(name.encode()).hexdigest()) for name in names)


def test_a_folder_gives_its_courses_by_name(tmp_path):
    lay(tmp_path, "study.yaml", "courses/b.yaml", "courses/a.json", "courses/readme.txt")
    found = study_inputs(tmp_path / "study.yaml", CourseSource(folder="courses"))
    assert found == sums("study.yaml", "courses/a.json", "courses/b.yaml")


def test_tables_and_mapping(tmp_path):
    lay(tmp_path, "study.yaml", "p.csv", "l.csv", "m.yaml")
    source = CourseSource(csv=CsvSource(patients="p.csv", lines="l.csv", mapping="m.yaml"))
    assert study_inputs(tmp_path / "study.yaml", source) == sums("study.yaml", "p.csv", "l.csv", "m.yaml")


def test_files_and_made_up_cohorts(tmp_path):
    lay(tmp_path, "study.yaml", "a.yaml")
    assert study_inputs(tmp_path / "study.yaml", CourseSource(files=("a.yaml",))) == sums("study.yaml", "a.yaml")
    made = CourseSource(synthetic="null", patients=3, seed=1)
    assert study_inputs(str(tmp_path / "study.yaml"), made) == sums("study.yaml")


def test_a_file_that_is_gone_is_an_error(tmp_path):
    lay(tmp_path, "study.yaml")
    with pytest.raises(FileNotFoundError):
        study_inputs(tmp_path / "study.yaml", CourseSource(files=("gone.yaml",)))
