"""Files in: a course, a flat record, or a list of flat records, told apart by what they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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
    line_of: Callable[[str], int | None] = lambda field: None

    def located(self, fault: Fault) -> Fault:
        """A fault of a flat record with the line of its field."""
        return replace(fault, line=self.line_of(fault.place))


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
    many = isinstance(document.data, list)
    items = document.data if many else [document.data]
    names = [f"{path.stem}-{number}" for number in range(1, len(items) + 1)] if many else [path.stem]
    faults = [_not_a_record(name, item) for name, item in zip(names, items, strict=True) if not _is_record(item)]
    if not items:
        faults = [Fault(place="document", must="a file must hold at least one patient", got="an empty list")]
    if faults:
        raise InputError(str(path), faults)
    return [
        PatientFile(name=str(item.get("id", name)), flat=item, line_of=_lines(document, (number,) if many else ()))
        for number, (name, item) in enumerate(zip(names, items, strict=True))
    ]


def _lines(document: Document, start: tuple[int, ...]) -> Callable[[str], int | None]:
    return lambda field: document.locate((*start, field))


def _is_record(item: Any) -> bool:
    return isinstance(item, Mapping) and not COURSE_KEYS & item.keys()


def _not_a_record(name: str, item: Any) -> Fault:
    if isinstance(item, Mapping):
        must = "a list must hold flat records only"
        return Fault(place=name, must=must, got="a course", do="Write one course a file.")
    got = "nothing" if item is None else type(item).__name__
    do = "Write `field: value` lines, or a course with `patient` and `entries`."
    return Fault(place=name, must="a patient must be a mapping of names to values", got=got, do=do)
