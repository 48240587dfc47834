"""One treatment cycle from images to doses: activities, curves, areas, doses with their budget, map and histograms.

Every step is a function of its own (region_activity, region_curve, region_engine, region_budget, tia_map); here they
are joined, and what each of them had to say is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lutetia.dosimetry.activity_series import ActivitySeries
from lutetia.dosimetry.carried_regions import CarriedRegions, carried
from lutetia.dosimetry.cycle_alarms import cycle_alarms
from lutetia.dosimetry.dose_volume import dose_volume
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.nuclide import nuclide as nuclide_of
from lutetia.dosimetry.region_activity import RegionActivity, region_activities
from lutetia.dosimetry.region_budget import (
    AreaBudget,
    area_budget,
    chain_of,
)
from lutetia.dosimetry.region_curve import region_curve
from lutetia.dosimetry.region_engine import engine_doses, masses_g
from lutetia.dosimetry.region_outcome import CycleStep, outline_u_of, region_result
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
    step = CycleStep(
        series=series, plans=plans, engine=engine, curves=curves, reasons=reasons, mass_g=mass_g, doses=doses,
        budgets=_budgets(series, plans, curves), half_life_h=half_life_h, u_s_fraction=u_s_fraction, level=level,
    )  # fmt: skip
    results = [region_result(step, activity) for activity in activities]
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
            series, plan, curve, volume_ml=volume_ml, u_volume_fraction=outline_u_of(series, plan, volume_ml)
        )
        found[name] = area_budget(series, plan, curve, chain)
    return found


def _tia_map(
    step: CycleStep, outlined: CarriedRegions, remainder: str | None, method: MapMethod, workers: int
) -> TiaMap:
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
    step: CycleStep,
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


def _left_out(step: CycleStep, map_of_tia: TiaMap | None, voxels: VoxelDose | None) -> tuple[LeftOut, ...]:
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
