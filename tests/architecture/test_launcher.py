"""The launcher at the repository's root: it runs anywhere, says what is missing, and hides no failure."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

LAUNCHER = Path(__file__).resolve().parents[2] / "lutetia"
TOOLS = ("ruff", "mypy", "lint-imports", "sphinx-build", "pytest")


@pytest.fixture
def launcher(tmp_path, monkeypatch) -> ModuleType:
    """The launcher as a module whose folder is an empty one."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # no cache beside a file without suffix
    loader = SourceFileLoader("launcher", str(LAUNCHER))
    spec = spec_from_loader("launcher", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    places = {"ROOT": "", "REQUIREMENTS": "requirements", "TOOLS": ".tools", "ENVIRONMENT": ".venv"}
    places |= {"BIN": ".venv/bin", "PYTHON": ".venv/bin/python", "STAMP": ".venv/lutetia-stamp"}
    for name, place in places.items():
        monkeypatch.setattr(module, name, tmp_path / place)
    (tmp_path / "requirements").mkdir()
    for name in ("run", "test"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n", encoding="utf-8")
    module.BIN.mkdir(parents=True)
    return module


@pytest.fixture
def prepared(launcher):
    """The same with an environment that passes for one built for the tests."""
    launcher.PYTHON.symlink_to(sys.executable)
    stamp(launcher, "test")
    return launcher


def stamp(launcher: ModuleType, name: str) -> None:
    launcher.STAMP.write_text(f"{launcher.foundation()}\n{launcher.pins(name)}\n", encoding="utf-8")


def tool(launcher: ModuleType, name: str, exit_code: int = 0) -> None:
    """A stand-in in the environment that says its name and arguments, and exits as told."""
    path = launcher.BIN / name
    path.write_text(f'#!/bin/sh\necho "{name} ran with $*"\nexit {exit_code}\n', encoding="utf-8")
    path.chmod(0o755)


def test_it_needs_the_standard_library_only():
    tree = ast.parse(LAUNCHER.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= set(sys.stdlib_module_names)


def test_an_older_python_can_read_it_and_is_told(launcher, monkeypatch, capsys):
    ast.parse(LAUNCHER.read_text(encoding="utf-8"), feature_version=(3, 9))
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(sys, "version", "3.9.2 (main)")
    assert launcher.main(["demo"]) == 1
    said = capsys.readouterr()
    assert "Python must be 3.11 or newer, but" in said.err
    assert "is 3.9.2" in said.err
    assert said.out == ""


def test_a_test_environment_serves_both_and_a_plain_one_only_the_command_line(prepared):
    assert (prepared.is_prepared("run"), prepared.is_prepared("test")) == (True, True)
    stamp(prepared, "run")
    assert (prepared.is_prepared("run"), prepared.is_prepared("test")) == (True, False)


@pytest.mark.parametrize("change", ["pins", "folder", "interpreter", "interpreter gone", "stamp"])
def test_a_changed_foundation_asks_for_a_new_environment(prepared, monkeypatch, tmp_path, change):
    if change == "pins":
        (prepared.REQUIREMENTS / "test.txt").write_text("test==2\n", encoding="utf-8")
    elif change == "folder":
        monkeypatch.setattr(prepared, "ROOT", tmp_path / "elsewhere")
    elif change == "interpreter":
        prepared.PYTHON.unlink()
        prepared.PYTHON.symlink_to("/bin/sh")
    elif change == "interpreter gone":
        prepared.PYTHON.unlink()
        prepared.PYTHON.symlink_to(tmp_path / "python3.11")
        stamp(prepared, "test")
    else:
        prepared.STAMP.write_text("", encoding="utf-8")
    assert not prepared.is_prepared("run")


def test_the_prepared_environment_takes_over_at_once(prepared, monkeypatch):
    taken = []
    monkeypatch.setattr(prepared.os, "execv", lambda path, words: taken.append((path, words)))
    monkeypatch.setattr(prepared, "run", lambda *_: pytest.fail("nothing is to be prepared"))
    prepared.main(["board", "a file.yaml"])
    python, command = prepared.PYTHON, prepared.BIN / "lutetia"
    assert taken == [(python, [str(python), str(command), "board", "a file.yaml"])]


def test_missing_pip_is_named_with_the_package_that_brings_it(launcher, monkeypatch):
    told = subprocess.CompletedProcess([], 1, "", "/usr/bin/python3: No module named pip\n")
    monkeypatch.setattr(launcher, "run", lambda *_: told)
    with pytest.raises(launcher.SetupError, match="apt-get install python3-pip"):
        launcher.pip_install("x")


def test_pip_steps_in_where_uv_reaches_no_index(launcher, monkeypatch):
    said = []

    def run(command, *_):
        said.append([str(word) for word in command])
        return subprocess.CompletedProcess(command, "uv" in str(command[0]), "", "dns error")

    monkeypatch.setattr(launcher, "run", run)
    launcher.install(Path("uv"), Path("run.txt"))
    assert said[0][:3] == ["uv", "pip", "sync"]
    assert said[1][1:5] == ["-m", "pip", "--python", str(launcher.PYTHON)]
    assert all("--require-hashes" in words for words in said)


def test_when_both_fail_both_are_quoted(launcher, monkeypatch):
    monkeypatch.setattr(
        launcher,
        "run",
        lambda command, *_: subprocess.CompletedProcess(command, 1, "", f"{command[1]} gave up"),
    )
    with pytest.raises(launcher.SetupError, match=r"(?s)Is there a network\?.*-m gave up.*pip gave up"):
        launcher.install(Path("uv"), Path("run.txt"))


@pytest.mark.parametrize("failing", TOOLS)
def test_all_checks_run_any_failure_counts_and_pytest_has_the_last_word(prepared, tmp_path, capfd, failing):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "conf.py").touch()
    for name in TOOLS:
        tool(prepared, name, exit_code=3 if name == failing else 0)
    assert prepared.main(["test", "-k", "grade"]) != 0
    said = capfd.readouterr().out
    assert said.count(" passed ") == (5 if failing == "pytest" else 3 if failing == "ruff" else 4)
    assert said.count("FAILED ") == {"pytest": 0, "ruff": 3}.get(failing, 2)  # each step, and the sum
    assert said.splitlines()[-1] == "pytest ran with -m not long -k grade"


def test_when_all_pass_the_run_passes_and_long_selects_the_long_tests(prepared, capfd):
    for name in TOOLS:
        tool(prepared, name)
    assert prepared.main(["test", "--long"]) == 0
    said = capfd.readouterr().out
    assert "skipped: docs/conf.py is not there yet" in said
    assert "All checks passed." in said
    assert said.splitlines()[-1] == "pytest ran with -m long or not long"


def test_colour_is_left_out_for_files_and_on_request(launcher, monkeypatch):
    assert launcher.bold("x") == "x"  # stdout is no terminal here
    monkeypatch.setattr(launcher.sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert launcher.bold("x") == "\033[1mx\033[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert launcher.bold("x") == "x"
