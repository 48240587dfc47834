"""Files in: a course, a flat record, or a list of flat records, told apart by what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lutetia.course.course import Course
from lutetia.errors import Fault, InputError
from lutetia.exchange.courses import course_of
from lutetia.exchange.documents import Document, parse_document, read_text

COURSE_KEYS = frozenset({"lutetia", "entries", "patient"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFile:
    """One patient of a file: either a course or a flat record, never both."""

    name: str
    course: Course | None = None
    flat: Mapping[str, Any] | None = None


def read_patients(path: Path) -> list[PatientFile]:
    """The patients of a YAML or JSON file.

    A mapping with `lutetia`, `entries` or `patient` is a course; any other mapping is a flat record with the field
    names of the consensus; a list is many of them. InputError names every fault with its line.
    """
    document = parse_document(read_text(path), str(path))
    if isinstance(document.data, Mapping) and COURSE_KEYS & document.data.keys():
        course = course_of(document, str(path))
        return [PatientFile(name=course.patient.id, course=course)]
    if document.faults:
        raise InputError(str(path), document.faults)
    return _flat_records(path, document)


def _flat_records(path: Path, document: Document) -> list[PatientFile]:
    content = document.data
    many = isinstance(content, list)
    items = content if many else [content]
    names = [f"{path.stem}-{number}" for number in range(1, len(items) + 1)] if many else [path.stem]
    faults = [_not_a_mapping(name, item) for name, item in zip(names, items, strict=True) if not _is_record(item)]
    if not items:
        must = "a file must hold at least one patient"
        faults = [Fault(place="document", must=must, got="an empty list")]
    if faults:
        raise InputError(str(path), faults)
    return [PatientFile(name=str(item.get("id", name)), flat=item) for name, item in zip(names, items, strict=True)]


def _is_record(item: Any) -> bool:
    return isinstance(item, Mapping) and not COURSE_KEYS & item.keys()


def _not_a_mapping(name: str, item: Any) -> Fault:
    if isinstance(item, Mapping):
        must = "a list must hold flat records only"
        return Fault(place=name, must=must, got="a course", do="Write one course a file.")
    got = "nothing" if item is None else type(item).__name__
    do = "Write `field: value` lines, or a course with `patient` and `entries`."
    return Fault(place=name, must="a patient must be a mapping of names to values", got=got, do=do)
