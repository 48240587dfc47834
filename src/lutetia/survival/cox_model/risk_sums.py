"""Sums over those at risk at each event time for given coefficients: what residuals, baseline and tests are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lutetia.survival.cox_model.arrangement import Arrangement, death_sums
from lutetia.survival.cox_model.cross_products import add_cross
from lutetia.survival.cox_model.kernel import sum_earlier_times
from lutetia.survival.cox_model.likelihood import PartialLikelihood, accumulate

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskSums:
    """The quantities of `likelihood` at `beta` (standardised): per row `risk` = w r, per group the rest.

    `s0` (K), `s1` (K, p) over those at risk, `e1` (K, p) over the deaths; a, b, c0, c1, c2 (K) as defined there. The
    predictor is centred at the mean covariates and mean offset.
    """

    arranged: Arrangement
    risk: Floats
    s0: Floats
    s1: Floats
    e1: Floats
    a: Floats
    b: Floats
    c0: Floats
    c1: Floats
    c2: Floats

    def over_time_at_risk(self, hazard: Floats, at_death: Floats) -> Floats:
        """Per row (m): sum of `hazard` (K) over groups where it is at risk, less `at_death` (K) at its own death."""
        arranged = self.arranged
        sums = np.empty((hazard.size + 1, 2))
        sum_earlier_times(hazard, arranged.stratum_first, sums)
        group = self.group_of_row()
        total = sums[group]
        if arranged.leave.size:
            total = total - sums[arranged.leave]
        return np.asarray(total.sum(axis=1) - np.where(self.is_death(), at_death[group], 0.0))

    def group_of_row(self) -> Codes:
        """Group at which each row (m) enters."""
        return np.repeat(np.arange(self.s0.size), np.diff(self.arranged.group_first))

    def is_death(self) -> NDArray[np.bool_]:
        """Whether each row (m) is a death."""
        first = np.repeat(self.arranged.group_first[:-1] + self.arranged.dead_rows, np.diff(self.arranged.group_first))
        return np.asarray(np.arange(self.risk.size) < first)

    def mean_at_death(self) -> Floats:
        """Mean covariates (K, p) that the deaths of a group are compared with: the mean over its parts if tied."""
        per_death = self.arranged.dead_weight[:, None]
        return np.asarray((self.a[:, None] * self.s1 - self.b[:, None] * self.e1) / per_death)

    def variance(self, factor: Floats) -> Floats:
        """Sum over the groups of factor (K) times the variance of the covariates at risk (p, p)."""
        z, p = self.arranged.z, self.arranged.p
        v = self.risk * self.over_time_at_risk(self.a * factor, self.b * factor)
        lower = np.zeros((p, p))
        add_cross(z, v, 0, v.size, lower)
        lower = np.tril(lower)
        mixed = (self.s1 * (self.c1 * factor)[:, None]).T @ self.e1
        squares = (self.s1 * (self.c0 * factor)[:, None]).T @ self.s1 + (
            self.e1 * (self.c2 * factor)[:, None]
        ).T @ self.e1
        return np.asarray(lower + np.tril(lower, -1).T - squares + mixed + mixed.T)


def risk_sums(arranged: Arrangement, beta: Floats, *, efron: bool, threads: int = 1) -> RiskSums:
    """The sums at the standardised coefficients `beta` (p,)."""
    likelihood = PartialLikelihood(arranged, efron=efron, threads=threads)
    likelihood.weigh_rows(beta, np.zeros((arranged.piece_first.size - 1, arranged.p)))
    likelihood.sweep_groups()
    sums = likelihood.sums
    s1, e1 = np.empty((2, arranged.group_time.size, arranged.p))
    for j, column in enumerate(arranged.z):
        values = sums.risk * column
        total = np.empty(arranged.group_time.size)
        accumulate(
            np.add.reduceat(values, arranged.group_first[:-1]), values, arranged.leaving, arranged.leaving_first,
            arranged.group_first, arranged.stratum_first, total,
        )  # fmt: skip
        s1[:, j], e1[:, j] = total, death_sums(values, arranged.group_first, arranged.dead_rows)
    return RiskSums(
        arranged=arranged, risk=sums.risk, s0=sums.at_risk, s1=s1, e1=e1, a=sums.a, b=sums.b, c0=sums.c0, c1=sums.c1,
        c2=sums.c2,
    )  # fmt: skip
