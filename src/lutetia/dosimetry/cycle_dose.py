"""One treatment cycle from images to doses: activities, curves, areas, doses with their budget, map and histograms.

Every step is a function of its own (region_activity, region_curve, region_engine, region_budget, tia_map); here they
are joined, and what each of them had to say is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from lutetia.dosimetry.absorbed_dose import AbsorbedDose
from lutetia.dosimetry.activity_series import ActivitySeries
from lutetia.dosimetry.carried_regions import CarriedRegions, carried
from lutetia.dosimetry.cycle_alarms import cycle_alarms
from lutetia.dosimetry.dose_protraction import protraction_factor
from lutetia.dosimetry.dose_volume import dose_volume
from lutetia.dosimetry.fit import area_estimate
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.marrow import MarrowDose
from lutetia.dosimetry.marrow_in_cycle import IMAGE_SENTENCE, blood_curve, marrow_from_blood
from lutetia.dosimetry.nuclide import nuclide as nuclide_of
from lutetia.dosimetry.radiobiology import bed as bed_of
from lutetia.dosimetry.region_activity import SENTENCES, RegionActivity, region_activities
from lutetia.dosimetry.region_budget import (
    AreaBudget,
    area_budget,
    chain_of,
    dose_with_budget,
    outline_u_fraction,
    s_exponent_of,
)
from lutetia.dosimetry.region_curve import region_curve
from lutetia.dosimetry.region_engine import EngineDoses, engine_doses, masses_g
from lutetia.dosimetry.region_plan import Engine as Engine
from lutetia.dosimetry.region_plan import RegionPlan as RegionPlan
from lutetia.dosimetry.region_result import CycleDose as CycleDose
from lutetia.dosimetry.region_result import RegionCurve as RegionCurve
from lutetia.dosimetry.region_result import RegionResult as RegionResult
from lutetia.dosimetry.resample import resample
from lutetia.dosimetry.tia_map import MapMethod, TiaMap, tia_by_region_curves, tia_by_voxel_fits
from lutetia.dosimetry.volume import Volume
from lutetia.dosimetry.voxel_dose import VoxelDose, voxel_dose
from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.rows import LeftOut

# Agreement with published S values of spheres and organs that the tests of the physics hold: 2 %.
U_S_FRACTION = 0.02


def cycle_dose(
    series: ActivitySeries,
    plans: Mapping[str, RegionPlan],
    *,
    engine: Engine = "region kernels",
    dose_map: bool = True,
    map_method: MapMethod = "region curves",
    onto: Geometry | None = None,
    u_s_fraction: float | None = U_S_FRACTION,
    level: float = 0.95,
    workers: int = 2,
) -> CycleDose:
    """The doses of all regions of the series; `plans` holds a plan for each of them, by name.

    `engine` is that of regions whose plan names none. `dose_map` asks for the map of all voxels (with histograms) by
    `map_method`, on the grid `onto` of the reference frame (None: that of the first scan which lies in it).
    `u_s_fraction` is the relative u of the S values. A region whose curve cannot be found keeps its activities, has no
    dose, and says why; its part in the dose of others is left out, which is an alarm. Raises InputError with all
    faults for plans that do not fit the regions, grids and frames that do not fit together, regions off an image.
    """
    _refuse(series, plans, onto)
    half_life_h = nuclide_of(series.nuclide).half_life_h
    activities = region_activities(series, plans)
    curves, reasons = _curves(series, plans, activities, half_life_h, level)
    remainder = next((name for name, plan in plans.items() if plan.role == "remainder"), None)
    outlined = carried(
        series.regions,
        series.dose_geometry if onto is None else onto,
        may_leave=() if remainder is None else (remainder,),
    )
    mass_g, mass_words = masses_g(series, plans)
    mass_g |= {name: mass_g[name] * (1 - pct / 100) for name, pct in outlined.beyond_pct.items()}
    areas = {name: float(curve.tia_mbq_h.estimate or 0.0) for name, curve in curves.items()}
    doses = engine_doses(series, plans, engine, outlined.regions, mass_g, areas, workers=workers)
    step = _Step(
        series=series, plans=plans, engine=engine, curves=curves, reasons=reasons, mass_g=mass_g, doses=doses,
        budgets=_budgets(series, plans, curves), half_life_h=half_life_h, u_s_fraction=u_s_fraction, level=level,
    )  # fmt: skip
    results = [_region(step, activity) for activity in activities]
    map_of_tia, voxels = None, None
    if dose_map:
        map_of_tia = _tia_map(step, outlined, remainder, map_method, workers)
        voxels = voxel_dose(
            map_of_tia.tia,
            series.nuclide,
            method="local deposition" if engine == "local deposition" else "full kernel",
            density=_density_on(series, outlined),
            workers=workers,
        )
        results = [replace(r, dose_volume=dose_volume(voxels.dose, outlined.regions[r.name])) for r in results]
    return CycleDose(
        nuclide=series.nuclide,
        administered_mbq=series.administered_mbq,
        regions=tuple(results),
        outlines=outlined.regions,
        dose_map=voxels,
        engine=engine,
        conventions=_conventions(step, outlined, mass_words, map_of_tia, voxels),
        left_out=_left_out(step, map_of_tia, voxels),
        tia_map=None if map_of_tia is None else map_of_tia.tia,
        alarms=cycle_alarms(series, results, half_life_h),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Step:
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


def _curves(
    series: ActivitySeries,
    plans: Mapping[str, RegionPlan],
    activities: tuple[RegionActivity, ...],
    half_life_h: float,
    level: float,
) -> tuple[dict[str, RegionCurve], dict[str, str]]:
    """The curve of each region, or the reason why there is none."""
    found, reasons = {}, {}
    for activity in activities:
        try:
            curve = region_curve(
                activity.times_h,
                activity.activity_mbq,
                activity.u_activity_mbq,
                plans[activity.name].curve,
                names=tuple(point.name for point in series.time_points),
                physical_half_life_h=half_life_h,
                administered_mbq=series.administered_mbq,
                level=level,
            )
        except InputError as refusal:
            reasons[activity.name] = " ".join(str(fault).replace("\n    ", " ") for fault in refusal.faults)
            continue
        if (curve.tia_mbq_h.estimate or 0.0) > 0 and "not_converged" not in curve.flags:
            found[activity.name] = curve
        else:
            reasons[activity.name] = "The curve did not settle." if curve.tia_mbq_h.estimate else "Its area is 0."
    return found, reasons


def _budgets(
    series: ActivitySeries, plans: Mapping[str, RegionPlan], curves: Mapping[str, RegionCurve]
) -> dict[str, AreaBudget]:
    found = {}
    for name, curve in curves.items():
        volume_ml, plan = series.regions[name].volume_ml, plans[name]
        chain = chain_of(
            series, plan, curve, volume_ml=volume_ml, u_volume_fraction=_u_volume_fraction(series, plan, volume_ml)
        )
        found[name] = area_budget(series, plan, curve, chain)
    return found


def _u_volume_fraction(series: ActivitySeries, plan: RegionPlan, volume_ml: float) -> float:
    return outline_u_fraction(series, plan, volume_ml, max(series.regions.geometry.spacing_mm))


def _region(step: _Step, activity: RegionActivity) -> RegionResult:
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
        u_volume_fraction=_u_volume_fraction(step.series, plan, region.volume_ml),
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


def _outcome(step: _Step, name: str) -> tuple[AbsorbedDose | None, Mapping[str, float], MarrowDose | None, str | None]:
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


def _marrow(step: _Step, name: str) -> tuple[AbsorbedDose | None, Mapping[str, float], MarrowDose | None, str | None]:
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
            u_mass_fraction=_u_volume_fraction(step.series, plan, step.series.regions[name].volume_ml),
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


def _tia_map(step: _Step, outlined: CarriedRegions, remainder: str | None, method: MapMethod, workers: int) -> TiaMap:
    if method == "voxel fits":
        return tia_by_voxel_fits(
            step.series, outlined.regions.geometry, physical_half_life_h=step.half_life_h, workers=workers
        )
    return tia_by_region_curves(
        step.series, outlined.regions, step.curves, remainder, physical_half_life_h=step.half_life_h
    )


def _density_on(series: ActivitySeries, outlined: CarriedRegions) -> Volume | None:
    if series.density is None:
        return None
    return resample(series.density, outlined.regions.geometry, outside=0.0).volume


def _conventions(
    step: _Step,
    outlined: CarriedRegions,
    mass_words: tuple[str, ...],
    map_of_tia: TiaMap | None,
    voxels: VoxelDose | None,
) -> tuple[str, ...]:
    series = step.series
    points = ", ".join(f"{point.name} ({point.after_h:g} h)" for point in series.time_points)
    return tuple(
        dict.fromkeys(
            (
                f"Scans: {points}. Administered: {series.administered_mbq:g} MBq of {series.nuclide}.",
                *series.conventions,
                *series.regions.conventions,
                *step.doses.conventions,
                *mass_words,
                *(map_of_tia.conventions if map_of_tia else ()),
                *(voxels.conventions if voxels else ()),
                "Doses of regions come from regions corrected for blur as each says; the map and its histograms do "
                "not.",
                "u is k = 1. Shared sources (calibration, image resolution, recovery curve, S value) move all regions "
                "together.",
            )
        )
    )


def _left_out(step: _Step, map_of_tia: TiaMap | None, voxels: VoxelDose | None) -> tuple[LeftOut, ...]:
    lost = tuple(step.reasons)
    silent = (LeftOut(count=len(lost), why=f"regions without a curve, as sources too: {', '.join(lost)}"),)
    return (
        *(silent if lost else ()),
        *step.doses.left_out,
        *(map_of_tia.left_out if map_of_tia else ()),
        *(voxels.left_out if voxels else ()),
    )


def _refuse(series: ActivitySeries, plans: Mapping[str, RegionPlan], onto: Geometry | None) -> None:
    faults = [
        Fault(place=name, must="must have a plan", do="Give each region of the series a RegionPlan.")
        for name in series.regions.names
        if name not in plans
    ]
    faults += [
        Fault(place=name, must=f"must be a region of the series: {', '.join(series.regions.names)}")
        for name in plans
        if name not in series.regions.names
    ]
    rest = [name for name, plan in plans.items() if plan.role == "remainder"]
    if len(rest) > 1:
        faults.append(Fault(place="role", must="remainder must be one region only", got=", ".join(rest)))
    if onto is not None and onto.frame_of_reference != series.frame_of_reference:
        must = f"must lie in the frame of the regions, {series.frame_of_reference}"
        faults.append(Fault(place="onto", must=must, got=onto.frame_of_reference))
    if faults:
        raise InputError("cycle_dose", faults)
