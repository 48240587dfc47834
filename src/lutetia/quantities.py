"""Units at the edge: numbers that remember how they were typed, number ranges, conversion at the door.

Inside, a field's name carries its unit (`activity_mbq`); here "7.4 GBq", "200 mCi" and 7400 become one
number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

Comparison = Literal["==", "!=", "<", "<=", ">", ">="]

# Decimal prefixes are exact (SI Brochure, 9th edition, table 7). 1 Ci = 3.7e10 Bq and 1 rad = 0.01 Gy, exact
# (NIST Special Publication 811, 2008, appendix B.8). 1 in = 25.4 mm and
# 1 lb = 0.45359237 kg, exact (same place).
# Months and years are not converted: they are calendar lengths.
UNITS: Mapping[str, Mapping[str, Fraction]] = {
    "MBq": {
        "MBq": Fraction(1),
        "GBq": Fraction(1000),
        "mCi": Fraction(37),
        "kBq": Fraction(1, 1000),
        "Bq": Fraction(1, 1_000_000),
        "TBq": Fraction(1_000_000),
        "Ci": Fraction(37_000),
        "uCi": Fraction(37, 1000),
    },
    "mm": {"mm": Fraction(1), "cm": Fraction(10), "m": Fraction(1000), "in": Fraction("25.4")},
    "cm": {"cm": Fraction(1), "m": Fraction(100), "mm": Fraction(1, 10), "in": Fraction("2.54")},
    "kg": {"kg": Fraction(1), "g": Fraction(1, 1000), "lb": Fraction("0.45359237")},
    "Gy": {"Gy": Fraction(1), "cGy": Fraction(1, 100), "mGy": Fraction(1, 1000), "rad": Fraction(1, 100)},
    "%": {"%": Fraction(1)},
    "HU": {"HU": Fraction(1)},
}
"""Canonical unit → the units accepted for it, each with its factor into the canonical one."""

_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_PLAIN = re.compile(rf"({_NUMBER})\s*(\S.*)?")
_BOUND = re.compile(rf"(<=|>=|≤|≥|<|>|=)\s*({_NUMBER})")
_RANGE = re.compile(rf"(>=|≥|>)?\s*({_NUMBER})\s*(?:-|–|—|−|\bto\b)\s*(<=|≤|<)?\s*({_NUMBER})")
_DECIMAL_COMMA = re.compile(r"[0-9],[0-9]")


def number_text(value: float) -> str:
    """A number as a person writes it: 7, not 7.0; 0.1, not 0.10000000000000001."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def scaled(value: float, factor: Fraction) -> float:
    """value · factor, exact in decimals and rounded once: 4.1 m is 410 cm, not 409.99999999999994."""
    if math.isinf(value):
        return math.copysign(math.inf, value * factor)
    try:
        return float(Fraction(Decimal(repr(float(value)))) * factor)
    except OverflowError:
        raise ValueError("must be a finite number of ordinary size") from None


def convert(value: float, from_unit: str, to_unit: str) -> float:
    """The same physical amount in another unit: `convert(200, "mCi", "MBq")` is 7400.

    Raises ValueError when no table of `UNITS` holds both units. Laboratory values convert per analyte, in
    `lutetia.course.laboratory`.
    """
    for canonical in UNITS:
        source, target = factor_of(canonical, from_unit), factor_of(canonical, to_unit)
        if source is not None and target is not None:
            return scaled(value, source / target)
    raise ValueError(f"{from_unit} does not convert to {to_unit}")


def factor_of(canonical: str, unit: str) -> Fraction | None:
    """The factor from `unit` into the canonical unit; None when the table does not hold it.

    Letter case does not matter: within one table no two units differ in case alone (a test holds this).
    """
    wanted = spelling(unit)
    table = UNITS[canonical]
    if wanted in table:
        return table[wanted]
    return next((table[known] for known in table if known.casefold() == wanted.casefold()), None)


