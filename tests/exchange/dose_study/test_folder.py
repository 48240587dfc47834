"""All files or none; nothing of somebody else is touched."""

from __future__ import annotations

import pytest

from lutetia.errors import InputError
from lutetia.exchange.dose_study.folder import refuse_folder, written


def put(name, text="x"):
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


def test_files_are_written_and_replaced(tmp_path):
    out = tmp_path / "out"
    assert {path.name for path in written(out, put("a.csv"))} == {"a.csv", "manifest.json"}
    with pytest.raises(InputError, match="--overwrite"):
        written(out, put("b.csv"))
    assert {path.name for path in written(out, put("b.csv"), overwrite=True)} == {"b.csv", "manifest.json"}


def test_nothing_is_left_when_writing_fails(tmp_path):
    def fail(folder):
        put("a.csv")(folder)
        raise InputError("x", [])

    with pytest.raises(InputError):
        written(tmp_path / "out", fail)
    assert list(tmp_path.iterdir()) == []


def test_earlier_results_stay_when_writing_fails(tmp_path):
    out = tmp_path / "out"
    written(out, put("a.csv", "old"))

    def fail(folder):
        raise InputError("x", [])

    with pytest.raises(InputError):
        written(out, fail, overwrite=True)
    assert (out / "a.csv").read_text(encoding="utf-8") == "old"


def test_foreign_files_are_not_touched(tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="must hold earlier results"):
        refuse_folder(tmp_path, overwrite=True)
    out = tmp_path / "out"
    written(out, put("a.csv"))
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"also mine\.txt"):
        refuse_folder(out, overwrite=True)
    with pytest.raises(InputError, match="must be a folder"):
        refuse_folder(tmp_path / "mine.txt", overwrite=True)
