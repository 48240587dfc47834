"""`lutetia trial report`: datasets in either form, every file out; what does not fit is refused before anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from lutetia.exchange.adam_files import adam_files
from lutetia.trial.netter2 import netter2_model
from lutetia.trial.simulate import simulate_trial
from lutetia.trial.simulated_datasets import trial_datasets

TRIAL = """lutetia: trial/1
title: Replayed
randomisation:
  arms: [Lu, control]
  ratio: [2, 1]
  factors: {grade: [grade 2, grade 3], origin: [pancreas, other]}
  records_per_stratum: 240
analysis: {data: data, ctcae_version: 5.0, crossover: [rpsft]}
"""


@pytest.fixture(scope="module")
def data():
    return trial_datasets(simulate_trial(netter2_model(), seed=1))


@pytest.fixture
def folder(tmp_path, data) -> Path:
    pytest.importorskip("polars")
    for form in ("parquet", "dataset-json"):
        place = tmp_path / ("data" if form == "parquet" else "other")
        place.mkdir()
        for name, content in adam_files(data, form).items():
            (place / name).write_bytes(content)
    (tmp_path / "trial.yaml").write_text(TRIAL, encoding="utf-8")
    return tmp_path


def inside(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_report_is_the_same_from_both_forms(run, folder):
    first = run("trial", "report", folder / "trial.yaml", "--out", folder / "a")
    assert first.exit_code == 0, first.output
    assert str(folder / "a" / "report.pdf") in first.output
    assert "Randomised: 226" in first.output
    assert (
        run("trial", "report", folder / "trial.yaml", "--data", folder / "other", "--out", folder / "b").exit_code == 0
    )
    one, two = inside(folder / "a"), inside(folder / "b")
    assert set(one) == set(two)
    numbers = [name for name in one if name.startswith(("tables/", "figures/"))]
    assert len(numbers) >= 20
    assert all(one[name] == two[name] for name in numbers)


def test_patients_in_strata_that_the_list_lacks_are_refused(refused, folder):
    text = TRIAL.replace("[grade 2, grade 3]", "[grade 1, grade 2]")
    (folder / "trial.yaml").write_text(text, encoding="utf-8")
    said = refused("trial", "report", folder / "trial.yaml", "--out", folder / "a")
    assert "ADSL.STRAT1: must be a level of grade in randomisation.factors: grade 1, grade 2, but got grade 3" in said
    assert not (folder / "a").exists()


def test_a_broken_dataset_is_named(refused, folder):
    path = folder / "data" / "adlb.parquet"
    path.write_bytes(path.read_bytes()[:500])
    said = refused("trial", "report", folder / "trial.yaml", "--out", folder / "a")
    assert "adlb.parquet, file: must be a whole Parquet file" in said


def test_no_datasets_at_all(refused, folder):
    assert "no such folder" in refused(
        "trial", "report", folder / "trial.yaml", "--data", folder / "x", "--out", folder / "a"
    )
