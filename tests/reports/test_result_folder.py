"""Into a folder: all or nothing, nobody else's files touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lutetia.errors import InputError
from lutetia.reports.cohort_files import FORMAT
from lutetia.reports.result_folder import MANIFEST
from lutetia.reports.result_folder import refuse_folder as refuse_any_folder
from lutetia.reports.result_folder import write_folder as write_any_folder


def refuse_folder(folder, *, overwrite):
    return refuse_any_folder(folder, format=FORMAT, overwrite=overwrite)


def write_folder(made, folder, *, overwrite=False):
    return write_any_folder(made, folder, format=FORMAT, overwrite=overwrite)


def files(**contents):
    names = {name.replace("__", "/").replace("_", "."): text.encode() for name, text in contents.items()}
    listed = {"format": FORMAT, "files": [{"file": name} for name in names]}
    return {**names, MANIFEST: json.dumps(listed).encode()}


def inside(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


ONE = files(report_html="old", tables__a_csv="a", tables__b_csv="b")
TWO = files(report_html="new", tables__a_csv="aa")


def test_a_new_folder_holds_the_files_and_nothing_else(tmp_path):
    paths = write_folder(ONE, tmp_path / "deep" / "out")
    assert inside(tmp_path / "deep" / "out") == {*ONE}
    assert [path.read_bytes() for path in paths] == [*ONE.values()]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


def test_an_empty_folder_will_do(tmp_path):
    (tmp_path / "out").mkdir()
    write_folder(ONE, tmp_path / "out")
    assert inside(tmp_path / "out") == {*ONE}


def test_a_folder_with_files_is_refused_and_kept(tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    for overwrite, said in ((False, "must be empty"), (True, "must hold an earlier report")):
        with pytest.raises(InputError, match=said):
            write_folder(ONE, tmp_path, overwrite=overwrite)
    assert inside(tmp_path) == {"mine.txt"}


def test_overwriting_replaces_the_report_and_keeps_what_is_not_of_it(tmp_path):
    out = tmp_path / "out"
    write_folder(ONE, out)
    (out / "tables" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="--overwrite"):
        write_folder(TWO, out)
    assert (out / "report.html").read_text() == "old"
    write_folder(TWO, out, overwrite=True)
    assert inside(out) == {"report.html", "tables/a.csv", "tables/notes.txt", MANIFEST}
    assert (out / "report.html").read_text() == "new"


def test_a_file_of_somebody_else_in_the_way_is_refused_before_anything_changes(tmp_path):
    out = tmp_path / "out"
    write_folder(TWO, out)
    (out / "tables" / "b.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"tables/b\.csv"):
        write_folder(ONE, out, overwrite=True)
    assert (out / "report.html").read_text() == "new"
    assert (out / "tables" / "b.csv").read_text() == "mine"


def test_a_manifest_cannot_reach_outside_the_folder(tmp_path):
    out = tmp_path / "out"
    write_folder(TWO, out)
    (tmp_path / "precious.txt").write_text("mine", encoding="utf-8")
    listed = {"format": FORMAT, "files": [{"file": "../precious.txt"}, {"file": str(tmp_path / "precious.txt")}]}
    (out / MANIFEST).write_text(json.dumps(listed), encoding="utf-8")
    (out / "report.html").unlink()
    (out / "tables" / "a.csv").unlink()
    write_folder(TWO, out, overwrite=True)
    assert (tmp_path / "precious.txt").read_text() == "mine"


def test_what_cannot_be_written_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    def full(path: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="No space left"):
        write_folder(ONE, tmp_path / "out")
    assert [*tmp_path.iterdir()] == []


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="must be a folder"):
        refuse_folder(tmp_path / "out", overwrite=True)


def test_an_earlier_report_may_be_overwritten_only_when_asked(tmp_path):
    write_folder(ONE, tmp_path / "out")
    refuse_folder(tmp_path / "out", overwrite=True)
    refuse_folder(tmp_path / "new", overwrite=False)
    with pytest.raises(InputError):
        refuse_folder(tmp_path / "out", overwrite=False)
