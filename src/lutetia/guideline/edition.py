"""Editions of the knowledge read from their files: the packaged one, or a draft in a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any as Anything

import yaml

from lutetia.errors import KnowledgeError
from lutetia.guideline.expression import All, Expression, Not, Ref, parse
from lutetia.guideline.knowledge import EXPRESSION_KEYS, Fact, Field, Knowledge, Question
from lutetia.sources import read_sourced

EDITIONS = ("itanet-2024",)
FACT_FILES = (
    "consensus.yaml",
    "practice.yaml",
    "labels.yaml",
    "trials.yaml",
    "evidence.yaml",
    "conflicts.yaml",
    "updates.yaml",
    "verified.yaml",
    "policy.yaml",
)
LEVELS = "levels.csv"
FILES = (*FACT_FILES, "edition.yaml", "fields.yaml", LEVELS)
POLICY_EXPRESSION_KEYS = frozenset(
    {"when", "unless", "test", "stops", "demand", "applies", "unknown_shown", "fits", "excluded"}
)


@lru_cache(maxsize=4)
def load_knowledge(edition: str = "itanet-2024") -> Knowledge:
    """The knowledge of an edition, read once. KnowledgeError for an unknown edition, DataFileError for a
    data file that does not match its sidecar."""
    if edition not in EDITIONS:
        raise KnowledgeError(f"An edition must be one of {', '.join(EDITIONS)}, but got {edition!r}.")
    content = {name: read_sourced("lutetia.guideline", f"data/{edition}/{name}").text.encode() for name in FILES}
    return _from_files(content, Path(edition))


def read_edition(folder: Path) -> Knowledge:
    """The knowledge in a folder laid out like a packaged edition, e.g. a draft; its hash is that of its files.

    KnowledgeError names a file that is absent, not UTF-8 or not YAML, or the place of the first fault in it.
    """
    return _from_files({name: _read_file(folder / name) for name in FILES}, folder)


def _from_files(content: Mapping[str, bytes], folder: Path) -> Knowledge:
    """Knowledge from the bytes of an edition's files; `folder` stands in error messages."""
    levels = _decode(folder / LEVELS, content[LEVELS])
    tables = {name: _parse_table(folder / name, data) for name, data in content.items() if name != LEVELS}
    return build_knowledge(tables, levels, _fingerprint(content), str(folder))


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KnowledgeError(f"{path}: the file must exist and be readable ({error.strerror}).") from None


