"""Tests and intervals that need more than the fit itself: terms left out, coefficients held (profile likelihood)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from lutetia.survival.cox_model.chi_square import ChiSquare
from lutetia.survival.cox_model.likelihood import Evaluate, Evaluation
from lutetia.survival.cox_model.newton import Maximum, maximise

Floats = NDArray[np.float64]
FARTHEST_STD_ERRORS = 64.0


def term_test(
    evaluate: Evaluate, beta: Floats, at_maximum: Evaluation, columns: NDArray[np.int64], name: str
) -> ChiSquare:
    """Likelihood ratio: twice the log-likelihood lost with the columns held at 0 and the others at their best."""
    rest = held(evaluate, beta, at_maximum.information, columns, np.zeros(columns.size))
    statistic = 2.0 * (at_maximum.value - rest.evaluation.value) if rest.converged else np.nan
    return ChiSquare(name=name, chi2=max(statistic, 0.0) if np.isfinite(statistic) else np.nan, df=columns.size)


def held(evaluate: Evaluate, beta: Floats, information: Floats, columns: NDArray[np.int64], values: Floats) -> Maximum:
    """The maximum with the columns held at the values, begun where the quadratic at `beta` has it."""
    free = np.ones(beta.size, dtype=bool)
    free[columns] = False
    start = beta.copy()
    start[columns] = values
    if free.any():
        move = information[np.ix_(free, columns)] @ (values - beta[columns])
        start[free] -= np.linalg.solve(information[np.ix_(free, free)], move)
    found = maximise(evaluate, start, free=free, max_iterations=100)
    if found.converged:
        return found
    start[free] = 0.0
    return maximise(evaluate, start, free=free, max_iterations=100)


def profile_limits(
    evaluate: Evaluate, beta: Floats, at_maximum: Evaluation, column: int, level: float
) -> tuple[float | None, float | None]:
    """Where twice the profile log-likelihood lies the chi-square quantile below its maximum; None if it never does."""
    drop = float(chdtri(1, 1.0 - level))
    std_error = float(np.sqrt(np.linalg.inv(at_maximum.information)[column, column]))
    one = np.array([column])

    def lacking(value: float) -> float:
        rest = held(evaluate, beta, at_maximum.information, one, np.array([value]))
        return 2.0 * (at_maximum.value - rest.evaluation.value) - drop

    return _root(lacking, float(beta[column]), -std_error), _root(lacking, float(beta[column]), std_error)


def _root(lacking: Callable[[float], float], centre: float, std_error: float) -> float | None:
    from scipy.optimize import brentq  # here, because importing it takes longer than a fit

    reach = 2.0
    while lacking(centre + reach * std_error) < 0.0:
        reach *= 2.0
        if reach > FARTHEST_STD_ERRORS:
            return None
    return float(brentq(lacking, centre, centre + reach * std_error, xtol=1e-10, rtol=1e-12))
