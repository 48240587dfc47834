"""The command line as a person meets it: what it prints, what it refuses, and that a refusal writes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lutetia.cli import app, main

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "courses"
DAY = ["--as-of", "2026-11-20"]
runner = CliRunner()


def run(*words: object):
    return runner.invoke(app, [str(word) for word in words])


def refused(monkeypatch, capsys, *words: object) -> str:
    """The words on stderr of a refused command; its exit code must be 2."""
    monkeypatch.setattr(sys, "argv", ["lutetia", *map(str, words)])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    return capsys.readouterr().err


@pytest.fixture
def flat(tmp_path):
    path = tmp_path / "flat.yaml"
    path.write_text("id: F1\nprimary: pancreas\nki67_pct: 8\n", encoding="utf-8")
    return path


def test_help_has_examples_for_every_command():
    for words in (["board"], ["course", "check"], ["guideline", "show"], ["guideline", "lint"]):
        assert "lutetia " + " ".join(words) in run(*words, "--help").output


def test_json_is_one_array_and_nothing_else(flat):
    result = run("board", flat, EXAMPLES / "VO-01.yaml", *DAY, "--format", "json")
    assert result.exit_code == 0
    first, second = json.loads(result.stdout)
    assert (first["id"], first["candidacy"]) == ("F1", "insufficient_data")
    assert (second["grade"], second["candidacy"]) == ("G2", "candidate")
    assert second["options"][0] == ["rlt"]


def test_jurisdiction_of_the_command_wins():
    words = ["board", EXAMPLES / "VO-08.yaml", *DAY, "--format", "json", "--jurisdiction", "us"]
    (found,) = json.loads(run(*words).stdout)
    assert (found["jurisdiction"], found["jurisdiction_from"]) == ("US", "argument")


def test_sheets_are_written_with_names_that_do_not_clash(tmp_path, flat):
    out = tmp_path / "sheets"
    result = run("board", flat, flat, *DAY, "--format", "html", "--out", out)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == ["F1-2.html", "F1.html"]


def test_terminal_sheet_names_what_is_missing(flat):
    assert "insufficient" in run("board", flat, *DAY).output.lower()


def test_same_input_same_bytes(tmp_path):
    for format in ("html", "pdf"):
        made = []
        for turn in ("one", "two"):
            run("board", EXAMPLES / "VO-12.yaml", *DAY, "--format", format, "--out", tmp_path / turn)
            made.append((tmp_path / turn / f"VO-12.{format}").read_bytes())
        assert made[0] == made[1]


def test_demo_builds_an_index_and_says_where(tmp_path):
    result = run("demo", "--no-serve", "--out", tmp_path / "demo")
    assert result.exit_code == 0, result.output
    assert str(tmp_path / "demo" / "index.html") in result.output
    assert len(list((tmp_path / "demo").glob("*.pdf"))) == len(list(EXAMPLES.glob("*.yaml")))


def test_good_course_is_called_good():
    result = run("course", "check", EXAMPLES / "VO-01.yaml")
    assert result.exit_code == 0
    assert "good" in result.output


def test_schema_is_json():
    assert json.loads(run("course", "schema").output)["properties"]["entries"]


def test_packaged_knowledge_is_clean_on_the_day_of_the_edition():
    assert run("guideline", "lint", "--as-of", "2026-11-20").exit_code == 0
    late = run("guideline", "lint", "--as-of", "2030-01-01")
    assert late.exit_code == 2
    assert "review" in late.output


def test_show_prints_level_condition_and_source():
    output = run("guideline", "show", "CONS-Q3-R").output
    assert "3b-A" in output
    assert "pace == rapid" in output
    assert "S001/Q3" in output


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            "ki67_pct: high\nfrail: maybe\n",
            ["line 1: ki67_pct: must be a number", "line 2: frail: must be true or false"],
        ),
        ("ki67_pct: 180\n", ["must lie between 0 and 100"]),
        ("hb_g_l: 12.8\n", ["hb_g_l: must lie between"]),
        ("ki67_pct: [8\n", ["well-formed YAML", "line"]),
        ("a: &x [1]\nb: *x\n", ["anchors"]),
    ],
)
def test_bad_records_are_refused_with_every_fault_and_nothing_is_written(
    tmp_path, monkeypatch, capsys, flat, content, says
):
    bad = tmp_path / "bad.yaml"
    bad.write_text(content, encoding="utf-8")
    out = tmp_path / "sheets"
    err = refused(monkeypatch, capsys, "board", flat, bad, *DAY, "--format", "html", "--out", out)
    assert "bad.yaml" in err
    for words in says:
        assert words in err
    assert not out.exists()


def test_faults_of_several_files_come_together(tmp_path, monkeypatch, capsys):
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text("ki67_pct: high\n", encoding="utf-8")
    err = refused(monkeypatch, capsys, "board", tmp_path / "one.yaml", tmp_path / "two.yaml", *DAY)
    assert "one.yaml" in err
    assert "two.yaml" in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["board", "absent.yaml", *DAY], "absent.yaml"),
        (["board", EXAMPLES / "VO-01.yaml", "--as-of", "20.11.2026"], "YYYY-MM-DD"),
        (["guideline", "show", "CONS-Q99-R"], "CONS-Q99-R"),
        (["guideline", "lint", "no-such-folder"], "no-such-folder"),
    ],
)
def test_wrong_words_are_named(monkeypatch, capsys, words, says):
    assert says in refused(monkeypatch, capsys, *words)


def test_help_loads_no_science():
    code = "import sys, lutetia.cli; print([m for m in ('pydantic', 'yaml', 'jinja2', 'typst') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
