"""Refuses slips of unit or digit: ranges of data/plausible.yaml, wide enough for every true extreme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from lutetia.course.problem import Problem
from lutetia.quantities import UNITS, Interval, number_text, number_typed, scaled


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The values of one field that are taken for true, in its canonical unit."""

    unit: str
    low: float
    high: float
    of: str = ""

    def holds(self, value: float | Interval) -> bool:
        """True when the value, or some part of it when it is a range, is plausible."""
        if isinstance(value, Interval):
            return value.high >= self.low and value.low <= self.high
        return self.low <= value <= self.high

    def sentence(self, field: str) -> str:
        """What must hold for the field, in words."""
        unit = f" {self.unit}" if self.unit and not field.endswith(f"_{self.unit.lower()}") else ""
        low, high = number_text(self.low), number_text(self.high)
        return f"{field} must lie between {low} and {high}{unit}{f' for {self.of}' if self.of else ''}"


def implausible_values(fields: Mapping[str, Any]) -> Iterator[Problem]:
    """A problem for each value of a record that lies outside the range of its field."""
    known = _table()["fields"]
    for name, value in fields.items():
        if name in known and isinstance(value, float | Interval) and not field_range(name).holds(value):
            yield implausible((name,), value, field_range(name))


def implausible(place: tuple[str | int, ...], value: float | Interval, expected: Range) -> Problem:
    """The problem with an implausible value, and the unit it was probably given in."""
    field = str(place[-1])
    entered = getattr(value, "entered", None)
    got = f'"{entered}"' if entered else str(value)
    return Problem(place=place, must=expected.sentence(field), got=got, do=_unit_meant(value, expected))


def _unit_meant(value: float | Interval, expected: Range) -> str:
    if isinstance(value, Interval):
        return "Check the value and its unit."
    typed = number_typed(value)
    for unit, factor in UNITS.get(expected.unit, {}).items():
        meant = scaled(typed, factor)
        if expected.holds(meant):
            number, text = number_text(meant), f'"{number_text(typed)} {unit}"'
            return f"Given in {unit}? Write {number}{f', or {text}' if unit != expected.unit else ''}."
    if expected.unit == "%" and expected.holds(100 * value):
        return f"Given as a fraction? Write {number_text(scaled(value, Fraction(100)))}."
    return "Check the value and its unit."


@cache
def field_range(field: str) -> Range:
    """The plausible range of a field named in data/plausible.yaml. Raises KeyError for any other."""
    row = _table()["fields"][field]
    return Range(unit=row["unit"], low=row["low"], high=row["high"])


def activity_range(radiopharmaceutical: str | None) -> Range:
    """The plausible administered activity (MBq) of a radiopharmaceutical; unnamed or unlisted: in general."""
    name = radiopharmaceutical or ""
    rows: Iterable[Mapping[str, Any]] = _table()["activity_mbq"]["rows"]
    row = next(row for row in rows if row["radiopharmaceutical"] in name)
    return Range(unit=_table()["activity_mbq"]["unit"], low=row["low"], high=row["high"], of=name)


def laboratory_range(analyte: str, unit: str) -> Range | None:
    """The plausible range of an analyte in its canonical unit; None for one that the table does not hold."""
    row = _table()["laboratory"].get(analyte)
    return Range(unit=unit, low=row["low"], high=row["high"]) if row else None


@cache
def _table() -> Mapping[str, Any]:
    from lutetia.sources import load_yaml_table  # here: reading YAML costs every import 30 ms

    return load_yaml_table("lutetia.course", "data/plausible.yaml").table
