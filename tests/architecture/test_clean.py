"""The tree holds nothing of the machine it was written on: no registry host, no home path, no loose ends."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Written in pieces, so that this file passes its own test.
HOSTS = [
    *("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com", "yarnpkg" + ".com"),
    *("deb.debian" + ".org", "security.debian" + ".org", "snapshot.debian" + ".org", "crates" + ".io"),
    *("anaconda" + ".org", "proxy.golang" + ".org", "repo.maven" + ".apache.org", "docker" + ".io"),
]
FORBIDDEN = {
    "a registry host": re.compile("|".join(map(re.escape, HOSTS)), re.IGNORECASE),
    "a path of one machine": re.compile(
        r"(?<![\w.~/-])/(?:" + "|".join(["home", "work", "root", "Users"]) + r")/(?=\w|\.)"
        r"|\b[A-Z]:\\Users\\"
    ),
    "a loose end": re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b"),
}
# Without git (an unpacked archive) these folders stand in for .gitignore.
MADE_HERE = {
    *(".git", ".tools", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"),
    *(".import_linter_cache", "_build", "build", "dist", "out"),
}


def tracked_files(root: Path) -> list[Path]:
    """Every file that belongs to the tree: tracked, or new and not ignored."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        paths = [root / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in root.rglob("*") if not MADE_HERE & {*path.relative_to(root).parts}]
    return sorted(path for path in paths if path.is_file())


def faults_in(text: str) -> list[str]:
    """A sentence, with its line, for each thing that must not be in a file of the project."""
    return [
        f"line {number}: {what}: {match[0]}"
        for number, line in enumerate(text.splitlines(), start=1)
        for what, pattern in FORBIDDEN.items()
        if (match := pattern.search(line))
    ]


def test_no_file_holds_a_host_a_machine_path_or_a_loose_end():
    files = tracked_files(ROOT)
    assert ROOT / "lutetia" in files
    faults = []
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        faults += [f"{path.relative_to(ROOT)}, {fault}" for fault in faults_in(text)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "line",
    [
        "https://files." + "pythonhosted" + ".org/packages/x.whl",
        "see /" + "home/anna/notes",
        'open("/' + 'work/main/x")',
        "# " + "TO" + "DO later",
    ],
)
def test_each_of_them_is_found(line):
    assert faults_in(f"first line\n{line}")[0].startswith("line 2")


@pytest.mark.parametrize(
    "line", ["https://example.org/home/index.html", "the work/home balance", "src/work/x", "/usr/bin/python3"]
)
def test_an_ordinary_line_passes(line):
    assert faults_in(line) == []


def test_without_git_the_tree_is_walked_instead(tmp_path):
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "skipped.py").touch()
    (tmp_path / "kept.py").touch()
    assert tracked_files(tmp_path) == [tmp_path / "kept.py"]
