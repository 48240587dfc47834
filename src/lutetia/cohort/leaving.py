"""How likely a clone is to be in its arm still: one over that probability is its weight.

Two ways to know it, both by the covariates of time zero: from models of the starts that make clones leave
(`until_contrary`, `until_too_late`), or from one model of leaving for all its reasons. The hazards are Cox's (Efron),
without a covariate Kaplan-Meier's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lutetia.errors import Fault, InputError
from lutetia.survival import FollowUp, cox, kaplan_meier

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
CERTAIN = 700.0  # a step of a cumulative hazard that leaves nobody


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hazard:
    """A fitted hazard: `cumulative` (k,) baseline from each of `days` (k,) on, times the `risk` (n,) of a patient."""

    days: Floats
    cumulative: Floats
    risk: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leaving:
    """Leaving one arm: `days` (k,), rising, on which it is left, and `weights` (k + 1, n) of every patient.

    Row j holds 1 / P(still in the arm) after j of the days; infinite where the probability is 0.
    """

    days: Floats
    weights: Floats

    def weights_of(self, patients: Codes, before_days: Floats | float) -> Floats:
        """The weights of these patients just before a day each, or before one day for all."""
        found: Floats = self.weights[np.searchsorted(self.days, before_days, side="left"), patients]
        return found


def hazard_of(stop_days: Floats, happened: NDArray[np.bool_], covariates: Floats) -> Hazard:
    """The hazard of what happened at the end of n follow-ups, by covariates (n, p); columns that do not vary are idle.

    Raises InputError if the model does not converge, if columns repeat each other, or if nothing happened.
    """
    follow_up = FollowUp(stop=stop_days, event=happened)
    table = covariates[:, covariates.std(axis=0) > 0]
    if not table.shape[1]:
        curve = kaplan_meier(follow_up)
        somebody = curve.events > 0
        with np.errstate(divide="ignore"):
            cumulative = -np.log(curve.survival[somebody])
        return Hazard(days=curve.times[somebody], cumulative=cumulative, risk=np.ones(happened.size))
    fit = cox(follow_up, table, ties="efron", robust=False)
    if not fit.converged:
        must = "must let the model of leaving an arm converge"
        raise InputError("clone-censor-weight", [Fault(place="covariates", must=must, got=fit.why)])
    base = fit.baseline("mean")
    centre = np.array(list(base.at.values()))
    return Hazard(days=base.time, cumulative=base.cumulative_hazard, risk=np.exp((table - centre) @ fit.coef))


def nobody_leaves(n: int) -> Leaving:
    """Weights of 1 for n patients."""
    return Leaving(days=np.empty(0), weights=np.ones((1, n)))


def until_contrary(contrary: Hazard) -> Leaving:
    """An arm that is left when `contrary` happens and by nothing else: 1 / P(it has not)."""
    with np.errstate(over="ignore"):
        weights = np.exp(np.outer(np.append(0.0, contrary.cumulative), contrary.risk))
    return Leaving(days=contrary.days, weights=weights)


def until_too_late(own: Hazard, contrary: Hazard | None, last_day: float) -> Leaving:
    """An arm in which `own` must start by `last_day`, left at its end or on a contrary start that comes first.

    With F the cumulative incidence of each start as the first: 1 / (1 − F contrary) up to the last day, then 1 / F own.
    """
    days = np.empty(0) if contrary is None else contrary.days[contrary.days < last_day]
    first_own, first_contrary = first_starts(own, contrary, np.append(days, last_day))
    with np.errstate(divide="ignore"):
        weights = np.vstack([np.ones_like(own.risk), 1 / (1 - first_contrary[:-1]), 1 / first_own[-1]])
    return Leaving(days=np.append(days, last_day), weights=weights)


def first_starts(own: Hazard, contrary: Hazard | None, by_days: Floats) -> tuple[Floats, Floats]:
    """P(own start came first by each day) and the same of the contrary start, both (days, n).

    On each day of a start the drop of exp(−both cumulative hazards) is shared in proportion to the two hazards.
    """
    days = own.days if contrary is None else np.union1d(own.days, contrary.days)
    n = own.risk.size
    free, found = np.ones(n), np.zeros((days.size + 1, 2, n))
    jumps = [_jumps(hazard, days) for hazard in (own, contrary) if hazard is not None]
    risks = [hazard.risk for hazard in (own, contrary) if hazard is not None]
    for place in range(days.size):
        rates = np.zeros((2, n))
        for which, (jump, risk) in enumerate(zip(jumps, risks, strict=True)):
            rates[which] = np.minimum(jump[place] * risk, CERTAIN)
        drop = -np.expm1(-rates.sum(axis=0)) * free
        share = rates[0] / np.maximum(rates.sum(axis=0), np.finfo(float).tiny)
        found[place + 1] = found[place] + np.stack([drop * share, drop * (1 - share)])
        free = free - drop
    at = np.searchsorted(days, by_days, side="right")
    return found[at, 0], found[at, 1]


def _jumps(hazard: Hazard, days: Floats) -> Floats:
    """The baseline's step on each of these days, 0 where it has none."""
    steps = np.zeros(days.size)
    steps[np.searchsorted(days, hazard.days)] = np.diff(hazard.cumulative, prepend=0.0)
    return steps
