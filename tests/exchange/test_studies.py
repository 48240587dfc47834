"""Study files: every fault with its line, and the courses they name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lutetia.cohort.source import CourseSource
from lutetia.errors import InputError
from lutetia.exchange.cohort_mapping import read_mapping
from lutetia.exchange.courses import dump_course
from lutetia.exchange.studies import courses_of, load_study, parse_study, read_study
from lutetia.exchange.synthetic import itanet_like

ROOT = Path(__file__).resolve().parents[2]
GOOD = """\
lutetia: study/1
title: test
courses: {files: [a.yaml]}
data_cut_off: 2020-12-31
time_zero: {event: line_start, line: 1}
exposure:
  groups:
  - {group: SSA-RLT, lines: {1: [SSA], 2: [RLT]}}
follow_up: {partial_dates: midpoint, without_event: last_contact, new_line: ignore, undated_progression: leave_out,
            death: competing, lines_complete: assumed}
endpoints:
- {endpoint: OS}
"""


def faults_of(text: str) -> list[str]:
    with pytest.raises(InputError) as refused:
        parse_study(text, "s.yaml")
    return [str(fault) for fault in refused.value.faults]


def test_a_good_study_is_read():
    study = parse_study(GOOD, "s.yaml")
    assert study.exposure.groups[0].lines == {1: ("SSA",), 2: ("RLT",)}
    assert str(study.data_cut_off) == "2020-12-31"


def test_every_fault_comes_with_its_line():
    text = (
        GOOD.replace("2020-12-31", "2020-12")
        .replace("2: [RLT]", "2: [PRRT]")
        .replace("new_line: ignore, ", "")
        .replace("{endpoint: OS}", "{endpoint: OSS}")
        .replace("title: test", "titel: test")
    )
    faults = faults_of(text)
    assert [fault.split(":")[0] for fault in faults] == [
        "line 1, title",
        "line 2, titel",
        "line 4, data_cut_off",
        "line 8, exposure.groups[0].lines[2]",
        "line 9, follow_up.new_line",
        "line 12, endpoints[0].endpoint",
    ]
    assert "Did you mean title?" in faults[1]
    assert "treatments must be among" in faults[3]
    assert "Add new_line: a new line before progression" in faults[4]


def test_what_must_hold_between_parts_is_said_once_each_part_is_right():
    (fault,) = faults_of(GOOD + "subgroups:\n- {covariate: sex}\n")
    assert fault.startswith(
        "line 14, subgroups[0].covariate: subgroups must name a declared covariate (none is declared)"
    )


@pytest.mark.parametrize(("text", "said"), [("- a\n", "must be a mapping"), (GOOD + "title: again\n", "given once")])
def test_what_is_no_study_is_refused(text, said):
    assert said in faults_of(text)[0]


def test_the_example_study_has_its_courses():
    file = load_study(ROOT / "examples" / "itanet-like" / "study.yaml")
    assert len(file.courses) == 237
    assert file.origin == "made up: itanet_like, 201 + 36 patients, seed 1"
    assert all(course.made_up for course in file.courses)


def test_courses_come_from_folders_and_files_beside_the_study(tmp_path):
    folder = tmp_path / "courses"
    folder.mkdir()
    for course in itanet_like(2, 1):
        (folder / f"{course.patient.id}.yaml").write_text(dump_course(course), encoding="utf-8")
    (folder / "notes.txt").write_text("not a course", encoding="utf-8")
    courses, origin = courses_of(CourseSource(folder="courses"), tmp_path)
    assert ([c.patient.id for c in courses], origin) == (["MU-1-0001", "MU-1-0002"], "folder courses")
    courses, _ = courses_of(CourseSource(files=["courses/MU-1-0002.yaml"]), tmp_path)
    assert courses == itanet_like(2, 1)[1:]


def test_null_cohorts_are_made():
    courses, origin = courses_of(CourseSource(synthetic="null", patients=3, seed=2, mean_wait_months=0), Path())
    assert len(courses) == 3
    assert "mean wait 0 months" in origin


def test_the_faults_of_all_course_files_come_together(tmp_path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(
            "lutetia: course/1\npatient: {id: A}\nentries: [{kind: nothing}]\n", encoding="utf-8"
        )
    with pytest.raises(InputError) as refused:
        courses_of(CourseSource(files=["a.yaml", "b.yaml"]), tmp_path)
    places = [fault.place for fault in refused.value.faults]
    assert "a.yaml, line 3" in places[0]
    assert "b.yaml, line 3" in places[1]


def test_an_empty_or_absent_folder_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    for name, said in (("empty", "none"), ("absent", "no such folder")):
        with pytest.raises(InputError, match=said):
            courses_of(CourseSource(folder=name), tmp_path)


def test_a_study_file_is_read_from_disk(tmp_path):
    (tmp_path / "s.yaml").write_text(GOOD, encoding="utf-8")
    assert read_study(tmp_path / "s.yaml").title == "test"


def test_the_declarations_in_the_docs_are_good(tmp_path):
    text = (ROOT / "docs" / "cohort" / "declaration.md").read_text(encoding="utf-8")
    study, mapping = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert parse_study(study, "docs.yaml").covariates[1].levels == ("<=10", ">10")
    (tmp_path / "mapping.yaml").write_text(mapping, encoding="utf-8")
    assert read_mapping(tmp_path / "mapping.yaml").patients["sex"].column == "Sex"
