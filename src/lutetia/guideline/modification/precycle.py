"""The check before a dose: tests in their window, contraindications and cautions of the label, EU and US apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from lutetia.course.laboratory import units_of
from lutetia.course.plausible import laboratory_range
from lutetia.errors import Fault, InputError
from lutetia.guideline.modification.measured import Measured
from lutetia.guideline.modification.rules import (
    Applied,
    Jurisdiction,
    applied,
    jurisdiction_fault,
    once,
    rule,
    unverified,
    variant,
)
from lutetia.guideline.truth import Kleene, all_of, negate
from lutetia.quantities import Interval

Window = Literal["two_to_four_weeks", "at_most_four_weeks"]
Pregnancy = Literal["excluded", "not_possible", "not_excluded", "pregnant"]
Effect = Literal["needed", "contraindication", "warning", "caution"]
FRESH_DAYS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class LabValue:
    """One laboratory value in the canonical unit of its analyte (course/data/analytes.yaml), with its day."""

    analyte: str
    on: date
    value: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One point of the check: whether its condition holds, what follows if so, and the rule behind it.

    For `needed` the condition is that something is still needed.
    """

    effect: Effect
    holds: Kleene
    because: Applied
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecycleCheck:
    """What the check before a dose found.

    `value`: blocked (a contraindication of the chosen label holds), incomplete (`missing` says what), caution, clear.
    """

    value: Literal["blocked", "incomplete", "caution", "clear"]
    on: date
    checks: tuple[Check, ...]
    conventions: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def because(self) -> tuple[Applied, ...]:
        """The rules whose condition holds."""
        return tuple(check.because for check in self.checks if check.holds)


def precycle_check(
    on: date,
    values: Iterable[LabValue],
    *,
    first_dose: bool,
    window: Window,
    jurisdiction: Jurisdiction | None,
    pregnancy: Pregnancy | None,
    lymphopenia_alone: bool | None,
) -> PrecycleCheck:
    """The check before the dose planned `on` a day. Values after that day are not used.

    `lymphopenia_alone`: whether a low leukocyte count is lymphopenia alone (None: unknown). Raises InputError with
    every fault: unknown analytes, implausible values, unnamed window, pregnancy or jurisdiction.
    """
    known = tuple(values)
    if faults := _faults(known, pregnancy, jurisdiction):
        raise InputError("pre-cycle check", faults)
    row = variant("laboratory_window", window)
    newest = {value.analyte: value for value in sorted(known, key=lambda value: value.on) if value.on <= on}
    fresh = {name: value for name, value in newest.items() if (on - value.on).days <= FRESH_DAYS}
    checks = (
        *_tests(on, known, row["from_days_before"], row["to_days_before"], row["rule"]),
        _clearance(fresh, jurisdiction),
        _pregnancy(pregnancy, jurisdiction),
        *(_start_cautions(fresh, lymphopenia_alone) if first_dose else ()),
    )
    return PrecycleCheck(
        value=_value(checks),
        on=on,
        checks=checks,
        conventions=_conventions(window, jurisdiction, first_dose, checks),
        missing=once(line for check in checks for line in check.missing),
    )


def _value(checks: Sequence[Check]) -> Literal["blocked", "incomplete", "caution", "clear"]:
    if any(check.effect == "contraindication" and check.holds for check in checks):
        return "blocked"
    if any(check.missing and check.effect != "caution" for check in checks):
        return "incomplete"
    return "caution" if any(check.holds is not False for check in checks) else "clear"


def _tests(on: date, values: Sequence[LabValue], first: int, last: int, window_rule: str) -> Iterable[Check]:
    """One check for each test: whether it is still needed in its window."""
    begin, end = on - timedelta(days=first), on - timedelta(days=last)
    for analyte in rule("DM-PRE-1").values["analytes"]:
        days = sorted(value.on for value in values if value.analyte == analyte and value.value is not None)
        needed = not any(begin <= day <= end for day in days)
        newest = max((day for day in days if day <= on), default=None)
        because = applied(window_rule, analyte=analyte, window=f"{begin} to {end}", last=newest)
        missing = (f"{analyte} measured between {begin} and {end} (last: {newest or 'none'})",) if needed else ()
        yield Check(effect="needed", holds=needed, because=because, missing=missing)


