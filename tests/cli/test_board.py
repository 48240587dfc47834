"""`lutetia board` and `lutetia demo` as a person meets them."""

from __future__ import annotations

import json

DAY = ["--as-of", "2026-11-20"]


def test_json_is_one_array_and_nothing_else(run, flat, examples):
    result = run("board", flat, examples / "VO-01.yaml", *DAY, "--format", "json")
    assert result.exit_code == 0
    first, second = json.loads(result.stdout)
    assert (first["id"], first["candidacy"]) == ("F1", "insufficient_data")
    assert (second["grade"], second["candidacy"]) == ("G2", "candidate")
    assert second["options"][0] == ["rlt"]


def test_jurisdiction_of_the_command_wins(run, examples):
    words = ["board", examples / "VO-08.yaml", *DAY, "--format", "json", "--jurisdiction", "us"]
    (found,) = json.loads(run(*words).stdout)
    assert (found["jurisdiction"], found["jurisdiction_from"]) == ("US", "argument")


def test_sheets_are_written_with_names_that_do_not_clash(run, tmp_path, flat):
    out = tmp_path / "sheets"
    result = run("board", flat, flat, *DAY, "--format", "html", "--out", out)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == ["F1-2.html", "F1.html"]


def test_a_pseudonym_cannot_leave_the_folder(run, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text('id: "../../evil"\nki67_pct: 8\n', encoding="utf-8")
    out = tmp_path / "deep" / "sheets"
    assert run("board", path, *DAY, "--format", "html", "--out", out).exit_code == 0
    assert [item.name for item in out.iterdir()] == ["evil.html"]
    assert not list(tmp_path.glob("*.html"))


def test_terminal_sheet_names_what_is_missing(run, flat):
    assert "insufficient" in run("board", flat, *DAY).output.lower()


def test_same_input_same_bytes(run, tmp_path, examples):
    for format in ("html", "pdf"):
        made = []
        for turn in ("one", "two"):
            run("board", examples / "VO-12.yaml", *DAY, "--format", format, "--out", tmp_path / turn)
            made.append((tmp_path / turn / f"VO-12.{format}").read_bytes())
        assert made[0] == made[1]


def test_demo_builds_an_index_and_says_where(run, tmp_path, examples):
    result = run("demo", "--no-serve", "--out", tmp_path / "demo")
    assert result.exit_code == 0, result.output
    assert str(tmp_path / "demo" / "index.html") in result.output
    assert len(list((tmp_path / "demo").glob("*.pdf"))) == len(list(examples.glob("*.yaml")))
    assert "made up" in (tmp_path / "demo" / "index.html").read_text(encoding="utf-8")
    assert "lutetia dose digital/study.yaml --out results" in result.output


def test_a_wrong_day_is_refused(refused, examples):
    assert "YYYY-MM-DD" in refused("board", examples / "VO-01.yaml", "--as-of", "20.11.2026")
