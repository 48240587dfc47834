"""Laboratory values: kept as entered, converted per analyte into one canonical unit (data/analytes.yaml)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from lutetia.course.entry import Entry, Known, Number, OrUnknown, Text, Unknown, optional
from lutetia.course.plausible import laboratory_range
from lutetia.course.problem import Problem, refuse
from lutetia.quantities import CountRange, Interval, scaled

Analyte = Literal[
    "haemoglobin",
    "leukocytes",
    "neutrophils",
    "lymphocytes",
    "platelets",
    "creatinine",
    "egfr",
    "creatinine_clearance",
    "ast",
    "alt",
    "alp",
    "ggt",
    "bilirubin",
    "albumin",
    "inr",
    "sodium",
    "potassium",
    "calcium",
    "magnesium",
    "glucose",
    "urate",
    "chromogranin_a",
    "nse",
    "hiaa_5_urine",
    "gastrin",
    "ntprobnp",
    "other",
]

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_POWER = re.compile(r"^10(?:\*\*|\*|\^|[eE]\+?)(\d+)")
_VALUE_AND_UNIT = re.compile(
    r"\s*((?:<=|>=|[<>=≤≥])?\s*[0-9.]+(?:[eE][+-]?[0-9]+)?(?:\s*[-–—]\s*[<≤]?=?[0-9.]+)?)"
    r"(?:\s+(\S.*?)|([^\s0-9.,<>=≤≥–—-].*?))\s*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyteUnits:
    """Units of one analyte: the canonical one, factors into it, and units that have no factor."""

    canonical: str
    factors: Mapping[str, Fraction]
    as_entered: tuple[str, ...] = ()

    def factor(self, unit: str) -> Fraction | None:
        """Factor from the unit into the canonical one; None when the unit has none (assay-dependent)."""
        return self._spelled().get(unit_spelling(unit))

    def accepts(self, unit: str) -> bool:
        """True when values in this unit can be entered for the analyte."""
        return self.factor(unit) is not None or unit_spelling(unit) in map(unit_spelling, self.as_entered)

    def _spelled(self) -> dict[str, Fraction]:
        return {unit_spelling(unit): factor for unit, factor in self.factors.items()}


@cache
def units_of(analyte: str) -> AnalyteUnits:
    """The units of an analyte of data/analytes.yaml. Raises KeyError for any other, "other" among them."""
    row = _table()["analytes"][analyte]
    factors = {**_table()["families"].get(row.get("family"), {}), **row.get("units", {})}
    exact = {unit: Fraction(factor) for unit, factor in factors.items()}
    return AnalyteUnits(canonical=row["unit"], factors=exact, as_entered=tuple(row.get("as_entered", ())))


@cache
def _table() -> Mapping[str, Any]:
    from lutetia.sources import load_yaml_table  # here: reading YAML costs every import 30 ms

    return load_yaml_table("lutetia.course", "data/analytes.yaml").table


@lru_cache(maxsize=1024)
def unit_spelling(unit: str) -> str:
    """One spelling for the many of a unit: "x10⁹/L", "10*9/L", "10e9/l" and "10^9 / L" give the same text."""
    text = re.sub(r"\s+", "", unit.translate(_SUPERSCRIPTS)).replace("µ", "u").replace("μ", "u").casefold()
    text = text.removeprefix("×").removeprefix("x").replace("mcl", "ul").replace("m^2", "m2")
    text = re.sub(r"^10(\d{1,2})/", r"10^\1/", text)
    return _POWER.sub(r"10^\1", text)


def convert_analyte(analyte: str, value: float, from_unit: str, to_unit: str | None = None) -> float:
    """The value of an analyte in another unit (default: the canonical one).

    Raises KeyError for an analyte without units, ValueError when a unit is not known for it or has no factor.
    """
    units = units_of(analyte)
    source, target = units.factor(from_unit), units.factor(to_unit or units.canonical)
    if source is None or target is None:
        raise ValueError(f"{from_unit} does not convert to {to_unit or units.canonical} for {analyte}")
    return scaled(value, source / target)


class Laboratory(Entry):
    """One laboratory result; `date` is the day the sample was taken."""

    kind: Literal["laboratory"] = "laboratory"
    analyte: Analyte = Field(description="what was measured; other: write `name`")
    name: Text | None = optional("name of the analyte when it is `other`")
    value: Annotated[CountRange | Unknown, OrUnknown()] = Field(
        description='result: a number, "<3", ">90"; "12.8 g/dL" with its unit is accepted as well'
    )
    unit: Text | None = optional("unit as reported; needed unless the value is unknown")
    lower_limit: Known[Number] = optional("lower limit of the laboratory's reference range, in `unit`")
    upper_limit: Known[Number] = optional("upper limit of the laboratory's reference range, in `unit`")
    method: Known[Text] = optional("e.g. ckd_epi_2021, cockcroft_gault, measured_24h")
    laboratory_name: Known[Text] = optional("which laboratory")

    @model_validator(mode="before")
    @classmethod
    def _split_value_and_unit(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("value"), str):
            return given
        match = _VALUE_AND_UNIT.fullmatch(given["value"])
        if match is None:
            return given
        value, typed, unit = match[1], match[2] or match[3], given.get("unit")
        if isinstance(unit, str) and unit_spelling(unit) != unit_spelling(typed):
            must = f"the unit behind the value must be the unit of the entry ({unit})"
            refuse("Laboratory", [Problem(place=("value",), must=must, got=f'"{typed}"', do="Give one unit.")])
        return {**given, "value": value, "unit": unit if unit is not None else typed}

    @property
    def canonical(self) -> Interval | None:
        """The value in the analyte's canonical unit; None when it is unknown or its unit has no factor."""
        factor = self._factor()
        return self.value.times(factor) if factor is not None and isinstance(self.value, Interval) else None

    @property
    def canonical_unit(self) -> str | None:
        """The canonical unit of the analyte; None for `other`."""
        return None if self.analyte == "other" else units_of(self.analyte).canonical

    @property
    def canonical_lower_limit(self) -> float | None:
        """The lower limit of the reference range in the canonical unit, if known."""
        return self._limit(self.lower_limit)

    @property
    def canonical_upper_limit(self) -> float | None:
        """The upper limit of the reference range in the canonical unit, if known."""
        return self._limit(self.upper_limit)

    @property
    def times_upper_limit(self) -> Interval | None:
        """The value as a multiple of the laboratory's upper limit; None when either is unknown."""
        if not isinstance(self.value, Interval) or not isinstance(self.upper_limit, float):
            return None
        return self.value.times(1 / Fraction(repr(self.upper_limit))) if self.upper_limit > 0 else None

    @property
    def entered(self) -> str:
        """The result as reported, with its unit: "12.8 g/dL"; "unknown (pending)" when it is not known."""
        if isinstance(self.value, Unknown):
            return f"unknown ({self.value.unknown.replace('_', ' ')})"
        return f"{self.value.entered or self.value} {self.unit}"

    def contradictions(self) -> Iterable[Problem]:
        yield from super().contradictions()
        if self.analyte == "other" and self.name is None:
            must = "an analyte `other` must have a name"
            yield Problem(place=("name",), must=must, do="Write name: and what was measured.")
        if self.unit is None:
            if isinstance(self.value, Interval):
                yield Problem(place=("unit",), must="a result must have its unit", do=self._units_sentence())
        elif self.analyte != "other":
            yield from self._wrong_unit_or_value()
        low, high = self.lower_limit, self.upper_limit
        if isinstance(low, float) and isinstance(high, float) and low > high:
            must = f"lower_limit must not exceed upper_limit ({high:g})"
            yield Problem(place=("lower_limit",), must=must, got=f"{low:g}", do="Exchange the two.")

    def _wrong_unit_or_value(self) -> Iterable[Problem]:
        assert self.unit is not None
        units, canonical = units_of(self.analyte), self.canonical
        if not units.accepts(self.unit):
            must = f"unit must be one in which {self.analyte} is reported"
            yield Problem(place=("unit",), must=must, got=f'"{self.unit}"', do=self._units_sentence())
        expected = laboratory_range(self.analyte, units.canonical)
        if canonical is None or expected is None or expected.holds(canonical) or not isinstance(self.value, Interval):
            return
        must, got = f"{expected.sentence('value')} for {self.analyte}", self.entered
        yield Problem(place=("value",), must=must, got=got, do=self._unit_meant())

    def _unit_meant(self) -> str:
        assert isinstance(self.value, Interval)
        units = units_of(self.analyte)
        expected = laboratory_range(self.analyte, units.canonical)
        typed = self.value.entered or str(self.value)
        for unit, factor in units.factors.items():
            if expected is not None and expected.holds(self.value.times(factor)):
                return f'Given in {unit}? Write "{typed} {unit}", or unit: {unit}.'
        return "Check the value and its unit."

    def _units_sentence(self) -> str:
        if self.analyte == "other":
            return "Write unit: as the laboratory reports it."
        units = units_of(self.analyte)
        return f"Write one of {', '.join([*units.factors, *units.as_entered])}."

    def _factor(self) -> Fraction | None:
        if self.analyte == "other" or self.unit is None:
            return None
        return units_of(self.analyte).factor(self.unit)

    def _limit(self, limit: float | Unknown | None) -> float | None:
        factor = self._factor()
        return scaled(limit, factor) if factor is not None and isinstance(limit, float) else None
