"""Courses in and out, YAML and JSON: all faults of a file at once, each with its line, in plain sentences."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from lutetia.course.consistency import inconsistencies
from lutetia.course.course import FORMAT, AnyEntry, Course
from lutetia.course.entry import KNOWN, UNKNOWN, Entry
from lutetia.course.problem import Problem
from lutetia.errors import Fault, InputError
from lutetia.exchange.documents import (
    Document,
    Format,
    parse_document,
    place_text,
    read_document,
    read_text,
)
from lutetia.exchange.faults import did_you_mean, model_at, problem_of, shown

__all__ = ["dump_course", "load_course", "parse_course", "read_course", "read_document"]

M = TypeVar("M", bound=BaseModel)
Place = tuple[str | int, ...]

KINDS: Mapping[str, type[Entry]] = {
    model.model_fields["kind"].default: model for model in get_args(get_args(AnyEntry)[0])
}
"""Every kind of entry and its model, in the order of the schema."""


def read_course(path: str | Path) -> Course:
    """The course in a YAML or JSON file.

    Raises InputError that holds every fault of the file, each with place, line, what must hold, what to do.
    """
    return parse_course(read_text(path), str(path))


load_course = read_course


def parse_course(text: str, name: str = "course", format: Format | None = None) -> Course:
    """The course in a YAML or JSON text; `name` stands in the error, and its ending tells the format.

    Raises InputError as `read_course` does.
    """
    return course_of(parse_document(text, name, format), name)


def course_of(document: Document, name: str) -> Course:
    """The course in a document that was read already. Raises InputError as `read_course` does."""
    if not document.faults and isinstance(document.data, dict) and "lutetia" in document.data:
        try:
            return Course.model_validate(document.data)
        except ValidationError:
            pass  # looking again entry by entry finds every fault, and its line
    raise InputError(name, _faults(document))


def dump_course(course: Course, format: Format = "yaml") -> str:
    """The course as text that `parse_course` reads back as an equal course, values as they were entered."""
    data = _without_empty(course)
    if format == "json":
        return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def _without_empty(course: Course) -> dict[str, Any]:
    """The course as plain data without what is absent: no nulls, no empty lists where nothing was said."""
    data = course.model_dump(mode="json", exclude_none=True)
    data["entries"] = [
        {name: value for name, value in given.items() if value != [] or not _is_silent(entry, name)}
        for entry, given in zip(course.entries, data["entries"], strict=True)
    ]
    return data


def _is_silent(entry: Entry, name: str) -> bool:
    """True for a list that is empty when nothing was said (lesions), not for one that can state "none"."""
    return type(entry).model_fields[name].default in ((),)


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes YAML that `documents` reads back as it was: dates plain, quotes only where a word needs them."""

    # Words that YAML 1.1 or 1.2 takes for null, yes or no, or a number get quotes when they are text.
    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


_AMBIGUOUS = {
    "null": r"~|null|Null|NULL|",
    "bool": r"(?i:true|false|yes|no|on|off|y|n)",
    "int": r"[-+]?(?:0b|0o|0x)?[0-9][0-9a-fA-F_]*(?::[0-9_]+)*",
    "float": r"[-+]?(?:[0-9][0-9_]*)?\.?[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?\.(?i:inf|nan)|[-+0-9_:]*[0-9:]\.[0-9_]*",
}
for _tag, _words in _AMBIGUOUS.items():
    _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_words})$"), None)


# ---- faults


def _faults(document: Document) -> list[Fault]:
    """Every fault of a document that is not a course, in the order of its lines."""
    faults = [_fault(problem, document) for problem in _problems(document.data)]
    return sorted([*document.faults, *faults], key=lambda fault: fault.line or 0)


def _fault(problem: Problem, document: Document) -> Fault:
    line = document.locate(problem.place)
    place = _place_text(problem.place, document.data)
    return Fault(place=place, must=problem.must, got=problem.got, do=problem.do, line=line)


def _place_text(place: Place, data: Any) -> str:
    """A place in words, with kind and id of the entry: entries[3] (rlt_cycle c1).activity_mbq."""
    if len(place) < 2 or place[0] != "entries":
        return place_text(place)
    entry = data["entries"][place[1]]
    words = [entry.get(name) for name in ("kind", "id")] if isinstance(entry, dict) else []
    label = " ".join(str(word) for word in words if isinstance(word, str | int))
    inside = f".{place_text(place[2:])}" if len(place) > 2 else ""
    return f"{place_text(place[:2])}{f' ({label})' if label else ''}{inside}"


