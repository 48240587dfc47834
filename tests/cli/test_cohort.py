"""`lutetia cohort` as a person meets it."""

from __future__ import annotations

import csv
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "itanet-like" / "study.yaml"


def test_check_prints_flow_groups_endpoints_and_conventions(run, tmp_path):
    result = run("cohort", "check", EXAMPLE, "--out", tmp_path / "rows.csv")
    assert result.exit_code == 0, result.output
    for said in (
        "Screened: 237",
        "no investigational treatment: 36 not met",
        "Analysed: 201",
        "SSA-RLT: ",
        "PFS1: 201",
    ):
        assert said in result.output
    assert "the groups are known at the start of line 2, after time zero" in result.output
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 201
    assert rows[0]["PFS1_cause"] == "progression"


def test_synthesise_writes_courses_that_check_well(run, tmp_path):
    result = run("cohort", "synthesise", "--out", tmp_path, "--patients", 3, "--seed", 4, "--investigational", 1)
    assert result.output.endswith("4 made-up courses\n")
    files = sorted(tmp_path.glob("*.yaml"))
    assert [path.stem for path in files] == [f"MU-4-000{n}" for n in (1, 2, 3, 4)]
    assert run("course", "check", *files).exit_code == 0
    before = [path.read_bytes() for path in files]
    run("cohort", "synthesise", "--out", tmp_path, "--patients", 3, "--seed", 4, "--investigational", 1)
    assert [path.read_bytes() for path in files] == before


def test_synthesise_writes_the_null(run, tmp_path):
    run("cohort", "synthesise", "--out", tmp_path, "--made", "null", "--patients", 2)
    assert len(list(tmp_path.glob("NULL-1-*.yaml"))) == 2


def test_a_faulty_study_is_refused_with_its_lines(refused, tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("lutetia: study/1\ntitle: t\n", encoding="utf-8")
    said = refused("cohort", "check", path)
    assert "courses must be given" in said
    assert "endpoints must be given" in said
