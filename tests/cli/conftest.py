"""What the tests of the command line share: running it, and what a refusal says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lutetia.cli import app, main


@pytest.fixture
def run():
    """The result of the command line for some words."""
    runner = CliRunner()
    return lambda *words: runner.invoke(app, [str(word) for word in words])


@pytest.fixture
def refused(monkeypatch, capsys):
    """The words on stderr of a refused command; its exit code must be 2."""

    def call(*words: object) -> str:
        monkeypatch.setattr(sys, "argv", ["lutetia", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            main()
        assert stopped.value.code == 2
        return capsys.readouterr().err

    return call


@pytest.fixture
def examples() -> Path:
    """The folder of the example courses."""
    return Path(__file__).resolve().parents[2] / "examples" / "courses"


@pytest.fixture
def flat(tmp_path):
    """A file with a small flat record."""
    path = tmp_path / "flat.yaml"
    path.write_text("id: F1\nprimary: pancreas\nki67_pct: 8\n", encoding="utf-8")
    return path