def _clearance(fresh: dict[str, LabValue], jurisdiction: Jurisdiction | None) -> Check:
    """The EU contraindication; a warning elsewhere, and open while no jurisdiction is chosen."""
    value = _interval(fresh, "creatinine_clearance")
    limit = rule("DM-PRE-4").values["clearance_below_ml_min"]
    low = None if value is None else value.certainly("<", limit)
    because = applied("DM-PRE-4", clearance_ml_min=value, jurisdiction=jurisdiction)
    missing = (f"creatinine clearance of the last {FRESH_DAYS} days, exact enough for the limit of {limit} mL/min",)
    if low is None:
        return Check(effect="contraindication", holds=None, because=because, missing=missing)
    if low and jurisdiction != "EU":
        decision = "the jurisdiction" if jurisdiction is None else "the board's decision"
        asked = (f"{decision}: creatinine clearance below {limit} mL/min is a contraindication of the EU label only",)
        return Check(effect="warning", holds=True, because=because, missing=asked)
    return Check(effect="contraindication", holds=low, because=because)


def _pregnancy(pregnancy: Pregnancy | None, jurisdiction: Jurisdiction | None) -> Check:
    """Established: blocks everywhere. Not excluded: a contraindication in the EU, elsewhere the board decides."""
    rule_id = "DM-PRE-6" if jurisdiction == "US" else "DM-PRE-5"
    if pregnancy == "pregnant" and jurisdiction != "EU":
        rule_id = "DM-PRE-11"
    because = applied(rule_id, pregnancy=pregnancy)
    if pregnancy is None:
        return Check(effect="warning", holds=None, because=because, missing=("whether pregnancy is excluded",))
    if pregnancy == "pregnant" or (pregnancy == "not_excluded" and jurisdiction == "EU"):
        return Check(effect="contraindication", holds=True, because=because)
    holds = pregnancy == "not_excluded"
    asked = ("the board's decision: pregnancy is not excluded",) if holds else ()
    return Check(effect="warning", holds=holds, because=because, missing=asked)


def _start_cautions(fresh: dict[str, LabValue], lymphopenia_alone: bool | None) -> Iterable[Check]:
    """Counts and clearance at which starting is not recommended: cautions of the EU texts, never a block."""
    for rule_id, analyte, limit_name in (
        ("DM-PRE-7", "haemoglobin", "haemoglobin_below_g_l"),
        ("DM-PRE-8", "platelets", "platelets_below_e9_l"),
        ("DM-PRE-9", "leukocytes", "leukocytes_below_e9_l"),
        ("DM-PRE-10", "creatinine_clearance", "clearance_below_ml_min"),
    ):
        value = _interval(fresh, analyte)
        low = None if value is None else value.certainly("<", rule(rule_id).values[limit_name])
        used: dict[str, object] = {analyte: value}
        if analyte == "leukocytes":
            low = all_of((low, negate(lymphopenia_alone)))
            used["lymphopenia_alone"] = lymphopenia_alone
        missing = (f"{analyte} of the last {FRESH_DAYS} days ({rule_id})",) if low is None else ()
        yield Check(effect="caution", holds=low, because=applied(rule_id, **used), missing=missing)


def _interval(fresh: dict[str, LabValue], analyte: str) -> Interval | None:
    value = fresh[analyte].value if analyte in fresh else None
    return None if value is None else Interval.parse(value, minimum=0, unit=None)


def _conventions(
    window: str, jurisdiction: Jurisdiction | None, first_dose: bool, checks: Iterable[Check]
) -> tuple[str, ...]:
    which = "first dose: the start limits are shown" if first_dose else "later dose: the start limits do not apply"
    return once(
        (
            f"laboratory window: {window}",
            f"jurisdiction: {jurisdiction or 'not chosen'}",
            which,
            f"a value older than {FRESH_DAYS} days is not used against a limit",
            *unverified(check.because for check in checks),
        )
    )


def _faults(values: Sequence[LabValue], pregnancy: object, jurisdiction: object) -> list[Fault]:
    faults = [fault] if (fault := jurisdiction_fault(jurisdiction)) else []
    if pregnancy is not None and pregnancy not in get_args(Pregnancy):
        must = f"must be one of {', '.join(get_args(Pregnancy))}, or None (unknown)"
        faults.append(Fault(place="pregnancy", must=must, got=repr(pregnancy)))
    for number, given in enumerate(values):
        faults += _value_faults(f"values[{number}]", given)
    return faults


def _value_faults(place: str, given: LabValue) -> Iterable[Fault]:
    try:
        unit = units_of(given.analyte).canonical
    except KeyError:
        must = "must be an analyte of course/data/analytes.yaml"
        yield Fault(place=f"{place}.analyte", must=must, got=repr(given.analyte))
        return
    if given.value is None:
        return
    try:
        value = Interval.parse(given.value, minimum=0, unit=None)
    except ValueError as fault:
        yield Fault(place=f"{place}.value", must=str(fault))
        return
    expected = laboratory_range(given.analyte, unit)
    if expected is not None and not expected.holds(value):
        must = expected.sentence(given.analyte)
        yield Fault(place=f"{place}.value", must=must, got=str(value), do=f"Give it in {unit}.")
