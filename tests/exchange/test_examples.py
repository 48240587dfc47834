"""The example patients: all fourteen are there, in order, and each stands before the board on the board day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lutetia.course.timeline import Timeline
from lutetia.errors import DataFileError
from lutetia.exchange import examples
from lutetia.exchange.courses import read_course
from lutetia.exchange.examples import BOARD_DAY, FOLDER, course_files

COURSES = pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)


def test_all_fourteen_come_in_order() -> None:
    assert [path.name for path in course_files()] == [f"VO-{number:02d}.yaml" for number in range(1, 15)]


def test_the_board_sits_on_a_working_day() -> None:
    assert date(2026, 11, 20) == BOARD_DAY
    assert BOARD_DAY.weekday() == 4  # a Friday


def test_without_the_folder_the_error_says_where_it_must_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(examples, "FOLDER", tmp_path)
    with pytest.raises(DataFileError, match="examples/courses of the repository"):
        course_files()


@COURSES
def test_question_is_put_on_the_board_day_and_nothing_comes_later(path: Path) -> None:
    timeline = Timeline(read_course(path), BOARD_DAY)
    assert [str(entry.date) for entry in timeline.known("board_question")] == ["2026-11-20"]
    assert timeline.left_out() == ()
    assert timeline.not_yet_recorded() == ()


@COURSES
def test_every_course_has_a_past_and_several_authors(path: Path) -> None:
    course = read_course(path)
    assert {"diagnosis", "specimen", "staging", "ct_mri", "clinic_visit"} <= {e.kind for e in course.entries}
    haemoglobin = [e for e in course.entries if e.kind == "laboratory" and e.analyte == "haemoglobin"]
    assert len(haemoglobin) >= 2
    assert len({entry.recorded_by for entry in course.entries}) >= 6


def test_readme_says_that_all_patients_are_made_up() -> None:
    assert "All patients are made up" in (FOLDER.parent / "README.md").read_text(encoding="utf-8")
