"""What a reader said, held against the rows of a table; what was not read leaves rows open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Literal

from lutetia.errors import Fault, InputError
from lutetia.quantities import Interval
from lutetia.sources import load_yaml_table

Relation = Literal["below", "equal", "above"]
_RELATIONS = ("below", "equal", "above")
LOWEST, HIGHEST = 0, 4


@cache
def table() -> dict[str, Any]:
    return dict(load_yaml_table("lutetia.scoring", "data/uptake.yaml").table)


def fits(row: Mapping[str, Any], readings: Mapping[str, object]) -> bool:
    """Whether a row is left open: every reading given is among those the row allows."""
    return all(value is None or name not in row or value in row[name] for name, value in readings.items())


def shown(readings: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in readings.items() if value is not None)


def refuse_contradiction(name: str, left_open: object, readings: Mapping[str, object]) -> None:
    faults = [
        Fault(place=place, must="must be below, equal or above", got=repr(readings[place]))
        for place in ("versus_liver", "versus_spleen", "fdg_vs_sstr")
        if readings.get(place) not in (None, *_RELATIONS)
    ]
    if not left_open and not faults:
        got = ", ".join(f"{place} {value}" for place, value in shown(readings))
        do = "Ask the reader which of the readings is meant; leave out what was not read."
        faults.append(Fault(place="readings", must="must not contradict each other", got=got, do=do))
    if faults:
        raise InputError(name, faults)


def score_ranges(scores: Iterable[int | Interval | None]) -> list[Interval]:
    ranges, faults = [], []
    for index, score in enumerate(scores):
        place = f"scores[{index}]"
        try:
            whole = Interval(LOWEST, HIGHEST) if score is None else score
            ranges.append(Interval.parse(whole, minimum=LOWEST, maximum=HIGHEST, unit=None))
        except ValueError as fault:
            faults.append(Fault(place=place, must=str(fault)))
            continue
        if not all(float(end).is_integer() for end in (ranges[-1].low, ranges[-1].high)):
            faults.append(Fault(place=place, must="must be a whole number", got=str(score)))
    if faults:
        raise InputError("SSTR visual score", faults)
    return ranges
