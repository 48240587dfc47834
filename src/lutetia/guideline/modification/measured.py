"""Measured values at the door: numbers or ranges, refused when they are no number or a slip of unit."""

from __future__ import annotations

from lutetia.course.plausible import Range, laboratory_range
from lutetia.errors import Fault, InputError
from lutetia.guideline.modification.rules import section
from lutetia.quantities import Interval

Measured = Interval | float | None

# Argument → analyte and canonical unit of course/data/analytes.yaml.
_ANALYTES = {
    "clearance_ml_min": ("creatinine_clearance", "mL/min"),
    "creatinine_umol_l": ("creatinine", "µmol/L"),
    "albumin_g_l": ("albumin", "g/L"),
    "inr": ("inr", ""),
    "haemoglobin_g_l": ("haemoglobin", "g/L"),
    "platelets_e9_l": ("platelets", "10^9/L"),
    "leukocytes_e9_l": ("leukocytes", "10^9/L"),
}


def measured(what: str, **values: Measured) -> dict[str, Interval | None]:
    """The values as ranges, in the order given; None stays unknown.

    An argument named `baseline_…` has the range of its analyte. Raises InputError with every fault.
    """
    found: dict[str, Interval | None] = {}
    faults: list[Fault] = []
    for name, value in values.items():
        try:
            found[name] = None if value is None else Interval.parse(value, minimum=0, unit=None)
        except ValueError as fault:
            faults.append(Fault(place=name, must=str(fault)))
            continue
        expected = _range(name.removeprefix("baseline_"))
        given = found[name]
        if given is not None and expected is not None and not expected.holds(given):
            must = expected.sentence(name).removeprefix(f"{name} ")
            faults.append(Fault(place=name, must=must, got=str(given), do="Check the unit."))
    if faults:
        raise InputError(what, faults)
    return found


def _range(name: str) -> Range | None:
    if name in _ANALYTES:
        analyte, unit = _ANALYTES[name]
        return laboratory_range(analyte, unit)
    row = section("plausible").get(name)
    return Range(unit=row["unit"], low=row["low"], high=row["high"]) if row else None
