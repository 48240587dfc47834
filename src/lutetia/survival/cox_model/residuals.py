"""Residuals of a Cox fit: martingale, deviance, score, dfbeta, Schoenfeld and scaled Schoenfeld.

With r = exp(x'β), dΛ the hazard increments and x̄ the mean covariates at risk (Efron: deaths counted with 1 − f):
martingale M = δ − Σ r dΛ over the time at risk; deviance sign(M) √(−2 (M + δ log(δ − M))); score δ (x − x̄(t)) −
Σ (x − x̄) r dΛ; dfbeta = weight · score · covariance; Schoenfeld x − x̄(t) at each death. As residuals.coxph of the R
package survival 3.5-3; source: Therneau and Grambsch 2000, chapters 4 to 7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lutetia.survival.cox_model.arrangement import Arrangement, death_places
from lutetia.survival.cox_model.risk_sums import RiskSums

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeathResiduals:
    """One row per death, by stratum, time and row: `values` (deaths, p), `time`, `stratum` and `rows` of the sample."""

    values: Floats
    time: Floats
    stratum: NDArray[np.int64]
    rows: NDArray[np.int64]


def martingale(sums: RiskSums, n: int) -> Floats:
    """Deaths minus expected deaths of each of the n rows of the sample (0 for a row never at risk at an event)."""
    arranged = sums.arranged
    expected = sums.risk / arranged.weights * sums.over_time_at_risk(sums.a, sums.b)
    return _in_sample_order(sums.is_death() - expected, arranged, n)


def deviance(residual: Floats, event: NDArray[np.bool_]) -> Floats:
    """Martingale residuals (n,) made symmetric about 0."""
    logs = np.log(np.where(event, 1.0 - residual, 1.0))
    return np.asarray(np.sign(residual) * np.sqrt(np.maximum(-2.0 * (residual + np.where(event, logs, 0.0)), 0.0)))


def score(sums: RiskSums, n: int) -> Floats:
    """Score residuals (n, p) in units of the covariates, not weighted; their weighted sum is the gradient."""
    arranged, group, dead = sums.arranged, sums.group_of_row(), sums.is_death()
    rate = sums.risk / arranged.weights
    hazard = sums.over_time_at_risk(sums.a, sums.b)
    mean = sums.mean_at_death()
    residual = np.zeros((n, arranged.p))
    for j, x in enumerate(arranged.z):
        s1, e1 = sums.s1[:, j], sums.e1[:, j]
        weighted = sums.over_time_at_risk(sums.c0 * s1 - sums.c1 * e1, sums.c1 * s1 - sums.c2 * e1)
        own = np.where(dead, x - mean[group, j], 0.0)
        residual[arranged.order, j] = (own - rate * (x * hazard - weighted)) * arranged.scale[j]
    return residual


def schoenfeld(sums: RiskSums) -> DeathResiduals:
    """Covariates of each death minus their mean at risk, in units of the covariates."""
    arranged = sums.arranged
    places = death_places(arranged.group_first, arranged.dead_rows)
    group = np.repeat(np.arange(sums.s0.size), arranged.dead_rows)
    order = np.lexsort((arranged.order[places], arranged.group_time[group], arranged.group_stratum[group]))
    places, group = places[order], group[order]
    values = (arranged.z[:, places].T - sums.mean_at_death()[group]) * arranged.scale
    return DeathResiduals(
        values=values,
        time=arranged.group_time[group],
        stratum=arranged.group_stratum[group],
        rows=arranged.order[places],
    )


def _in_sample_order(values: Floats, arranged: Arrangement, n: int) -> Floats:
    ordered = np.zeros(n)
    ordered[arranged.order] = values
    return ordered
