"""Penalties on the partial likelihood: ridge, and Firth's against the bias of few events and against separation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lutetia.survival.cox_model.firth_kernel import add_third_cumulants
from lutetia.survival.cox_model.likelihood import Evaluate, Evaluation, PartialLikelihood

Floats = NDArray[np.float64]

STEP = 1e-6  # of a standardised coefficient, for the second derivative of Firth's penalty


@dataclass(frozen=True, slots=True)
class Ridge:
    """Subtracts strength / 2 · Σ β² from the log-likelihood; `scaled`: of coefficients per standard deviation."""

    strength: float
    scaled: bool = True

    def __str__(self) -> str:
        per = "one standard deviation (divisor n − 1)" if self.scaled else "one unit"
        return f"ridge penalty: {self.strength:g} / 2 times the sum of squared coefficients per {per} of each covariate"


@dataclass(frozen=True, slots=True)
class Firth:
    """Adds half the log determinant of the information (Firth 1993; for Cox: Heinze and Schemper 2001)."""

    def __str__(self) -> str:
        return (
            "Firth's penalty: half the log determinant of the information is added to the log-likelihood (Heinze and "
            "Schemper 2001, Biometrics 57:114); intervals from std_error are Wald's, profile_interval gives the others"
        )


Penalty = Ridge | Firth


def ridge(strength: float, *, scaled: bool = True) -> Ridge:
    """A ridge penalty of the given strength (λ ≥ 0); on standardised covariates unless `scaled` is False."""
    return Ridge(float(strength), scaled)


firth = Firth()


class RidgeLikelihood:
    """A likelihood with the ridge penalty; `curvature` (p,) is its diagonal in standardised coefficients."""

    def __init__(self, plain: Evaluate, penalty: Ridge, scale: Floats) -> None:
        self.plain = plain
        self.curvature = np.full(scale.size, penalty.strength) / (1.0 if penalty.scaled else scale * scale)

    def __call__(self, beta: Floats) -> Evaluation:
        """Penalised value, gradient and information."""
        value, gradient, information, _ = self.plain(beta)
        pull = self.curvature * beta
        return Evaluation(value - 0.5 * float(pull @ beta), gradient - pull, information + np.diag(self.curvature))


class FirthLikelihood:
    """A likelihood with Firth's penalty; the information stays that of the plain one, as is usual."""

    def __init__(self, plain: PartialLikelihood, scale: Floats) -> None:
        self.plain = plain
        self.log_scales = float(np.log(scale).sum())

    def __call__(self, beta: Floats) -> Evaluation:
        """Penalised value and gradient, plain information; the determinant is that in the caller's units."""
        value, gradient, information = self._at(beta)
        if not np.isfinite(value):
            return Evaluation(value, gradient, information)
        slopes = [(gradient - self._at(beta + STEP * unit)[1]) / STEP for unit in np.eye(beta.size)]
        curvature = 0.5 * (np.array(slopes) + np.array(slopes).T)
        rises = bool(np.isfinite(curvature).all()) and bool((np.linalg.eigvalsh(curvature) > 0.0).all())
        return Evaluation(value, gradient, information, curvature if rises else None)

    def _at(self, beta: Floats) -> tuple[float, Floats, Floats]:
        value, gradient, information, _ = self.plain(beta)
        if not np.isfinite(value):
            return value, gradient, information
        sign, log_determinant = np.linalg.slogdet(information)
        if not sign > 0:
            return -np.inf, gradient, information
        arranged, sums = self.plain.arranged, self.plain.sums
        traces = np.zeros(beta.size)
        add_third_cumulants(
            self.plain.efron, arranged.z, np.linalg.inv(information), sums.risk, arranged.leaving,
            arranged.leaving_first, arranged.group_first, arranged.dead_rows, arranged.deaths, arranged.dead_weight,
            arranged.stratum_first, traces,
        )  # fmt: skip
        return value + 0.5 * float(log_determinant) + self.log_scales, gradient + 0.5 * traces, information
