"""The walls of the house: the import contracts of pyproject.toml hold, and refuse what they must refuse."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    """The finished run of import-linter on the tree at `root`."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src"), "NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
    )


def test_the_contracts_hold():
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def house(tmp_path):
    """An empty house with every room that the contract requires."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = " | ".join(contracts["contracts"][0]["layers"]).split(" | ")
    package = tmp_path / "src" / "lutetia"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    for room in (layer for layer in layers if not layer.startswith("(")):  # optional rooms stand in brackets
        (package / room).mkdir()
        (package / room / "__init__.py").touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_an_empty_house_stands(house):
    done = lint_imports(house)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "line", "words"),
    [
        (
            "course/entry.py",
            "import lutetia.guideline",
            "lutetia.course is not allowed to import lutetia.guideline",
        ),
        (
            "reports/sheet.py",
            "import lutetia.exchange",
            "lutetia.reports is not allowed to import lutetia.exchange",
        ),
        ("scoring/grade.py", "import rich.table", "lutetia.scoring is not allowed to import rich"),
        ("attic.py", "", "lutetia.attic"),
    ],
)
def test_a_breach_is_refused(house, file, line, words):
    (house / "src" / "lutetia" / file).write_text(line + "\n", encoding="utf-8")
    done = lint_imports(house)
    assert done.returncode != 0
    assert words in " ".join((done.stdout + done.stderr).split())


def test_a_cycle_inside_a_room_is_refused(house):
    room = house / "src" / "lutetia" / "guideline"
    (room / "truth.py").write_text("import lutetia.guideline.facts\n", encoding="utf-8")
    (room / "facts.py").write_text("import lutetia.guideline.truth\n", encoding="utf-8")
    done = lint_imports(house)
    assert done.returncode != 0
    assert "No cycles between siblings" in done.stdout
