"""docs/validation.md lists the pages as they stand."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _collector():
    spec = importlib.util.spec_from_file_location("collect_validation", ROOT / "scripts" / "collect_validation.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_overview_is_that_of_the_pages():
    text = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    assert text == _collector().overview(), "run: python scripts/collect_validation.py --write"


def test_rows_of_figures_are_counted(tmp_path):
    (tmp_path / "a.md").write_text("# 2026-01-01: things\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n")
    last = _collector().overview(tmp_path).splitlines()[-1]
    assert last == "| [a](validation/a.md) | things | 2 | tests named on the page |"
