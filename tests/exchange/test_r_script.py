"""The analysis once more in R: an independent route to every median, test, ratio, step and restricted mean."""

from __future__ import annotations

import csv
import math
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from lutetia.cohort.analysis import analyse
from lutetia.cohort.analysis_rows import analysis_data
from lutetia.exchange.r_script import r_script
from lutetia.exchange.studies import load_study

STUDY = Path(__file__).parents[2] / "examples" / "itanet-like" / "study.yaml"
RSCRIPT = shutil.which("Rscript")


@pytest.fixture(scope="module")
def analysis():
    file = load_study(STUDY)
    data = analysis_data(file.courses, file.study)
    return analyse(data, design=(), bootstrap=0)


@pytest.fixture(scope="module")
def script(analysis):
    return r_script(analysis, version="0")


def without(analysis, *names):
    study = analysis.study.model_copy(update=dict.fromkeys(names))
    data = replace(analysis.data, selection=replace(analysis.data.selection, study=study))
    return replace(analysis, study=study, data=data)


def test_the_script_declares_what_the_study_does(script):
    assert script.startswith("# Treatment sequences in advanced pancreatic NET")
    assert '"sex" = list(kind = "levels", levels = c("female", "male"))' in script
    assert '"functional" = list(kind = "yes_no", levels = c("no", "yes"))' in script
    assert 'reference = "SSA-RLT", other = "SSA-other"' in script
    assert "selection <- list(pin = 0.05, pout = 0.1)" in script
    assert "delayed_entry = FALSE, competing = TRUE" in script  # time to the next line


def test_the_same_analysis_gives_the_same_script(analysis, script):
    assert r_script(analysis, version="0") == script


def test_without_comparison_and_selection_there_is_none(analysis):
    bare = r_script(without(analysis, "comparison", "selection"), version="0")
    assert "comparison <- NULL" in bare
    assert "selection <- NULL" in bare


def test_a_title_cannot_leave_its_comment_and_a_level_its_quotes(analysis):
    nasty = analysis.study.model_copy(update={"title": 'A\nquit()\n"'})
    first = r_script(replace(analysis, study=nasty, data=without(analysis).data), version="0")
    assert first.startswith("# Treatment sequences")  # the title of the data's own study
    data = replace(analysis.data, selection=replace(analysis.data.selection, study=nasty))
    assert r_script(replace(analysis, study=nasty, data=data), version="0").splitlines()[0].startswith("# A quit()")


@pytest.fixture(scope="module")
def by_r(analysis, script, tmp_path_factory):
    """The numbers R finds, by their names."""
    if RSCRIPT is None:
        pytest.skip("Rscript is not on this machine")
    has = subprocess.run([RSCRIPT, "-e", "library(survival)"], capture_output=True, check=False)
    if has.returncode:
        pytest.skip("R is here without its package survival")
    folder = tmp_path_factory.mktemp("r")
    (folder / "analysis.R").write_text(script, encoding="utf-8")
    with (folder / "analysis-data.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(analysis.data.columns)
        writer.writerows([_cell(value) for value in row] for row in analysis.data.rows)
    ran = subprocess.run([RSCRIPT, str(folder / "analysis.R")], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    with (folder / "analysis-R.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _cell(value):
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _ours(analysis):
    found = {}
    for table in analysis.tables:
        for record in table.records:
            names = ("endpoint", "analysis", "term", "level", "statistic")
            key = (*(record.get(name, "") for name in names), record["method"] == "spss")
            found.setdefault(key, record)
    return found


def _number(text):
    return None if text in ("NA", "NaN", "Inf", "") else float(text)


def test_r_agrees_on_every_number_that_both_have(analysis, by_r):
    ours, compared, differ = _ours(analysis), {}, []
    for row in by_r:
        names = ("endpoint", "analysis", "term", "level", "statistic")
        record = ours.get((*(row[name] for name in names), row["method"] == "spss"))
        if record is None:
            continue
        kind = row["statistic"].split(":")[0].rstrip("0123456789 ").split("_to_")[0]
        compared[kind] = compared.get(kind, 0) + 1
        for name in ("estimate", "lower", "upper", "p", "n", "events"):
            theirs, own = _number(row[name]), record[name]
            same = theirs is own is None or (
                None not in (theirs, own) and math.isclose(theirs, own, rel_tol=1e-6, abs_tol=1e-9)
            )
            if not same:
                differ.append((row["endpoint"], row["analysis"], row["term"], row["level"], name, theirs, own))
    assert not differ, differ[:10]
    assert {"median", "log_rank", "hazard_ratio", "likelihood_ratio", "step", "restricted_mean"} <= {*compared}
    assert sum(compared.values()) > 250


def test_r_walks_the_same_path_of_selection(analysis, by_r):
    theirs = [
        (row["endpoint"], row["statistic"], row["term"]) for row in by_r if row["analysis"] == "forward selection"
    ]
    for table in analysis.tables:
        if not table.key.startswith("selection-"):
            continue
        own = [(r["endpoint"], r["statistic"], r["term"]) for r in table.records if r["statistic"].startswith("step ")]
        assert own == [step for step in theirs if step[0] == table.key.removeprefix("selection-")]
