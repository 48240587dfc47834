"""One scan and a declared prior as the curve of a region."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from lutetia.dosimetry.curve import LN2, Curve, Floats, MonoExponential, share_beyond
from lutetia.dosimetry.population_curve import fit_with_population
from lutetia.dosimetry.region_plan import OnePoint
from lutetia.dosimetry.region_result import RegionCurve
from lutetia.dosimetry.single_time_point import SingleTimePoint, double_time, population_mean, prior_cycle
from lutetia.errors import Fault, InputError

NAMES = {
    "double_time": "double time",
    "population_mean": "population mean",
    "prior_cycle": "prior cycle",
    "mixed_effects": "mixed effects",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledCurve:
    """Another curve times a factor."""

    curve: Curve
    factor: float

    def activity_mbq(self, at_h: ArrayLike) -> Floats:
        """Activity at the times, same shape."""
        return np.asarray(self.factor * self.curve.activity_mbq(at_h))

    def slope_mbq_per_h(self, at_h: ArrayLike) -> Floats:
        """Time derivative, same shape."""
        return np.asarray(self.factor * self.curve.slope_mbq_per_h(at_h))

    def time_integrated_mbq_h(self, from_h: float = 0.0, to_h: float = inf) -> float:
        """Area between the times."""
        return self.factor * self.curve.time_integrated_mbq_h(from_h, to_h)

    @property
    def kinks_h(self) -> tuple[float, ...]:
        """Those of the curve itself."""
        return self.curve.kinks_h

    @property
    def half_life_range_h(self) -> tuple[float, float]:
        """That of the curve itself."""
        return self.curve.half_life_range_h


def one_point_curve(
    times_h: Floats,
    activities_mbq: Floats,
    u_activities_mbq: Floats,
    names: tuple[str, ...],
    plan: OnePoint,
    *,
    administered_mbq: float,
    level: float,
) -> RegionCurve:
    """The curve by the plan's rule from the scan it names (mixed effects: from all scans unless one is named).

    Raises InputError where several scans leave open which one is meant, for unknown noise, and as the rules do.
    """
    if plan.rule == "mixed_effects" and plan.population is not None and plan.at is None:
        return _mixed_effects(times_h, activities_mbq, plan, administered_mbq, level)
    which = _which(names, plan.at)
    at_h, mbq, u = float(times_h[which]), float(activities_mbq[which]), float(u_activities_mbq[which])
    if plan.rule == "mixed_effects":
        one = slice(which, which + 1)
        return _mixed_effects(times_h[one], activities_mbq[one], plan, administered_mbq, level)
    if not np.isfinite(u):
        must = "must be known where one scan is all there is"
        do = "Give u_counts_fraction or counts_per_mbq of the scan."
        raise InputError("one point", [Fault(place="noise", must=must, do=do)])
    found, curve = _by_rule(at_h, mbq, u, plan, level)
    return RegionCurve(
        model=NAMES[plan.rule],
        curve=curve,
        tia_mbq_h=found.tia_mbq_h,
        u_before_first_mbq_h=0.0,
        share_beyond_last_fraction=share_beyond(curve, at_h),
        share_before_first_fraction=1 - share_beyond(curve, at_h),
        flags=("single_time_point",),
        cautions=("One scan: all but one point of the curve is assumed.",),
        conventions=(f"Scan used: {names[which]}.", *found.conventions),
        found=found,
    )


def _by_rule(at_h: float, mbq: float, u_mbq: float, plan: OnePoint, level: float) -> tuple[SingleTimePoint, Curve]:
    if plan.rule == "prior_cycle" and plan.earlier is not None:
        earlier = plan.earlier
        found = prior_cycle(
            mbq,
            at_h,
            earlier.curve,
            first_measured_h=earlier.first_measured_h,
            last_measured_h=earlier.last_measured_h,
            u_activity_mbq=u_mbq,
            u_prior_fraction=earlier.u_fraction,
            between_cycles_sd_fraction=earlier.between_cycles_sd_fraction,
            level=level,
        )
        factor = float(mbq / earlier.curve.activity_mbq(at_h))
        return found, ScaledCurve(curve=earlier.curve, factor=factor)
    lives = plan.half_lives
    if lives is None:  # RegionPlan's OnePoint refuses it
        raise InputError("one point", [Fault(place="half_lives", must=f"must be given for the rule {plan.rule}")])
    if plan.rule == "double_time":
        found = double_time(mbq, at_h, lives, u_activity_mbq=u_mbq, level=level)
    else:
        found = population_mean(
            mbq, at_h, lives, u_activity_mbq=u_mbq, most_error_fraction=plan.most_error_fraction, level=level
        )
    half_life_h = lives.geometric_mean_h
    area = float(found.tia_mbq_h.estimate or 0.0)
    return found, MonoExponential(initial_mbq=area * LN2 / half_life_h, effective_half_life_h=half_life_h)


def _mixed_effects(
    times_h: Floats, activities_mbq: Floats, plan: OnePoint, administered_mbq: float, level: float
) -> RegionCurve:
    if plan.population is None:  # OnePoint refuses it
        raise InputError("one point", [Fault(place="population", must="must be given for the rule mixed_effects")])
    fit = fit_with_population(
        times_h, activities_mbq, plan.population, administered_activity_mbq=administered_mbq, level=level
    )
    few = fit.n == 1
    return RegionCurve(
        model=f"mixed effects, {plan.population.model}",
        curve=fit.curve,
        tia_mbq_h=fit.tia_mbq_h,
        u_before_first_mbq_h=0.0,
        share_beyond_last_fraction=share_beyond(fit.curve, float(times_h.max())),
        share_before_first_fraction=1 - share_beyond(fit.curve, float(times_h.min())),
        flags=(*(("single_time_point",) if few else ()), *(() if fit.converged else ("not_converged",))),
        cautions=("One scan: all but one point of the curve comes from the population.",) if few else (),
        conventions=fit.conventions,
        found=fit,
    )


def _which(names: tuple[str, ...], at: str | None) -> int:
    if at is None and len(names) == 1:
        return 0
    if at in names:
        return names.index(at)
    must = "must name the scan that the rule takes"
    fault = Fault(place="at", must=must, got=repr(at), do=f"One of {', '.join(names)}.")
    raise InputError("one point", [fault])
