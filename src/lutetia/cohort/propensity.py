"""The probability of being exposed, by what was known at time zero: logistic regression by Newton's method."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from lutetia.errors import Fault, InputError

Floats = NDArray[np.float64]
MOST_STEPS = 50
TOLERANCE = 1e-10
SEPARATED = 12.0  # a coefficient per standard deviation beyond this is on its way to infinity


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PropensityScore:
    """A fitted model: `score` (n,) is P(exposed) of each patient, `coef` (p + 1,) begins with the intercept.

    `converged` is False where a covariate separates exposed from unexposed (positivity fails) or columns repeat each
    other; `why` says which.
    """

    score: Floats
    coef: Floats
    names: tuple[str, ...]
    converged: bool
    why: str
    conventions: tuple[str, ...]
    separated_by: str | None = None


def propensity_score(exposed: NDArray[np.bool_], covariates: Floats, names: tuple[str, ...]) -> PropensityScore:
    """Logistic regression of `exposed` (n,) on `covariates` (n, p), maximum likelihood (Newton, 1e-10).

    Raises InputError for unequal lengths, missing covariates, or nobody (or everybody) exposed.
    """
    _refuse(exposed, covariates, names)
    scale = np.where(covariates.std(axis=0) > 0, covariates.std(axis=0), 1.0)
    centre = covariates.mean(axis=0)
    table = np.column_stack([np.ones(exposed.size), (covariates - centre) / scale])
    coef = np.zeros(table.shape[1])
    coef[0] = np.log(exposed.mean() / (1 - exposed.mean()))
    rank = int(np.linalg.matrix_rank(table))
    if rank < table.shape[1]:
        return _failed(exposed, names, "columns repeat each other or do not vary")
    for _ in range(MOST_STEPS):
        score = expit(table @ coef)
        gradient = table.T @ (exposed - score)
        information = (table * (score * (1 - score))[:, None]).T @ table
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        while _log_likelihood(exposed, table @ (coef + step)) < _log_likelihood(exposed, table @ coef) - TOLERANCE:
            step = step / 2
        coef = coef + step
        if np.abs(step).max() < TOLERANCE:
            break
        if np.abs(coef[1:]).max(initial=0.0) > SEPARATED:
            column = int(np.abs(coef[1:]).argmax())
            why = f"{names[column]} separates exposed from unexposed patients"
            return replace(_failed(exposed, names, why), separated_by=names[column])
    else:
        return _failed(exposed, names, f"no maximum after {MOST_STEPS} steps")
    plain = coef[1:] / scale
    return PropensityScore(
        score=expit(table @ coef),
        coef=np.concatenate([[coef[0] - plain @ centre], plain]),
        names=names,
        converged=True,
        why="",
        conventions=(f"propensity score: logistic regression on {', '.join(names) or 'nothing'}",),
    )


def _log_likelihood(exposed: NDArray[np.bool_], predictor: Floats) -> float:
    return float(-np.logaddexp(0.0, np.where(exposed, -predictor, predictor)).sum())


def _failed(exposed: NDArray[np.bool_], names: tuple[str, ...], why: str) -> PropensityScore:
    nothing = np.full(exposed.size, np.nan)
    return PropensityScore(
        score=nothing, coef=np.full(len(names) + 1, np.nan), names=names, converged=False, why=why, conventions=()
    )


def _refuse(exposed: NDArray[np.bool_], covariates: Floats, names: tuple[str, ...]) -> None:
    faults = []
    if covariates.shape != (exposed.size, len(names)):
        must = f"must hold {exposed.size} rows and {len(names)} named columns"
        faults.append(Fault(place="covariates", must=must, got=str(covariates.shape)))
    elif not np.isfinite(covariates).all():
        rows = np.flatnonzero(~np.isfinite(covariates).all(axis=1))
        faults.append(Fault(place=f"covariates, {rows.size} rows", must="must not be missing"))
    if exposed.all() or not exposed.any():
        must = "must hold exposed and unexposed patients"
        faults.append(Fault(place="exposed", must=must, got=f"{int(exposed.sum())} of {exposed.size} exposed"))
    if faults:
        raise InputError("propensity score", faults)
