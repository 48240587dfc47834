"""One patient's curve from few points, or one, with a population of curves as the prior (non-linear mixed effects).

    A(t) = A_adm Σ cₖ (e^(−(λ_p + bₖ) t) − e^(−(λ_p + b_u) t))        θ = (ln cₖ, ln bₖ, ln b_u) ~ N(μ, Ω)
    ln(measured) = ln A(t) + ε,  ε ~ N(0, σ²)

Population mean μ and covariance Ω are data: they come from a centre's complete curves or from a publication, and are
taken as exact. The patient's θ is the mode of the posterior; its covariance is (Ω⁻¹ + Jᵀ J/σ²)⁻¹ with J linearised at
that mode (as in first-order conditional estimation, FOCE; the Laplace approximation without second derivatives of the
curve). b ≥ 0 is biological clearance, so no curve is slower than physical decay. Idea of the use with one time point:
Devasia et al., J Nucl Med 2021; 62: 1118 (abstract).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import least_squares

from lutetia.dosimetry.curve import LN2, ExponentialSum, Floats
from lutetia.dosimetry.curve_model import MODELS, ModelName, model_faults
from lutetia.dosimetry.curve_slopes import area_slopes, curve_of, value_slopes
from lutetia.dosimetry.fit import area_estimate
from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PopulationCurve:
    """A population of curves of one organ: `mean` (p,) and `covariance` (p, p) of ln θ in the order amplitudes
    (fractions of the administered activity), biological clearance rates (per h), biological rate of uptake.

    `residual_sd_of_log` is σ: noise and misfit of one measurement. `times_h` are the first and last time of the data
    the population was estimated from: outside them it says nothing. `source` says where it comes from, `n_patients`
    how many patients.
    """

    model: ModelName
    mean: Floats
    covariance: Floats
    residual_sd_of_log: float
    physical_half_life_h: float
    times_h: tuple[float, float]
    n_patients: int
    source: str

    def __post_init__(self) -> None:
        faults = model_faults((self.model,))
        p = MODELS[self.model].n_parameters if not faults else 0
        mean, covariance = np.asarray(self.mean, float), np.asarray(self.covariance, float)
        if not faults and (mean.shape != (p,) or covariance.shape != (p, p)):
            faults.append(Fault(place="mean, covariance", must=f"must have {p} and {p} × {p} numbers"))
        elif not faults and not (np.isfinite(mean).all() and _is_covariance(covariance)):
            faults.append(Fault(place="covariance", must="must be finite, symmetric and not negative"))
        if not (self.residual_sd_of_log > 0 and isfinite(self.residual_sd_of_log)):
            faults.append(Fault(place="residual_sd_of_log", must="must be above 0", got=f"{self.residual_sd_of_log}"))
        if not self.physical_half_life_h > 0:
            faults.append(Fault(place="physical_half_life_h", must="must be above 0 h"))
        if faults:
            raise InputError("PopulationCurve", faults)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PopulationFit:
    """One patient's curve at the mode of the posterior. `tia_mbq_h` with u (k = 1) of the posterior; `log_parameters`
    (p,) and their posterior `covariance`; `shrinkage` (p,) 1 − posterior/population variance: 0 learnt nothing, 1 all.
    """

    curve: ExponentialSum
    tia_mbq_h: Estimate
    log_parameters: Floats
    covariance: Floats
    learnt_fraction: Floats
    n: int
    converged: bool
    why: str | None
    conventions: tuple[str, ...]


def fit_with_population(
    times_h: ArrayLike,
    activities_mbq: ArrayLike,
    population: PopulationCurve,
    *,
    administered_activity_mbq: float,
    level: float = 0.95,
) -> PopulationFit:
    """The patient's curve from one point or more and the population.

    Raises InputError for missing or non-positive values, unequal lengths, and times outside those of the population.
    """
    times, values = np.atleast_1d(np.asarray(times_h, float)), np.atleast_1d(np.asarray(activities_mbq, float))
    if faults := _faults(times, values, population, administered_activity_mbq):
        raise InputError("fit_with_population", faults)
    root = _root(np.asarray(population.covariance, float))
    logs = np.log(values / administered_activity_mbq)

    def misfit(z: Floats) -> Floats:
        away = (_log_values(population, times, population.mean + root @ z) - logs) / population.residual_sd_of_log
        return np.concatenate([away, z])

    def slopes(z: Floats) -> Floats:
        by_log = _log_slopes(population, times, population.mean + root @ z) / population.residual_sd_of_log
        return np.vstack([by_log @ root, np.eye(z.size)])

    found = least_squares(misfit, np.zeros(root.shape[1]), jac=slopes, method="lm", xtol=1e-12, ftol=1e-12)
    theta = population.mean + root @ found.x
    jacobian = slopes(found.x)
    covariance = root @ np.linalg.inv(jacobian.T @ jacobian) @ root.T
    gradient = _log_area_slopes(population, theta)
    curve = _curve(population, theta, administered_activity_mbq)
    area = curve.time_integrated_mbq_h()
    prior = np.diag(population.covariance)
    with np.errstate(invalid="ignore", divide="ignore"):
        learnt = np.where(prior > 0, 1 - np.diag(covariance) / prior, 1.0)
    return PopulationFit(
        curve=curve,
        tia_mbq_h=area_estimate(area, area * float(np.sqrt(gradient @ covariance @ gradient)), level),
        log_parameters=theta,
        covariance=covariance,
        learnt_fraction=learnt,
        n=times.size,
        converged=bool(found.success),
        why=None if found.success else str(found.message),
        conventions=(
            f"Mixed effects: {MODELS[population.model].words}, prior of {population.n_patients} patients: "
            f"{population.source}.",
            "Population mean and covariance are taken as exact; the curve is the mode of the posterior, its covariance "
            "linearised there (FOCE).",
            f"A measurement scatters by {100 * population.residual_sd_of_log:g} % (log-normal).",
        ),
    )


def _split(population: PopulationCurve, theta: Floats) -> tuple[Floats, Floats, Floats]:
    """Amplitudes, effective rates and biological rates for the logarithms."""
    phases = MODELS[population.model].phases
    biological = np.exp(theta[phases:])
    return np.exp(theta[:phases]), biological + LN2 / population.physical_half_life_h, biological


def _log_values(population: PopulationCurve, times: Floats, theta: Floats) -> Floats:
    model = MODELS[population.model]
    amplitudes, rates, _ = _split(population, theta)
    falls = np.exp(-np.outer(times, rates))
    columns = falls[:, : model.phases] - (falls[:, -1:] if model.uptake else 0.0)
    values: Floats = np.log(np.maximum(columns @ amplitudes, 1e-300))
    return values


def _log_slopes(population: PopulationCurve, times: Floats, theta: Floats) -> Floats:
    """∂ ln A / ∂θ, (times, p)."""
    amplitudes, rates, biological = _split(population, theta)
    slopes = value_slopes(times, amplitudes, rates, MODELS[population.model])
    value = np.exp(_log_values(population, times, theta))
    relative: Floats = slopes * np.concatenate([amplitudes, biological]) / value[:, None]
    return relative


def _log_area_slopes(population: PopulationCurve, theta: Floats) -> Floats:
    """∂ ln(area) / ∂θ, (p,)."""
    amplitudes, rates, biological = _split(population, theta)
    model = MODELS[population.model]
    slopes = area_slopes(amplitudes, rates, model) * np.concatenate([amplitudes, biological])
    relative: Floats = slopes / curve_of(amplitudes, rates, model).time_integrated_mbq_h()
    return relative


def _curve(population: PopulationCurve, theta: Floats, administered_activity_mbq: float) -> ExponentialSum:
    amplitudes, rates, _ = _split(population, theta)
    return curve_of(amplitudes * administered_activity_mbq, rates, MODELS[population.model])


def _root(covariance: Floats) -> Floats:
    """L with L Lᵀ = Ω, a column for each direction in which the population varies."""
    values, vectors = np.linalg.eigh(covariance)
    used = values > 1e-12 * max(values.max(), 1e-300)
    root: Floats = vectors[:, used] * np.sqrt(values[used])
    return root


def _is_covariance(matrix: Floats) -> bool:
    symmetric = np.isfinite(matrix).all() and np.allclose(matrix, matrix.T, rtol=1e-8, atol=1e-12)
    return bool(symmetric and np.linalg.eigvalsh(matrix).min() >= -1e-10 * max(np.trace(matrix), 1e-300))


def _faults(
    times: Floats, values: Floats, population: PopulationCurve, administered_activity_mbq: float
) -> list[Fault]:
    faults = []
    if times.shape != values.shape or times.ndim != 1:
        return [Fault(place="times_h", must="must have one activity each", got=f"{times.shape} and {values.shape}")]
    if not (np.isfinite(values).all() and (values > 0).all()):
        faults.append(Fault(place="activities_mbq", must="must be above 0, none missing", got=f"{values.tolist()}"))
    first, last = population.times_h
    if not ((times >= first) & (times <= last)).all():
        must = f"must lie within the times of the population's data, {first:g} to {last:g} h"
        faults.append(Fault(place="times_h", must=must, got=f"{times.tolist()}"))
    if not administered_activity_mbq > 0:
        must = "must be above 0"
        faults.append(Fault(place="administered_activity_mbq", must=must, got=f"{administered_activity_mbq}"))
    return faults
