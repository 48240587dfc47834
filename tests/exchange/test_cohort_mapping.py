"""The mapping from a centre's columns and words to ours."""

from __future__ import annotations

import pytest

from lutetia.errors import InputError
from lutetia.exchange.cohort_mapping import FIELDS, REQUIRED, own_names, read_mapping

GOOD = """\
lutetia: mapping/1
recorded_by: registry export
missing: [NA, 9999]
made_up: true
patients: {patient: PatID, sex: {column: Sex, values: {1: male, 2: female}}}
lines: {patient: PatID, regimen: {column: Drug, values: {Lutathera: rlt}}, start: Start}
"""


def read(tmp_path, text):
    (tmp_path / "m.yaml").write_text(text, encoding="utf-8")
    return read_mapping(tmp_path / "m.yaml")


def test_a_good_mapping(tmp_path):
    found = read(tmp_path, GOOD)
    assert found.patients["sex"].column == "Sex"
    assert found.patients["sex"].values == {"1": "male", "2": "female"}
    assert found.lines["regimen"].values == {"Lutathera": "rlt"}
    assert (found.missing, found.recorded_by, found.made_up) == (("", "NA", "9999"), "registry export", True)


def test_every_fault_comes_with_its_line(tmp_path):
    text = GOOD.replace("mapping/1", "map/1").replace("sex:", "sx:").replace(", start: Start", "")
    text = text.replace("Drug,", "Drug, words: 1,").replace("missing: [NA, 9999]", "missing: NA\nother: 1")
    with pytest.raises(InputError) as refused:
        read(tmp_path, text)
    faults = [str(fault) for fault in refused.value.faults]
    assert [fault.split(":")[0] for fault in faults] == [
        "line 1, lutetia",
        "line 3, missing",
        "line 4, other",
        "line 6, patients.sx",
        "line 7, lines.regimen",
        "line 7, lines",
    ]
    assert "Did you mean sex?" in faults[3]
    assert "column of start" in faults[5]


def test_tables_with_our_own_names_need_no_mapping():
    found = own_names(["patient", "sex", "eyes"], ["patient", "regimen", "start"])
    assert set(found.patients) == {"patient", "sex"}
    assert {name: mapped.column for name, mapped in found.lines.items()} == {
        n: n for n in ("patient", "regimen", "start")
    }


def test_what_is_required_is_among_the_fields():
    assert all(set(REQUIRED[table]) <= set(FIELDS[table]) for table in FIELDS)
