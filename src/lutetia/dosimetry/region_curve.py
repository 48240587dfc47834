"""The curve of a region by the way its plan names, with an honest uncertainty of the area.

Beyond `choose_curve` and `fit_curve`:

- with two or three scans AICc does not exist, so `ChooseCurve` takes one phase and says so;
- where the points refute the model that AICc chose (χ² less likely than 1 in 100), the model with the lowest χ² that
  the points can carry is taken in its place, even without a point to spare, and flagged;
- u of the area grows with √(χ²/ν) where the points scatter more than their noise (Birge ratio, as the Particle Data
  Group uses it): what the model misses counts;
- what happened before the first scan was not seen. There the activity is taken to lie anywhere between half and one
  and a half times the curve (a straight rise from 0 is the half): u = area before the first scan / (2√3).
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from scipy.stats import chi2

from lutetia.dosimetry.curve import Floats
from lutetia.dosimetry.curve_choice import CurveChoice, choose_curve
from lutetia.dosimetry.curve_model import MODELS, ModelName
from lutetia.dosimetry.fit import CurveFit, area_estimate, fit_curve
from lutetia.dosimetry.one_point_curve import one_point_curve
from lutetia.dosimetry.region_plan import ByTrapezoid, ChooseCurve, CurvePlan, OneModel, OnePoint
from lutetia.dosimetry.region_result import RegionCurve
from lutetia.dosimetry.trapezoid_fit import fit_trapezoid
from lutetia.errors import Fault, InputError

REFUTED_BELOW = 0.01  # of the probability of a χ² this large or larger
FLAGS = {
    "one_phase_by_default": "Too few scans to compare models: one phase was taken.",
    "simpler_model_refuted": "The points refute the model that the small-sample criterion prefers: a richer one was "
    "taken that little or nothing checks.",
    "scatter_beyond_noise": "The points lie further from the curve than their noise explains; u was raised to match.",
}
BEFORE_FIRST = 1 / (2 * sqrt(3))  # rectangular between ½ and 3/2 of the area before the first scan


def region_curve(
    times_h: Floats,
    activities_mbq: Floats,
    u_activities_mbq: Floats,
    plan: CurvePlan,
    *,
    names: tuple[str, ...],
    physical_half_life_h: float,
    administered_mbq: float,
    level: float = 0.95,
) -> RegionCurve:
    """The curve through the activities (n,) with their random u (nan where not known) by the plan; `names` are those of
    the scans.

    Rising curves are flagged and end with physical decay. Raises InputError where the plan cannot be followed: fewer
    scans than parameters, one scan without a prior, no activity at all.
    """
    if isinstance(plan, OnePoint):
        return one_point_curve(
            times_h, activities_mbq, u_activities_mbq, names, plan, administered_mbq=administered_mbq, level=level
        )
    if np.unique(times_h).size < 2:
        must = "must be two or more for a curve"
        do = "With one scan name a rule with a prior (OnePoint)."
        raise InputError("region_curve", [Fault(place="scans", must=must, got=f"{times_h.size}", do=do)])
    with np.errstate(over="ignore", invalid="ignore"):  # an area that is hardly known has no limits, or no u
        return _curve(times_h, activities_mbq, _sigmas(u_activities_mbq), plan, physical_half_life_h, level)


def _curve(
    times_h: Floats,
    activities_mbq: Floats,
    sigmas: Floats | None,
    plan: ByTrapezoid | ChooseCurve | OneModel,
    physical_half_life_h: float,
    level: float,
) -> RegionCurve:
    if isinstance(plan, ByTrapezoid):
        fit = fit_trapezoid(
            times_h,
            activities_mbq,
            physical_half_life_h=physical_half_life_h,
            beginning=plan.beginning,
            tail=plan.tail,
            sigmas_mbq=sigmas,
            rising="flag",
            level=level,
        )
        return _result(fit, fit, (), level)
    if isinstance(plan, ChooseCurve):
        return _chosen(times_h, activities_mbq, sigmas, plan, physical_half_life_h, level)
    fit = _fit(times_h, activities_mbq, sigmas, plan.model, physical_half_life_h, level)
    return _result(fit, fit, (), level)


def _chosen(
    times_h: Floats,
    activities_mbq: Floats,
    sigmas: Floats | None,
    plan: ChooseCurve,
    physical_half_life_h: float,
    level: float,
) -> RegionCurve:
    n = np.unique(times_h).size
    least = 4 if sigmas is not None else 5
    if n < least:
        simplest = min(plan.models, key=lambda name: MODELS[name].n_parameters)
        first = _fit(times_h, activities_mbq, sigmas, simplest, physical_half_life_h, level)
        richer = _unrefuted(first, times_h, activities_mbq, sigmas, plan, physical_half_life_h, level)
        return _result(richer or first, richer or first, _words(richer, "one_phase_by_default"), level)
    choice = choose_curve(
        times_h,
        activities_mbq,
        physical_half_life_h=physical_half_life_h,
        models=plan.models,
        sigmas_mbq=sigmas,
        rising="flag",
        level=level,
    )
    richer = _unrefuted(choice.chosen, times_h, activities_mbq, sigmas, plan, physical_half_life_h, level)
    if richer is None:
        return _result(choice.chosen, choice, (), level, choice.conventions)
    return _result(richer, richer, ("simpler_model_refuted",), level, choice.conventions)


def _words(richer: CurveFit | None, otherwise: str) -> tuple[str, ...]:
    return (otherwise,) if richer is None else ("simpler_model_refuted",)


def _unrefuted(
    first: CurveFit,
    times_h: Floats,
    activities_mbq: Floats,
    sigmas: Floats | None,
    plan: ChooseCurve,
    physical_half_life_h: float,
    level: float,
) -> CurveFit | None:
    """The model with the fewest parameters that the points do not refute, else the one closest to them; None if the
    first is not refuted, or is closest."""
    if sigmas is None or not _is_refuted(first):
        return None
    n = np.unique(times_h).size
    fits = [
        _fit(times_h, activities_mbq, sigmas, name, physical_half_life_h, level)
        for name in sorted(plan.models, key=lambda name: MODELS[name].n_parameters)
        if MODELS[name].n_parameters <= n and name != first.model
    ]
    good = [fit for fit in fits if fit.converged and _is_determined(fit)]
    standing = [fit for fit in good if not _is_refuted(fit)]
    if standing:
        return min(standing, key=lambda fit: (MODELS[fit.model].n_parameters, fit.chi_square))
    closer = [fit for fit in good if fit.chi_square < 0.5 * first.chi_square]
    return min(closer, key=lambda fit: fit.chi_square) if closer else None


def _is_determined(fit: CurveFit) -> bool:
    """The area is known better than by its own size."""
    u, area = fit.tia_mbq_h.std_error, fit.tia_mbq_h.estimate
    return u is not None and area is not None and u < area


def _is_refuted(fit: CurveFit) -> bool:
    return bool(chi2.sf(fit.chi_square, max(fit.degrees_of_freedom, 1)) < REFUTED_BELOW)


def _fit(
    times_h: Floats,
    activities_mbq: Floats,
    sigmas: Floats | None,
    model: ModelName,
    physical_half_life_h: float,
    level: float,
) -> CurveFit:
    return fit_curve(
        times_h,
        activities_mbq,
        physical_half_life_h=physical_half_life_h,
        model=model,
        sigmas_mbq=sigmas,
        rising="flag",
        level=level,
    )


def _result(
    fit: CurveFit,
    found: CurveFit | CurveChoice,
    flags: tuple[str, ...],
    level: float,
    conventions: tuple[str, ...] = (),
) -> RegionCurve:
    area, u = float(fit.tia_mbq_h.estimate or 0.0), fit.tia_mbq_h.std_error
    u = None if u is None or np.isnan(u) else u
    known = fit.points.sigmas_mbq is not None
    factor = sqrt(max(fit.chi_square / max(fit.degrees_of_freedom, 1), 1.0)) if known else 1.0
    scattered = ("scatter_beyond_noise",) if known and fit.model in MODELS and _is_refuted(fit) else ()
    words = (*fit.flags, *flags, *scattered)
    return RegionCurve(
        model=fit.model,
        curve=fit.curve,
        tia_mbq_h=area_estimate(area, None if u is None else factor * u, level),
        u_before_first_mbq_h=BEFORE_FIRST * fit.share_before_first_fraction * area,
        share_beyond_last_fraction=fit.share_beyond_last_fraction,
        share_before_first_fraction=fit.share_before_first_fraction,
        flags=tuple(words),
        cautions=(*fit.cautions, *(FLAGS[word] for word in (*flags, *scattered))),
        conventions=(
            *conventions,
            *fit.conventions,
            *((f"u of the area times {factor:.3g}, the scatter of the points over their noise.",) * (factor > 1)),
            "Before the first scan the activity is taken to lie between half and one and a half times the curve.",
        ),
        found=found,
    )


def _sigmas(u_mbq: Floats) -> Floats | None:
    """σ of each point; None where it is not known. A point of no activity and no u weighs as the least sure one."""
    if not np.isfinite(u_mbq).all() or not (u_mbq > 0).any():
        return None
    return np.where(u_mbq > 0, u_mbq, u_mbq.max())
