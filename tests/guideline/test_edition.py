"""Editions read from their files: what is refused names its file and place."""

from __future__ import annotations

import re
import shutil
from dataclasses import fields as members
from typing import Any

import pytest

from lutetia.errors import KnowledgeError
from lutetia.guideline.edition import build_knowledge, read_edition


# ------------------------------------------------------------------------------------- tables that cannot be read
def build(tables, levels):
    return build_knowledge(tables, levels, "0" * 64)


def test_the_packaged_tables_build_the_packaged_knowledge(tables, levels, knowledge):
    built = build(tables, levels)
    assert built.facts == knowledge.facts
    assert built.fields == knowledge.fields
    assert built.questions == knowledge.questions
    assert built.levels == knowledge.levels


def fact_in(node: Any, fact_id: str) -> dict[str, Any]:
    """The mapping of that id inside a table."""
    if isinstance(node, dict) and node.get("id") == fact_id:
        return node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return next((found for child in children if (found := fact_in(child, fact_id))), {})


def test_a_duplicate_id_is_refused_with_file_and_id(tables, levels):
    fact_in(tables["practice.yaml"], "PRAC-LIM-2")["id"] = "CONS-Q1-R"
    with pytest.raises(KnowledgeError, match=r"practice\.yaml: fact id CONS-Q1-R must be unique"):
        build(tables, levels)


@pytest.mark.parametrize(
    ("file", "fact", "key", "value"),
    [
        ("consensus.yaml", "CONS-Q5-M1", "when", "ki67_pct over 10"),
        ("consensus.yaml", "CONS-Q1-X1", "stronger_if", {"reference": "DER-PAN"}),
        ("consensus.yaml", "CONS-Q8-R", "requires", ["egfr is there"]),
        ("practice.yaml", "PRAC-G3-1", "applies_when", {"any": []}),
        ("conflicts.yaml", "CF-04", "touches", "ki67_pct = 55"),
        ("labels.yaml", "EXT-L-05", "when", {"not": ["crcl < 30"]}),
        ("trials.yaml", "N2-X1", "when", "crcl"),
        ("policy.yaml", "POL-RENAL", "stops", {"refer": "EXT-L-05"}),
        ("policy.yaml", "POL-C-FRAIL", "when", "frail"),
    ],
)
def test_a_malformed_expression_is_refused_with_file_id_and_key(tables, levels, file, fact, key, value):
    fact_in(tables[file], fact)[key] = value
    with pytest.raises(KnowledgeError, match=rf"^(?=.*{re.escape(file)}: {fact})(?=.*\b{key})(?=.*but got)"):
        build(tables, levels)


def test_a_malformed_guard_is_refused_with_file_and_field(tables, levels):
    tables["fields.yaml"]["fields"]["rlt_cycles"]["guard"] = "prior_rlt"
    with pytest.raises(KnowledgeError, match=r"(?s)(?=.*fields\.yaml)(?=.*rlt_cycles)"):
        build(tables, levels)


# -------------------------------------------------------------------------------------------- an edition in a folder
def test_a_folder_laid_out_like_the_package_reads_the_same(edition_folder, knowledge):
    read = read_edition(edition_folder)
    assert read.hash == knowledge.hash
    assert read.facts == knowledge.facts
    assert [member.name for member in members(read)] == [member.name for member in members(knowledge)]


@pytest.fixture
def draft(edition_folder, tmp_path):
    """A copy of the packaged edition that a test may spoil."""
    return shutil.copytree(edition_folder, tmp_path / "draft")


def test_a_changed_file_changes_the_hash(draft, knowledge):
    with (draft / "conflicts.yaml").open("a", encoding="utf-8") as file:
        file.write("# a remark\n")
    assert read_edition(draft).hash != knowledge.hash


def test_an_absent_file_is_named(draft):
    (draft / "labels.yaml").unlink()
    with pytest.raises(KnowledgeError, match=r"labels\.yaml: the file must exist"):
        read_edition(draft)


@pytest.mark.parametrize("content", [b"facts: [", b"\xff\xfe", b"a: {b: c"])
def test_a_file_that_is_no_yaml_is_named(draft, content):
    (draft / "practice.yaml").write_bytes(content)
    with pytest.raises(KnowledgeError, match=r"practice\.yaml: the file must be (UTF-8|well-formed YAML)"):
        read_edition(draft)


def test_levels_that_are_not_utf8_are_named(draft):
    (draft / "levels.csv").write_bytes(b"id,level,grade\nCONS-Q1-R,1b,\xff\n")
    with pytest.raises(KnowledgeError, match=r"levels\.csv"):
        read_edition(draft)


@pytest.mark.parametrize(
    ("file", "line"), [("edition.yaml", "review_by: 2027-05-31\n"), ("fields.yaml", "    type: bool\n")]
)
def test_a_key_that_is_not_there_is_named(draft, file, line):
    text = (draft / file).read_text(encoding="utf-8")
    assert line in text
    (draft / file).write_text(text.replace(line, "", 1), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=re.escape(file)):
        read_edition(draft)
