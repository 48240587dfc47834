"""List and seal as files: what is written verifies, what was altered is named."""

from __future__ import annotations

import json

import pytest

from lutetia.errors import InputError
from lutetia.exchange.list_files import list_csv, read_list, read_seal, seal_json, verified
from lutetia.trial.permuted_blocks import make_list
from lutetia.trial.sealed_list import seal


@pytest.fixture
def files(tmp_path):
    made = make_list(arms=("A", "B"), ratio=(2, 1), factors={"g": ("1", "2")}, records_per_stratum=12, seed=5)
    (tmp_path / "list.csv").write_bytes(list_csv(made))
    (tmp_path / "seal.json").write_bytes(seal_json(seal(made)))
    return tmp_path / "list.csv", tmp_path / "seal.json", seal(made).root


def refusal(*words, **more) -> str:
    with pytest.raises(InputError) as error:
        verified(*words, **more)
    return str(error.value)


def test_the_written_list_verifies(files):
    list_file, seal_file, root = files
    count, found = verified(list_file, seal_file, root=root)
    assert (count, found.root) == (24, root)
    assert read_list(list_file)[12].stratum == "g=2"
    assert read_seal(seal_file).root == root


def test_a_turned_arm_is_named(files):
    list_file, seal_file, _ = files
    lines = list_file.read_text(encoding="utf-8").splitlines()
    stratum, number, arm, nonce = lines[17].split(",")
    lines[17] = f"{stratum},{number},{'B' if arm == 'A' else 'A'},{nonce}"
    list_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert f"stratum g=2, record {number}: is not the record that was sealed" in refusal(list_file, seal_file)


def test_a_part_verifies_only_as_a_part(files):
    list_file, seal_file, _ = files
    lines = list_file.read_text(encoding="utf-8").splitlines()
    list_file.write_text("\n".join(lines[:8]) + "\n", encoding="utf-8")
    assert verified(list_file, seal_file, part=True)[0] == 7
    assert "record 8: is missing" in refusal(list_file, seal_file)


def test_another_root_is_found(files):
    assert "the root is not the published one" in refusal(*files[:2], root="0" * 64)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "an empty file"),
        ("a,b\n", "must be stratum, number, arm, nonce"),
        ("stratum,number,arm,nonce\n", "must hold records"),
        ("stratum,number,arm,nonce\ng=1,one,A,00\n", "line 2, number: must be a whole number"),
        ("stratum,number,arm,nonce\ng=1,1,A\n", "must have 4 cells"),
    ],
)
def test_what_is_no_list_is_refused(files, text, said):
    files[0].write_text(text, encoding="utf-8")
    assert said in refusal(*files[:2])


def test_what_is_no_seal_is_refused(files):
    files[1].write_text("{", encoding="utf-8")
    assert "must be a JSON file" in refusal(*files[:2])
    files[1].write_text("[]", encoding="utf-8")
    assert "must be a JSON object" in refusal(*files[:2])
    files[1].write_text(json.dumps({"format": "x"}), encoding="utf-8")
    assert "must be 'lutetia sealed list 1'" in refusal(*files[:2])
