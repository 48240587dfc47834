"""Designs that compare two survival curves at a time (milestone) or the areas below them (restricted mean).

They need no proportional hazards. The variance is that of the Kaplan-Meier estimate with the censoring that accrual,
drop-out and the time of analysis bring.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log, sqrt
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from lutetia.errors import Fault, InputError
from lutetia.proportion.counts import chosen
from lutetia.trial.checked import above, error_faults
from lutetia.trial.expected_events import NODES, WEIGHTS, SurvivalPlan
from lutetia.trial.hazard import Hazard

Floats = NDArray[np.float64]
Compared = Literal["restricted mean", "milestone", "milestone log-log"]
TITLE = "curve design"


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveDesign:
    """Patients for a comparison at `at_months` with the analysis at `analysis_months`.

    `experimental` and `control` are what the curves have there: months for a restricted mean, shares for a milestone.
    `difference` stands on the scale that is tested; `power_as_planned` is the power with the plan's own patients.
    """

    compared: Compared
    at_months: float
    analysis_months: float
    experimental: float
    control: float
    difference: float
    patients: float
    rounded: int
    power_as_planned: float
    conventions: tuple[str, ...]

    @property
    def value(self) -> float:
        """The patients: every result of Lutetia has a `value`."""
        return self.patients


def compare_curves(
    plan: SurvivalPlan,
    *,
    at_months: float,
    analysis_months: float,
    compared: Compared = "restricted mean",
    power: float = 0.9,
    alpha: float = 0.025,
) -> CurveDesign:
    """Patients (entering in the plan's pattern) for a one-sided Wald test of the difference at `at_months`.

    `compared`: restricted mean, milestone (difference of survival), milestone log-log (of log(−log S)). Raises
    InputError with all faults: a time that nobody can have been followed for, curves that are equal there.
    Sources: Royston & Parmar 2013, BMC Med Res Methodol 13:152; Klein et al. 2007, Stat Med 26:4505.
    """
    kind = chosen(TITLE, "compared", compared.replace(" ", "-"), tuple(k.replace(" ", "-") for k in get_args(Compared)))
    faults = [*above("at_months", at_months), *above("analysis_months", analysis_months), *error_faults(alpha, power)]
    if not faults and at_months >= analysis_months:
        must = f"must lie before the analysis ({analysis_months:g})"
        faults.append(Fault(place="at_months", must=must, got=f"{at_months:g}", do="Nobody is followed that long."))
    if faults:
        raise InputError(TITLE, faults)
    lost = plan.at(analysis_months).drop_out_per_month
    first, first_spread = _arm(plan, plan.experimental, kind, at_months, analysis_months, lost)
    second, second_spread = _arm(plan, plan.control, kind, at_months, analysis_months, lost)
    difference = _scaled(first, kind) - _scaled(second, kind)
    better = -difference if kind.endswith("log-log") else difference
    if better <= 0:
        must = "must have curves of which the experimental one is better at that time"
        raise InputError(TITLE, [Fault(place="plan", must=must, got=f"{first:.4g} against {second:.4g}")])
    p = plan.experimental_fraction
    each = first_spread / p + second_spread / (1 - p)  # variance of the difference times the patients
    patients = float(ndtri(1 - alpha) + ndtri(power)) ** 2 * each / difference**2
    planned = float(plan.accrual.patients_by(analysis_months))
    return CurveDesign(
        compared=compared,
        at_months=at_months,
        analysis_months=analysis_months,
        experimental=first,
        control=second,
        difference=difference,
        patients=patients,
        rounded=ceil(patients - 1e-9),
        power_as_planned=float(ndtr(better * sqrt(planned / each) - ndtri(1 - alpha))),
        conventions=(
            *plan.conventions,
            f"Compared: {compared} at {at_months:g} months, Wald test, one-sided {alpha:g}.",
            f"Analysis at {analysis_months:g} months; Kaplan-Meier variance with the plan's censoring.",
        ),
    )


def _arm(plan: SurvivalPlan, hazard: Hazard, kind: str, at: float, analysis: float, lost: float) -> tuple[float, float]:
    """The arm's value and the variance of its estimate times the arm's patients."""
    t, weight = _grid(plan, hazard, at, analysis)
    entered = plan.accrual.patients_by(analysis)
    seen = np.exp(-lost * t) * plan.accrual.patients_by(analysis - t) / entered
    information = hazard.rate_per_month(t) / (hazard.survival(t) * seen)
    survival = float(hazard.survival(at))
    if kind == "restricted-mean":
        beyond = hazard.mean_months_within(at) - hazard.mean_months_within(t)
        return float(hazard.mean_months_within(at)), float(weight @ (beyond**2 * information))
    greenwood = float(weight @ information)
    if kind == "milestone":
        return survival, survival**2 * greenwood
    return survival, greenwood / log(survival) ** 2


def _scaled(value: float, kind: str) -> float:
    return log(-log(value)) if kind.endswith("log-log") else value


def _grid(plan: SurvivalPlan, hazard: Hazard, at: float, analysis: float) -> tuple[Floats, Floats]:
    """Nodes and weights over follow-up 0 … at, exact between the places where rates change."""
    edges = np.concatenate([[0.0, at], hazard.from_months, analysis - plan.accrual.edges_months])
    edges = np.unique(np.clip(edges, 0.0, at))
    cuts = np.concatenate([np.linspace(a, b, 9)[:-1] for a, b in pairwise(edges)])
    cuts = np.append(cuts, edges[-1])
    middle, half = (cuts[1:] + cuts[:-1]) / 2, np.diff(cuts) / 2
    return (middle[:, None] + half[:, None] * NODES).ravel(), (half[:, None] * WEIGHTS).ravel()
