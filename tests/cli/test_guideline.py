"""`lutetia guideline` as a person meets it."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files

import pytest


@pytest.fixture
def draft(tmp_path):
    """A copy of the packaged edition in a folder."""
    folder = tmp_path / "draft"
    shutil.copytree(str(files("lutetia.guideline") / "data" / "itanet-2024"), folder)
    return folder


def test_packaged_knowledge_is_clean_on_the_day_of_the_edition(run):
    assert run("guideline", "lint", "--as-of", "2026-11-20").exit_code == 0
    late = run("guideline", "lint", "--as-of", "2030-01-01")
    assert late.exit_code == 2
    assert "review" in late.output


def test_a_fault_of_a_draft_is_located(run, draft):
    path = draft / "consensus.yaml"
    path.write_text(path.read_text("utf-8").replace("pace == rapid", "speed == rapid", 1), "utf-8")
    result = run("guideline", "lint", draft, "--as-of", "2026-11-20")
    assert result.exit_code == 2
    assert "consensus.yaml: CONS-Q3-R.when: field 'speed'" in result.output


def test_compare_lists_who_changes(run, draft, examples):
    path = draft / "practice.yaml"
    text = path.read_text("utf-8")
    assert text.count("kidney_dose_gy >= 23") == 1
    path.write_text(text.replace("kidney_dose_gy >= 23", "kidney_dose_gy >= 17"), "utf-8")
    words = ["guideline", "compare", draft, examples / "VO-01.yaml", examples / "VO-12.yaml", "--as-of", "2026-11-20"]
    output = run(*words).stdout
    assert "VO-12  candidacy: candidate_with_conditions -> contraindicated" in output
    assert "1 of 2 patients change." in output
    assert {item["patient"] for item in json.loads(run(*words, "--json").stdout)} == {"VO-12"}


def test_show_prints_level_condition_and_source(run):
    output = run("guideline", "show", "CONS-Q3-R").output
    assert "3b-A" in output
    assert "pace == rapid" in output
    assert "S001/Q3" in output


def test_what_does_not_exist_is_named(refused):
    assert "CONS-Q99-R" in refused("guideline", "show", "CONS-Q99-R")
    assert "no-such-folder" in refused("guideline", "lint", "no-such-folder")