def spelling(unit: str) -> str:
    """A unit with the micro sign and the powers that keyboards differ in brought to one spelling."""
    return unit.strip().replace("µ", "u").replace("μ", "u").replace("³", "3").replace("²", "2")


class Quantity(float):
    """A number in its field's canonical unit that remembers what was typed; equal to any equal number."""

    __slots__ = ("_entered",)
    _entered: str | None

    def __new__(cls, value: float, entered: str | None = None) -> Quantity:
        quantity = super().__new__(cls, value)
        quantity._entered = entered
        return quantity

    @property
    def entered(self) -> str | None:
        """The text as typed ("7.4 GBq"), or None when a plain number in the canonical unit was given."""
        return self._entered

    def __getnewargs__(self) -> tuple[float, str | None]:  # type: ignore[override]
        return float(self), self._entered

    def __repr__(self) -> str:
        typed = f", entered={self._entered!r}" if self._entered is not None else ""
        return f"Quantity({float(self)!r}{typed})"

    def __str__(self) -> str:
        return self._entered if self._entered is not None else number_text(self)


def number_typed(value: float) -> float:
    """The number in front of the unit as it was typed (7.4 of "7.4 GBq"), or the number itself."""
    entered = value.entered if isinstance(value, Quantity) else None
    match = _PLAIN.match(entered.strip()) if entered else None
    return float(match[1]) if match else float(value)


@dataclass(frozen=True, slots=True)
class InUnit:
    """Pydantic annotation: takes a number in `unit`, or a text with any unit that `UNITS` lists for it."""

    unit: str

    def read(self, value: Any) -> Quantity:
        """The quantity in the canonical unit. Raises ValueError with a sentence."""
        if isinstance(value, Quantity):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Quantity(_finite(value))
        match = _PLAIN.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is None or _DECIMAL_COMMA.search(value):
            raise ValueError(f"must be a number in {self.unit}, or a text with its unit{_but(value)}{_comma(value)}")
        factor = factor_of(self.unit, match[2] or self.unit)
        if factor is None:
            raise ValueError(f"must have one of the units {', '.join(UNITS[self.unit])}{_but(value)}")
        return Quantity(scaled(_finite(float(match[1])), factor), value)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            self.read,
            serialization=core_schema.plain_serializer_function_ser_schema(_quantity_as_entered),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        units = "|".join(re.escape(unit).replace("uCi", "[uµμ]Ci") for unit in UNITS[self.unit])
        pattern = rf"^\s*{_NUMBER}\s*({units})?\s*$"
        examples = [f"7.4 {unit}" for unit in UNITS[self.unit]]
        return {"anyOf": [{"type": "number"}, {"type": "string", "pattern": pattern, "examples": examples}]}


def _quantity_as_entered(value: Any) -> Any:
    if isinstance(value, Quantity) and value.entered is not None:
        return value.entered
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else float(value)


ActivityMBq = Annotated[Quantity, InUnit("MBq")]
LengthMm = Annotated[Quantity, InUnit("mm")]
HeightCm = Annotated[Quantity, InUnit("cm")]
MassKg = Annotated[Quantity, InUnit("kg")]
AbsorbedDoseGy = Annotated[Quantity, InUnit("Gy")]
Percent = Annotated[Quantity, InUnit("%")]
AttenuationHu = Annotated[Quantity, InUnit("HU")]


