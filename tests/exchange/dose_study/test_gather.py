"""Faults of many files in one go."""

from __future__ import annotations

from lutetia.errors import Fault, InputError
from lutetia.exchange.dose_study.gather import gathered, silent


def broken():
    raise InputError("file", [Fault(place="a.dcm", must="must be whole"), Fault(place="b.dcm", must="must be here")])


def test_faults_are_kept_with_their_place_and_good_values_come_back():
    faults: list[Fault] = []
    assert gathered(faults, "scans[0]", lambda: 3) == 3
    assert gathered(faults, "scans[1]", broken) is None
    assert [fault.place for fault in faults] == ["scans[1]: a.dcm", "scans[1]: b.dcm"]


def test_a_file_that_cannot_be_opened_is_a_fault(tmp_path):
    faults: list[Fault] = []
    assert gathered(faults, "scans[0]", lambda: (tmp_path / "none").read_bytes()) is None
    assert "no such file" in str(faults[0])
    silent("nothing", 1, 2)
