"""Searches for adverse events of special interest, from a definition that lists its terms.

The terms of MedDRA and of its standardised queries are licensed: none is held here. A definition is a file of the
user; `data/special_interest_netter2.yaml` is a template whose groups name what is to be filled in.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.scoring.adverse_events import (
    Event,
    PartialDay,
    Rate,
    Undecided,
    Window,
    Worsening,
    conventions_of_rates,
    of_grade,
    rate,
    select,
)
from lutetia.sources import load_yaml_table

Text = Annotated[str, Field(min_length=1)]


class SearchGroup(BaseModel):
    """One class of events: the terms that belong to it and the grade from which they count."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Text = Field(pattern=r"^[A-Za-z0-9._-]+$", description="unique in the definition")
    says: Text = Field(description="the class in words")
    at_least_grade: int | None = Field(
        default=None,
        ge=1,
        le=5,
        description="lowest grade of its own terms that counts, required with terms; 1: every event",
    )
    terms: tuple[Text, ...] = Field(default=(), description="terms as they stand in the data; any letter case")
    includes: tuple[Text, ...] = Field(default=(), description="ids of groups whose events belong to this one too")
    needs: Text | None = Field(default=None, description="what is to be filled in, in a template")


class SearchDefinition(BaseModel):
    """A definition file of special-interest searches."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lutetia: Literal["search/1"] = Field(description="kind and version of the file")
    name: Text
    dictionary: Text = Field(description='the terminology of the terms, with its version: "MedDRA 26.1"')
    source: Text = Field(description="who defined the search, and where")
    # Not min_length: pydantic would call a list short of its faulty members too short as well.
    groups: tuple[SearchGroup, ...] = Field(json_schema_extra={"minItems": 1})

    def members(self, group: SearchGroup) -> tuple[SearchGroup, ...]:
        """The group and every group it includes, at any depth."""
        found = {group.id: group}
        waiting = list(group.includes)
        by_id = {one.id: one for one in self.groups}
        while waiting:
            one = by_id[waiting.pop()]
            if one.id not in found:
                found[one.id] = one
                waiting += one.includes
        return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialInterest:
    """Group id → its rate; `terms_outside` are the terms of counted events that no group names."""

    value: Mapping[str, Rate]
    terms_outside: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    conventions: tuple[str, ...]


def read_definition(data: Mapping[str, Any]) -> SearchDefinition:
    """A definition from the content of its file (JSON Schema: `SearchDefinition.model_json_schema()`).

    Raises InputError with all faults: unknown or missing fields, ids twice, groups that include unknown ones.
    """
    try:
        definition = SearchDefinition.model_validate(data)
    except ValidationError as wrong:
        faults = [
            Fault(place=".".join(map(str, one["loc"])) or "definition", must=one["msg"]) for one in wrong.errors()
        ]
        raise InputError("Search definition", faults) from None
    ids = [group.id for group in definition.groups]
    faults = [Fault(place=f"groups.{one}", must="must have an id of its own") for one in ids if ids.count(one) > 1]
    faults += [
        Fault(place=f"groups.{group.id}.includes", must="must name groups of this definition", got=repr(other))
        for group in definition.groups
        for other in group.includes
        if other not in ids
    ]
    faults += [
        Fault(place=f"groups.{group.id}.at_least_grade", must="must be given with terms", do="1 counts every event.")
        for group in definition.groups
        if group.at_least_grade is None and (group.terms or group.needs)
    ]
    if not ids:
        faults.append(Fault(place="groups", must="must hold at least one group"))
    if faults:
        raise InputError("Search definition", list(dict.fromkeys(faults)))
    return definition


def netter_2_template() -> SearchDefinition:
    """The classes and grades of NETTER-2 (table 5) without terms: to be filled from a MedDRA licence."""
    table = load_yaml_table("lutetia.scoring", "data/special_interest_netter2.yaml").table
    return read_definition(table)


def search(
    events: Iterable[Event],
    windows: Mapping[Hashable, Window],
    definition: SearchDefinition,
    *,
    worsening: Worsening,
    undecided: Undecided,
    partial_day: PartialDay,
) -> SpecialInterest:
    """The rate of each group among the patients with a window; arguments as in `adverse_events.rates`.

    A group counts the events of its terms from its own grade on, and those of the groups it includes from theirs.
    Raises InputError when a group has neither terms nor included groups: a template must be filled first.
    """
    _refuse_templates(definition)
    every = tuple(events)
    chosen = select(every, windows, worsening=worsening, undecided=undecided)
    found: dict[str, Rate] = {}
    ungraded: set[int] = set()
    for group in definition.groups:
        counted: dict[int, Event] = {}
        for member in definition.members(group):
            kept, without = _of_grade(chosen.events, member)
            counted |= {id(event): event for event in kept}
            ungraded |= {id(event) for event in without}
        found[group.id] = rate(group.says, counted.values(), windows, partial_day=partial_day)
    known = {_spelled(term) for group in definition.groups for term in group.terms}
    outside = dict.fromkeys(event.term for event in chosen.events if _spelled(event.term) not in known)
    rows = tuple(place for place, event in enumerate(every) if id(event) in ungraded)
    return SpecialInterest(
        value=MappingProxyType(found),
        terms_outside=tuple(outside),
        left_out=(*chosen.left_out, LeftOut.at(rows, "grade missing")) if rows else chosen.left_out,
        conventions=(
            f"{definition.name} ({definition.dictionary}; {definition.source})",
            _grades_said(definition),
            "terms are compared as text, letter case and spaces apart",
            *chosen.conventions,
            *conventions_of_rates(partial_day),
        ),
    )


def _of_grade(events: Iterable[Event], group: SearchGroup) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """Events of the group's own terms from its grade on, and those whose missing grade leaves it open."""
    named = {_spelled(term) for term in group.terms}
    # A group without terms of its own needs no grade: it counts what it includes.
    return of_grade((event for event in events if _spelled(event.term) in named), group.at_least_grade or 1)


def _grades_said(definition: SearchDefinition) -> str:
    grades = (f"{group.id} {group.at_least_grade}" for group in definition.groups if group.at_least_grade is not None)
    return f"counted from grade: {', '.join(grades)}"


def _spelled(term: str) -> str:
    return " ".join(term.split()).casefold()


def _refuse_templates(definition: SearchDefinition) -> None:
    faults = [
        Fault(
            place=f"groups.{group.id}.terms",
            must="must list the terms of the group",
            do=f"Fill in: {group.needs}." if group.needs else "Fill in the terms.",
        )
        for group in definition.groups
        if not group.terms and not group.includes
    ]
    if faults:
        raise InputError(f"Search definition {definition.name}", faults)
