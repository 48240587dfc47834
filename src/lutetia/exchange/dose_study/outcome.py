"""What a study came to: the cycle's doses by organ, the ledger of all cycles, and the plan, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lutetia.dosimetry.absorbed_dose import AbsorbedDose, Component, combined
from lutetia.dosimetry.cycle_dose import CycleDose, cycle_dose
from lutetia.dosimetry.ledger import Cycle, Ledger
from lutetia.dosimetry.plan import Limit, Plan, plan_cycles
from lutetia.dosimetry.region_result import RegionResult
from lutetia.errors import Fault, InputError
from lutetia.exchange.dose_study.assemble import AssembledStudy
from lutetia.exchange.dose_study.gather import Told, silent
from lutetia.exchange.dose_study.planning import EarlierCycle, PlanRules
from lutetia.exchange.dose_study.study import DoseStudy

MAP_WITHIN = (0.2, 2.0)  # mean of the map over the region's dose: a map is blurred, small regions lose most
MOST_NAMES = 5  # of regions in one sentence; the table has all
LIMITED = ("kidneys", "red_marrow", "liver", "spleen")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganDose:
    """What the cycle did to an organ of the ledger, and the regions it was reckoned from; `g_factor` None: no BED."""

    organ: str
    dose: AbsorbedDose
    g_factor: float | None
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseOutcome:
    """The result of a study. `ledger` and `plan` are None where `why_not` says why."""

    assembled: AssembledStudy
    cycle: CycleDose
    organs: Mapping[str, OrganDose]
    ledger: Ledger | None
    plan: Plan | None
    why_not: Mapping[str, str]
    missing: tuple[str, ...]

    @property
    def study(self) -> DoseStudy:
        """The declaration."""
        return self.assembled.study

    @property
    def alarms(self) -> tuple[str, ...]:
        """What a person must look at before the result is used, each once."""
        return tuple(dict.fromkeys((*self.assembled.alarms, *self.cycle.alarms, *map_alarms(self.cycle))))

    @property
    def conventions(self) -> tuple[str, ...]:
        """How all of it was done, each sentence once."""
        plan = self.plan.conventions if self.plan is not None else ()
        kidneys = tuple(
            f"{one.organ}: mean over the mass of {', '.join(one.regions)}."
            for one in self.organs.values()
            if len(one.regions) > 1
        )
        return tuple(dict.fromkeys((*self.assembled.conventions, *self.cycle.conventions, *kidneys, *plan)))


def outcome_of(assembled: AssembledStudy, *, told: Told = silent) -> DoseOutcome:
    """Doses, ledger and plan of an assembled study. Raises InputError as `cycle_dose` and `plan_cycles`."""
    method = assembled.study.method
    told("computing the doses")
    cycle = cycle_dose(
        assembled.series,
        assembled.plans,
        engine=method.engine,
        dose_map=method.dose_map,
        map_method=method.map_method,
        u_s_fraction=method.u_s_fraction,
        level=method.level,
    )
    told("reckoning the plan")
    organs, why_not = organ_doses(cycle, assembled.study)
    ledger = _ledger(assembled, organs, why_not)
    missing: list[str] = []
    plan = _plan(assembled.study, ledger, organs, why_not, missing)
    return DoseOutcome(
        assembled=assembled,
        cycle=cycle,
        organs=organs,
        ledger=ledger,
        plan=plan,
        why_not=why_not,
        missing=tuple(missing),
    )


def map_alarms(cycle: CycleDose) -> tuple[str, ...]:
    """One sentence that names the regions whose mean in the map is far from their dose, by more than blur can do."""
    low, high = MAP_WITHIN
    apart = [
        f"{region.name} {region.dose_volume.mean_gy:.3g} and {region.dose.gy:.3g} Gy"
        for region in cycle.regions
        if region.dose is not None and region.dose_volume is not None and region.dose.gy > 0
        and not low <= region.dose_volume.mean_gy / region.dose.gy <= high
    ]  # fmt: skip
    if not apart:
        return ()
    more = f" and {len(apart) - MOST_NAMES} more" if len(apart) > MOST_NAMES else ""
    return (f"Mean of the map and dose of the region are far apart: {', '.join(apart[:MOST_NAMES])}{more}.",)


def organ_doses(cycle: CycleDose, study: DoseStudy) -> tuple[dict[str, OrganDose], dict[str, str]]:
    """The doses of the organs of the ledger, regions of one organ (both kidneys) as the mean over their mass; and for
    each organ without one, why. An organ of which one part has no dose has none."""
    found, why_not = {}, {}
    for organ in LIMITED:
        regions = [cycle.region(request.region) for request in study.regions if request.counts_as == organ]
        lacking = [f"{region.name}: {region.why or 'no dose'}" for region in regions if region.dose is None]
        if lacking:
            why_not[organ] = "; ".join(lacking)
        elif regions:
            found[organ] = _organ_dose(organ, regions)
    return found, why_not


def _organ_dose(organ: str, regions: Sequence[RegionResult]) -> OrganDose:
    doses = [region.dose for region in regions if region.dose is not None]
    mass_g = sum(region.mass_g for region in regions)
    dose = combined(doses, [region.mass_g / mass_g for region in regions]) if len(doses) > 1 else doses[0]
    factors = [region.protraction_fraction for region in regions]
    g_factor = None
    if dose.gy > 0 and all(factor is not None for factor in factors):
        # Σ m G D² / (M D̄²): with it the BED of the mean dose is the mean BED of the parts.
        squares = sum(r.mass_g * (g or 0.0) * d.gy**2 for r, g, d in zip(regions, factors, doses, strict=True))
        g_factor = min(squares / (mass_g * dose.gy**2), 1.0)
    return OrganDose(organ=organ, dose=dose, g_factor=g_factor, regions=tuple(region.name for region in regions))


def _ledger(assembled: AssembledStudy, organs: Mapping[str, OrganDose], why_not: dict[str, str]) -> Ledger | None:
    earlier = assembled.study.earlier_cycles
    if earlier == "unknown":
        why_not["ledger"] = "the earlier cycles are not known"
        return None
    before = (
        [_earlier(number, one) for number, one in enumerate(earlier, start=1)] if isinstance(earlier, tuple) else []
    )
    this = Cycle(
        activity_mbq=assembled.series.administered_mbq,
        absorbed={organ: one.dose for organ, one in organs.items()},
        g_factors={organ: one.g_factor for organ, one in organs.items() if one.g_factor is not None},
    )
    return Ledger(cycles=(*before, this))


def _earlier(number: int, declared: EarlierCycle) -> Cycle:
    name = f"dose of cycle {number} as declared"
    absorbed: dict[str, AbsorbedDose] = {
        dose.organ: AbsorbedDose(
            gy=float(dose.absorbed_dose_gy),
            budget=() if dose.u_gy is None else (Component(name=name, effect_gy=float(dose.u_gy)),),
            unknown=(name,) if dose.u_gy is None else (),
        )
        for dose in declared.doses
    }
    factors: dict[str, float] = {
        dose.organ: float(dose.g_factor) for dose in declared.doses if dose.g_factor is not None
    }
    return Cycle(activity_mbq=float(declared.activity_mbq), absorbed=absorbed, g_factors=factors)


def _plan(
    study: DoseStudy,
    ledger: Ledger | None,
    organs: Mapping[str, OrganDose],
    why_not: dict[str, str],
    missing: list[str],
) -> Plan | None:
    """The plan by the limits whose organ has a dose in every cycle; a guideline limit without one is named missing."""
    rules = study.plan
    if not isinstance(rules, PlanRules) or ledger is None:
        why_not.setdefault("plan", "none was asked for" if rules == "none" else why_not.get("ledger", ""))
        return None
    known: list[Limit] = []
    for limit in rules.asked_limits():
        lacking = _lacking(limit, ledger, organs, why_not)
        if lacking is None:
            known.append(limit)
        elif isinstance(rules.limits, tuple):
            must = f"must be known in every cycle to hold its limit of {limit.limit_gy:g} Gy"
            raise InputError("plan", [Fault(place=limit.organ, must=must, got=lacking, do=_do(limit))])
        else:
            missing.append(f"{limit.organ}: the limit of {limit.limit_gy:g} Gy is not held, {lacking}")
    if not known:
        why_not["plan"] = "no limit can be held: " + "; ".join(missing)
        return None
    if missing:
        why_not["plan limits"] = "; ".join(missing)
    return plan_cycles(ledger, known, rules.request())


def _do(limit: Limit) -> str:
    if limit.tissue is None:
        return "Write the organ's dose under earlier_cycles, or leave its limit out."
    return "A BED needs tissue at the organ's regions, and g_factor at its dose of each earlier cycle."


def _lacking(limit: Limit, ledger: Ledger, organs: Mapping[str, OrganDose], why_not: Mapping[str, str]) -> str | None:
    """Why a limit cannot be held; None where it can."""
    if limit.organ not in organs:
        return why_not.get(limit.organ, "no region counts as it")
    without = [str(n) for n, cycle in enumerate(ledger.cycles, start=1) if limit.organ not in cycle.absorbed]
    if without:
        return f"no dose in cycle {', '.join(without)}"
    if limit.tissue is not None:
        flat = [str(n) for n, cycle in enumerate(ledger.cycles, start=1) if limit.organ not in cycle.g_factors]
        return f"no Lea-Catcheside factor in cycle {', '.join(flat)}" if flat else None
    return None
