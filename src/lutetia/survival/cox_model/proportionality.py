"""Test of proportional hazards: the score test that each coefficient does not change with a function of time.

The coefficient of a column is let to be β + θ g(t), g centred at its mean over the deaths; the score test of θ = 0 with
the information at every event time is that of cox.zph in the R package survival since version 3 (2019). Before, and in
several other programs, it was an approximation with one variance for all event times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lutetia.errors import Fault, InputError
from lutetia.survival.cox_model.arrangement import Sample, death_sums
from lutetia.survival.cox_model.chi_square import ChiSquare, quadratic
from lutetia.survival.cox_model.covariates import Term
from lutetia.survival.cox_model.residuals import DeathResiduals
from lutetia.survival.cox_model.risk_sums import RiskSums

Floats = NDArray[np.float64]
Transform = Literal["km", "identity", "log", "rank"] | Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proportionality:
    """`tests`: one per term; `whole`: all together; `time`, `transformed` (deaths), `scaled` (deaths, p) for plots."""

    tests: tuple[ChiSquare, ...]
    whole: ChiSquare
    time: Floats
    transformed: Floats
    scaled: Floats
    conventions: tuple[str, ...]

    def __getitem__(self, name: str) -> ChiSquare:
        """The test of the term of this name."""
        return {test.name: test for test in self.tests}[name]


def proportionality(
    sums: RiskSums, sample: Sample, terms: Sequence[Term], transform: Transform, scaled: DeathResiduals
) -> Proportionality:
    """The tests of all terms at the fitted coefficients; `scaled` are the scaled Schoenfeld residuals."""
    arranged, p = sums.arranged, sums.arranged.p
    g_of_row = _transformed(sample, transform)
    g_of_row = g_of_row - g_of_row[sample.event].mean()
    first_deaths = arranged.order[arranged.group_first[:-1]]
    g = g_of_row[first_deaths]
    dead_sum = _death_covariates(sums)
    gradient = (g[:, None] * (dead_sum - sums.a[:, None] * sums.s1 + sums.b[:, None] * sums.e1)).sum(axis=0)
    level, mixed, square = (sums.variance(g**power) for power in (0, 1, 2))
    information = np.block([[level, mixed], [mixed, square]])
    tests = tuple(_tested(term.name, np.array(term.columns), gradient, information) for term in terms)
    return Proportionality(
        tests=tests,
        whole=_tested("all terms", np.arange(p), gradient, information),
        time=scaled.time,
        transformed=g_of_row[scaled.rows],
        scaled=scaled.values,
        conventions=(f"proportional hazards: score test of a linear change with {_name(transform)} (cox.zph of 2019)",),
    )


def _tested(name: str, columns: NDArray[np.int64], gradient: Floats, information: Floats) -> ChiSquare:
    p = gradient.size
    kept = np.concatenate([np.arange(p), columns + p])
    vector = np.concatenate([np.zeros(p), gradient[columns]])
    found = quadratic(name, vector, information[np.ix_(kept, kept)])
    return ChiSquare(name=name, chi2=found.chi2, df=columns.size)


def _death_covariates(sums: RiskSums) -> Floats:
    """Weighted sum of the covariates of the deaths of each group (K, p)."""
    arranged = sums.arranged
    return np.column_stack(
        [death_sums(arranged.weights * column, arranged.group_first, arranged.dead_rows) for column in arranged.z]
    )


def _name(transform: Transform) -> str:
    names = {"km": "1 − Kaplan-Meier", "identity": "time", "log": "log time", "rank": "rank of time"}
    return "a given function of time" if callable(transform) else names[transform]


def _transformed(sample: Sample, transform: Transform) -> Floats:
    """g of each row's time, not yet centred."""
    if callable(transform):
        return np.asarray(transform(sample.stop), dtype=np.float64)
    if transform == "identity":
        return sample.stop
    if transform == "log":
        if not (sample.stop[sample.event] > 0.0).all():
            must = "must have all events after time 0 for the transform log"
            raise InputError("proportional hazards", [Fault(place="stop", must=must, do="Use km or rank.")])
        return np.log(np.where(sample.stop > 0.0, sample.stop, 1.0))
    if transform == "rank":
        return _mean_ranks(sample.stop)
    return _failure_before(sample)


def _failure_before(sample: Sample) -> Floats:
    """1 − Kaplan-Meier just before each row's time, over all rows, unweighted, strata ignored."""
    times, deaths = np.unique(sample.stop[sample.event], return_counts=True)
    at_risk = sample.n - np.searchsorted(np.sort(sample.stop), times, side="left")
    if sample.start is not None:
        at_risk = at_risk - (sample.n - np.searchsorted(np.sort(sample.start), times, side="left"))
    surviving = np.concatenate([[1.0], np.cumprod(1.0 - deaths / at_risk)])
    return np.asarray(1.0 - surviving[np.searchsorted(times, sample.stop, side="left")])


def _mean_ranks(values: Floats) -> Floats:
    """Rank of each value from 1, equal values sharing the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2.0)[place])
