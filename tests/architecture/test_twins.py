"""One concept, one file, one twin test file: src/lutetia/scoring/grade.py has tests/scoring/test_grade.py."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Modules that are tested elsewhere, each with the reason. `__init__` files are held by test_public_names.py.
WITHOUT_TWIN: dict[str, str] = {}


def missing_twins(root: Path) -> dict[str, str]:
    """Source file with code → the test file it lacks, both relative to the root."""
    source = root / "src" / "lutetia"
    missing = {}
    for path in sorted(source.rglob("*.py")):
        twin = root / "tests" / path.relative_to(source).with_name(f"test_{path.name}")
        if path.name != "__init__.py" and has_code(path.read_text(encoding="utf-8")) and not twin.is_file():
            missing[path.relative_to(source).as_posix()] = twin.relative_to(root).as_posix()
    return missing


def has_code(text: str) -> bool:
    """True if the module does something: a function, or a class with more than a docstring."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return True
        if isinstance(node, ast.ClassDef) and (len(node.body) > 1 or not isinstance(node.body[0], ast.Expr)):
            return True
    return False


def test_every_module_with_code_has_its_twin():
    missing = {path: twin for path, twin in missing_twins(ROOT).items() if path not in WITHOUT_TWIN}
    assert not missing, "\n".join(f"src/lutetia/{path} must have {twin}" for path, twin in missing.items())


def test_no_exception_is_stale():
    assert set(WITHOUT_TWIN) <= set(missing_twins(ROOT))


def test_a_missing_twin_is_found_and_a_module_without_code_needs_none(tmp_path):
    room = tmp_path / "src" / "lutetia" / "scoring"
    room.mkdir(parents=True)
    (room / "grade.py").write_text("def grade(): ...\n", encoding="utf-8")
    (room / "names.py").write_text('"""Names."""\nGRADES = ("G1", "G2")\n', encoding="utf-8")
    (room / "__init__.py").write_text("def __getattr__(name): ...\n", encoding="utf-8")
    assert missing_twins(tmp_path) == {"scoring/grade.py": "tests/scoring/test_grade.py"}
    twin = tmp_path / "tests" / "scoring" / "test_grade.py"
    twin.parent.mkdir(parents=True)
    twin.touch()
    assert missing_twins(tmp_path) == {}
