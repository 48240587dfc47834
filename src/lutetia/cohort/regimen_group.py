"""Classes of treatment: SSA, RLT, TT, CHT, and which regimens belong to each (`data/regimen_groups.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from lutetia.sources import load_yaml_table

NOT = "not "
ANY = "any"


@cache
def group_of_regimen() -> Mapping[str, str]:
    """Regimen → its class, for every regimen that a course can name."""
    rows = load_yaml_table("lutetia.cohort", "data/regimen_groups.yaml").table["groups"]
    return {regimen: row["group"] for row in rows for regimen in row["regimens"]}


@cache
def group_names() -> Mapping[str, str]:
    """Class → its name in words, in the order of the table."""
    rows = load_yaml_table("lutetia.cohort", "data/regimen_groups.yaml").table["groups"]
    return {row["group"]: row["name"] for row in rows}


def known_words() -> tuple[str, ...]:
    """Every word that may stand for a treatment in a declaration: classes, regimens, and `any`."""
    return (*group_names(), *group_of_regimen(), ANY)


def unknown_words(words: Sequence[str]) -> list[str]:
    """The words (without a leading "not ") that name neither a class nor a regimen."""
    return [word for word in words if word.removeprefix(NOT) not in known_words()]


def matches(regimen: str, words: Sequence[str]) -> bool:
    """Whether a regimen is one of `words`: classes or regimens; "not RLT" is any treatment but that; "any" is any.

    Several words mean: one of them; several words with "not": none of those.
    """
    group = group_of_regimen()[regimen]
    meant = {regimen, group, ANY}
    refused = {word.removeprefix(NOT) for word in words if word.startswith(NOT)}
    wanted = {word for word in words if not word.startswith(NOT)}
    return not meant & refused and (not wanted or bool(meant & wanted))
