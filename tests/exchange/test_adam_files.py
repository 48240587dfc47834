"""Datasets into files and back, in both forms; broken files say what is broken."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from lutetia.errors import InputError
from lutetia.exchange.adam_files import ENDINGS, adam_files, data_file_names, read_trial_data
from lutetia.exchange.trials import read_trial
from lutetia.trial.simulate import simulate_trial
from lutetia.trial.simulated_datasets import trial_datasets

pl = pytest.importorskip("polars")


@pytest.fixture(scope="module")
def data():
    model = read_trial(Path(__file__).parent / "trial_model.yaml").simulation.trial_model()
    return trial_datasets(simulate_trial(model, seed=3))


@pytest.fixture(params=list(ENDINGS))
def written(request, data, tmp_path):
    for name, content in adam_files(data, request.param).items():
        (tmp_path / name).write_bytes(content)
    return request.param, tmp_path


def refusal(folder: Path, **more) -> str:
    with pytest.raises(InputError) as error:
        read_trial_data(folder, **more)
    return str(error.value)


def test_what_is_read_is_what_was_written(written, data):
    form, folder = written
    read = read_trial_data(folder)
    assert [one.columns for one in read.all()] == [one.columns for one in data.all()]
    assert (read.cut_off, read.conventions) == (data.cut_off, data.conventions)
    assert data_file_names(folder) == (*(f"{one.name.lower()}{ENDINGS[form]}" for one in data.all()), "trial.json")


def test_the_same_trial_gives_the_same_bytes(written, data):
    form, folder = written
    assert all((folder / name).read_bytes() == content for name, content in adam_files(data, form).items())


def test_parquet_is_read_by_another_reader_too(data, tmp_path):
    (tmp_path / "adtte.parquet").write_bytes(adam_files(data, "parquet")["adtte.parquet"])
    table = pl.read_parquet(tmp_path / "adtte.parquet")
    assert dict(zip(table.columns, map(str, table.dtypes), strict=True))["ADT"] == "Date"
    assert table["AVAL"].sum() == sum(data.adtte["AVAL"])


def test_a_corrupted_file_is_named(written):
    form, folder = written
    path = folder / f"adae{ENDINGS[form]}"
    path.write_bytes(path.read_bytes()[:-40])
    said = refusal(folder)
    assert f"adae{ENDINGS[form]}, file: must be a whole" in said


def test_another_column_and_a_lacking_one_are_named(data, tmp_path):
    for name, content in adam_files(data, "parquet").items():
        (tmp_path / name).write_bytes(content)
    table = pl.read_parquet(tmp_path / "adae.parquet")
    table.with_columns(pl.lit("x").alias("AEXTRA")).write_parquet(tmp_path / "adae.parquet")
    pl.read_parquet(tmp_path / "adtte.parquet").drop("CNSR").write_parquet(tmp_path / "adtte.parquet")
    said = refusal(tmp_path)
    assert "ADAE.AEXTRA: must be a column of ADAE" in said
    assert "ADTTE.CNSR: must be there" in said


def test_faults_of_the_trial_as_a_whole_come_through(written, data):
    _, folder = written
    assert "must not lie after the cut-off, 2020-02-01" in refusal(folder, cut_off=date(2020, 2, 1))


def test_a_lacking_cut_off_is_asked_for_unless_given(written, data):
    _, folder = written
    (folder / "trial.json").unlink()
    assert "Give analysis.cut_off" in refusal(folder)
    assert read_trial_data(folder, cut_off=data.cut_off).cut_off == data.cut_off
    (folder / "trial.json").write_text(json.dumps({"format": "trial-data/1", "cut_off": "soon"}), encoding="utf-8")
    assert "trial.json" in refusal(folder)


def test_a_folder_without_datasets_or_with_both_forms_is_refused(data, tmp_path):
    assert "no such folder" in refusal(tmp_path / "nowhere")
    assert "must hold adsl.parquet" in refusal(tmp_path)
    for form in ENDINGS:
        for name, content in adam_files(data, form).items():
            (tmp_path / name).write_bytes(content)
    assert "not both" in refusal(tmp_path)


def test_another_form_is_refused(data):
    with pytest.raises(InputError, match="must be one of parquet, dataset-json"):
        adam_files(data, "xpt")
