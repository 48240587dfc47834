"""Renal and hepatic findings: criteria that could not be verified, so each is a named variant or a named judgement.

Creatinine clearance is meant throughout; an eGFR is another quantity and never stands in for it.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Literal

from lutetia.errors import Fault, InputError
from lutetia.guideline.modification.finding import Finding, met, organ_finding
from lutetia.guideline.modification.measured import Measured, measured
from lutetia.guideline.modification.rules import applied, section, variant
from lutetia.guideline.truth import Kleene, all_of, any_of
from lutetia.quantities import Interval


def renal_finding(
    on: date,
    *,
    criteria: Literal["clearance_40_or_change_40_pct"],
    clearance_ml_min: Measured,
    baseline_clearance_ml_min: Measured,
    creatinine_umol_l: Measured,
    baseline_creatinine_umol_l: Measured,
    back_to_baseline: bool | None,
) -> Finding:
    """Renal toxicity by the named criteria (not verified: DM-REN-5). None is an unknown value.

    Clearance in mL/min (not eGFR), creatinine in µmol/L. Raises InputError for criteria that are not named.
    """
    row = variant("renal_criteria", criteria)
    values = measured(
        "renal finding",
        clearance_ml_min=clearance_ml_min,
        baseline_clearance_ml_min=baseline_clearance_ml_min,
        creatinine_umol_l=creatinine_umol_l,
        baseline_creatinine_umol_l=baseline_creatinine_umol_l,
    )
    clearance, before, creatinine, creatinine_before = values.values()
    low, unchanged = _low_clearance(clearance, before, row["clearance_below_ml_min"])
    present = any_of(
        (
            low,
            _reaches(creatinine, creatinine_before, 100 + row["creatinine_rise_pct"]),
            _reaches(before, clearance, Fraction(100_00, 100 - row["clearance_fall_pct"])),
        )
    )
    missing = [f"{name} on or before {on}" for name, value in values.items() if value is None]
    missing += [f"whether a clearance as low as at baseline counts as toxicity on {on}"] if unchanged else []
    because = (applied(row["rule"], **values, met=met(present)),)
    said = (f"renal criteria: {criteria}",)
    return organ_finding("renal", on, present, back_to_baseline, because, tuple(missing), said)


def hepatic_finding(
    on: date,
    *,
    clotting: Literal["inr_above_1_5", "prothrombin_ratio_below_70_pct"],
    bilirubin_xuln: Measured,
    albumin_g_l: Measured,
    clotting_value: Measured,
    back_to_baseline: bool | None,
) -> Finding:
    """Hepatic toxicity by bilirubin, or by albumin with the named clotting criterion (not verified: DM-HEP-5 to 7).

    Bilirubin as a multiple of the upper limit, albumin in g/L, `clotting_value` as INR or as prothrombin ratio in per
    cent, whichever criterion is named. Raises InputError for a clotting criterion that is not named.
    """
    row, limits = variant("clotting", clotting), section("hepatic_criteria")
    given = {"bilirubin_xuln": bilirubin_xuln, "albumin_g_l": albumin_g_l, _clotting_name(clotting): clotting_value}
    values = measured("hepatic finding", **given)
    bilirubin, albumin, clots = values.values()
    poor_clotting = _beyond(clots, "inr_above" in row, row.get("inr_above") or row["prothrombin_ratio_below_pct"])
    synthesis = all_of((_beyond(albumin, False, limits["albumin_below_g_l"]), poor_clotting))
    present = any_of((_beyond(bilirubin, True, limits["bilirubin_above_xuln"]), synthesis))
    missing = tuple(f"{name} on {on}" for name, value in values.items() if value is None)
    clotted = applied(row["rule"], **{_clotting_name(clotting): clots}, met=met(poor_clotting))
    because = (applied(limits["rule"], **values, met=met(present)), clotted)
    said = (f"clotting criterion: {clotting}",)
    return organ_finding("hepatic", on, present, back_to_baseline, because, missing, said)


def judged_finding(
    toxicity: Literal["renal", "hepatic"],
    on: date,
    *,
    present: bool | None,
    back_to_baseline: bool | None,
    judged_by: str,
) -> Finding:
    """Renal or hepatic toxicity as a named person judges it, in place of criteria that could not be verified.

    Raises InputError without the name of the judge, or for another class.
    """
    faults = []
    if toxicity not in ("renal", "hepatic"):
        faults.append(Fault(place="toxicity", must="must be renal or hepatic", got=repr(toxicity)))
    if not isinstance(judged_by, str) or not judged_by.strip():
        faults.append(Fault(place="judged_by", must="must name who judged", got=repr(judged_by)))
    if faults:
        raise InputError("judged finding", faults)
    rule_id = "DM-REN-6" if toxicity == "renal" else "DM-HEP-8"
    because = (applied(rule_id, met=met(present), judged_by=judged_by.strip()),)
    missing = (f"whether {toxicity} toxicity was present on {on}",)
    said = (f"{toxicity} toxicity judged by {judged_by.strip()}",)
    return organ_finding(toxicity, on, present, back_to_baseline, because, missing, said)


def _low_clearance(clearance_ml_min: Interval | None, before: Interval | None, limit: float) -> tuple[Kleene, bool]:
    """Below the absolute limit; undecided, and said so, when the clearance was no better at baseline."""
    low = clearance_ml_min.certainly("<", limit) if clearance_ml_min is not None else None
    if low and clearance_ml_min is not None and before is not None and clearance_ml_min.low >= before.high:
        return None, True
    return low, False


def _reaches(value: Interval | None, reference: Interval | None, pct: Fraction | int) -> Kleene:
    """Whether value ≥ pct per cent of the reference, the limit itself included; exact in decimals."""
    if value is None or reference is None:
        return None
    limit = reference.times(Fraction(pct) / 100)
    if value.low >= limit.high:
        return True
    return False if value.high < limit.low else None


def _beyond(value: Interval | None, above: bool, limit: float) -> Kleene:
    return None if value is None else value.certainly(">" if above else "<", limit)


def _clotting_name(clotting: str) -> str:
    return "inr" if clotting == "inr_above_1_5" else "prothrombin_ratio_pct"