@dataclass(frozen=True, slots=True)
class Interval:
    """A number known exactly or only within bounds: 7, "<3", ">20", "10-15".

    `entered` is the text as typed and takes no part in comparison.
    """

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False
    entered: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if math.isnan(self.low) or math.isnan(self.high):
            raise ValueError("the bounds of a range must be numbers")
        if self.low == self.high and (self.low_open or self.high_open or math.isinf(self.low)):
            raise ValueError(f"no number lies in the range {self.entered or self.written()}")
        if self.low > self.high:
            low, high = number_text(self.low), number_text(self.high)
            raise ValueError(f"a range must run from low to high: write {high}-{low}, not {low}-{high}")

    @classmethod
    def parse(
        cls,
        value: Any,
        *,
        minimum: float = -math.inf,
        maximum: float = math.inf,
        unit: str | None = "%",
    ) -> Interval:
        """The range that 7, "7 %", "<3", "<= 3", ">20", "≥ 2", "10-15" or "10 – 15 %" stands for.

        `unit` is the only unit word accepted behind the number (None: none). With minimum=0, "<3" is
        0 ≤ x < 3.
        Raises ValueError with a sentence for anything else ("about 7", "7,5", a range outside the limits).
        """
        if isinstance(value, Interval):
            interval = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            interval = cls.exactly(_finite(value), entered=getattr(value, "entered", None))
        elif isinstance(value, str):
            interval = _interval_from_text(value, unit)
        else:
            raise ValueError(f"{_INTERVAL_FORMS}{_but(value)}")
        return interval._within(minimum, maximum)

    @classmethod
    def exactly(cls, number: float, entered: str | None = None) -> Interval:
        """The degenerate range that holds one number."""
        return cls(float(number), float(number), entered=entered)

    @property
    def is_exact(self) -> bool:
        """True when the range holds one number only."""
        return self.low == self.high

    @property
    def value(self) -> float:
        """The number, when it is known exactly. Raises ValueError otherwise."""
        if not self.is_exact:
            raise ValueError(f"{self} is a range, not one number")
        return self.low

    def certainly(self, op: Comparison, number: float) -> bool | None:
        """Whether `x op number` holds for all x of the range (True), none (False), or is undecided (None)."""
        if op == "<":
            return _decided(self._all_below(number, self.high_open), self.low >= number)
        if op == "<=":
            return _decided(self.high <= number, self._all_above(number, self.low_open))
        if op in (">", ">="):
            opposite = self.certainly("<=" if op == ">" else "<", number)
            return None if opposite is None else not opposite
        if op == "==":
            return _decided(self.is_exact and self.low == number, not self.contains(number))
        if op == "!=":
            equal = self.certainly("==", number)
            return None if equal is None else not equal
        raise ValueError(f"a comparison must be one of == != < <= > >=, but got {op!r}")

    def contains(self, number: float) -> bool:
        """True when the number lies in the range."""
        above = number > self.low or (number == self.low and not self.low_open)
        below = number < self.high or (number == self.high and not self.high_open)
        return above and below

    def times(self, factor: Fraction | float) -> Interval:
        """The range in another unit: both bounds times a positive factor; what was typed is dropped."""
        exact = factor if isinstance(factor, Fraction) else Fraction(Decimal(repr(float(factor))))
        if exact <= 0:
            raise ValueError(f"a factor between units must be positive, but got {factor}")
        return Interval(scaled(self.low, exact), scaled(self.high, exact), self.low_open, self.high_open)

    def written(self) -> str:
        """The range in full, so that `parse` gives it back: "7", "<3", ">20", "10-15", "0-<3"."""
        low, high = number_text(self.low), number_text(self.high)
        if self.is_exact:
            return low
        if math.isinf(self.low) and math.isinf(self.high):
            return "any"
        if math.isinf(self.low):
            return f"{'<' if self.high_open else '≤'}{high}"
        if math.isinf(self.high):
            return f"{'>' if self.low_open else '≥'}{low}"
        return f"{'>' if self.low_open else ''}{low}-{'<' if self.high_open else ''}{high}"

    def __str__(self) -> str:
        """The range in short: like `written`, but natural ends are left out ("<3" for 0 ≤ x < 3 %)."""
        if not self.is_exact and self.low == 0 and not self.low_open and self.high_open:
            return f"<{number_text(self.high)}"
        if not self.is_exact and self.high == 100 and self.low_open and not self.high_open:
            return f">{number_text(self.low)}"
        return self.written()

    def _all_below(self, number: float, open_end: bool) -> bool:
        return self.high < number or (self.high == number and open_end)

    def _all_above(self, number: float, open_end: bool) -> bool:
        return self.low > number or (self.low == number and open_end)

    def _within(self, minimum: float, maximum: float) -> Interval:
        """This range, with open-ended sides closed at the limits. Raises ValueError when it leaves them."""
        low = float(minimum) if math.isinf(self.low) else self.low
        high = float(maximum) if math.isinf(self.high) else self.high
        if low < minimum or high > maximum or low > high:
            limits = f"between {number_text(minimum)} and {number_text(maximum)}"
            if math.isinf(maximum):
                limits = f"at least {number_text(minimum)}"
            raise ValueError(f"must be {limits}{_but(self.entered or str(self), plain=True)}")
        if (low, high) == (self.low, self.high):
            return self
        return Interval(low, high, self.low_open, self.high_open, self.entered)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return Within().__get_pydantic_core_schema__(source, handler)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return Within().__get_pydantic_json_schema__(schema, handler)


