"""The files a study was read from, with their checksums: what a report names as its inputs."""

from __future__ import annotations

import hashlib
from pathlib import Path

from lutetia.cohort.source import CourseSource
from lutetia.exchange.studies import COURSE_ENDINGS


def study_inputs(study: str | Path, source: CourseSource) -> tuple[tuple[str, str], ...]:
    """Name and sha256 of the declaration and of every file it names; names as they stand in the declaration.

    A made-up cohort has no files beyond the declaration. Raises OSError for a file that is not there (any more).
    """
    path = Path(study)
    named = [(path.name, path)]
    if source.csv is not None:
        given = (source.csv.patients, source.csv.lines, source.csv.mapping)
        named += [(name, path.parent / name) for name in given if name is not None]
    elif source.folder is not None:
        inside = sorted(
            found for found in (path.parent / source.folder).glob("*") if found.suffix.lower() in COURSE_ENDINGS
        )
        named += [(f"{source.folder}/{found.name}", found) for found in inside]
    else:
        named += [(name, path.parent / name) for name in source.files]
    return tuple((name, hashlib.sha256(found.read_bytes()).hexdigest()) for name, found in named)
