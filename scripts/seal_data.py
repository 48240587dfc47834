"""Recompute the sha256 field of every data sidecar, or with --check only say which do not match.

    python scripts/seal_data.py            seal what lies in src/lutetia/**/data
    python scripts/seal_data.py --check    change nothing; exit 1 if a sidecar is absent, orphaned or stale
    python scripts/seal_data.py [--check] FOLDER…   the same for other folders (reference data of the tests)

Standard library only. Sealing states that a file is as meant; it does not check it against its source.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections.abc import Iterable
from pathlib import Path

SUFFIX = ".source.yaml"
FIELD = re.compile(r"^sha256:.*$", re.MULTILINE)
IGNORED = {"__init__.py", ".gitkeep"}
ROOT = Path(__file__).resolve().parent.parent


def data_folders(package: Path) -> list[Path]:
    """Every folder named `data` below the package."""
    return sorted(p for p in package.rglob("data") if p.is_dir())


def data_files(folder: Path) -> list[Path]:
    """Every data file below the folder: not a sidecar, not a Python marker or cache."""
    return sorted(
        p
        for p in folder.rglob("*")
        if p.is_file() and not p.name.endswith(SUFFIX) and p.name not in IGNORED and "__pycache__" not in p.parts
    )


def sealed(sidecar: str, digest: str) -> str:
    """The sidecar's text with its sha256 line set to `digest` (added at the end where there is none)."""
    line = f"sha256: {digest}"
    return FIELD.sub(line, sidecar) if FIELD.search(sidecar) else sidecar.rstrip("\n") + f"\n{line}\n"


def seal(folders: Iterable[Path], *, check: bool) -> tuple[list[str], int]:
    """Faults found (one sentence each) and the number of sidecars rewritten or, with `check`, stale."""
    faults: list[str] = []
    changed = 0
    for folder in folders:
        for path in data_files(folder):
            sidecar = path.with_name(path.name + SUFFIX)
            if not sidecar.is_file():
                faults.append(f"{path}: must have a sidecar {sidecar.name} beside it")
                continue
            text = sidecar.read_text(encoding="utf-8")
            new = sealed(text, hashlib.sha256(path.read_bytes()).hexdigest())
            if new != text:
                changed += 1
                if check:
                    faults.append(f"{sidecar}: sha256 must match the data file; run scripts/seal_data.py")
                else:
                    sidecar.write_text(new, encoding="utf-8")
        faults += [
            f"{sidecar}: must stand beside the data file it describes"
            for sidecar in sorted(folder.rglob(f"*{SUFFIX}"))
            if not sidecar.with_name(sidecar.name.removesuffix(SUFFIX)).is_file()
        ]
    return faults, changed


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when every data file has a matching sidecar (after sealing), else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing, report")
    parser.add_argument("folders", nargs="*", type=Path, help="default: src/lutetia/**/data")
    options = parser.parse_args(arguments)
    folders = options.folders or data_folders(ROOT / "src" / "lutetia")
    faults, changed = seal(folders, check=options.check)
    for fault in faults:
        print(fault, file=sys.stderr)
    if not options.check:
        print(f"{changed} sidecar(s) sealed")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
