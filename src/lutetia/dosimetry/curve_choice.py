"""Which curve: models compared by AICc, and the average over them. Both are named by the caller, never done in silence.

Akaike weights wₘ = e^(−Δₘ/2) / Σ e^(−Δ/2), Δₘ = AICcₘ − the lowest (Glatting et al., Med Phys 2007; 34: 4285; Burnham
and Anderson, Model selection and multimodel inference, 2002). The average area is Σ wₘ Ãₘ and its variance
Σ wₘ (uₘ² + (Ãₘ − Ã)²): what the models disagree about counts as uncertainty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt
from typing import Literal

from numpy.typing import ArrayLike

from lutetia.dosimetry.curve import ExponentialSum
from lutetia.dosimetry.curve_model import MODELS, USUAL_MODELS, ModelName, model_faults
from lutetia.dosimetry.curve_points import CurvePoints, Rising, read_points
from lutetia.dosimetry.fit import CurveFit, area_estimate, fit_points, level_faults, too_few_points
from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurveChoice:
    """Models compared on the same points: `fits` by ascending AICc, each with its Akaike weight.

    `not_compared` names each model that was asked for and left out, with the reason. `chosen` is the first fit.
    """

    fits: tuple[CurveFit, ...]
    weights: tuple[float, ...]
    not_compared: tuple[tuple[str, str], ...]
    conventions: tuple[str, ...]

    @property
    def chosen(self) -> CurveFit:
        """The fit with the lowest AICc."""
        return self.fits[0]

    def average(self) -> CurveAverage:
        """The average over the models, weighted by their Akaike weights."""
        level = self.chosen.tia_mbq_h.level
        tia = sum(w * _area(fit) for w, fit in zip(self.weights, self.fits, strict=True))
        u_tia = _average_u(self, tia)
        phases = [
            (w * a, half)
            for w, fit in zip(self.weights, self.fits, strict=True)
            if isinstance(fit.curve, ExponentialSum)
            for a, half in fit.curve.phases()
        ]
        curve = ExponentialSum(
            amplitudes_mbq=tuple(a for a, _ in phases), effective_half_lives_h=tuple(half for _, half in phases)
        )
        return CurveAverage(
            curve=curve,
            tia_mbq_h=area_estimate(tia, u_tia, level),
            weights={fit.model: w for w, fit in zip(self.weights, self.fits, strict=True)},
            share_beyond_last_fraction=sum(
                w * fit.share_beyond_last_fraction * _area(fit) for w, fit in zip(self.weights, self.fits, strict=True)
            )
            / tia,
            conventions=(
                *self.conventions,
                "The curve is the average of the models with their Akaike weights; u adds what the models disagree "
                "about: Σ w (u² + (Ã − mean)²).",
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurveAverage:
    """The average curve of several models, with the area, its u and the weight of each model."""

    curve: ExponentialSum
    tia_mbq_h: Estimate
    weights: dict[str, float]
    share_beyond_last_fraction: float
    conventions: tuple[str, ...]


def choose_curve(
    times_h: ArrayLike,
    activities_mbq: ArrayLike,
    *,
    physical_half_life_h: float,
    models: Sequence[ModelName] = USUAL_MODELS,
    rule: Literal["aicc"] = "aicc",
    sigmas_mbq: ArrayLike | None = None,
    shortest_half_life_h: float | None = None,
    rising: Rising = "refuse",
    level: float = 0.95,
) -> CurveChoice:
    """The models fitted and compared by AICc; arguments as fit_curve.

    A model that the points cannot carry, or for which AICc does not exist (n − p − 1 ≤ 0), is left out and named.
    Raises InputError for bad points, an unknown rule or model, and where no model can be compared.
    """
    name = "choose_curve"
    points = read_points(name, times_h, activities_mbq, sigmas_mbq, physical_half_life_h, shortest_half_life_h, rising)
    faults = [*model_faults(tuple(models)), *level_faults(level)]
    if rule != "aicc":
        faults.append(Fault(place="rule", must="must be aicc", got=repr(rule)))
    if faults:
        raise InputError(name, faults)
    fits, not_compared = _compare(points, models, level)
    if not fits:
        must = "must be enough for AICc of one model: mono needs 4 with σ known, 5 without"
        do = "Name one model with fit_curve."
        raise InputError(name, [Fault(place="times_h", must=must, got=f"{points.n} points", do=do)])
    lowest = fits[0].aic_c or 0.0
    raw = [exp(-((fit.aic_c or 0.0) - lowest) / 2) for fit in fits]
    return CurveChoice(
        fits=tuple(fits),
        weights=tuple(value / sum(raw) for value in raw),
        not_compared=tuple(not_compared),
        conventions=(
            f"Compared by AICc: {', '.join(fit.model for fit in fits)}.",
            "AICc counts every parameter of a model, also one that came to lie on a bound.",
            *(f"Not compared: {model}, {why}." for model, why in not_compared),
        ),
    )


def _compare(
    points: CurvePoints, models: Sequence[ModelName], level: float
) -> tuple[list[CurveFit], list[tuple[str, str]]]:
    fits, not_compared = [], []
    for name in models:
        if too_few_points(MODELS[name], points):
            not_compared.append((str(name), f"{MODELS[name].n_parameters} parameters for {points.n} points"))
            continue
        fit = fit_points(points, MODELS[name], level)
        if fit.aic_c is None:
            not_compared.append((str(name), f"AICc does not exist for {points.n} points"))
        elif not fit.converged:
            not_compared.append((str(name), "its search did not settle"))
        else:
            fits.append(fit)
    return sorted(fits, key=lambda fit: fit.aic_c or 0.0), not_compared


def _area(fit: CurveFit) -> float:
    return float(fit.tia_mbq_h.estimate or 0.0)


def _average_u(choice: CurveChoice, mean_mbq_h: float) -> float | None:
    """u of the average; None where u of a model that counts is not known."""
    variance = 0.0
    for weight, fit in zip(choice.weights, choice.fits, strict=True):
        u = fit.tia_mbq_h.std_error
        if u is None and weight > 1e-6:
            return None
        variance += weight * ((u or 0.0) ** 2 + (_area(fit) - mean_mbq_h) ** 2)
    return sqrt(variance)
