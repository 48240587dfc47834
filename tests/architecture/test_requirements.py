"""The pinned files are complete, hashed, in step with pyproject.toml, and name no download address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
FILES = ("run", "test", "tools")


def pins(text: str) -> list[tuple[Requirement, int]]:
    """Each pinned requirement with the number of its hashes."""
    joined = text.replace("\\\n", " ")
    lines = [line.split("#")[0] for line in joined.splitlines() if line and line[0] not in "#- "]
    return [(Requirement(line.split(" --hash")[0]), line.count("--hash=sha256:")) for line in lines]


def faults(text: str) -> list[str]:
    """What keeps the file from being installed the same everywhere: no exact pin, no hash, an address."""
    loose = [f"{r} is not pinned" for r, _ in pins(text) if [s.operator for s in r.specifier] != ["=="]]
    bare = [f"{r} has no hash" for r, hashes in pins(text) if not hashes]
    addresses = re.findall(r"\w+://\S+|--\w*index\S*[ =]http\S*|--find-links\S*|\S+ @ \S+", text)
    return [*loose, *bare, *addresses]


def read(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


def here(name: str) -> dict[str, Requirement]:
    """What the file installs on this machine, by name."""
    pinned = [r for r, _ in pins(read(name)) if r.marker is None or Marker(str(r.marker)).evaluate()]
    return {canonicalize_name(r.name): r for r in pinned}


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_is_pinned_and_hashed(name):
    assert pins(read(name))
    assert faults(read(name)) == []


@pytest.mark.parametrize(("name", "extras"), [("run", ("all",)), ("test", None)])
def test_the_pins_serve_pyproject(name, extras):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = list(project["dependencies"])
    for extra, requirements in project["optional-dependencies"].items():
        asked += requirements if extras is None or extra in extras else []
    pinned = here(name)
    for requirement in map(Requirement, asked):
        pin = pinned.get(canonicalize_name(requirement.name))
        assert pin is not None, f"requirements/{name}.txt lacks {requirement}; CONTRIBUTING.md says how to pin"
        assert requirement.specifier.contains(next(iter(pin.specifier)).version, prereleases=True), pin


def test_the_tests_run_with_the_pins_that_people_run():
    run, test = here("run"), here("test")
    assert {name: str(run[name].specifier) for name in run} == {
        name: str(test[name].specifier) for name in run if name in test
    }


@pytest.mark.parametrize(
    "text",
    [
        "a>=1 \\\n    --hash=sha256:00\n",
        "a==1\n",
        "--index-url https://index.example\na==1 \\\n    --hash=sha256:00\n",
        "a @ https://index.example/a.whl \\\n    --hash=sha256:00\n",
    ],
)
def test_a_loose_file_is_found(text):
    assert faults(text)
