"""Renal function from serum creatinine: two equations, two names, two result types.

Creatinine clearance (Cockcroft-Gault, mL/min) and estimated GFR (CKD-EPI 2021, mL/min/1.73 m²) are different
quantities: a limit stated for one is never tested with the other. No race coefficient. Coefficients:
`data/renal.yaml`; limits of plausible inputs, our own choice: `data/renal_plausible.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import isfinite
from typing import Any, Literal, get_args

from lutetia.errors import Fault, InputError
from lutetia.quantities import number_text
from lutetia.scoring.reason import Reason
from lutetia.sources import load_yaml_table

Sex = Literal["female", "male"]
WeightUsed = Literal["actual", "ideal", "adjusted", "lean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatinineClearance:
    """Creatinine clearance by Cockcroft-Gault, not indexed to body surface."""

    clearance_ml_min: float
    weight_used: WeightUsed
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]

    @property
    def value(self) -> float:
        """The clearance in mL/min."""
        return self.clearance_ml_min


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedGfr:
    """Glomerular filtration rate by the CKD-EPI 2021 creatinine equation, indexed to 1.73 m² body surface."""

    gfr_ml_min_1_73m2: float
    because: tuple[Reason, ...]
    conventions: tuple[str, ...]

    @property
    def value(self) -> float:
        """The estimated GFR in mL/min/1.73 m²."""
        return self.gfr_ml_min_1_73m2


def cockcroft_gault_ml_min(
    age_years: float,
    weight_kg: float,
    creatinine_umol_l: float,
    sex: Sex,
    *,
    weight_used: WeightUsed,
) -> CreatinineClearance:
    """Creatinine clearance in mL/min: (140 − age) · weight / (72 · creatinine in mg/dL), · 0.85 for women.

    `weight_used` says which body weight `weight_kg` is; it is recorded, not converted.
    Raises InputError with all faults: age below 18, implausible values (creatinine in mg/dL), unknown sex.
    Source: Cockcroft & Gault, Nephron 1976;16:31-41, doi 10.1159/000180580.
    """
    table = _table()["cockcroft_gault"]
    faults = _faults(
        {"age_years": age_years, "weight_kg": weight_kg, "creatinine_umol_l": creatinine_umol_l},
        sex=sex,
        adult_from=table["derived_from_age_years"],
    )
    if weight_used not in get_args(WeightUsed):
        faults.append(_choice_fault("weight_used", get_args(WeightUsed), weight_used))
    if faults:
        raise InputError(table["name"], faults)
    creatinine_mg_dl = creatinine_umol_l / _umol_l_per_mg_dl()
    male = (table["age_intercept"] - age_years) * weight_kg / (table["divisor"] * creatinine_mg_dl)
    used = _used(age_years=age_years, weight_kg=weight_kg, creatinine_umol_l=creatinine_umol_l)
    return CreatinineClearance(
        clearance_ml_min=male * (table["female_factor"] if sex == "female" else 1.0),
        weight_used=weight_used,
        because=(Reason(rule=table["name"], says=table["says"], used=(*used, ("sex", sex))),),
        conventions=(f"weight used: {weight_used}", *_clearance_conventions(age_years)),
    )


def ckd_epi_2021_ml_min_1_73m2(age_years: float, creatinine_umol_l: float, sex: Sex) -> EstimatedGfr:
    """Estimated GFR in mL/min/1.73 m² by the race-free creatinine equation of 2021.

    142 · min(Scr/κ, 1)^α · max(Scr/κ, 1)^−1.200 · 0.9938^age, · 1.012 for women; Scr in mg/dL, κ and α by
    sex. An equation for adults: ages below 18 are refused.
    Raises InputError with all faults: age below 18, implausible values (creatinine in mg/dL), unknown sex.
    Source: Inker et al., N Engl J Med 2021;385:1737-1749, doi 10.1056/NEJMoa2102953.
    """
    table = _table()["ckd_epi_2021"]
    faults = _faults(
        {"age_years": age_years, "creatinine_umol_l": creatinine_umol_l},
        sex=sex,
        adult_from=table["adult_from_age_years"],
    )
    if faults:
        raise InputError(table["name"], faults)
    by_sex = table[sex]
    ratio = creatinine_umol_l / _umol_l_per_mg_dl() / by_sex["kappa_mg_dl"]
    spline = min(ratio, 1.0) ** by_sex["alpha"] * max(ratio, 1.0) ** table["upper_exponent"]
    used = _used(age_years=age_years, creatinine_umol_l=creatinine_umol_l)
    return EstimatedGfr(
        gfr_ml_min_1_73m2=table["scale"] * spline * table["age_base"] ** age_years * by_sex["factor"],
        because=(Reason(rule=table["name"], says=table["says"], used=(*used, ("sex", sex))),),
        conventions=(_conversion_convention(), "indexed to 1.73 m²", "no race coefficient"),
    )


@cache
def _table() -> dict[str, Any]:
    return dict(load_yaml_table("lutetia.scoring", "data/renal.yaml").table)


@cache
def _plausible() -> dict[str, Any]:
    return dict(load_yaml_table("lutetia.scoring", "data/renal_plausible.yaml").table)


def _umol_l_per_mg_dl() -> float:
    return float(_table()["conversion"]["creatinine_umol_l_per_mg_dl"])


def _conversion_convention() -> str:
    return f"1 mg/dL creatinine = {number_text(_umol_l_per_mg_dl())} µmol/L"


def _clearance_conventions(age_years: float) -> tuple[str, ...]:
    said = [_conversion_convention(), "not indexed to body surface", "no race coefficient"]
    last = _table()["cockcroft_gault"]["derived_to_age_years"]
    if age_years > last:
        said.append(f"age above {last}: beyond the patients the equation was derived from")
    return tuple(said)


def _used(**inputs: float) -> tuple[tuple[str, str], ...]:
    return tuple((name, number_text(float(value))) for name, value in inputs.items())


def _faults(inputs: dict[str, float], *, sex: object, adult_from: int) -> list[Fault]:
    """Every fault of the inputs: not a number, implausible, below adult age, sex not one of two words."""
    faults = [fault for name, value in inputs.items() if (fault := _implausible(name, value)) is not None]
    age_years = inputs["age_years"]
    if _is_number(age_years) and 0 <= age_years < adult_from:
        must = f"must be at least {adult_from}: the equation is for adults"
        do = "Use an equation for children and adolescents; Lutetia has none."
        faults.append(Fault(place="age_years", must=must, got=number_text(age_years), do=do))
    if sex not in get_args(Sex):
        faults.append(_choice_fault("sex", get_args(Sex), sex))
    return faults


def _implausible(name: str, value: float) -> Fault | None:
    limits = _plausible()[name]
    lowest, highest, unit = limits["lowest"], limits["highest"], limits["unit"]
    must = f"must lie between {lowest} and {highest} {unit}"
    if not _is_number(value):
        return Fault(place=name, must=f"must be a number in {unit}", got=repr(value))
    if lowest <= value <= highest:
        return None
    return Fault(place=name, must=must, got=number_text(value), do=_unit_hint(name, value, lowest))


def _unit_hint(name: str, value: float, lowest: float) -> str | None:
    if name != "creatinine_umol_l" or not 0 < value < lowest:
        return None
    return f"Given in mg/dL? {number_text(value)} mg/dL is {value * _umol_l_per_mg_dl():.0f} µmol/L."


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _choice_fault(place: str, choices: tuple[str, ...], got: object) -> Fault:
    return Fault(place=place, must=f"must be one of {', '.join(choices)}", got=repr(got))
