"""YAML and JSON files as plain data, with the line of every value; refuses what could be read in two ways.

YAML is read as its version 1.2 means plain words: only true and false are yes and no; dates, 12:30 and 007 stay
text. Anchors, aliases, tags and duplicate keys are refused.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml

from lutetia.errors import Fault, InputError

MAX_BYTES = 10_000_000
"""Largest file read: a course of 2,000 entries has well under 1 MB."""
MAX_DEPTH = 40
"""Deepest nesting read: a course needs six levels."""

Place: TypeAlias = tuple[str | int, ...]
Locate: TypeAlias = Callable[[Place], int | None]
Format = Literal["yaml", "json"]

# libyaml where PyYAML has it, the pure Python parser elsewhere: the same events, ten times slower.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,300})")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Plain data (mappings with text keys, lists, text, numbers, true/false/null) and where each part stands."""

    data: Any
    locate: Locate
    faults: tuple[Fault, ...] = ()


def read_document(path: str | Path) -> tuple[Any, Locate]:
    """The data of a YAML or JSON file, and a function from a place, ("entries", 3, "date"), to its line.

    Raises InputError: unreadable, more than 10 MB, not UTF-8, malformed, duplicate keys, anchors or aliases.
    """
    document = parse_document(read_text(path), str(path))
    if document.faults:
        raise InputError(str(path), document.faults)
    return document.data, document.locate


def read_text(path: str | Path) -> str:
    """The text of a UTF-8 file of at most 10 MB. Raises InputError."""
    name = str(path)
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise _refusal(name, "the file must exist and be readable", got=why.lower()) from error
    if len(content) > MAX_BYTES:
        megabytes = f"{Path(path).stat().st_size / 1e6:.0f} MB"
        do = "One file holds one patient; move images and documents elsewhere."
        raise _refusal(name, f"the file must not exceed {MAX_BYTES // 1_000_000} MB", got=megabytes, do=do)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        got = f"byte 0x{content[error.start]:02x} at position {error.start}"
        raise _refusal(name, "the file must be UTF-8 text", got=got, do="Save it as UTF-8.", line=line) from error


def parse_document(text: str, name: str, format: Format | None = None) -> Document:
    """The document in a text; `name` stands in errors, and its ending says the format if none is given.

    Raises InputError when the text is malformed. Duplicate keys do not raise: they are in `Document.faults`.
    """
    chosen = format or _format_of(text, name)
    return _json_document(text, name) if chosen == "json" else _yaml_document(text, name)


def _format_of(text: str, name: str) -> Format:
    ending = Path(name).suffix.lower()
    if ending in (".yaml", ".yml"):
        return "yaml"
    return "json" if ending == ".json" or text.lstrip()[:1] in ("{", "[") else "yaml"


def _refusal(name: str, must: str, *, place: str = "document", **parts: Any) -> InputError:
    return InputError(name, [Fault(place=place, must=must, **parts)])


def _nearest(lines: dict[Place, int], path: Place) -> int | None:
    """The line of a place, or of the nearest part of the document that encloses it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _twice(path: Place, line: int, first: int) -> Fault:
    key = str(path[-1])
    return Fault(
        place=place_text(path),
        line=line,
        must="each key must be given once",
        got=f"{key} again (first in line {first})",
        do="Keep one of the two.",
    )


def place_text(path: Place) -> str:
    """A place as people write it: ("entries", 3, "date") is entries[3].date."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "document"


# ---- YAML


def _yaml_document(text: str, name: str) -> Document:
    data, faults, _ = _compose_yaml(text, name, with_lines=False)

    @cache
    def lines() -> dict[Place, int]:
        return _compose_yaml(text, name, with_lines=True)[2]

    return Document(data=data, locate=lambda path: _nearest(lines(), path), faults=tuple(faults))


def _compose_yaml(text: str, name: str, *, with_lines: bool) -> tuple[Any, list[Fault], dict[Place, int]]:
    composer = _YamlComposer(name, with_lines)
    try:
        loader = _LOADER(text)
        try:
            return composer.document(loader), composer.faults, composer.lines
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        raise _malformed(name, error) from error
    except yaml.reader.ReaderError as error:
        must = "the text must hold printable characters only"
        raise _refusal(name, must, got=f"#x{error.character:04x}", line=_control_line(text)) from error


def _malformed(name: str, error: yaml.MarkedYAMLError) -> InputError:
    mark = error.problem_mark or error.context_mark
    where = f" (column {mark.column + 1})" if mark else ""
    found = ", ".join(part for part in (error.context, error.problem) if part)
    do = "Check indentation, colons, brackets and quotes at this place."
    return _refusal(
        name,
        "the text must be well-formed YAML",
        got=f"{found}{where}",
        do=do,
        line=mark.line + 1 if mark else None,
    )


def _control_line(text: str) -> int | None:
    found = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    return text.count("\n", 0, found.start()) + 1 if found else None


