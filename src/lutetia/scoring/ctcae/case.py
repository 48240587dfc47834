"""One laboratory value with all that its CTCAE grade depends on, checked at the door: all faults at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from lutetia.course.laboratory import units_of
from lutetia.course.plausible import laboratory_range
from lutetia.errors import Fault, InputError
from lutetia.quantities import Interval
from lutetia.scoring.ctcae.criteria import Term, Version, analyte_named, analytes, version_named
from lutetia.scoring.ctcae.options import (
    Options,
    analyte_fault,
    clinical_faults,
    conversion,
    side_fault,
    terms_judged,
    unit_fault,
)

Measured = Interval | float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One value with all that its grade depends on."""

    version: Version
    analyte: str
    value: Interval
    unit: str
    references: Mapping[str, float | None]
    post_baseline: bool
    clinical: Mapping[str, bool]
    options: Options

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms that judge the value."""
        return terms_judged(self.version, self.analyte, self.options.side)

    @property
    def baseline(self) -> float | None:
        """The baseline that the rules may use; None where it is not given or they do not apply to it."""
        return None if self.is_at_baseline else self.references["baseline"]

    @property
    def is_at_baseline(self) -> bool:
        """True for the baseline itself or an earlier value, when these are not graded by the baseline."""
        return not self.post_baseline and self.options.baseline_rule == "post_baseline_only"


def read_case(
    analyte: str,
    value: Measured,
    unit: str,
    version: str | None,
    references: dict[str, float | None],
    post_baseline: bool,
    clinical: Mapping[str, bool],
    options: Options,
    check_plausible: bool,
) -> Case:
    """The checked inputs of one grade. Raises InputError with all faults."""
    criteria = version_named(version)
    faults = [criteria] if isinstance(criteria, Fault) else []
    faults += options.faults()
    faults += [fault for name, number in references.items() if (fault := _reference_fault(name, number))]
    lln, uln = references["lln"], references["uln"]
    if not any(fault.place in ("lln", "uln") for fault in faults) and lln is not None and uln is not None and lln > uln:
        faults.append(Fault(place="lln", must="must not exceed uln", got=f"{lln} and {uln}", do="Exchange the two."))
    name = analyte_named(analyte) if isinstance(analyte, str) else repr(analyte)
    measured = _measured(value, faults)
    if isinstance(criteria, Fault):
        faults += [fault for fault in (unit_fault(name, unit),) if fault] if name in analytes("5.0") else []
    else:
        faults += _name_faults(criteria, analyte, name, unit, clinical, options)
        if check_plausible and measured is not None and name in criteria.terms and not unit_fault(name, unit):
            faults += _implausible(name, measured, unit)
    if faults or measured is None or isinstance(criteria, Fault):
        raise InputError("CTCAE grade", faults)
    return Case(
        version=criteria,
        analyte=name,
        value=Interval(tidy(measured.low), tidy(measured.high), measured.low_open, measured.high_open),
        unit=unit,
        references=references,
        post_baseline=post_baseline,
        clinical=clinical,
        options=options,
    )


def _name_faults(
    criteria: Version, given: str, name: str, unit: str, clinical: Mapping[str, bool], options: Options
) -> list[Fault]:
    faults = clinical_faults(clinical)
    faults += [
        Fault(place=f"clinical.{word}", must="must be True or False; leave it out when unknown", got=repr(said))
        for word, said in clinical.items()
        if not isinstance(said, bool)
    ]
    unknown = analyte_fault(given, name, criteria)
    if unknown:
        return [*faults, unknown]
    found = (unit_fault(name, unit), side_fault(name, options.side, criteria))
    return [*faults, *(fault for fault in found if fault)]


def _reference_fault(name: str, number: object) -> Fault | None:
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, int | float) or not isfinite(number) or number < 0:
        return Fault(place=name, must="must be a number of at least 0 in the unit of the value", got=repr(number))
    return None


def _measured(value: object, faults: list[Fault]) -> Interval | None:
    try:
        return Interval.parse(value, minimum=0, unit=None)
    except ValueError as fault:
        faults.append(Fault(place="value", must=str(fault)))
        return None


def _implausible(analyte: str, value: Interval, unit: str) -> list[Fault]:
    canonical = units_of(analyte).canonical
    expected = laboratory_range(analyte, canonical)
    found = value.times(conversion(analyte, unit, canonical))
    if expected is None or expected.holds(found):
        return []
    do = "Check the value and its unit, or grade it with check_plausible=False."
    must = f"{expected.sentence('value')} for {analyte}"
    return [Fault(place="value", must=must, got=f"{value} {unit}", do=do)]


def tidy(number: float) -> float:
    """The number to twelve digits: 0.1 + 0.2 is 0.3 here, and no laboratory reports more."""
    return float(f"{number:.12g}")
