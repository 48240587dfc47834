"""Where every number comes from: data files of the package, each with a sidecar and a checksum.

A data file `grade.yaml` stands beside its sidecar `grade.yaml.source.yaml`, which says who published the
content, under which licence, who transcribed and who checked it, and the SHA-256 of the data file.
After editing a data file on purpose run `python scripts/seal_data.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lutetia.errors import DataFileError

SIDECAR_SUFFIX = ".source.yaml"

# libyaml where it is present, the pure Python loader elsewhere: same result, different speed.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Source(BaseModel):
    """Provenance of one data file, as its sidecar states it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1, description="what the data file holds")
    source: str = Field(min_length=1, description="citation with section, page or table")
    doi: str | None = None
    licence: str = Field(min_length=1)
    transcribed_by: str = Field(min_length=1)
    checked_by: str | None = Field(default=None, description="who compared it with the source; null: nobody yet")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    kind: Literal["published", "transcription", "policy", "made_up", "regression"]
    address: str | None = Field(default=None, description="public address where the content was read")
    read_on: str | None = Field(default=None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """The text of a data file that matches its checksum, with its provenance."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedTable:
    """The parsed content of a YAML data file that matches its checksum, with its provenance."""

    table: Mapping[str, Any]
    source: Source


@cache
def read_sourced(package: str, name: str) -> Sourced:
    """Text and provenance of package data `name`, read once per process.

    `package` is an importable folder and `name` a path inside it with forward slashes:
    ("lutetia.scoring", "data/grade.yaml") and ("lutetia.scoring.data", "grade.yaml") are the same file.
    Raises DataFileError if the file or its sidecar `<name>.source.yaml` is absent or unreadable, or if the
    SHA-256 of the file is not the one the sidecar states.
    """
    content = _read_bytes(package, name)
    source = _parse_sidecar(f"{package}/{name}", _read_bytes(package, name + SIDECAR_SUFFIX))
    found = hashlib.sha256(content).hexdigest()
    if found != source.sha256:
        raise DataFileError(
            f"{package}/{name}: the file must have the SHA-256 its sidecar states, {source.sha256[:12]}…, "
            f"but got {found[:12]}….\n    Changed on purpose? Run python scripts/seal_data.py; "
            "if not, restore the file."
        )
    return Sourced(text=_decode(f"{package}/{name}", content), source=source)


def load_yaml_table(package: str, name: str) -> SourcedTable:
    """Parsed YAML mapping and provenance of package data `name` (parsed anew on each call: cache the result).

    Raises DataFileError as `read_sourced` does, and if the content is not YAML or not a mapping.
    """
    sourced = read_sourced(package, name)
    table = _parse_mapping(f"{package}/{name}", sourced.text)
    return SourcedTable(table=table, source=sourced.source)


def _read_bytes(package: str, name: str) -> bytes:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise DataFileError(f"{package}/{name}: a data file must lie inside its package.\n    Give a relative path.")
    try:
        return files(package).joinpath(*path.parts).read_bytes()
    except (OSError, ModuleNotFoundError) as absent:
        what = "its sidecar" if name.endswith(SIDECAR_SUFFIX) else "the data file"
        raise DataFileError(
            f"{package}/{name}: {what} must exist and be readable, but got {type(absent).__name__}.\n    "
            "Every data file needs <name>.source.yaml beside it; run python scripts/seal_data.py --check."
        ) from absent


def _decode(place: str, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise DataFileError(f"{place}: must be UTF-8, but byte {fault.start} is not.\n    Save it as UTF-8.") from fault


def _parse_mapping(place: str, text: str) -> dict[str, Any]:
    try:
        parsed = yaml.load(text, Loader=_LOADER)
    except yaml.YAMLError as fault:
        raise DataFileError(f"{place}: must be valid YAML.\n    {fault}") from fault
    if not isinstance(parsed, dict):
        raise DataFileError(f"{place}: must be a mapping of names to values, but got {type(parsed).__name__}.")
    return parsed


def _parse_sidecar(place: str, content: bytes) -> Source:
    sidecar = place + SIDECAR_SUFFIX
    fields = _parse_mapping(sidecar, _decode(sidecar, content))
    # An unquoted ISO date in the sidecar is read as a date by YAML 1.1; keep it as its text.
    if fields.get("read_on") is not None:
        fields["read_on"] = str(fields["read_on"])
    try:
        return Source.model_validate(fields)
    except ValidationError as fault:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors())
        raise DataFileError(
            f"{sidecar}: must name title, source, licence, transcribed_by, sha256 and kind; {wrong}.\n"
            "    Mend the sidecar, then run python scripts/seal_data.py."
        ) from fault
