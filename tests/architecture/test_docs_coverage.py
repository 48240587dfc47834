"""What can be used is written about: every command, public name, score and question appears in the docs."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "lutetia"
QUESTIONS = [f"CONS-Q{number}" for number in range(1, 11)]  # the consensus asks ten


@cache
def docs() -> str:
    """README and every page of the docs, without builds and decision notes (these say why, not how)."""
    pages = [ROOT / "README.md"]
    for path in sorted((ROOT / "docs").rglob("*")):
        inside = path.relative_to(ROOT / "docs").parts
        if path.suffix in (".md", ".rst", ".ipynb") and not {"_build", "decisions"} & {*inside}:
            pages.append(path)
    return "\n".join(path.read_text(encoding="utf-8") for path in pages if path.is_file())


def unmentioned(names: Iterable[str], text: str) -> list[str]:
    """The names that do not stand in the text as words of their own."""
    return [name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]


def commands() -> list[str]:
    """Every command a person can type, such as "lutetia course check"."""
    typer_main = pytest.importorskip("typer.main")
    app = importlib.import_module("lutetia.cli").app
    return sorted(_leaves(typer_main.get_command(app), "lutetia"))


def _leaves(command: object, name: str) -> Iterator[str]:
    if getattr(command, "hidden", False):
        return
    inner = getattr(command, "commands", None)
    if not inner:
        yield name
        return
    for word, sub in inner.items():
        yield from _leaves(sub, f"{name} {word}")


def public_names() -> dict[str, list[str]]:
    """Room → the names in its `__all__`, for the package itself and each room that declares one."""
    rooms = ["lutetia", *(f"lutetia.{path.parent.name}" for path in sorted(SOURCE.glob("*/__init__.py")))]
    found = {room: getattr(importlib.import_module(room), "__all__", ()) for room in rooms}
    return {room: [n for n in names if not n.startswith("_")] for room, names in found.items() if names}


def scores() -> list[str]:
    """Every score module, by its file's name."""
    return sorted(path.stem for path in (SOURCE / "scoring").glob("*.py") if not path.stem.startswith("_"))


def test_every_command_is_in_the_docs():
    found = commands()
    assert len(found) >= 3, found
    assert unmentioned(found, docs()) == []


def test_every_public_name_is_in_the_docs():
    missing = {room: unmentioned(names, docs()) for room, names in public_names().items()}
    assert {room: names for room, names in missing.items() if names} == {}


def test_every_score_is_in_the_docs():
    assert scores(), "the scores live in src/lutetia/scoring"
    assert unmentioned(scores(), docs()) == []


def test_every_question_of_the_consensus_is_in_the_docs():
    assert unmentioned(QUESTIONS, docs()) == []


def test_a_name_inside_another_word_does_not_count():
    text = "`lutetia course checks` and CONS-Q10 and downgrade"
    assert unmentioned(["lutetia course check", "CONS-Q1", "grade"], text) == [
        "lutetia course check",
        "CONS-Q1",
        "grade",
    ]
    assert unmentioned(["grade", "CONS-Q1"], "The grade (CONS-Q1).") == []


def test_the_commands_of_a_group_are_found():
    typer = pytest.importorskip("typer")
    app, course = typer.Typer(), typer.Typer()
    course.command("check")(lambda: None)
    course.command("schema")(lambda: None)
    app.add_typer(course, name="course")
    app.command("board")(lambda: None)
    app.command("secret", hidden=True)(lambda: None)
    found = sorted(_leaves(typer.main.get_command(app), "lutetia"))
    assert found == ["lutetia board", "lutetia course check", "lutetia course schema"]
