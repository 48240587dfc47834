"""`lutetia course` as a person meets it."""

from __future__ import annotations

import json


def test_good_course_is_called_good(run, examples):
    result = run("course", "check", examples / "VO-01.yaml")
    assert result.exit_code == 0
    assert "good" in result.output


def test_every_fault_of_every_file_is_listed(run, tmp_path, examples):
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        "lutetia: course/1\npatient: {id: A}\nentries:\n"
        "- {kind: specimen, id: s, date: 2024-13-01, recorded_by: x, ki67: 5}\n",
        encoding="utf-8",
    )
    result = run("course", "check", bad, examples / "VO-01.yaml")
    assert result.exit_code == 2
    assert "2 faults" in result.output
    assert "line 4" in result.output
    assert "ki67_pct" in result.output  # the nearest known name is offered
    assert "VO-01.yaml: good" in result.output


def test_schema_is_json(run):
    assert json.loads(run("course", "schema").output)["properties"]["entries"]
