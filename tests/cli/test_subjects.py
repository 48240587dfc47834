"""Patients of files: all faults of all files at once, and nothing written when there is one."""

from __future__ import annotations

import pytest

DAY = ["--as-of", "2026-11-20"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            "ki67_pct: high\nfrail: maybe\n",
            ["line 1: ki67_pct: must be a number", "line 2: frail: must be true or false"],
        ),
        ("ki67_pct: 180\n", ["must lie between 0 and 100"]),
        ("hb_g_l: 12.8\n", ["hb_g_l: must lie between"]),
        ("ki67_pct: [8\n", ["well-formed YAML", "line"]),
        ("a: &x [1]\nb: *x\n", ["anchors"]),
    ],
)
def test_bad_records_are_refused_with_every_fault_and_nothing_is_written(tmp_path, refused, flat, content, says):
    bad = tmp_path / "bad.yaml"
    bad.write_text(content, encoding="utf-8")
    out = tmp_path / "sheets"
    err = refused("board", flat, bad, *DAY, "--format", "html", "--out", out)
    assert "bad.yaml" in err
    for words in says:
        assert words in err
    assert not out.exists()


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{kind: therapy_line, id: a, date: 1950-01-01, recorded_by: x, regimen: rlt}", "birth"),
        ("{kind: therapy_line, id: a, date: 2024-01-01, stop: 2023-01-01, recorded_by: x, regimen: rlt}", "start"),
        (
            "{kind: rlt_cycle, id: a, date: 2024-01-01, recorded_by: x, line: no, number: 1, activity_mbq: 7.4}",
            "7.4 GBq",
        ),
    ],
)
def test_a_course_that_cannot_be_is_refused_at_its_line(tmp_path, refused, entry, says):
    bad = tmp_path / "bad.yaml"
    bad.write_text(f"lutetia: course/1\npatient: {{id: A, birth: 1960}}\nentries:\n- {entry}\n", encoding="utf-8")
    err = refused("board", bad, *DAY, "--format", "pdf", "--out", tmp_path / "sheets")
    assert "line 4" in err
    assert says in err
    assert not (tmp_path / "sheets").exists()


def test_faults_of_several_files_come_together(tmp_path, refused):
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text("ki67_pct: high\n", encoding="utf-8")
    err = refused("board", tmp_path / "one.yaml", tmp_path / "two.yaml", *DAY)
    assert "one.yaml" in err
    assert "two.yaml" in err


def test_a_file_that_is_absent_is_named(refused):
    assert "absent.yaml" in refused("board", "absent.yaml", *DAY)
