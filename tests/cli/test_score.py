"""`lutetia score` as a person meets it; RECIST against 66 visit responses by other people's hands."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "recist"
COMMANDS = ("recist", "choi", "growth", "ctcae", "qlq")
DAY = ["--as-of", "2026-11-20"]


@pytest.fixture
def sdtm():
    """The words that name the shared TU and TR tables."""
    if not SHARED.is_dir():
        pytest.skip("the shared worked courses (../shared/data/recist) are not here")
    return ["score", "recist", "--tu", SHARED / "tu_onco_recist.csv", "--tr", SHARED / "tr_onco_recist.csv"]


@pytest.fixture
def sums(tmp_path):
    """A table of two sums of diameters."""
    path = tmp_path / "sums.csv"
    path.write_text("subject,before_mm,after_mm,days\nA,100,120,91.3125\n", encoding="utf-8")
    return path


def overall(text: str) -> dict[tuple[str, str, str], str]:
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == ["subject", "reader", "visit", "target", "nontarget", "new_lesion", "overall"]
    return {(row["subject"], row["reader"], row["visit"]): row["overall"] for row in rows}


def test_recist_agrees_with_all_66_shared_visit_responses(run, sdtm):
    result = run(*sdtm, "--format", "csv", "--nadir", "reader", "--no-reappearance-is-pd")
    assert result.exit_code == 0, result.output
    with (SHARED / "rs_onco_recist.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["RSTESTCD"] == "OVRLRESP"]
    theirs = {(r["USUBJID"], r["RSEVALID"] or r["RSEVAL"], r["VISIT"]): r["RSSTRESC"] for r in rows}
    assert len(theirs) == 66
    assert overall(result.stdout) == theirs


def test_reappearance_changes_exactly_one_row(run, sdtm):
    off, on = (
        overall(run(*sdtm, "--format", "csv", word).stdout)
        for word in ("--no-reappearance-is-pd", "--reappearance-is-pd")
    )
    assert {key: (off[key], on[key]) for key in off if off[key] != on[key]} == {
        ("01-701-1133", "RADIOLOGIST 2", "WEEK 9"): ("PR", "PD")
    }


def test_recist_prints_its_conventions_and_what_it_left_out(run, sdtm):
    result = run(*sdtm, "--format", "json", "--nadir", "all_readers")
    assert len(json.loads(result.stdout)) == 66
    for said in ("nadir=all_readers", "reappearance_is_pd=True", "Read: 75 rows of TU, 546 rows of TR", "Left out: 45"):
        assert said in result.stderr


def test_recist_takes_a_file_or_both_tables(refused, sums, tmp_path):
    assert "none of them" in refused("score", "recist")
    assert "FILE and --tu" in refused("score", "recist", sums, "--tu", sums)
    assert "--tr" in refused("score", "recist", "--tr", sums)


def test_faults_of_both_tables_come_together(refused, tmp_path):
    tu, tr = tmp_path / "tu.csv", tmp_path / "tr.csv"
    tu.write_text("USUBJID,USUBJID\nA,A\n", encoding="utf-8")
    tr.write_text("USUBJID;TRSTRESN\nA;7,5\n", encoding="utf-8")
    said = refused("score", "recist", "--tu", tu, "--tr", tr)
    assert f"{tu}, line 1: header, column 2" in said
    assert f"{tr}, line 2: row 1, column TRSTRESN" in said


def test_recist_and_choi_read_one_table_of_lesions(run, tmp_path):
    path = tmp_path / "lesions.csv"
    path.write_text(
        "subject,visit,date,lesion,role,organ,diameter_mm\n"
        "A,BASE,2024-01-01,T1,target,liver,100\nA,W9,2024-03-01,T1,target,liver,70\n",
        encoding="utf-8",
    )
    assert "A,,W9,PR,,false,PR" in run("score", "recist", path, "--format", "csv").stdout
    path.write_text(
        "subject,date,lesion,diameter_mm,attenuation_hu,phase,new_lesion,nontarget_progression,new_or_growing_nodule\n"
        "A,2024-01-01,T1,50,90,portal_venous,,,\nA,2024-03-01,T1,50,70,portal_venous,no,no,no\n",
        encoding="utf-8",
    )
    words = ["--attenuation-average", "mean_of_lesions", "--progression-against", "nadir", "--format", "json"]
    for criteria, response in (("choi", "PR"), ("modified", None)):
        (row,) = json.loads(run("score", "choi", path, "--criteria", criteria, *words).stdout)
        assert row["response"] == response
        assert row["possible"] == (response or "PD or SD")  # symptoms are not known: SD stays open, and so does PD


def test_growth_with_a_band_and_a_cut_off(run, sums):
    band = ["--reading-error-pct", "3", "--confidence", "0.95", "--cut-off", "first_follow_up"]
    (row,) = json.loads(run("score", "growth", sums, *band, "--format", "json").stdout)
    assert row["rate_percent_per_month"] == pytest.approx(20)
    assert row["side"] == "at_or_above"
    assert "no error band" in run("score", "growth", sums).stdout


def test_ctcae_and_qlq_read_a_course(run, examples):
    course = examples / "VO-01.yaml"
    graded = run("score", "ctcae", course, *DAY, "--version", "5.0", "--format", "json")
    grades = {(row["date"], row["analyte"]): row["grade"] for row in json.loads(graded.stdout)}
    assert grades["2024-01-20", "haemoglobin"] == "1"  # 11.4 g/dL, below the lower limit and not below 10
    assert "grades no chromogranin_a" in graded.stderr
    (form,) = json.loads(run("score", "qlq", course, *DAY, "--format", "json").stdout)
    assert form["QL"] == 75


def test_ctcae_without_a_version_is_refused(refused, examples):
    assert "needs the version" in refused("score", "ctcae", examples / "VO-01.yaml", *DAY)


def test_qlq_ginet21_needs_its_layout(run, refused, tmp_path):
    path = tmp_path / "forms.csv"
    items = range(31, 52)
    path.write_text(f"{','.join(map(str, items))}\n{','.join('1' for _ in items)}\n", encoding="utf-8")
    words = ["score", "qlq", path, "--instrument", "QLQ-GI.NET21"]
    assert "layout must be named" in refused(*words)
    result = run(*words, "--layout", "weight_gain_single", "--missing", "complete")
    assert "PROVISIONAL" in result.stdout
    assert "missing=complete" in result.stdout


def test_a_day_belongs_to_a_course(refused, sums):
    assert "Leave it out" in refused("score", "ctcae", sums, "--version", "5.0", *DAY)
    assert "--baseline" in refused("score", "ctcae", sums, "--version", "5.0", "--baseline", "line_start")


def test_a_refused_table_writes_nothing(refused, run, tmp_path):
    path = tmp_path / "sums.csv"
    path.write_text("before_mm,after_mm,days\n10,20,30\n10,20,-1\n", encoding="utf-8")
    assert "line 3, row 2, days" in refused("score", "growth", path, "--format", "csv")
    assert run("score", "growth", path, "--format", "csv").stdout == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(run, command):
    assert f"lutetia score {command} " in run("score", command, "--help").output.split("Options")[0].split("Example")[1]


def test_help_loads_no_science():
    code = (
        "import sys, lutetia.cli.score; print([m for m in ('numpy', 'pydantic', 'yaml', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
