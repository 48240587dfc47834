"""The targets of two CT examinations as exact numbers; all faults at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Literal, get_args

from lutetia.errors import Fault, InputError

Phase = Literal["portal_venous", "arterial", "late", "none", "mixed"]
Average = Literal["mean_of_lesions", "weighted_by_diameter"]
Against = Literal["baseline", "nadir"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """A target lesion on one examination: longest diameter (0: gone) and mean attenuation (None: not measured)."""

    name: str
    diameter_mm: float | str
    attenuation_hu: float | str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """The inputs as exact numbers: (diameter, attenuation) of each target at baseline and now, and the nadir."""

    before: Mapping[str, tuple[Fraction, Fraction | None]]
    after: Mapping[str, tuple[Fraction, Fraction | None]]
    reference_mm: Fraction


def read_inputs(
    baseline: Sequence[Lesion],
    now: Sequence[Lesion],
    choices: Mapping[str, tuple[Any, object]],
    nadir_mm: float | str | None,
    findings: Mapping[str, bool | None],
) -> Read:
    """The inputs as exact numbers; raises InputError with all faults."""
    faults = [
        Fault(place=place, must=f"must be {' or '.join(map(repr, get_args(allowed)))}", got=repr(got))
        for place, (allowed, got) in choices.items()
        if got not in get_args(allowed)
    ]
    faults += [
        Fault(place=place, must="must be True, False or None", got=repr(got))
        for place, got in findings.items()
        if not (got is None or isinstance(got, bool))
    ]
    before, after = (_times(lesions, time, faults) for lesions, time in ((baseline, "baseline"), (now, "now")))
    for name in sorted(before.keys() ^ after.keys()):
        must = "each target must be listed at baseline and now; one that has gone measures 0"
        faults.append(Fault(place=f"target {name}", must=must))
    if not before:
        faults.append(Fault(place="baseline", must="must list at least one target"))
    for name, (diameter_mm, _) in before.items():
        if diameter_mm == 0:
            faults.append(Fault(place=f"baseline {name}", must="a target must measure more than 0 mm", got="0"))
    reference_mm = Fraction(sum(diameter_mm for diameter_mm, _ in before.values()))
    if choices["progression_against"][1] == "nadir":
        reference_mm = _nadir(nadir_mm, reference_mm, faults)
    if faults:
        raise InputError("Choi response", faults)
    return Read(before, after, reference_mm)


def _nadir(nadir_mm: float | str | None, baseline_mm: Fraction, faults: list[Fault]) -> Fraction:
    nadir = None if nadir_mm is None else _number(nadir_mm)
    if nadir is None or not 0 < nadir <= baseline_mm:
        must = "the smallest sum so far must be given, above 0 and no larger than the baseline sum"
        faults.append(Fault(place="nadir_mm", must=must, got=repr(nadir_mm)))
        return Fraction(1)
    return nadir


def _times(lesions: Sequence[Lesion], time: str, faults: list[Fault]) -> dict[str, tuple[Fraction, Fraction | None]]:
    found: dict[str, tuple[Fraction, Fraction | None]] = {}
    for lesion in lesions:
        if not isinstance(lesion, Lesion):
            faults.append(Fault(place=time, must="each target must be a Lesion", got=repr(lesion)))
            continue
        name: object = lesion.name
        if not isinstance(name, str) or not name.strip():
            faults.append(Fault(place=time, must="each target must have a name", got=repr(name)))
            continue
        place = f"{time} {lesion.name}"
        diameter_mm = _number(lesion.diameter_mm)
        attenuation_hu = None if lesion.attenuation_hu is None else _number(lesion.attenuation_hu)
        if diameter_mm is None or diameter_mm < 0:
            must = "the diameter must be a length of 0 mm or more"
            faults.append(Fault(place=place, must=must, got=repr(lesion.diameter_mm)))
        if lesion.attenuation_hu is not None and attenuation_hu is None:
            must = "the attenuation must be a number of Hounsfield units"
            faults.append(Fault(place=place, must=must, got=repr(lesion.attenuation_hu)))
        if lesion.name in found:
            faults.append(Fault(place=place, must="each target must be listed once"))
        found[lesion.name] = (diameter_mm or Fraction(0), attenuation_hu)
    return found


def _number(value: object) -> Fraction | None:
    """A number exactly as written, decimals not binary; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    # Beyond the sixth decimal stands the rounding of a float, not a measurement.
    return Fraction(number.quantize(Decimal("0.000001"))) if number.is_finite() and abs(number) < 10**6 else None
