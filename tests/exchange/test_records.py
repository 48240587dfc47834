"""Files in: a course, a flat record, a list of flat records; and what is refused."""

from __future__ import annotations

import pytest

from lutetia.errors import InputError
from lutetia.exchange.records import read_patients


def write(tmp_path, text: str, name: str = "file.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_course_is_told_by_its_keys(tmp_path):
    (found,) = read_patients(write(tmp_path, "lutetia: course/1\npatient: {id: EX-1}\nentries: []\n"))
    assert found.course is not None
    assert (found.name, found.flat) == ("EX-1", None)


def test_flat_record_is_named_by_its_id_or_file(tmp_path):
    (plain,) = read_patients(write(tmp_path, "ki67_pct: 8\n", "anna.yaml"))
    assert (plain.name, plain.flat) == ("anna", {"ki67_pct": 8})
    (named,) = read_patients(write(tmp_path, '{"id": "P7", "ki67_pct": 8}', "x.json"))
    assert named.name == "P7"


def test_list_holds_many_flat_records(tmp_path):
    found = read_patients(write(tmp_path, "- {ki67_pct: 8}\n- {id: B, ki67_pct: 9}\n", "many.yaml"))
    assert [item.name for item in found] == ["many-1", "B"]


@pytest.mark.parametrize(
    ("text", "must"),
    [
        ("", "a patient must be a mapping"),
        ("[]", "at least one patient"),
        ("- 5\n- six\n", "a patient must be a mapping"),
        ("- {patient: {id: A}, entries: []}\n", "a list must hold flat records only"),
        ("ki67_pct: 8\nki67_pct: 9\n", "each key must be given once"),
        ("ki67_pct: [8\n", "well-formed YAML"),
    ],
)
def test_what_cannot_be_a_patient_is_refused(tmp_path, text, must):
    with pytest.raises(InputError, match=must):
        read_patients(write(tmp_path, text))


def test_every_bad_item_of_a_list_is_named(tmp_path):
    with pytest.raises(InputError) as caught:
        read_patients(write(tmp_path, "- 5\n- {ki67_pct: 8}\n- six\n"))
    assert [fault.place for fault in caught.value.faults] == ["file-1", "file-3"]
