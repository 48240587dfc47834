"""What the commands share, as a person meets it."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from lutetia.cli.options import counted, day_of, tracked
from lutetia.errors import InputError


def test_help_has_examples_for_every_command(run):
    for words in (["board"], ["course", "check"], ["guideline", "show"], ["guideline", "lint"]):
        assert "lutetia " + " ".join(words) in run(*words, "--help").output


def test_help_loads_no_science():
    code = "import sys, lutetia.cli; print([m for m in ('pydantic', 'yaml', 'jinja2', 'typst') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_version_is_printed(run):
    assert run("--version").output.startswith("lutetia ")


def test_a_day_is_written_year_month_day():
    assert day_of("2026-11-20", "--as-of") == date(2026, 11, 20)
    with pytest.raises(InputError, match="--as-of: must be a day written YYYY-MM-DD"):
        day_of("20.11.2026", "--as-of")


def test_today_is_said_when_no_day_is_given(capsys):
    assert day_of(None, "--as-of") == date.today()
    assert str(date.today()) in capsys.readouterr().err


def test_progress_shows_nothing_where_nobody_watches(capsys):
    assert list(tracked(range(9), "Reading")) == list(range(9))
    assert capsys.readouterr() == ("", "")


def test_counting_shows_a_bar_on_stderr_where_a_person_watches(capsys, monkeypatch):
    with counted("Courses") as progress:
        progress(3, 9)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with counted("Courses") as progress:
        progress(0, 3)
    assert "Courses" not in capsys.readouterr().err  # too few to wait for
    with counted("Courses") as progress:
        progress(0, 9)
        progress(9, 9)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Courses" in shown.err
