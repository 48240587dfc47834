"""Tumour growth rate: percent growth of the tumour volume per month, from two sums of diameters.

The rate is nothing without its error: a cut-off of 0.8 %/month is 0.4 mm in 50 mm at three months. A result has an
error band when the reading error is given, and a side of a cut-off only when the band leaves no doubt.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from numbers import Real
from statistics import NormalDist
from typing import Any, Literal

from lutetia.errors import Fault, InputError
from lutetia.quantities import number_text
from lutetia.scoring.reason import Reason
from lutetia.sources import load_yaml_table

CutOff = Literal["first_follow_up", "pretreatment"]
Side = Literal["below", "at_or_above", "undecided"]


@dataclass(frozen=True, eq=False, kw_only=True)
class GrowthRate(float):
    """Tumour growth rate in percent per month; the object is that number (NaN when the rate is undefined).

    `value`: the rate, or None when a sum is 0. `low` and `high`: its error band, None without a reading error;
    `std_error`: standard error of the rate by the delta method.
    """

    value: float | None
    low: float | None
    high: float | None
    std_error: float | None
    months: float
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]

    def __new__(cls, *, value: float | None, **_: Any) -> GrowthRate:
        return super().__new__(cls, math.nan if value is None else value)

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (dict(self.__dict__),)


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOffSide:
    """On which side of a cut-off a growth rate lies: "undecided" when its error band covers the cut-off."""

    value: Side
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]


def rate_percent_per_month(
    before_mm: float,
    after_mm: float,
    days: float,
    *,
    reading_error_pct: float | None = None,
    confidence: float | None = None,
    new_lesions: bool | None = None,
    nodes_in_sum: bool | None = None,
) -> GrowthRate:
    """Growth of the tumour volume in percent per month from two sums of diameters (mm), `days` apart.

    TG = 3 · ln(after / before) / months, rate = 100 · (exp(TG) − 1); a month is 365.25 / 12 days. Undefined when a
    sum is 0. `reading_error_pct`: standard deviation of one reading of the sum, in percent; with it `confidence`
    (such as 0.95) must be given, and the rate gets a band. `new_lesions`, `nodes_in_sum`: declared for the reader,
    they change no number; None is printed as not declared.
    Raises InputError with all faults. Source: Ferté's script (sidecar of `data/growth.yaml`).
    """
    declared = {"new_lesions": new_lesions, "nodes_in_sum": nodes_in_sum}
    faults = [*_faults(before_mm, after_mm, days), *_band_faults(reading_error_pct, confidence), *_declared(declared)]
    if faults:
        raise InputError(_table()["name"], faults)
    months = days * _table()["months_per_year"] / _table()["days_per_year"]
    sums = (("before", f"{number_text(before_mm)} mm"), ("after", f"{number_text(after_mm)} mm"))
    used = (*sums, ("days", number_text(days)))
    conventions = _conventions(reading_error_pct, confidence, new_lesions, nodes_in_sum)
    if not before_mm or not after_mm:
        why = Reason(rule=_table()["name"], says="undefined: the logarithm of a sum of 0 does not exist", used=used)
        return GrowthRate(
            value=None, low=None, high=None, std_error=None, months=months, because=(why,), conventions=conventions
        )
    growth = _table()["dimension"] * (math.log(after_mm) - math.log(before_mm)) / months
    low = high = std_error = None
    try:
        rate = _percent(growth)
        if reading_error_pct is not None and confidence is not None:
            error = _table()["dimension"] * math.sqrt(2) * reading_error_pct / 100 / months
            reach = NormalDist().inv_cdf((1 + confidence) / 2) * error
            low, high = _percent(growth - reach), _percent(growth + reach)
            std_error = 100 * math.exp(growth) * error
    except OverflowError:
        must = "the sums must not lie so far apart in so few days: no number holds the rate"
        raise InputError(_table()["name"], [Fault(place="after_mm", must=must, got=f"{after_mm:g} mm")]) from None
    return GrowthRate(
        value=rate,
        low=low,
        high=high,
        std_error=std_error,
        months=months,
        because=(Reason(rule=_table()["name"], says=_table()["says"], used=used),),
        conventions=conventions,
    )


def side_of_cut_off(rate: GrowthRate, *, cut_off: CutOff) -> CutOffSide:
    """The side of a GREPONET cut-off: "first_follow_up" (0.8 %/month) or "pretreatment" (4 %/month).

    "undecided" when the rate is undefined, has no error band, or its band covers the cut-off, and when the first
    follow-up was not at 3 (±1) months. Raises InputError for another cut-off.
    """
    row = _table()["cut_offs"].get(cut_off)
    if row is None:
        must = f"must be {' or '.join(map(repr, _table()['cut_offs']))}"
        raise InputError(_table()["name"], [Fault(place="cut_off", must=must, got=repr(cut_off))])
    limit = row["percent_per_month"]
    if not row.get("from_months", 0) <= rate.months <= row.get("to_months", math.inf):
        value, why = "undecided", f"{rate.months:.1f} months lie outside {row['from_months']} to {row['to_months']}"
    elif rate.value is None or rate.low is None or rate.high is None:
        value, why = "undecided", "the rate is undefined" if rate.value is None else "no reading error was given"
    elif rate.high < limit:
        value, why = "below", "the whole error band lies below the cut-off"
    elif rate.low >= limit:
        value, why = "at_or_above", "the whole error band lies at or above the cut-off"
    else:
        value, why = "undecided", "the error band covers the cut-off"
    shown = ((name, getattr(rate, name)) for name in ("value", "low", "high"))
    used = tuple((name, f"{number:.4f} %/month") for name, number in shown if number is not None)
    because = Reason(rule=f"GREPONET {cut_off}", says=why, used=used)
    side: Side = value  # type: ignore[assignment]
    return CutOffSide(value=side, because=(because,), conventions=(f"cut-off {row['says']}", *rate.conventions))


@cache
def _table() -> dict[str, Any]:
    return dict(load_yaml_table("lutetia.scoring", "data/growth.yaml").table)


def _again(fields: dict[str, Any]) -> GrowthRate:
    return GrowthRate(**fields)


def _percent(growth: float) -> float:
    return 100 * math.expm1(growth)


def _faults(before_mm: object, after_mm: object, days: object) -> list[Fault]:
    faults = []
    for place, number, least in (("before_mm", before_mm, 0), ("after_mm", after_mm, 0)):
        if not _is_number(number) or number < least:  # type: ignore[operator]
            faults.append(Fault(place=place, must="must be a sum of diameters of 0 mm or more", got=repr(number)))
    if not _is_number(days) or days < 1:  # type: ignore[operator]
        faults.append(Fault(place="days", must="must be at least 1 day", got=repr(days)))
    return faults


def _band_faults(reading_error_pct: object, confidence: object) -> list[Fault]:
    faults = []
    if reading_error_pct is not None and (not _is_number(reading_error_pct) or not 0 < reading_error_pct <= 100):  # type: ignore[operator]
        must = "must be above 0 and at most 100 percent"
        faults.append(Fault(place="reading_error_pct", must=must, got=repr(reading_error_pct)))
    if confidence is not None and (not _is_number(confidence) or not 0 < confidence < (1 + confidence) / 2 < 1):  # type: ignore[operator]
        faults.append(Fault(place="confidence", must="must lie between 0 and 1", got=repr(confidence)))
    if (reading_error_pct is None) != (confidence is None):
        must = "reading_error_pct and confidence must be given together"
        faults.append(Fault(place="error band", must=must, do="Give both, such as 3 and 0.95, or neither."))
    return faults


def _declared(declared: Mapping[str, object]) -> list[Fault]:
    return [
        Fault(place=place, must="must be True, False or None", got=repr(said))
        for place, said in declared.items()
        if said is not None and not isinstance(said, bool)
    ]


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _conventions(
    reading_error_pct: float | None, confidence: float | None, new_lesions: bool | None, nodes_in_sum: bool | None
) -> tuple[str, ...]:
    said = {None: "not declared", True: "yes", False: "no"}
    band = "no reading error given: no error band"
    if reading_error_pct is not None:
        band = f"reading_error_pct={number_text(reading_error_pct)} per scan, independent; confidence={confidence}"
    return (
        "a month is 365.25 / 12 days",
        band,
        f"new lesions (not in the rate): {said[new_lesions]}",
        f"nodes in the sum, by their short axis: {said[nodes_in_sum]}",
    )
