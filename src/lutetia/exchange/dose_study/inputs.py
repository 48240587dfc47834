"""Every file a study was read from, with its checksum: what the results name as their inputs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lutetia.exchange.dose_study.scans import Outlines
from lutetia.exchange.dose_study.study import DoseStudy


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """One input: its name as it stands in the declaration (with the file's name for a folder), its checksum."""

    name: str
    sha256: str


def study_inputs(path: str | Path, study: DoseStudy) -> tuple[InputFile, ...]:
    """The declaration and every file it names, folders file by file, in that order. Raises OSError."""
    declared = Path(path)
    named = [(declared.name, declared)]
    for name in dict.fromkeys(_names(study)):
        place = declared.parent / name
        if place.is_dir():
            inside = sorted(found for found in place.rglob("*") if found.is_file())
            named += [(f"{name}/{found.relative_to(place).as_posix()}", found) for found in inside]
        else:
            named.append((name, place))
    return tuple(InputFile(name=name, sha256=_sha256(found)) for name, found in named)


def _names(study: DoseStudy) -> Iterable[str]:
    for scan in study.scans:
        yield scan.image
        if scan.ct is not None:
            yield scan.ct
        if isinstance(scan.transform, str):
            yield scan.transform
        if scan.outlines is not None:
            yield from _of_outlines(scan.outlines)
    yield from _of_outlines(study.outlines)
    recovery = study.camera.recovery
    if not isinstance(recovery, str) and recovery.phantom is not None:
        yield recovery.phantom


def _of_outlines(outlines: Outlines) -> Iterable[str]:
    yield from (name for name in (outlines.rtstruct, outlines.seg) if name is not None)
    yield from (outlines.nifti or {}).values()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
