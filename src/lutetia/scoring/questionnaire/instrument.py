"""The questionnaires as data: items, scales, layouts, and what is common to scoring one form or many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from lutetia.errors import Fault, InputError
from lutetia.sources import load_yaml_table

Missing = Literal["half", "complete"]
Kind = Literal["functional", "global", "symptom"]
INSTRUMENTS: Mapping[str, str] = {"QLQ-C30": "data/qlq_c30.yaml", "QLQ-GI.NET21": "data/qlq_ginet21.yaml"}
SUMMARY = "summary"
_MISSING = {
    "half": "a scale needs answers to at least half of its items",
    "complete": "a scale needs answers to all of its items",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One scale: its items, and the highest answer of each."""

    name: str
    says: str
    kind: Kind
    items: tuple[int, ...]
    highest: int

    @property
    def step(self) -> float:
        """Points by which the score moves when one item moves by one answer."""
        return 100 / (len(self.items) * (self.highest - 1))

    def answers_needed(self, missing: Missing) -> int:
        """How many items must be answered for a score."""
        return len(self.items) if missing == "complete" else (len(self.items) + 1) // 2

    def scored(self, mean: float) -> float:
        """The score 0 to 100 for a mean answer."""
        share = (mean - 1) / (self.highest - 1)
        return (1 - share) * 100 if self.kind == "functional" else share * 100

    @property
    def formula(self) -> str:
        """The transformation in words."""
        share = f"(mean − 1) / {self.highest - 1}"
        return f"(1 − {share}) · 100" if self.kind == "functional" else f"{share} · 100"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One questionnaire in one layout of its scales."""

    name: str
    version: str
    layout: str
    provisional: bool
    rule: str
    items: range
    highest_of: Mapping[int, int]
    scales: tuple[Scale, ...]
    summary: tuple[str, ...]

    @property
    def steps(self) -> Mapping[str, float]:
        """Scale → points per answer of one item."""
        return MappingProxyType({scale.name: scale.step for scale in self.scales})

    def high_is_good(self, name: str, scored: Any) -> Any:
        """The score (or array of scores) of a scale turned so that high is good: symptoms reversed."""
        kind = next(scale.kind for scale in self.scales if scale.name == name)
        return 100 - scored if kind == "symptom" else scored


def instrument_named(name: str, layout: str | None = None) -> Instrument:
    """The instrument in a layout. Raises InputError for an unknown one, and where a layout must be named."""
    return _named(name, layout, [])


def instrument_scored(name: str, layout: str | None, missing: str) -> Instrument:
    """The same for a form that is to be scored: an unknown rule for missing answers is a fault too."""
    must = f"must be one of {', '.join(_MISSING)}"
    return _named(name, layout, [] if missing in _MISSING else [Fault(place="missing", must=must, got=repr(missing))])


def _named(name: str, layout: str | None, faults: list[Fault]) -> Instrument:
    if name not in INSTRUMENTS:
        must = f"must be one of {', '.join(INSTRUMENTS)}"
        raise InputError("Questionnaire", [Fault(place="instrument", must=must, got=repr(name)), *faults])
    layouts = tuple(_table(name)["layouts"])
    if layout is None and len(layouts) > 1:
        must = f"{name} has no verified item map: the layout must be named"
        faults.append(Fault(place="layout", must=must, do=f"Write layout={' or '.join(map(repr, layouts))}."))
    elif layout is not None and layout not in layouts:
        faults.append(Fault(place="layout", must=f"must be one of {', '.join(layouts)}", got=repr(layout)))
    if faults:
        raise InputError(name, faults)
    return _instrument(name, layout or layouts[0])


def conventions_of(known: Instrument, missing: Missing) -> tuple[str, ...]:
    """How the form was read, as printed with a result."""
    said = [f"{known.name} version {known.version}, layout {known.layout}", f"missing={missing}: {_MISSING[missing]}"]
    if known.provisional:
        said.insert(0, f"PROVISIONAL: the item map of the {known.name} is not verified")
    directions = "functional and global scales: high is good; symptom scales: high is bad"
    return (*said, directions, "blank items are left out of the mean, not replaced")


@cache
def _table(name: str) -> Mapping[str, Any]:
    return load_yaml_table("lutetia.scoring", INSTRUMENTS[name]).table


@cache
def _instrument(name: str, layout: str) -> Instrument:
    table = _table(name)
    highest_of = dict.fromkeys(range(table["first_item"], table["last_item"] + 1), table["highest"])
    highest_of |= table["highest_of"]
    scales = tuple(
        Scale(
            name=row["scale"],
            says=row["says"],
            kind=row["kind"],
            items=tuple(row["items"]),
            highest=highest_of[row["items"][0]],
        )
        for row in table["layouts"][layout]
    )
    return Instrument(
        name=table["instrument"],
        version=table["version"],
        layout=layout,
        provisional=table["provisional"],
        rule=table["rule"],
        items=range(table["first_item"], table["last_item"] + 1),
        highest_of=MappingProxyType(highest_of),
        scales=scales,
        summary=tuple(table["summary"]),
    )
