"""Files into a folder, all or none: written beside it first, then moved; nothing of somebody else is touched."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from lutetia.errors import Fault, InputError

OPTION = "--out"
MANIFEST = "manifest.json"


def refuse_folder(folder: Path, *, format: str, overwrite: bool) -> None:
    """Raises InputError where files may not be written, before any work is done.

    A folder that holds files is refused; with `overwrite` it may hold earlier files of the same `format`, told by its
    manifest.
    """
    if folder.exists() and not folder.is_dir():
        raise _refused(folder, "must be a folder", "a file", "Choose another name.")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not overwrite:
        do = "Choose another folder, or add --overwrite to replace the report in it."
        raise _refused(folder, "must be empty or not exist", "a folder with files", do)
    if _earlier(folder, format) is None:
        got = f"a folder with files but no {MANIFEST} of a report"
        raise _refused(folder, "must hold an earlier report to be overwritten", got, "Choose another folder.")


def write_folder(files: Mapping[str, bytes], folder: Path, *, format: str, overwrite: bool = False) -> tuple[Path, ...]:
    """Write files by their names inside a folder; what comes back are their paths.

    All are written to a new folder beside it first. With `overwrite` the files that the earlier manifest lists go;
    other files stay, and one that stands in the way of a new file is refused. Raises InputError as `refuse_folder`.
    """
    refuse_folder(folder, format=format, overwrite=overwrite)
    earlier = (_earlier(folder, format) or frozenset()) if folder.is_dir() else frozenset()
    in_the_way = [name for name in files if (folder / name).exists() and name not in earlier]
    if in_the_way:
        got = ", ".join(in_the_way)
        raise _refused(folder, "must not hold other files of these names", got, "Move them, or choose another folder.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as place:
            made = Path(place) / "made"
            for name, content in files.items():
                path = made / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            _move(made, folder, [*files], earlier)
    except OSError as error:
        raise _refused(folder, "must be a place that can be written to", error.strerror or str(error), None) from None
    return tuple(folder / name for name in files)


def _move(made: Path, folder: Path, names: list[str], earlier: frozenset[str]) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        if folder.exists():
            folder.rmdir()
        shutil.move(made, folder)
        return
    for name in earlier - {*names}:
        (folder / name).unlink(missing_ok=True)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).replace(folder / name)
    for inner in ("tables", "figures"):
        place = folder / inner
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()


def _earlier(folder: Path, format: str) -> frozenset[str] | None:
    """The files of the report in a folder by its manifest; None where there is no such manifest."""
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != format:
            return None
        names = [str(entry["file"]) for entry in manifest["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    inside = [name for name in names if _stays_inside(name)]
    return frozenset([*inside, MANIFEST])


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _refused(folder: Path, must: str, got: str, do: str | None) -> InputError:
    return InputError(str(folder), [Fault(place=OPTION, must=must, got=got, do=do)])
