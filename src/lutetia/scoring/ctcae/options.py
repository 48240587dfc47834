"""The choices that a CTCAE grade depends on beyond the value, each a named argument and printed with the result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from lutetia.course.laboratory import unit_spelling, units_of
from lutetia.errors import Fault
from lutetia.scoring.ctcae.criteria import Limit, Side, Term, Version, clinical_words

BaselineRule = Literal["post_baseline_only", "always"]
Unstated = Literal["range", "worst"]
LimitsUsed = Literal["as_reported", "si", "us"]
IntegerBands = Literal["half_open", "as_written"]
Sides = Literal["both", "low", "high"]

_US_UNITS = ("g/dL", "mg/dL")
_MEANING = {
    "limits": {
        "as_reported": "limits in the unit the value was reported in, where the standard prints one for it",
        "si": "limits in SI units, values converted",
        "us": "limits in US conventional units, values converted",
    },
    "baseline_rule": {
        "post_baseline_only": "rules relative to the baseline apply to values after the baseline only",
        "always": "rules relative to the baseline apply to every value",
    },
    "unstated": {
        "range": "what the number leaves open without a clinical word stays a range",
        "worst": "a clinical word that was not stated is taken in the worst sense",
    },
    "integer_bands": {
        "half_open": "bands printed in whole numbers close up: 129 means below 130",
        "as_written": "bands printed in whole numbers to the letter: 129.5 lies outside 125-129",
    },
    "side": {
        "both": "both sides of the reference range are judged",
        "low": "the low side of the reference range alone is judged",
        "high": "the high side of the reference range alone is judged",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One value for each choice; see the arguments of `ctcae.grade`."""

    baseline_rule: BaselineRule
    unstated: Unstated
    limits: LimitsUsed
    integer_bands: IntegerBands
    side: Sides

    def faults(self) -> list[Fault]:
        """A fault for each choice that is not one of its words."""
        allowed = {"baseline_rule": BaselineRule, "unstated": Unstated, "limits": LimitsUsed}
        allowed |= {"integer_bands": IntegerBands, "side": Sides}
        return [
            Fault(place=name, must=f"must be one of {', '.join(get_args(words))}", got=repr(getattr(self, name)))
            for name, words in allowed.items()
            if getattr(self, name) not in get_args(words)
        ]

    def comparisons(self, limits: tuple[Limit, ...], as_written: Limit | None) -> tuple[Limit, ...]:
        """The comparisons of a row under the chosen reading of bands printed in whole numbers."""
        return (as_written,) if as_written is not None and self.integer_bands == "as_written" else limits

    def said(self, terms: Iterable[Term]) -> list[str]:
        """A sentence for each choice that bears on these terms."""
        rows = [row for term in terms for row in term.rows]
        bears = {
            "limits": any(len(limit.by_unit) > 1 for row in rows for limit in row.limits),
            "baseline_rule": any(limit.reference == "baseline" for row in rows for limit in row.limits),
            "unstated": any(row.asks for row in rows),
            "integer_bands": any(row.as_written for row in rows),
        }
        chosen = {name: getattr(self, name) for name, yes in bears.items() if yes}
        return [f"{name}={word}: {_MEANING[name][word]}" for name, word in chosen.items()]

    def side_said(self, terms: Iterable[Term]) -> list[str]:
        """A sentence on the side where an analyte has terms on both, or one was asked for."""
        bears = self.side != "both" or len({term.side for term in terms}) > 1
        return [f"side={self.side}: {_MEANING['side'][self.side]}"] if bears else []


def column(limit: Limit, unit: str, limits: LimitsUsed) -> str:
    """The printed unit in which the limit is compared: the reported one if printed, SI, or US conventional."""
    printed = tuple(limit.by_unit)
    wanted = {
        "as_reported": tuple(known for known in printed if unit_spelling(known) == unit_spelling(unit)),
        "si": (),
        "us": tuple(known for known in printed if known in _US_UNITS),
    }
    return (*wanted[limits], printed[0])[0]


def conversion(analyte: str, unit: str, into: str) -> Fraction:
    """The factor from one unit of the analyte into another; 1 for two spellings of one unit."""
    units = units_of(analyte)
    source, target = units.factor(unit), units.factor(into)
    if source is None or target is None:
        raise KeyError(f"{unit} of {analyte} has no factor into {into}")
    return source / target


def unit_fault(analyte: str, unit: object) -> Fault | None:
    """The fault with a unit in which the analyte is not reported."""
    known = ", ".join(units_of(analyte).factors)
    if not isinstance(unit, str) or not unit.strip():
        return Fault(place="unit", must=f"{analyte} needs its unit", got=repr(unit), do=f"Write one of {known}.")
    if units_of(analyte).factor(unit) is None:
        must = f"must be a unit in which {analyte} is reported"
        return Fault(place="unit", must=must, got=repr(unit), do=f"Write one of {known}.")
    return None


def analyte_fault(given: object, analyte: str, version: Version) -> Fault | None:
    """The fault with an analyte that the version does not grade by a number."""
    if analyte in version.terms:
        return None
    must = f"must be an analyte that CTCAE v{version.version} grades by a number"
    return Fault(place="analyte", must=must, got=repr(given), do=f"One of {', '.join(version.terms)}.")


def side_fault(analyte: str, side: Sides, version: Version) -> Fault | None:
    """The fault with a side of the reference range that the version does not grade by a number."""
    has = {term.side for term in version.terms[analyte]}
    if side == "both" or side in has:
        return None
    says = version.not_numeric.get((analyte, side))
    must = f"CTCAE v{version.version} has no numeric limits for {side} {analyte}"
    return Fault(place="side", must=must, got=repr(side), do=f"{says}." if says else None)


def clinical_faults(clinical: Mapping[str, object]) -> list[Fault]:
    """A fault for each clinical word that no term of any version knows."""
    words = clinical_words()
    known = ", ".join(sorted(words))
    return [
        Fault(place="clinical", must="must be a word of the criteria", got=repr(word), do=f"One of {known}.")
        for word in clinical
        if word not in words
    ]


def terms_judged(version: Version, analyte: str, side: Sides) -> tuple[Term, ...]:
    """The terms of an analyte, on one side or on both."""
    return tuple(term for term in version.terms[analyte] if side in ("both", term.side))


def sides_not_graded(version: Version, analyte: str, side: Sides) -> list[str]:
    """What the version does not grade by a number, in its own sentence."""
    other: tuple[Side, ...] = ("low", "high")
    return [
        version.not_numeric[analyte, one]
        for one in other
        if side in ("both", one) and (analyte, one) in version.not_numeric
    ]
