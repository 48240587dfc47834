"""Three files from one report, the same bytes each time."""

from __future__ import annotations

import pytest

pytest.importorskip("matplotlib")

from lutetia.errors import InputError
from lutetia.reports.dose_report import cycle_report_files, write_cycle_report


def test_three_files_are_written_and_the_same_again(cycle_report, tmp_path):
    heard = []
    paths = write_cycle_report(cycle_report(), tmp_path / "new" / "folder", told=heard.append)
    assert [path.name for path in paths] == ["dose.html", "dose.pdf", "dose.json"]
    assert heard[-1] == "Report: HTML, PDF, JSON"
    again = cycle_report_files(cycle_report())
    assert {path.name: path.read_bytes() for path in paths} == again


def test_a_folder_that_cannot_be_written_is_refused(cycle_report, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="must be a folder that can be written to"):
        write_cycle_report(cycle_report(), tmp_path / "file")
