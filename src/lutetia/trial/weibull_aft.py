"""Weibull accelerated failure time regression by maximum likelihood: log T = x'b + σ ε, ε the extreme-value error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeibullFit:
    """`coef` (p,), `covariance` (p, p), `scale` σ (1 is exponential); e^coef multiplies time. `why` if it failed."""

    coef: Floats
    covariance: Floats
    scale: float
    log_likelihood: float
    converged: bool
    why: str


def weibull_aft(time: Floats, event: Floats, x: Floats) -> WeibullFit:
    """Fit to times above 0 (n,), events 0/1 (n,) and covariates with their own column of ones (n, p)."""
    p = x.shape[1]
    log_time = np.log(time)
    if event.sum() < p + 1:
        nothing = np.full(p, np.nan)
        why = f"{int(event.sum())} events for {p + 1} parameters"
        return WeibullFit(
            coef=nothing,
            covariance=np.full((p, p), np.nan),
            scale=np.nan,
            log_likelihood=np.nan,
            converged=False,
            why=why,
        )
    start = np.zeros(p + 1)
    start[0] = np.log(time.sum() / event.sum())

    def minus(theta: Floats) -> tuple[float, Floats]:
        return _minus_log_likelihood(theta, log_time, event, x)

    found = minimize(minus, start, jac=True, method="BFGS", options={"gtol": 1e-8, "maxiter": 500})
    slope = float(np.abs(minus(found.x)[1]).max())
    converged = bool(np.isfinite(found.fun) and slope < 1e-3 * max(1.0, event.sum()))
    information = _information(found.x, log_time, event, x)
    try:
        covariance: Floats = np.asarray(np.linalg.inv(information)[:p, :p], dtype=np.float64)
    except np.linalg.LinAlgError:
        converged, covariance = False, np.full((p, p), np.nan)
    return WeibullFit(
        coef=found.x[:p],
        covariance=covariance,
        scale=float(np.exp(found.x[p])),
        log_likelihood=-float(found.fun) - float(event @ log_time),
        converged=converged,
        why="" if converged else "the likelihood has no maximum that was found",
    )


def _minus_log_likelihood(theta: Floats, log_time: Floats, event: Floats, x: Floats) -> tuple[float, Floats]:
    """On the scale of log time, with its gradient; theta = (b, log σ)."""
    sigma = np.exp(np.clip(theta[-1], -20, 20))
    w = np.clip((log_time - x @ theta[:-1]) / sigma, -500, 500)
    hazard = np.exp(w)
    value = -(event * (w - np.log(sigma)) - hazard).sum()
    by_w = event - hazard
    gradient = np.append(x.T @ by_w / sigma, (by_w * w + event).sum())
    return float(value), gradient


def _information(theta: Floats, log_time: Floats, event: Floats, x: Floats) -> Floats:
    """Minus the second derivative of the log likelihood in (b, log σ)."""
    sigma = np.exp(theta[-1])
    w = np.clip((log_time - x @ theta[:-1]) / sigma, -500, 500)
    hazard = np.exp(w)
    p = x.shape[1]
    information = np.empty((p + 1, p + 1))
    information[:p, :p] = (x * hazard[:, None]).T @ x / sigma**2
    cross = x.T @ (event - hazard * (1 + w)) / sigma
    information[:p, p] = information[p, :p] = -cross
    information[p, p] = (hazard * w * (1 + w) - event * w).sum()
    return information
