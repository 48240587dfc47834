"""`lutetia trial` from one file: design, list, simulation, report, each listing what it wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "netter2-replayed" / "trial.yaml"
MODEL = Path(__file__).resolve().parents[1] / "exchange" / "trial_model.yaml"
DESIGN = """lutetia: trial/1
title: a design
design:
  control_median_months: 15
  hazard_ratio: 0.5
  allocation: [2, 1]
  accrual: {patients: 222, months: 22.2}
  drop_out: {reading: net by the analysis, fraction: 0.15}
"""
LIST = """lutetia: trial/1
title: a list
randomisation:
  arms: [Lu, control]
  ratio: [2, 1]
  factors: {grade: [grade 2, grade 3]}
  records_per_stratum: 12
  seed_file: seed.txt
"""


def inside(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def file(folder: Path, text: str) -> Path:
    path = folder / "trial.yaml"
    path.write_text(text, encoding="utf-8")
    (folder / "seed.txt").write_text("987654321987654321987654321\n", encoding="utf-8")
    return path


def test_design_prints_its_tables_and_lists_its_files(run, tmp_path):
    result = run("trial", "design", file(tmp_path, DESIGN), "--out", tmp_path / "d")
    assert result.exit_code == 0, result.output
    assert str(tmp_path / "d" / "design.html") in result.output
    assert "98.4142" in result.output
    said = json.loads((tmp_path / "d" / "design.json").read_text(encoding="utf-8"))
    assert [table["key"] for table in said["tables"]] == ["formulas", "drop-out", "patients"]
    assert {"manifest.json", "design.html", "tables/formulas.csv", "tables/formulas.json"} <= set(
        inside(tmp_path / "d")
    )


def test_same_input_same_bytes_and_overwriting_needs_a_word(run, refused, tmp_path):
    trial = file(tmp_path, DESIGN)
    for name in ("a", "b"):
        assert run("trial", "design", trial, "--out", tmp_path / name).exit_code == 0
    assert inside(tmp_path / "a") == inside(tmp_path / "b")
    assert "--overwrite" in refused("trial", "design", trial, "--out", tmp_path / "a")
    assert run("trial", "design", trial, "--out", tmp_path / "a", "--overwrite").exit_code == 0
    assert "must hold an earlier" in refused("trial", "randomise", trial, "--out", tmp_path / "a", "--overwrite")


def test_a_list_is_sealed_verified_and_keeps_its_seed_to_itself(run, refused, tmp_path):
    result = run("trial", "randomise", file(tmp_path, LIST), "--out", tmp_path / "l")
    assert result.exit_code == 0, result.output
    files = inside(tmp_path / "l")
    seed = b"987654321987654321987654321"
    assert files["private/seed.txt"].strip() == seed
    assert [name for name, content in files.items() if seed in content] == ["private/seed.txt"]
    assert seed.decode() not in result.output
    manifest = {entry["file"]: entry for entry in json.loads(files["manifest.json"])["files"]}
    assert "sha256" not in manifest["private/seed.txt"]
    names = (tmp_path / "l" / "private" / "list.csv", tmp_path / "l" / "public" / "seal.json")
    root = json.loads(files["public/seal.json"])["root"]
    assert "24 records are those that were sealed" in run("trial", "verify", *names, "--root", root).output
    lines = names[0].read_text(encoding="utf-8").splitlines()
    del lines[5]
    names[0].write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert "record 5: is missing" in refused("trial", "verify", *names)
    assert run("trial", "verify", *names, "--part").exit_code == 0


def test_simulate_writes_both_forms_and_a_page(run, tmp_path):
    result = run("trial", "simulate", MODEL, "--out", tmp_path / "s")
    assert result.exit_code == 0, result.output
    files = inside(tmp_path / "s")
    for form, ending in (("parquet", ".parquet"), ("dataset-json", ".json")):
        assert {f"{form}/{name}{ending}" for name in ("adsl", "adrs", "adtte", "adae", "adlb")} <= set(files)
    assert "Every patient is made up" in result.output
    assert run("trial", "simulate", MODEL, "--out", tmp_path / "again").exit_code == 0
    assert inside(tmp_path / "again") == files


@pytest.mark.parametrize(("command", "section"), [("design", "design"), ("randomise", "randomisation"),
                                                  ("simulate", "simulation"), ("report", "analysis")])  # fmt: skip
def test_a_command_says_which_section_it_lacks(refused, tmp_path, command, section):
    trial = file(tmp_path, "lutetia: trial/1\ntitle: nothing\n")
    said = refused("trial", command, trial, "--out", tmp_path / "x")
    assert f"{section}: must be given for this command" in said
    assert not (tmp_path / "x").exists()


def test_all_faults_at_once_and_nothing_written(refused, tmp_path):
    text = DESIGN.replace("[2, 1]", "[0, 1]").replace("patients: 222", "per_month: -10")
    said = refused("trial", "design", file(tmp_path, text), "--out", tmp_path / "x")
    assert "2 faults" in said
    assert "line 6, design.allocation[0]" in said
    assert not (tmp_path / "x").exists()


def test_more_events_than_patients_can_have_are_refused(refused, tmp_path):
    text = DESIGN.replace("patients: 222", "patients: 60")
    assert "60 patients" in refused("trial", "design", file(tmp_path, text), "--out", tmp_path / "x")


def test_the_schema_is_one(run):
    assert json.loads(run("trial", "schema").output)["title"] == "Lutetia trial"


@pytest.mark.parametrize("command", ["design", "randomise", "verify", "simulate", "report", "schema"])
def test_every_help_has_an_example(run, command):
    assert "Example" in run("trial", command, "--help").output


def test_the_shipped_example_from_design_to_report(run, tmp_path):
    for command in ("design", "randomise", "simulate"):
        assert run("trial", command, EXAMPLE, "--out", tmp_path / command).exit_code == 0
    data = tmp_path / "simulate" / "dataset-json"
    result = run("trial", "report", EXAMPLE, "--data", data, "--out", tmp_path / "report")
    assert result.exit_code == 0, result.output
    assert "Randomised: 226" in result.output
