"""`lutetia cohort report` as a person meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

STUDY = Path(__file__).resolve().parents[1] / "reports" / "cohort_study.yaml"
SOURCE = "{synthetic: itanet_like, patients: 90, seed: 5, investigational: 4}"


@pytest.fixture(scope="module")
def declared():
    return STUDY.read_text(encoding="utf-8")


def test_the_numbers_alone_are_written_and_named(run, tmp_path):
    out = tmp_path / "out"
    result = run("cohort", "report", STUDY, "--out", out, "--format", "tables", "--as-of", "2026-11-20", "--seed", 4)
    assert result.exit_code == 0, result.output
    assert f"{out}/analysis-data.csv" in result.output
    assert "tables: " in result.output
    assert "90 of 94 patients analysed." in result.output
    assert "do not read it as the effect of treatment" in result.output
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["as_of"], manifest["seed"], manifest["made_up"]) == ("2026-11-20", 4, "All patients are made up.")
    assert manifest["inputs"][0]["file"] == "cohort_study.yaml"
    assert (out / "analysis.R").read_text(encoding="utf-8").startswith("# A small made-up cohort")


def test_help_has_examples(run):
    result = run("cohort", "report", "--help")
    assert result.exit_code == 0
    assert "lutetia cohort report examples/itanet-like/study.yaml --out" in result.output


def test_a_folder_with_files_is_refused_before_any_work(refused, tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert "--overwrite" in refused("cohort", "report", "no-such-study.yaml", "--out", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("adjust_for: [sex,", "adjust_for: [height,", "emulation must name a declared covariate"),
        ("{covariate: sex}", "{covariate: shoe_size}", "subgroups must name a declared covariate"),
        ("{name: sex, reference: female}", "{name: sexx}", "name must be one of"),
        (SOURCE, "{folder: empty}", "must hold course files"),
        ("line: {number: 2}}", "line: {number: 9}}", "must leave a patient to analyse, but got none of 94"),
    ],
)
def test_a_bad_declaration_is_refused_and_nothing_is_written(refused, tmp_path, declared, old, new, said):
    assert old in declared
    study = tmp_path / "study.yaml"
    study.write_text(declared.replace(old, new), encoding="utf-8")
    (tmp_path / "empty").mkdir()
    assert said in refused("cohort", "report", study, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_compared_group_without_patients_is_named_with_the_counts(refused, tmp_path, declared):
    study = tmp_path / "study.yaml"
    text = declared.replace("SSA-RLT, lines: {1: [SSA], 2: [RLT]}", "SSA-RLT, lines: {1: [SSA], 2: [IFN]}")
    study.write_text(text, encoding="utf-8")
    said = refused("cohort", "report", study, "--out", tmp_path / "out")
    assert "SSA-RLT must have a patient to be compared, but got none (SSA-other " in said


def test_a_missing_file_and_a_course_with_faults_are_named(refused, run, tmp_path, declared):
    assert "the file must exist" in refused("cohort", "report", tmp_path / "gone.yaml", "--out", tmp_path / "out")
    run("cohort", "synthesise", "--out", tmp_path / "courses", "--patients", 3)
    course = tmp_path / "courses" / "MU-1-0002.yaml"
    text = course.read_text(encoding="utf-8")
    course.write_text(text.replace("sex: female", "sex: purple").replace("sex: male", "sex: purple"), encoding="utf-8")
    study = tmp_path / "study.yaml"
    study.write_text(declared.replace(SOURCE, "{folder: courses}"), encoding="utf-8")
    said = refused("cohort", "report", study, "--out", tmp_path / "out")
    assert "MU-1-0002.yaml, line " in said
    assert 'sex must be one of female, male, but got "purple"' in said


def test_a_bad_day_is_refused(refused, tmp_path):
    assert "YYYY-MM-DD" in refused("cohort", "report", STUDY, "--out", tmp_path / "out", "--as-of", "tomorrow")


def test_without_the_drawer_the_numbers_can_still_be_had(refused, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    said = refused("cohort", "report", STUDY, "--out", tmp_path / "out")
    assert "vl-convert-python: must be installed to draw figures" in said
    assert "--format tables" in said
