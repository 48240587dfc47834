"""Opening a DICOM file that may be truncated, enormous or hostile: limits first, then a clear fault, never a crash."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom import config, dcmread
from pydicom.dataset import Dataset

from lutetia.errors import Fault

DEFLATED = b"1.2.840.10008.1.2.1.99"
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is refused as too large before it is read: a real series stays far below, an attack does not."""

    file_bytes: int = 2048 * MIB
    pixels_bytes: int = 4096 * MIB  # of one image, decoded
    files: int = 20_000
    contour_points: int = 20_000_000


USUAL = Limits()


@contextmanager
def quietly() -> Iterator[None]:
    """Reading without pydicom's warnings on single values: what matters here is checked and named here."""
    with warnings.catch_warnings(), config.disable_value_validation():
        warnings.simplefilter("ignore")
        yield


def open_dataset(path: Path, *, pixels: bool = True, limits: Limits = USUAL) -> Dataset | Fault:
    """The data set of a file, or the fault that says why there is none. Nothing is raised, whatever the file holds."""
    fault = _before_reading(path, limits)
    if fault is not None:
        return fault
    try:
        return dcmread(path, force=False, stop_before_pixels=not pixels)
    except (
        Exception
    ) as error:  # a hostile file may raise anything: what it is worth to a reader is the name of the file
        return Fault(place=path.name, must="must be a complete DICOM file", got=_short(error))


def _before_reading(path: Path, limits: Limits) -> Fault | None:
    try:
        if not path.is_file():
            return Fault(place=str(path), must="must be a file that exists")
        size_bytes = path.stat().st_size
        if size_bytes > limits.file_bytes:
            must = f"must be at most {limits.file_bytes // MIB} MiB"
            do = "Raise Limits.file_bytes if it is meant."
            return Fault(place=path.name, must=must, got=f"{size_bytes // MIB} MiB", do=do)
        with path.open("rb") as stream:
            head = stream.read(2048)
    except OSError as error:
        return Fault(place=path.name, must="must be readable", got=_short(error))
    if len(head) < 132 or head[128:132] != b"DICM":
        return Fault(
            place=path.name, must="must be a DICOM file (DICM after 128 bytes)", got=f"{size_bytes} bytes of other"
        )
    if DEFLATED in head:
        do = "Convert it to Explicit VR Little Endian first: what it inflates to is not known beforehand."
        return Fault(place=path.name, must="must not be deflated", do=do)
    return None


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split()) or "no message"
    return f"{type(error).__name__}: {text[:160]}"


def number_of(dataset: Dataset, keyword: str) -> float | None:
    """The element as a finite number; None when it is absent, empty or no number."""
    values = numbers_of(dataset, keyword)
    return values[0] if values else None


def broken_numbers(dataset: Dataset, name: str, *keywords: str) -> list[Fault]:
    """A fault for each element that is stated but holds no finite number: it must not pass for one that is not."""
    return [
        Fault(place=name, must=f"must hold a finite number in {keyword}", got=repr(text_of(dataset, keyword)[:40]))
        for keyword in keywords
        if text_of(dataset, keyword) and number_of(dataset, keyword) is None
    ]


def numbers_of(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """The element as finite numbers; empty when it is absent, empty, or any value is no number."""
    value = element(dataset, keyword)
    if value is None or isinstance(value, bytes):
        return ()
    many = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    try:
        found = tuple(float(one) for one in many)
    except (TypeError, ValueError, OverflowError):
        return ()
    return found if all(abs(one) < float("inf") for one in found) else ()


def whole_number_of(dataset: Dataset, keyword: str) -> int | None:
    """The element as a whole number; None when it is absent or anything else."""
    value = number_of(dataset, keyword)
    return int(value) if value is not None and value.is_integer() else None


def text_of(dataset: Dataset, keyword: str) -> str:
    """The element as text without surrounding blanks; "" when it is absent or empty, parts joined by a backslash."""
    value = element(dataset, keyword)
    if value is None:
        return ""
    if isinstance(value, str) or not isinstance(value, Sequence):  # a person's name is no sequence of letters
        return str(value).strip("\0 ")
    return "\\".join(str(one).strip("\0 ") for one in value)


def words_of(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """The parts of a multi-valued text in capitals, empty ones left out."""
    return tuple(part.upper() for part in text_of(dataset, keyword).split("\\") if part)


def items_of(dataset: Dataset, keyword: str) -> list[Dataset]:
    """The items of a sequence; empty when it is absent or no sequence."""
    value = element(dataset, keyword)
    try:
        return [item for item in value or () if isinstance(item, Dataset)]
    except TypeError:
        return []


def element(dataset: Dataset, keyword: str) -> Any:
    """The value of an element, None when it is absent or cannot be decoded."""
    try:
        return dataset.get(keyword)
    except Exception:  # conversion of a broken value happens on access and may raise anything
        return None
