"""`lutetia evidence check` as a person meets it."""

from __future__ import annotations

import json

PAPER = """\
paper: made-up
title: A trial that never was
source: made up
groups: [{id: all, n: 40}]
tables:
  - id: T1
    rows:
      - {id: men, kind: share, printed: "24 (60%)", of: all}
"""


def test_a_packaged_paper_shows_each_finding_with_its_computation(run):
    result = run("evidence", "check", "S000")
    assert result.exit_code == 0
    assert "hard  log-symmetry  T4/male/upper" in result.stdout
    assert "1.58² / 1.04 = 2.4" in result.stdout
    assert "12 hard, 9 soft findings. Read: 35 groups, 11 tables" in result.stdout
    assert "and 29 more" in result.stdout
    assert max(map(len, result.stdout.splitlines())) < 200


def test_json_has_every_cell(run):
    said = json.loads(run("evidence", "check", "S002", "--format", "json").stdout)
    assert said["paper"] == "S002"
    assert {finding["severity"] for finding in said["findings"]} == {"soft"}
    assert set(said["findings"][0]) == {"rule", "cells", "computed", "severity"}


def test_a_file_without_and_with_a_fault(run, tmp_path):
    path = tmp_path / "paper.yaml"
    path.write_text(PAPER, encoding="utf-8")
    good = run("evidence", "check", path)
    assert good.exit_code == 0
    assert "0 hard, 0 soft findings. Read: 1 groups, 1 tables, 1 rows; 21 rules." in good.stdout
    path.write_text(PAPER.replace("60%", "66%"), encoding="utf-8")
    found = run("evidence", "check", path)
    assert found.exit_code == 0  # a finding is a result
    assert "24/40 = 60 %, printed 66 %" in found.stdout


def test_a_file_wins_over_a_packaged_name(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "S000").write_text(PAPER, encoding="utf-8")
    assert "made-up" in run("evidence", "check", "S000").stdout


def test_bad_input_is_refused_with_its_place(refused, tmp_path):
    path = tmp_path / "paper.yaml"
    path.write_text(PAPER.replace('"24 (60%)"', "60.0"), encoding="utf-8")
    assert "line 8, tables[0].rows[0].printed: printed must be a text in quotes" in refused("evidence", "check", path)
    assert "must be one of the packaged papers, S000, S002" in refused("evidence", "check", "S999")
    assert "must exist" in refused("evidence", "check", tmp_path / "none.yaml")