@dataclass(frozen=True, slots=True)
class Within:
    """Pydantic annotation for an `Interval` field: the limits of what it counts, and its unit word if any."""

    minimum: float = -math.inf
    maximum: float = math.inf
    unit: str | None = None

    def read(self, value: Any) -> Interval:
        """The interval that was typed, closed at the limits. Raises ValueError with a sentence."""
        return Interval.parse(value, minimum=self.minimum, maximum=self.maximum, unit=self.unit)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            self.read,
            serialization=core_schema.plain_serializer_function_ser_schema(_interval_as_entered),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        number: dict[str, Any] = {"type": "number"}
        if math.isfinite(self.minimum):
            number["minimum"] = self.minimum
        if math.isfinite(self.maximum):
            number["maximum"] = self.maximum
        return {"anyOf": [number, {"type": "string", "examples": ["<3", ">=20", "10-15"]}]}


def _interval_as_entered(interval: Any) -> Any:
    if interval.entered is not None:
        return interval.entered
    return _quantity_as_entered(interval.low) if interval.is_exact else interval.written()


PercentRange = Annotated[Interval, Within(0, 100, unit="%")]
CountRange = Annotated[Interval, Within(0)]
MonthsRange = Annotated[Interval, Within(0)]


_INTERVAL_FORMS = 'must be a number, a bound such as "<3" or ">=20", or a range such as "10-15"'


def _interval_from_text(entered: str, unit: str | None) -> Interval:
    text = entered.strip()
    if unit and text.endswith(unit):
        text = text.removesuffix(unit).rstrip()
    if match := _RANGE.fullmatch(text):
        low, high = _finite(float(match[2])), _finite(float(match[4]))
        return Interval(low, high, match[1] == ">", match[3] == "<", entered)
    if match := _BOUND.fullmatch(text):
        sign, number = match[1], _finite(float(match[2]))
        if sign == "=":
            return Interval.exactly(number, entered)
        if sign in ("<", "<=", "≤"):
            return Interval(high=number, high_open=sign == "<", entered=entered)
        return Interval(low=number, low_open=sign == ">", entered=entered)
    match = _PLAIN.fullmatch(text)
    if match and match[2] is None:
        return Interval.exactly(_finite(float(match[1])), entered)
    raise ValueError(f"{_INTERVAL_FORMS}{_but(entered)}{_comma(entered)}")


def _decided(always: bool, never: bool) -> bool | None:
    if always:
        return True
    return False if never else None


def _finite(number: float) -> float:
    try:
        finite = math.isfinite(number)
    except OverflowError:  # a whole number with hundreds of digits
        finite = False
    if not finite:
        raise ValueError("must be a finite number of ordinary size")
    return number


def _but(value: Any, plain: bool = False) -> str:
    return f", but got {value}" if plain else f", but got {value!r}"


def _comma(typed: Any) -> str:
    if not isinstance(typed, str) or not _DECIMAL_COMMA.search(typed):
        return ""
    return f"; write {typed.replace(',', '.')} with a decimal point"
