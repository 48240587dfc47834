"""The public face is small and its names are fixed, so that others can check us; importing it stays light."""

from __future__ import annotations

import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "lutetia"

# Module, name, and the file or folder that brings it: rooms and scores of later versions wait for theirs.
FACE = [
    ("lutetia", "Course", "__init__.py"),
    ("lutetia", "load_course", "__init__.py"),
    ("lutetia.guideline", "load_knowledge", "guideline"),
    ("lutetia.guideline", "facts_of", "guideline"),
    ("lutetia.guideline", "assess", "guideline"),
    *(("lutetia.scoring", score, f"scoring/{score}") for score in ("recist", "choi", "ctcae", "questionnaire")),
    ("lutetia.scoring", "growth", "scoring/growth.py"),
    *(("lutetia.survival", name, "survival") for name in ("FollowUp", "kaplan_meier", "log_rank", "cox")),
    *(("lutetia.proportion", name, "proportion") for name in ("interval", "difference")),
    ("lutetia.dosimetry", "sphere_s_gy_per_bq_s", "dosimetry/sphere.py"),
    ("lutetia.trial", "events_needed", "trial"),
    ("lutetia.evidence", "integrity", "evidence"),
]
PARAMETERS = {
    ("lutetia.guideline", "assess"): ["facts", "knowledge", "jurisdiction", "as_of", "grading"],
    ("lutetia.guideline", "facts_of"): ["course", "as_of"],
}
DEFAULTS = {("lutetia.guideline", "assess"): {"jurisdiction": None, "grading": "ki67_sufficient"}}


@pytest.mark.parametrize(("module", "name", "brought_by"), FACE, ids=lambda value: value)
def test_the_public_name_is_there(module, name, brought_by):
    if not (SOURCE / brought_by).exists():
        pytest.skip(f"{brought_by} is not built yet")
    assert getattr(importlib.import_module(module), name) is not None


@pytest.mark.parametrize(("module", "name"), sorted(PARAMETERS), ids=str)
def test_the_first_parameters_are_the_published_ones(module, name):
    parameters = inspect.signature(getattr(importlib.import_module(module), name)).parameters
    published = PARAMETERS[module, name]
    assert list(parameters)[: len(published)] == published
    for parameter, default in DEFAULTS.get((module, name), {}).items():
        assert parameters[parameter].default == default


def modules_after(statement: str) -> set[str]:
    """The top-level modules loaded in a fresh interpreter after the statement; warnings are errors."""
    tell = "import json, sys\nprint(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    code = f"{statement}\n{tell}"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    return set(json.loads(done.stdout))


HEAVY = {"pydantic", "yaml", "jinja2", "typst", "numpy"}


@pytest.mark.parametrize("statement", ["import lutetia", "import lutetia.cli"])
def test_importing_stays_light(statement):
    assert modules_after(statement) & HEAVY == set()


def test_the_package_itself_brings_neither_command_line_nor_colours():
    assert modules_after("import lutetia") & {"typer", "click", "rich"} == set()


def test_a_heavy_import_is_seen():
    assert "yaml" in modules_after("import lutetia, yaml")


def test_an_unknown_name_is_an_attribute_error_that_names_it():
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = importlib.import_module("lutetia").nothing_of_the_kind
