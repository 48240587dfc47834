"""Formulas that take the chances of an event: Lachin and Foulkes, Bernstein and Lagakos.

The log hazard ratio has the variance 1/d₁ + 1/d₂, d the events expected in each arm: zα takes those without an effect,
zβ those with it. The two differ in what "without an effect" means.
"""

from __future__ import annotations

from math import log, sqrt

from scipy.optimize import brentq

from lutetia.errors import Fault, InputError
from lutetia.trial.drop_out import DropOut
from lutetia.trial.expected_events import LATEST_MONTHS, SurvivalPlan


def events_by_variance(method: str, z_alpha: float, z_beta: float, plan: SurvivalPlan) -> float:
    """Events at the time of analysis at which the plan's own patients are as many as the formula asks for.

    Raises InputError if it asks for more, however long one waits.
    """

    def spare(months: float) -> float:
        return float(plan.accrual.patients_by(months)) - _asked(method, z_alpha, z_beta, plan, months)[0]

    first, last = plan.accrual.months * 0.02, plan.accrual.months
    while spare(last) < 0:
        last *= 1.3
        if last > LATEST_MONTHS:
            must = f"must have more than {plan.accrual.patients:.6g} patients"
            do = f"{method} asks for more, however long one waits."
            raise InputError("events needed", [Fault(place="plan", must=must, do=do)])
    months = brentq(spare, first, last, xtol=1e-10, rtol=1e-13)
    return _asked(method, z_alpha, z_beta, plan, float(months))[1]


def variances(method: str, months: float, plan: SurvivalPlan) -> tuple[float, float, float]:
    """Variance of the log hazard ratio without and with an effect, and the events expected with it, at this time."""
    p = plan.experimental_fraction
    found = plan.at(months)
    # Lachin and Foulkes: the mean hazard, weighted by patients; Bernstein and Lagakos (as gsDesign): the control's
    factor = p * hazard_ratio_of(plan) + (1 - p) if method == "lachin-foulkes" else 1.0
    without = plan.control.times(factor)
    null_plan = SurvivalPlan(
        accrual=plan.accrual,
        experimental=without,
        control=without,
        allocation=plan.allocation,
        drop_out=DropOut.rate(found.drop_out_per_month),
    )
    kept = plan.drop_out.kept_fraction
    first, second = (kept * events for events in null_plan.at(months).events_by_arm)
    return 1 / first + 1 / second, 1 / found.events_by_arm[0] + 1 / found.events_by_arm[1], found.events


def hazard_ratio_of(plan: SurvivalPlan) -> float:
    """Experimental over control, by the cumulative hazards of the first year."""
    return float(plan.experimental.cumulative(12.0) / plan.control.cumulative(12.0))


def _asked(method: str, z_alpha: float, z_beta: float, plan: SurvivalPlan, months: float) -> tuple[float, float]:
    """Patients and events that the formula asks for with the analysis at this time."""
    null, alternative, expected = variances(method, months, plan)
    scale = ((z_alpha * sqrt(null) + z_beta * sqrt(alternative)) / log(hazard_ratio_of(plan))) ** 2
    return scale * float(plan.accrual.patients_by(months)), scale * expected
