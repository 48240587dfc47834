"""A curve fitted to the points of one organ or lesion, with its area, how sure it is, and what to know before using it.

The fit is weighted least squares over amplitudes at or above 0 and half-lives between the shortest one looked for and
physical decay (see exponential_kernel). `choose_curve` compares models, `fit_trapezoid` needs none.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from lutetia.dosimetry.curve import Curve, ExponentialSum, Floats, share_beyond
from lutetia.dosimetry.curve_model import MODELS, CurveModel, ModelName, model_faults
from lutetia.dosimetry.curve_points import CurvePoints, Rising, read_points
from lutetia.dosimetry.curve_slopes import area_slopes, curve_of, sorted_phases, value_slopes
from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate

Flag = Literal[
    "rising",
    "slower_than_physical",
    "at_physical_decay",
    "at_shortest_half_life",
    "phase_without_activity",
    "no_spare_point",
    "mostly_extrapolated",
    "tail_bounded_by_physical_decay",
    "not_converged",
]
MEANING: dict[Flag, str] = {
    "rising": "The last point is the highest: no clearance was seen, and the area beyond it is a guess.",
    "slower_than_physical": "The last two points fall more slowly than physical decay: check decay correction, "
    "outlines and calibration.",
    "at_physical_decay": "The slowest phase falls with physical decay, the slowest there can be.",
    "at_shortest_half_life": "A phase has the shortest half-life looked for: the points do not determine it.",
    "phase_without_activity": "A phase came out with no activity: a model with fewer phases fits as well.",
    "no_spare_point": "As many points as parameters: the curve passes through them and nothing checks the model.",
    "mostly_extrapolated": "More than half of the area lies beyond the last point.",
    "tail_bounded_by_physical_decay": "The last two points do not fall, or more slowly than physical decay; the tail "
    "falls with physical decay.",
    "not_converged": "The search did not settle.",
}
TOLERANCE = 1e-13  # of the search, in ln λ and of χ²
ON_BOUND = 1e-7  # in ln λ


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurveFit:
    """A fitted curve. `tia_mbq_h` is its area from 0 to infinity, with u (k = 1) as `std_error` (None: not known).

    `covariance` (p, p) belongs to `parameter_names`: amplitudes (MBq) and rates λ (per hour), the slowest phase first;
    zero for what lies on a bound or carries no activity, named in `held`. `chi_square` is the weighted sum of squares;
    `aic_c` None where the points are too few. `share_beyond_last_fraction` and `share_before_first_fraction` are the
    parts of the area outside the points. `flags` and their sentences `cautions` say what to know; `why` says why a fit
    did not converge.
    """

    model: str
    curve: Curve
    tia_mbq_h: Estimate
    parameter_names: tuple[str, ...]
    parameters: Floats
    covariance: Floats | None
    held: tuple[str, ...]
    chi_square: float
    degrees_of_freedom: int
    aic_c: float | None
    share_beyond_last_fraction: float
    share_before_first_fraction: float
    flags: tuple[Flag, ...]
    converged: bool
    why: str | None
    points: CurvePoints
    conventions: tuple[str, ...]

    @property
    def n(self) -> int:
        """How many points."""
        return self.points.n

    @property
    def cautions(self) -> tuple[str, ...]:
        """What the flags mean, as sentences."""
        return tuple(MEANING[flag] for flag in self.flags)

    def u_activity_mbq(self, at_h: ArrayLike) -> Floats:
        """Standard uncertainty of the curve at the times, same shape; nan where the covariance is not known."""
        at = np.asarray(at_h, dtype=np.float64)
        if self.covariance is None or not isinstance(self.curve, ExponentialSum):
            return np.full(at.shape, np.nan)
        model = MODELS[self.model]
        amplitudes, rates = self.parameters[: model.phases], self.parameters[model.phases :]
        slopes = value_slopes(np.ravel(at), amplitudes, rates, model)
        variance = np.einsum("ij,jk,ik->i", slopes, self.covariance, slopes)
        band: Floats = np.sqrt(np.maximum(variance, 0.0)).reshape(at.shape)
        return band


def fit_curve(
    times_h: ArrayLike,
    activities_mbq: ArrayLike,
    *,
    physical_half_life_h: float,
    model: ModelName,
    sigmas_mbq: ArrayLike | None = None,
    shortest_half_life_h: float | None = None,
    rising: Rising = "refuse",
    level: float = 0.95,
) -> CurveFit:
    """The model fitted to the points by weighted least squares; weights 1/σ², or all equal with σ from the residuals.

    Raises InputError for bad points (see read_points), an unknown model, fewer distinct times than parameters.
    """
    name = "fit_curve"
    points = read_points(name, times_h, activities_mbq, sigmas_mbq, physical_half_life_h, shortest_half_life_h, rising)
    faults = [*model_faults((model,)), *level_faults(level)]
    faults = faults or too_few_points(MODELS[model], points)
    if faults:
        raise InputError(name, faults)
    return fit_points(points, MODELS[model], level)


def fit_points(points: CurvePoints, model: CurveModel, level: float = 0.95) -> CurveFit:
    """As fit_curve, for points that are read and enough."""
    from lutetia.dosimetry.exponential_kernel import FOUND, fit_rows
    from lutetia.dosimetry.exponential_step import Shape

    low, high = points.log_rate_bounds
    found = np.zeros((1, FOUND))
    roots, values = points.inverse_sigmas[None], points.activities_mbq[None]
    shape = Shape(model.phases, model.uptake, low, high, TOLERANCE)
    fit_rows(points.times_h, roots, values, shape, np.zeros((0, 0)), found)
    amplitudes, log_rates = sorted_phases(found[0, 3:6], found[0, 6:], model)
    return _result(points, model, amplitudes, log_rates, float(found[0, 1]), bool(found[0, 2]), level)


def aic_c(chi_square: float, n: int, n_parameters: int, sigma_is_known: bool) -> float | None:
    """Akaike's criterion for small samples (Hurvich and Tsai, Biometrika 1989; 76: 297), None where n is too small.

    With known σ: χ² + 2p + 2p(p + 1)/(n − p − 1). With σ from the residuals: n ln(χ²/n), and σ counts as a parameter.
    """
    p = n_parameters if sigma_is_known else n_parameters + 1
    if n - p - 1 <= 0:
        return None
    fit = chi_square if sigma_is_known else n * log(max(chi_square, 1e-300) / n)
    return fit + 2 * p + 2 * p * (p + 1) / (n - p - 1)


def area_estimate(tia_mbq_h: float, u_tia_mbq_h: float | None, level: float) -> Estimate:
    """The area with limits on the logarithmic scale: areas are positive. No limits where u is not known."""
    if u_tia_mbq_h is None or not tia_mbq_h > 0:
        return Estimate(estimate=tia_mbq_h, lower=None, upper=None, level=level, method="log-normal")
    factor = float(np.exp(ndtri(0.5 + level / 2) * u_tia_mbq_h / tia_mbq_h))
    return Estimate(
        estimate=tia_mbq_h,
        lower=tia_mbq_h / factor,
        upper=tia_mbq_h * factor,
        std_error=u_tia_mbq_h,
        level=level,
        method="log-normal",
    )


def level_faults(level: float) -> list[Fault]:
    """A fault unless 0 < level < 1."""
    return [] if 0 < level < 1 else [Fault(place="level", must="must lie between 0 and 1", got=f"{level}")]


def too_few_points(model: CurveModel, points: CurvePoints) -> list[Fault]:
    """A fault where the points have fewer distinct times than the model has parameters."""
    times = np.unique(points.times_h).size
    if times >= model.n_parameters:
        return []
    must = f"{model.name} needs {model.n_parameters} different times or more"
    return [Fault(place="times_h", must=must, got=f"{times}", do="Name a model with fewer parameters.")]


def point_flags(points: CurvePoints) -> list[Flag]:
    """What the points alone say: rising, or slower than physical decay between the last two times."""
    flags: list[Flag] = ["rising"] if points.is_rising else []
    times = np.unique(points.times_h)
    if times.size > 1 and not flags:
        last, before = (float(points.activities_mbq[points.times_h == time].mean()) for time in times[[-1, -2]])
        decayed = before * 2 ** (-(times[-1] - times[-2]) / points.physical_half_life_h)
        if last > decayed * (1 + 1e-9):
            flags.append("slower_than_physical")
    return flags


def _result(
    points: CurvePoints,
    model: CurveModel,
    amplitudes: Floats,
    log_rates: Floats,
    chi_square: float,
    settled: bool,
    level: float,
) -> CurveFit:
    rates = np.exp(log_rates)
    free, held, bound_flags = _free(points, model, amplitudes, log_rates)
    covariance, u_tia = _covariance(points, model, amplitudes, rates, free, chi_square)
    curve = curve_of(amplitudes, rates, model)
    flags = [*point_flags(points), *bound_flags]
    beyond = share_beyond(curve, float(points.times_h[-1]))
    first_h = float(points.times_h[0])
    flags += ["no_spare_point"] if points.n == model.n_parameters else []
    flags += ["mostly_extrapolated"] if beyond > 0.5 + 1e-9 else []
    flags += [] if settled else ["not_converged"]
    return CurveFit(
        model=model.name,
        curve=curve,
        tia_mbq_h=area_estimate(curve.time_integrated_mbq_h(), u_tia, level),
        parameter_names=_names(model),
        parameters=np.concatenate([amplitudes, rates]),
        covariance=covariance,
        held=held,
        chi_square=chi_square,
        degrees_of_freedom=points.n - model.n_parameters,
        aic_c=aic_c(chi_square, points.n, model.n_parameters, points.sigmas_mbq is not None),
        share_beyond_last_fraction=beyond,
        share_before_first_fraction=1 - share_beyond(curve, first_h) if first_h > 0 else 0.0,
        flags=tuple(flags),
        converged=settled,
        why=None if settled else "the search did not settle within its steps",
        points=points,
        conventions=_conventions(points, model),
    )


def _names(model: CurveModel) -> tuple[str, ...]:
    numbers = range(1, model.phases + 1)
    names = [f"amplitude_{k}_mbq" for k in numbers] + [f"rate_{k}_per_h" for k in numbers]
    return (*names, "uptake_rate_per_h") if model.uptake else tuple(names)


def _free(
    points: CurvePoints, model: CurveModel, amplitudes: Floats, log_rates: Floats
) -> tuple[list[int], tuple[str, ...], list[Flag]]:
    """Positions of the parameters that moved freely, names of those that did not, and the flags of the bounds."""
    low, high = points.log_rate_bounds
    phases, empty = model.phases, amplitudes <= 0
    flags: list[Flag] = []
    held = [k for k in range(phases) if empty[k]]
    held += [phases + k for k in range(phases) if empty[k]]
    used = np.append(~empty, np.full(model.n_rates - phases, True))
    at_low, at_high = (log_rates <= low + ON_BOUND) & used, (log_rates >= high - ON_BOUND) & used
    held += [phases + int(j) for j in np.flatnonzero(at_low | at_high)]
    if at_low.any():
        flags.append("at_physical_decay")
    if at_high.any():
        flags.append("at_shortest_half_life")
    if empty.any():
        flags.append("phase_without_activity")
    names = _names(model)
    free = [j for j in range(model.n_parameters) if j not in held]
    return free, tuple(names[j] for j in sorted(held)), flags


def _covariance(
    points: CurvePoints, model: CurveModel, amplitudes: Floats, rates: Floats, free: list[int], chi_square: float
) -> tuple[Floats | None, float | None]:
    """Covariance of the parameters and u of the area; None, None where σ or the parameters cannot be known."""
    spare = points.n - model.n_parameters
    if points.sigmas_mbq is None and spare <= 0:
        return None, None
    scale = 1.0 if points.sigmas_mbq is not None else chi_square / spare
    slopes = value_slopes(points.times_h, amplitudes, rates, model)[:, free] * points.inverse_sigmas[:, None]
    size = np.linalg.norm(slopes, axis=0)
    if not free or not (size > 0).all():
        return None, None
    _, singular, turned = np.linalg.svd(slopes / size, full_matrices=False)
    if singular[-1] < 1e-12 * singular[0]:
        return None, None
    root = turned.T / singular / size[:, None]
    covariance = np.zeros((model.n_parameters, model.n_parameters))
    covariance[np.ix_(free, free)] = scale * root @ root.T
    gradient = area_slopes(amplitudes, rates, model)
    return covariance, float(np.sqrt(gradient @ covariance @ gradient))


def _conventions(points: CurvePoints, model: CurveModel) -> tuple[str, ...]:
    sigma = (
        "Weights are 1/σ² with σ as given; χ² has that scale."
        if points.sigmas_mbq is not None
        else "All points weigh the same; σ comes from the residuals and n − p."
    )
    return (
        f"Model {model.name}: {model.words}; amplitudes at or above 0.",
        sigma,
        f"Effective half-lives lie between {points.shortest_half_life_h:g} h and physical decay, "
        f"{points.physical_half_life_h:g} h.",
        "The area runs from administration (0 h) to infinity.",
        "u (k = 1) is linear propagation of the fit's covariance; what lies on a bound is held fixed.",
    )