class _YamlComposer:
    """Builds plain data from the events of a YAML parser, and on request the line of each part."""

    def __init__(self, name: str, with_lines: bool) -> None:
        self.name = name
        self.with_lines = with_lines
        self.lines: dict[Place, int] = {}
        self.faults: list[Fault] = []

    def document(self, loader: Any) -> Any:
        """The one document of the stream; None when the stream is empty."""
        self._next = loader.get_event
        self._next()  # stream start
        if not isinstance(self._next(), yaml.DocumentStartEvent):
            return None
        data = self._value(self._next(), ())
        self._next()  # document end
        after = self._next()
        if isinstance(after, yaml.DocumentStartEvent):
            raise self._refusal(after, "a file must hold one document", "a second one after ---", "Use two files.")
        return data

    def _value(self, event: Any, path: Place) -> Any:
        if type(event) is yaml.AliasEvent or event.anchor is not None:
            got = f"{'*' if type(event) is yaml.AliasEvent else '&'}{event.anchor}"
            raise self._refusal(event, "anchors and aliases are not allowed", got, "Write the value out.")
        if event.tag is not None:
            raise self._refusal(event, "tags are not allowed", event.tag, "Remove the tag.")
        if self.with_lines:
            self.lines.setdefault(path, event.start_mark.line + 1)
        if type(event) is yaml.ScalarEvent:
            return _plain(event.value) if event.implicit[0] else event.value
        if len(path) >= MAX_DEPTH:
            must = f"nesting must not be deeper than {MAX_DEPTH} levels"
            raise self._refusal(event, must, None, "Check brackets and indentation.")
        return self._mapping(path) if type(event) is yaml.MappingStartEvent else self._list(path)

    def _mapping(self, path: Place) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        first: dict[str, int] = {}
        while type(event := self._next()) is not yaml.MappingEndEvent:
            key = self._key(event)
            here = (*path, key)
            line = event.start_mark.line + 1
            if self.with_lines:
                self.lines.setdefault(here, line)
            value = self._value(self._next(), here)
            if key in mapping:
                self.faults.append(_twice(here, line, first[key]))
            else:
                mapping[key], first[key] = value, line
        return mapping

    def _key(self, event: Any) -> str:
        if type(event) is not yaml.ScalarEvent or event.anchor is not None or event.tag is not None:
            raise self._refusal(event, "a key must be a plain word", None, "Check the text before the colon.")
        return str(event.value)

    def _list(self, path: Place) -> list[Any]:
        items: list[Any] = []
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            items.append(self._value(event, (*path, len(items))))
        return items

    def _refusal(self, event: Any, must: str, got: str | None, do: str) -> InputError:
        return _refusal(self.name, must, got=got, do=do, line=event.start_mark.line + 1)


def _plain(word: str) -> Any:
    """What an unquoted word of YAML means: null, true, false, a number, or the text itself."""
    if word in _WORDS:
        return _WORDS[word]
    if word[0] in "-+0123456789":
        if _WHOLE.fullmatch(word):
            return int(word)
        if _DECIMAL.fullmatch(word):
            return float(word)
    return word


# ---- JSON


def _json_document(text: str, name: str) -> Document:
    twice = False

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal twice
        found = dict(reversed(pairs))  # the first of two equal keys stays
        twice = twice or len(found) != len(pairs)
        return found if len(found) != len(pairs) else dict(pairs)

    try:
        data = json.loads(text, object_pairs_hook=mapping, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        got = f"{error.msg.lower()} (column {error.colno})"
        do = "Check commas, quotes and brackets at this place."
        raise _refusal(name, "the text must be well-formed JSON", got=got, do=do, line=error.lineno) from error
    except (ValueError, RecursionError) as error:
        why = "nesting too deep" if isinstance(error, RecursionError) else str(error)
        raise _refusal(name, "the text must be well-formed JSON", got=why) from error

    @cache
    def outline() -> tuple[dict[Place, int], list[Fault]]:
        return _json_outline(text)

    faults = tuple(outline()[1]) if twice else ()
    return Document(data=data, locate=lambda path: _nearest(outline()[0], path), faults=faults)


def _no_number(word: str) -> Any:
    raise ValueError(f"{word}, which is not a JSON number")


def _json_outline(text: str) -> tuple[dict[Place, int], list[Fault]]:
    """The line of each part of a well-formed JSON text, and a fault for each key given twice."""
    lines: dict[Place, int] = {(): 1}
    faults: list[Fault] = []
    path: list[str | int] = []
    kinds: list[str] = []  # "{" or "[" for each open bracket; its current key or position is in `path`
    key_next = False
    for token, line in _json_tokens(text):
        if token in "}]":
            kinds.pop()
            path.pop()
            key_next = False
        elif token == ",":
            key_next = kinds[-1] == "{"
            if not key_next:
                path[-1] = int(path[-1]) + 1
        elif token == ":":
            key_next = False
        elif key_next:
            path[-1] = json.loads(token)
            if (here := tuple(path)) in lines:
                faults.append(_twice(here, line, lines[here]))
            lines.setdefault(here, line)
        else:
            lines.setdefault(tuple(path), line)
            if token in "{[":
                kinds.append(token)
                path.append("" if token == "{" else 0)
                key_next = token == "{"
    return lines, faults


def _json_tokens(text: str) -> Iterator[tuple[str, int]]:
    ends = [found.start() for found in re.finditer("\n", text)]
    for found in _JSON_TOKEN.finditer(text):
        yield found[0], bisect_right(ends, found.start()) + 1
