"""Every number has a source: a data file without a true sidecar is refused, and so is an orphan sidecar."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SIDECAR = ".source.yaml"
REQUIRED = ("title", "source", "licence", "transcribed_by", "sha256", "kind")
KINDS = ("published", "transcription", "policy", "made_up", "regression")


def sidecar_faults(folder: Path) -> list[str]:
    """A sentence for each data file or sidecar below the folder that does not match."""
    files = {path for path in folder.rglob("*") if path.is_file() and _is_content(path)}
    sidecars = {path for path in files if path.name.endswith(SIDECAR)}
    described = {path.with_name(path.name.removesuffix(SIDECAR)): path for path in sidecars}
    faults = [f"{sidecar}: describes no file" for data, sidecar in described.items() if data not in files]
    for data in sorted(files - sidecars):
        sidecar = described.get(data)
        faults += _mismatches(data, sidecar) if sidecar else [f"{data}: has no sidecar {data.name}{SIDECAR}"]
    return faults


def _is_content(path: Path) -> bool:
    return "__pycache__" not in path.parts and path.name not in ("__init__.py", ".gitkeep")


def _mismatches(data: Path, sidecar: Path) -> list[str]:
    stated = yaml.safe_load(sidecar.read_text(encoding="utf-8")) or {}
    faults = [f"{sidecar}: {field} is missing" for field in REQUIRED if not str(stated.get(field) or "").strip()]
    if stated.get("kind") not in KINDS:
        faults.append(f"{sidecar}: kind must be one of {', '.join(KINDS)}")
    if stated.get("sha256") != hashlib.sha256(data.read_bytes()).hexdigest():
        faults.append(f"{sidecar}: sha256 is not that of {data.name}; run python scripts/seal_data.py")
    return faults


def data_folders() -> list[Path]:
    """Package data, and the reference numbers that tests compare with."""
    folders = [*(ROOT / "src" / "lutetia").rglob("data"), *(ROOT / "tests").rglob("reference")]
    return sorted(path for path in folders if path.is_dir())


def test_every_data_file_has_a_true_sidecar():
    folders = data_folders()
    assert folders, "the package has data; where did it go?"
    faults = [fault for folder in folders for fault in sidecar_faults(folder)]
    assert not faults, "\n".join(faults)


GOOD = {"title": "t", "source": "s", "licence": "CC0-1.0", "transcribed_by": "x", "kind": "made_up"}


def lay(folder: Path, *, content: bytes = b"a: 1\n", **sidecar: object) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "grade.yaml").write_bytes(content)
    stated = {**GOOD, "sha256": hashlib.sha256(b"a: 1\n").hexdigest(), **sidecar}
    (folder / "sub" / "grade.yaml.source.yaml").write_text(yaml.safe_dump(stated), encoding="utf-8")


def test_a_true_sidecar_passes(tmp_path):
    lay(tmp_path)
    assert sidecar_faults(tmp_path) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"content": b"a: 2\n"}, "sha256 is not that of grade.yaml"),
        ({"licence": ""}, "licence is missing"),
        ({"transcribed_by": None}, "transcribed_by is missing"),
        ({"kind": "guess"}, "kind must be one of"),
    ],
)
def test_an_untrue_sidecar_is_found(tmp_path, change, words):
    lay(tmp_path, **change)
    assert words in "\n".join(sidecar_faults(tmp_path))


def test_a_file_without_sidecar_and_a_sidecar_without_file_are_found(tmp_path):
    (tmp_path / "alone.csv").write_text("1\n", encoding="utf-8")
    (tmp_path / "gone.csv.source.yaml").write_text("title: t\n", encoding="utf-8")
    faults = "\n".join(sidecar_faults(tmp_path))
    assert "alone.csv: has no sidecar" in faults
    assert "gone.csv.source.yaml: describes no file" in faults
