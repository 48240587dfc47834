"""One region's result from what a cycle has found: dose by engine or by a marrow method, budget, BED, sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from lutetia.dosimetry.absorbed_dose import AbsorbedDose
from lutetia.dosimetry.activity_series import ActivitySeries
from lutetia.dosimetry.dose_protraction import protraction_factor
from lutetia.dosimetry.fit import area_estimate
from lutetia.dosimetry.marrow import MarrowDose
from lutetia.dosimetry.marrow_in_cycle import IMAGE_SENTENCE, blood_curve, marrow_from_blood
from lutetia.dosimetry.radiobiology import bed as bed_of
from lutetia.dosimetry.region_activity import SENTENCES, RegionActivity
from lutetia.dosimetry.region_budget import AreaBudget, dose_with_budget, outline_u_fraction, s_exponent_of
from lutetia.dosimetry.region_engine import EngineDoses
from lutetia.dosimetry.region_plan import Engine, RegionPlan
from lutetia.dosimetry.region_result import RegionCurve, RegionResult
from lutetia.errors import InputError
from lutetia.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CycleStep:
    """What is known once curves, masses and engines are done."""

    series: ActivitySeries
    plans: Mapping[str, RegionPlan]
    engine: Engine
    curves: Mapping[str, RegionCurve]
    reasons: Mapping[str, str]
    mass_g: Mapping[str, float]
    doses: EngineDoses
    budgets: Mapping[str, AreaBudget]
    half_life_h: float
    u_s_fraction: float | None
    level: float

    def area(self, name: str) -> Estimate | None:
        """The region's area with all that moves it."""
        if name not in self.curves:
            return None
        mbq_h = float(self.curves[name].tia_mbq_h.estimate or 0.0)
        with np.errstate(over="ignore"):
            return area_estimate(mbq_h, self.budgets[name].of(mbq_h).u_gy, self.level)


def outline_u_of(series: ActivitySeries, plan: RegionPlan, volume_ml: float) -> float:
    """Relative u of a region's volume on the grid it was drawn on."""
    return outline_u_fraction(series, plan, volume_ml, max(series.regions.geometry.spacing_mm))


def region_result(step: CycleStep, activity: RegionActivity) -> RegionResult:
    """The region's result; without a curve, or blood samples it needs, it has no dose and says why."""
    name = activity.name
    plan, region, curve = step.plans[name], step.series.regions[name], step.curves.get(name)
    dose, parts, marrow, why = _outcome(step, name)
    protraction, effect = None, None
    if plan.tissue is not None and dose is not None and curve is not None:
        protraction = protraction_factor(curve.curve, plan.tissue.repair_half_time_h)
        effect = bed_of(dose, curve.curve, plan.tissue)
    flags = (*activity.flags, *(curve.flags if curve else ()), *(marrow.flags if marrow else ()))
    return RegionResult(
        name=name,
        role=plan.role,
        rule=region.rule,
        volume_ml=region.volume_ml,
        u_volume_fraction=outline_u_of(step.series, plan, region.volume_ml),
        mass_g=step.mass_g[name],
        partial_volume=plan.partial_volume,
        engine=plan.engine or step.engine,
        times_h=activity.times_h,
        activity_mbq=activity.activity_mbq,
        u_activity_mbq=activity.u_activity_mbq,
        recovery_fraction=activity.recovery_fraction,
        curve=curve,
        tia_mbq_h=step.area(name),
        dose=dose,
        parts_gy=parts,
        protraction_fraction=protraction,
        bed=effect,
        eqd2=None if effect is None else effect.eqd2(),
        marrow=marrow,
        dose_volume=None,
        flags=flags,
        cautions=(*(SENTENCES[flag] for flag in activity.flags), *(curve.cautions if curve else ())),
        why=why,
        conventions=_region_sentences(activity, curve, plan, marrow),
    )


def _outcome(
    step: CycleStep, name: str
) -> tuple[AbsorbedDose | None, Mapping[str, float], MarrowDose | None, str | None]:
    """The dose, its parts by source, the result of a marrow method, and why there is none."""
    plan = step.plans[name]
    if plan.marrow is not None and plan.marrow.method != "image":
        return _marrow(step, name)
    if name not in step.curves:
        return None, {}, None, step.reasons[name]
    parts = step.doses.parts_gy[name]
    given = plan.mass_g is not None
    dose = dose_with_budget(
        name,
        parts,
        step.budgets,
        s_exponent=s_exponent_of(step.series.nuclide, step.mass_g[name]),
        u_mass_fraction=plan.u_mass_g / plan.mass_g if plan.mass_g and plan.u_mass_g is not None else None,
        mass_is_given=given,
        u_s_fraction=step.u_s_fraction,
    )
    return dose, parts, None, None


def _marrow(
    step: CycleStep, name: str
) -> tuple[AbsorbedDose | None, Mapping[str, float], MarrowDose | None, str | None]:
    plan, table = step.plans[name], step.doses.table
    if plan.marrow is None or step.series.blood is None or table is None:
        return None, {}, None, "There are no blood samples."
    areas = {source: area for source in step.curves if (area := step.area(source)) is not None}
    try:
        blood = blood_curve(
            step.series.blood,
            plan.marrow,
            physical_half_life_h=step.half_life_h,
            administered_mbq=step.series.administered_mbq,
            level=step.level,
        )
        found = marrow_from_blood(
            name,
            plan.marrow,
            blood,
            replace(table, u_fraction=step.u_s_fraction),
            areas,
            u_mass_fraction=outline_u_of(step.series, plan, step.series.regions[name].volume_ml),
            density_g_per_ml=step.mass_g[name] / step.series.regions[name].volume_ml,
        )
    except InputError as refusal:
        return None, {}, None, " ".join(str(fault).replace("\n    ", " ") for fault in refusal.faults)
    s = table.s_gy_per_mbq_h
    cross = {source: float(area.estimate or 0.0) * s[name, source] for source, area in areas.items() if source != name}
    return found.absorbed, {name: found.self_gy, **cross}, found, None


def _region_sentences(
    activity: RegionActivity, curve: RegionCurve | None, plan: RegionPlan, marrow: MarrowDose | None
) -> tuple[str, ...]:
    by_image = (IMAGE_SENTENCE,) if plan.role == "marrow" and marrow is None else ()
    return (
        *activity.conventions,
        *(curve.conventions if curve else ()),
        *by_image,
        *(marrow.conventions if marrow else ()),
    )