def _problems(data: Any) -> Iterator[Problem]:
    """Everything wrong with the plain data of a course: the head, each entry, and what is between entries."""
    if not isinstance(data, dict):
        must = "a course must be a mapping with lutetia, patient and entries"
        yield Problem(place=(), must=must, got=shown(data), do=f"Begin with lutetia: {FORMAT}.")
        return
    if "lutetia" not in data:
        must, do = "the format must be named", f"Add lutetia: {FORMAT} as the first line."
        yield Problem(place=("lutetia",), must=must, do=do)
    head, problems = _mended(Course, {**data, "entries": []})
    yield from problems
    given = data.get("entries")
    if isinstance(given, list):
        yield from _entry_problems(head, given)
    elif given is not None:
        must, do = "entries must be a list", "Begin each entry with a dash."
        yield Problem(place=("entries",), must=must, got=shown(given), do=do)


def _entry_problems(head: Course | None, given: list[Any]) -> Iterator[Problem]:
    entries: dict[int, Entry] = {}
    unreadable: dict[int, str] = {}
    for position, item in enumerate(given):
        entry, problems = _entry(item)
        for problem in problems:
            yield replace(problem, place=("entries", position, *problem.place))
        if entry is None and isinstance(item, dict) and isinstance(item.get("id"), str | int):
            unreadable[position] = str(item["id"])
        if (known := entry or _outline(item)) is not None:
            entries[position] = known
    yield from inconsistencies(head.patient if head else None, entries, unreadable)


def _entry(item: Any) -> tuple[Entry | None, list[Problem]]:
    if not isinstance(item, dict):
        must, do = "an entry must be a mapping (name: value)", "Write kind, id, date and recorded_by."
        return None, [Problem(place=(), must=must, got=shown(item), do=do)]
    kind, model = item.get("kind"), _model_of(item)
    if model is not None:
        return _mended(model, item)
    known = ", ".join(KINDS)
    if kind is None:
        do = f"Write kind: and one of {known}."
        return None, [Problem(place=("kind",), must="kind must be given", do=do)]
    must, hint = f"kind must be one of {known}", did_you_mean(str(kind), list(KINDS))
    return None, [Problem(place=("kind",), must=must, got=shown(kind), do=hint)]


def _model_of(item: dict[str, Any]) -> type[Entry] | None:
    kind = item.get("kind")
    return KINDS.get(kind) if isinstance(kind, str) else None


def _outline(item: Any) -> Entry | None:
    """What every entry has (id, date, correction) of one that cannot be read as its kind, for its dates."""
    if not isinstance(item, dict):
        return None
    shared = {name: item[name] for name in Entry.model_fields if name in item}
    if _model_of(item) is None:
        shared |= {"kind": "unknown", "supersedes": None}
    return _mended(Entry, shared)[0]


def _mended(model: type[M], data: dict[str, Any]) -> tuple[M | None, list[Problem]]:
    """The record that remains when every wrong value is taken out (None: too little), and all problems met.

    Looking again after taking out what is wrong finds the faults that show only once the others are mended.
    """
    rest, problems, removed = copy.deepcopy(data), list[Problem](), set[Place]()
    while True:
        try:
            return model.model_validate(rest), problems
        except ValidationError as error:
            wrong = []
            for detail in error.errors(include_url=False):
                loc = detail["loc"]
                place = _without_tags(loc)
                if place not in removed:
                    problems.append(problem_of(detail, place, model_at(model, loc)))
                wrong.append(_without_tags(loc[: loc.index(UNKNOWN)]) if UNKNOWN in loc else place)
            taken = [_take_out(rest, place) for place in wrong]
            if None in taken:
                return None, problems
            removed.update(place for place in taken if place is not None)


def _without_tags(loc: Place) -> Place:
    return tuple(step for step in loc if step not in (KNOWN, UNKNOWN, "[key]"))


def _take_out(data: dict[str, Any], place: Place) -> Place | None:
    """Take the value at a place out of the data: its list when it is an item, its mapping when it is absent.

    Gives the place that was emptied; None when there is none, because the record lacks what it needs.
    """
    while place:
        holder: Any = data
        for step in place[:-1]:
            holder = holder.get(step) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and place[-1] in holder:
            del holder[place[-1]]
            return place
        place = place[:-1]
    return None
