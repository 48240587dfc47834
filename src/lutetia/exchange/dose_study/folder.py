"""Files into a folder, all or none: written beside it first, then moved; nothing of somebody else is touched."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lutetia.errors import Fault, InputError

OPTION = "--out"
RECORD = "dose.json"
MANIFEST = "manifest.json"
FORMAT = "dose-files/1"


def refuse_folder(folder: Path, *, overwrite: bool) -> None:
    """Raises InputError where nothing may be written, before any work is done.

    A folder that holds files is refused; with `overwrite` it may hold earlier files of ours, told by its manifest.
    """
    if folder.exists() and not folder.is_dir():
        raise _refused(folder, "must be a folder", "a file", "Choose another name.")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not overwrite:
        do = "Choose another folder, or add --overwrite to replace the files in it."
        raise _refused(folder, "must be empty or not exist", "a folder with files", do)
    known = _earlier(folder)
    if known is None:
        got = f"a folder with files but no {MANIFEST} of ours"
        raise _refused(folder, "must hold earlier results to be overwritten", got, "Choose another folder.")
    others = sorted(p.name for p in folder.iterdir() if p.name not in known)
    if others:
        got = f"also {', '.join(others[:5])}"
        raise _refused(folder, "must hold earlier results and nothing else", got, "Move them away first.")


def written(folder: Path, write: Callable[[Path], object], *, overwrite: bool = False) -> tuple[Path, ...]:
    """What `write` writes into an empty place, moved to the folder when all of it stands; the paths by name.

    A manifest of the top-level names is added. Nothing is left behind when `write` raises. Raises InputError as
    `refuse_folder`, and where the place cannot be written to.
    """
    refuse_folder(folder, overwrite=overwrite)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as place:
            made, old = Path(place) / "made", Path(place) / "old"
            made.mkdir()
            write(made)
            names = sorted(path.name for path in made.iterdir())
            manifest = {"format": FORMAT, "files": names}
            (made / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
            if folder.exists():
                shutil.move(folder, old)
            shutil.move(made, folder)
    except OSError as error:
        raise _refused(folder, "must be a place that can be written to", error.strerror or str(error), None) from None
    return tuple(path for path in sorted(folder.rglob("*")) if path.is_file())


def _earlier(folder: Path) -> frozenset[str] | None:
    """The names that an earlier manifest lists, with itself; None where there is none of ours."""
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            return None
        return frozenset([*map(str, manifest["files"]), MANIFEST])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _refused(folder: Path, must: str, got: str, do: str | None) -> InputError:
    return InputError(str(folder), [Fault(place=OPTION, must=must, got=got, do=do)])
