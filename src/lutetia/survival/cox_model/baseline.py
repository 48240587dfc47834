"""Baseline hazard of a Cox fit, and the survival it predicts for given covariates with pointwise intervals.

Increments at an event time: m Σ 1/φ of `likelihood` (Breslow's estimator, or Efron's with tied deaths after a fit with
Efron's ties). Survival is exp(−H). Variance of H(t|x) = r² (Σ m Σ 1/φ² + d'Vd), d = Σ (x − x̄) dH, V the covariance of
the coefficients (Tsiatis 1981, Ann Stat 9:93), as survfit.coxph of the R package survival 3.5-3.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from lutetia.survival.cox_model.risk_sums import RiskSums

Floats = NDArray[np.float64]
Interval = Literal["log", "log-log", "plain"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baseline:
    """Cumulative hazard and survival at each event time (K), by stratum, of a patient with covariates `at`."""

    time: Floats
    cumulative_hazard: Floats
    survival: Floats
    stratum: tuple[Hashable, ...] | None
    at: dict[str, float]
    conventions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PredictedSurvival:
    """Survival (K,) at each event time of one stratum for one patient, with its standard error and limits."""

    time: Floats
    survival: Floats
    std_error: Floats
    lower: Floats
    upper: Floats
    level: float
    stratum: Hashable | None
    conventions: tuple[str, ...]

    def survival_at(self, time: float) -> float:
        """Survival at a time: the step at or before it, 1 before the first event."""
        place = int(np.searchsorted(self.time, time, side="right"))
        return float(self.survival[place - 1]) if place else 1.0


def cumulative_hazard(sums: RiskSums, beta: Floats, x: Floats, offset: float) -> tuple[Floats, Floats]:
    """Time and cumulative hazard (K), in order of stratum and time, for covariates x (p) in the caller's units."""
    arranged = sums.arranged
    forward = _forward(sums)
    predictor = float((x - arranged.mean) @ (beta / arranged.scale)) + offset - arranged.offset_mean
    return arranged.group_time[forward], _sums_by_stratum(sums.a[forward], _starts(sums)) * np.exp(predictor)


def predicted(
    sums: RiskSums,
    beta: Floats,
    covariance: Floats,
    x: Floats,
    offset: float,
    level: float,
    interval: Interval,
    conventions: tuple[str, ...],
    labels: tuple[Hashable, ...] | None,
) -> list[PredictedSurvival]:
    """One prediction per stratum with events, for covariates x (p) in the caller's units."""
    arranged, forward, starts = sums.arranged, _forward(sums), _starts(sums)
    time, hazard = cumulative_hazard(sums, beta, x, offset)
    rate = float(np.exp((x - arranged.mean) @ (beta / arranged.scale) + offset - arranged.offset_mean))
    z = (x - arranged.mean) / arranged.scale
    drift = sums.a[:, None] * z - (sums.c0[:, None] * sums.s1 - sums.c1[:, None] * sums.e1)
    own = _sums_by_stratum(sums.c0[forward], starts)
    drift = np.column_stack([_sums_by_stratum(column[forward], starts) for column in drift.T]) * arranged.scale
    spread = rate * np.sqrt(own + np.einsum("kp,pq,kq->k", drift, covariance, drift))
    survival = np.exp(-hazard)
    lower, upper = _limits(survival, hazard, spread, level, interval)
    stratum = arranged.group_stratum[forward]
    curves = []
    for code in np.unique(stratum):
        rows = stratum == code
        curves.append(
            PredictedSurvival(
                time=time[rows],
                survival=survival[rows],
                std_error=(survival * spread)[rows],
                lower=lower[rows],
                upper=upper[rows],
                level=level,
                stratum=None if labels is None else labels[int(code)],
                conventions=(*conventions, f"pointwise interval: {interval}"),
            )
        )
    return curves


def _limits(
    survival: Floats, hazard: Floats, spread: Floats, level: float, interval: Interval
) -> tuple[Floats, Floats]:
    z = float(ndtri(0.5 + level / 2.0))
    if interval == "plain":
        return np.maximum(survival * (1.0 - z * spread), 0.0), np.minimum(survival * (1.0 + z * spread), 1.0)
    if interval == "log":
        return survival * np.exp(-z * spread), np.minimum(survival * np.exp(z * spread), 1.0)
    factor = np.exp(z * spread / hazard)
    return np.exp(-hazard * factor), np.exp(-hazard / factor)


def _forward(sums: RiskSums) -> NDArray[np.int64]:
    """Groups in order of stratum and time (they lie by stratum, latest time first)."""
    return np.lexsort((sums.arranged.group_time, sums.arranged.group_stratum))


def _starts(sums: RiskSums) -> NDArray[np.int64]:
    first = sums.arranged.stratum_first
    return np.asarray(first[:-1][np.diff(first) > 0])


def _sums_by_stratum(values: Floats, starts: NDArray[np.int64]) -> Floats:
    return np.concatenate([np.cumsum(part) for part in np.split(values, starts[1:])])