def _decode(path: Path, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise KnowledgeError(f"{path}: the file must be UTF-8, but byte {error.start} is not.") from None


def _parse_table(path: Path, data: bytes) -> Anything:
    try:
        return yaml.load(_decode(path, data), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise KnowledgeError(f"{path}: the file must be well-formed YAML.\n    {error}") from None


def build_knowledge(tables: Mapping[str, Anything], levels: str, fingerprint: str, origin: str = "tables") -> Knowledge:
    """Knowledge from parsed tables (file name → content); KnowledgeError names the place of the first fault."""
    about, place = tables["edition.yaml"], f"{origin}/edition.yaml"
    facts: dict[str, Fact] = {}
    for name in FACT_FILES:
        for fact in _facts_in(name, tables.get(name) or {}):
            if fact.id in facts:
                raise KnowledgeError(f"{origin}/{name}: fact id {fact.id} must be unique, but it stands twice.")
            facts[fact.id] = fact
    _add_whole_trials(facts, tables["trials.yaml"])
    return Knowledge(
        edition=_stated(about, "edition", place),
        version=str(_stated(about, "version", place)),
        hash=fingerprint,
        valid_from=_day(_stated(about, "valid_from", place)),
        review_by=_day(_stated(about, "review_by", place)),
        title=_stated(about, "title", place),
        fields={name: _field(name, entry) for name, entry in tables["fields.yaml"]["fields"].items()},
        facts=facts,
        questions=tuple(_question(entry) for entry in tables["consensus.yaml"].get("questions", [])),
        policy=_policy(tables.get("policy.yaml") or {}, "policy.yaml"),
        levels=_read_levels(levels),
    )


def _fingerprint(content: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(content):
        digest.update(name.encode() + b"\0" + content[name])
    return digest.hexdigest()


def _read_levels(text: str) -> dict[str, tuple[str, str]]:
    rows = [line.split(",") for line in text.strip().splitlines()[1:]]
    return {row[0]: (row[1], row[2]) for row in rows}


def _day(value: Anything) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _stated(entry: Mapping[str, Anything], key: str, place: str) -> Anything:
    """The value of a key that must be there."""
    if key not in entry:
        raise KnowledgeError(f"{place}: {key} must be given.")
    return entry[key]


def _field(name: str, entry: Mapping[str, Anything]) -> Field:
    place, guard = f"fields.yaml: {name}", entry.get("guard")
    return Field(
        name=name,
        type=_stated(entry, "type", place),
        label=entry.get("label", name.replace("_", " ")),
        unit=entry.get("unit"),
        values=tuple(entry.get("values", ())),
        low=entry.get("min"),
        high=entry.get("max"),
        guard=_parse_at(f"{place}.guard", guard) if guard else None,
        note=entry.get("note"),
    )


def _question(entry: Mapping[str, Anything]) -> Question:
    statements = [entry["recommendation"]["id"]]
    if "second_part" in entry:
        statements.append(entry["second_part"]["id"])
    for group in ("conditions", "exceptions", "modifiers", "study_exclusions"):
        statements += [part["id"] for part in entry.get(group, [])]
    return Question(
        id=entry["id"],
        asks=entry["asks"],
        recommendation=statements[0],
        statements=tuple(statements),
        evidence=tuple(entry.get("evidence", ())),
    )


def _facts_in(file: str, content: Anything) -> Iterator[Fact]:
    """Every mapping with an id inside the content; `source` and `question` come from the nearest mapping above."""
    yield from _descend(file, content, role=file.removesuffix(".yaml"), source="", question=None)


def _descend(file: str, node: Anything, *, role: str, source: str, question: str | None) -> Iterator[Fact]:
    if isinstance(node, list):
        for item in node:
            yield from _descend(file, item, role=role, source=source, question=question)
    elif isinstance(node, dict):
        source = str(node.get("source", source)) if not isinstance(node.get("source"), dict) else source
        if "id" in node and isinstance(node["id"], str):
            if "asks" in node:
                question = node["id"]
            yield _fact(file, node, role=role, source=source, question=question)
        for key, value in node.items():
            if key not in {"when", "applies_when", "stronger_if", "touches", "requires", "source", "policy"}:
                yield from _descend(file, value, role=key, source=source, question=question)


def _fact(file: str, node: Mapping[str, Anything], *, role: str, source: str, question: str | None) -> Fact:
    place = f"{file}: {node['id']}"
    known = {"id", "says", "source", "level", "grade", "requires", *EXPRESSION_KEYS}
    expressions = () if file == "policy.yaml" else EXPRESSION_KEYS  # the policy keeps its own, see `_policy`
    return Fact(
        id=node["id"],
        file=file,
        role=role,
        says=_says(node),
        source=source,
        question=question,
        level=_text(node.get("level")),
        grade=_text(node.get("grade")),
        requires=tuple(_parse_at(f"{place}.requires", item) for item in node.get("requires", [])),
        attributes={key: value for key, value in node.items() if key not in known},
        **{key: _parse_at(f"{place}.{key}", node[key]) for key in expressions if node.get(key)},
    )


def _policy(node: Anything, place: str) -> Anything:
    """The policy as written, with every expression parsed once."""
    if isinstance(node, list):
        return [_policy(item, place) for item in node]
    if not isinstance(node, dict):
        return node
    place = f"{place}: {node['id']}" if "id" in node else place
    return {
        key: _parse_at(f"{place}.{key}", value) if key in POLICY_EXPRESSION_KEYS else _policy(value, place)
        for key, value in node.items()
    }


def _says(node: Mapping[str, Anything]) -> str:
    for key in (
        "says",
        "asks",
        "what",
        "statement",
        "name",
        "population",
        "note",
        "endpoint",
        "study",
        "trial",
    ):
        if isinstance(node.get(key), str):
            return str(node[key])
    return str(node["id"])


def _text(value: Anything) -> str | None:
    return None if value is None else str(value)


def _parse_at(place: str, source: Anything) -> Expression:
    try:
        return parse(source)
    except KnowledgeError as error:
        raise KnowledgeError(f"{place}: {error}") from None


def _add_whole_trials(facts: dict[str, Fact], table: Mapping[str, Anything]) -> None:
    """Give a trial whose criteria are listed one by one the `when` that joins them."""
    criteria = table.get("netter2_eligibility") or {}
    inclusion = [Ref(item["id"]) for item in criteria.get("inclusion", []) if item.get("when")]
    exclusion = [Not(Ref(item["id"])) for item in criteria.get("exclusion", []) if item.get("when")]
    if not inclusion and not exclusion:
        return
    for fact in list(facts.values()):
        if fact.attributes.get("eligibility") == {"ref": "netter2_eligibility"}:
            facts[fact.id] = replace(fact, when=All((*inclusion, *exclusion)))
