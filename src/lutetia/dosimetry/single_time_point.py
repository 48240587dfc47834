"""Time-integrated activity from one measurement, by three rules; each says for which times it holds, and its error.

Rules are exact only for the half-life they assume. So each asks what half-lives to expect (`HalfLives`, log-normal),
and gives the interval that these leave; where it leaves too much, or the time lies outside the window, it refuses.

    double_time      Ã = A(t) 2t / ln 2                   wrong by the factor 2x · 2^(−x), x = t/T: at 0.75 … 2.5 half-
                                                          lives between −12 % and +6 % (Hänscheid et al., J Nucl Med
                                                          2018; 59: 75; formula by its form, the article was not read)
    population_mean  Ã = A(t) T/ln 2 · 2^(t/T)            T: geometric mean of the population; error stationary at
                                                          t = T/ln 2 (Madsen et al., Med Phys 2018; 45: 2318)
    prior_cycle      Ã = A(t) / f(t) · ∫ f                f: the curve measured in an earlier cycle

For mixed effects (a whole population of curves as the prior) see population_curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isfinite, sqrt
from typing import Literal

import numpy as np
from scipy.special import ndtri

from lutetia.dosimetry.curve import LN2, Curve, Floats
from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate

Rule = Literal["double_time", "population_mean", "prior_cycle", "mixed_effects"]
DOUBLE_TIME_WINDOW = (0.75, 2.5)  # in half-lives


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfLives:
    """Effective half-lives to expect in this organ: log-normal, geometric mean and standard deviation of ln T.

    `physical_half_life_h` cuts the range: nothing is slower. A log-normal describes them better than a normal
    (PMC8882881, abstract).
    """

    geometric_mean_h: float
    sd_of_log: float
    physical_half_life_h: float
    source: str

    def __post_init__(self) -> None:
        ok = self.geometric_mean_h > 0 and self.sd_of_log >= 0 and self.physical_half_life_h > self.geometric_mean_h
        if not (ok and isfinite(self.physical_half_life_h)):
            must = "must have a mean above 0 and below the physical half-life, and an SD of 0 or above"
            got = f"{self.geometric_mean_h} h, SD {self.sd_of_log}, physical {self.physical_half_life_h} h"
            raise InputError("HalfLives", [Fault(place="geometric_mean_h", must=must, got=got)])

    def range_h(self, level: float) -> Floats:
        """Half-lives from the lower to the upper limit of that coverage, 201 of them, none above physical decay."""
        z = float(ndtri(0.5 + level / 2)) * self.sd_of_log
        spread = np.exp(np.linspace(-z, z, 201))
        return np.minimum(self.geometric_mean_h * spread, self.physical_half_life_h)


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleTimePoint:
    """A time-integrated activity from one point: `tia_mbq_h` with limits from the half-lives to expect (and the
    measurement), `error_band_fraction` (lowest, highest estimated/true − 1 over them), `window_h` in which the rule is
    taken."""

    rule: Rule
    tia_mbq_h: Estimate
    error_band_fraction: tuple[float, float]
    window_h: tuple[float, float]
    at_h: float
    conventions: tuple[str, ...]


def double_time_error_fraction(at_h: float, effective_half_life_h: float) -> float:
    """Estimated over true area − 1 of the double-time rule for a mono-exponential: 2x · 2^(−x) − 1, x = t/T."""
    x = at_h / effective_half_life_h
    return float(2 * x * 2**-x) - 1


def population_mean_error_fraction(at_h: float, effective_half_life_h: float, population_half_life_h: float) -> float:
    """Estimated over true area − 1 of the population-mean rule for a mono-exponential: (P/T) · 2^(t/P − t/T) − 1."""
    ratio = (
        population_half_life_h
        / effective_half_life_h
        * 2 ** (at_h / population_half_life_h - at_h / effective_half_life_h)
    )
    return float(ratio) - 1


def double_time(
    activity_mbq: float,
    at_h: float,
    expected: HalfLives,
    *,
    u_activity_mbq: float,
    window_in_half_lives: tuple[float, float] = DOUBLE_TIME_WINDOW,
    level: float = 0.95,
) -> SingleTimePoint:
    """Ã = A(t) 2t / ln 2, refused where t is outside the window for the mean of the half-lives to expect.

    Raises InputError for an activity or time not above 0, u below 0, a time outside the window.
    """
    mean = expected.geometric_mean_h
    window = (window_in_half_lives[0] * mean, window_in_half_lives[1] * mean)
    _refuse("double_time", activity_mbq, at_h, u_activity_mbq, level, window)
    ratios = [1 + double_time_error_fraction(at_h, float(life)) for life in expected.range_h(level)]
    words = (
        "Double-time rule: area = A(t) · 2t / ln 2, exact where t is one or two effective half-lives.",
        f"Taken at {window_in_half_lives[0]:g} to {window_in_half_lives[1]:g} half-lives of {mean:g} h.",
    )
    return _result("double_time", activity_mbq * 2 * at_h / LN2, ratios, expected, at_h, window, words,
                   u_activity_mbq / activity_mbq, level)  # fmt: skip


def population_mean(
    activity_mbq: float,
    at_h: float,
    expected: HalfLives,
    *,
    u_activity_mbq: float,
    most_error_fraction: float,
    level: float = 0.95,
) -> SingleTimePoint:
    """Ã = A(t) T/ln 2 · 2^(t/T) with the geometric mean half-life T; refused outside the times at which the error
    stays within `most_error_fraction` for all half-lives to expect.

    Raises InputError for an activity or time not above 0, u below 0, a time outside that window, or no window at all.
    """
    mean = expected.geometric_mean_h
    window = population_mean_window_h(expected, most_error_fraction, level)
    _refuse("population_mean", activity_mbq, at_h, u_activity_mbq, level, window)
    ratios = [1 + population_mean_error_fraction(at_h, float(life), mean) for life in expected.range_h(level)]
    words = (
        f"Population-mean rule: area = A(t) · T/ln 2 · 2^(t/T) with T = {mean:g} h for every patient.",
        f"Taken where its error stays within {100 * most_error_fraction:g} % for the half-lives to expect.",
    )
    area = activity_mbq * mean / LN2 * 2 ** (at_h / mean)
    return _result("population_mean", area, ratios, expected, at_h, window, words,
                   u_activity_mbq / activity_mbq, level)  # fmt: skip


def population_mean_window_h(
    expected: HalfLives, most_error_fraction: float, level: float = 0.95
) -> tuple[float, float]:
    """First and last time at which |estimated/true − 1| stays within the fraction for all half-lives; 0, 0 if none."""
    mean, lives = expected.geometric_mean_h, expected.range_h(level)
    times = mean * np.linspace(0.0, 6.0, 1201)
    ratio = mean / lives * np.exp2(times[:, None] / mean - times[:, None] / lives)
    good = times[np.abs(ratio - 1).max(axis=1) <= most_error_fraction]
    return (float(good[0]), float(good[-1])) if good.size else (0.0, 0.0)


def prior_cycle(
    activity_mbq: float,
    at_h: float,
    prior: Curve,
    *,
    first_measured_h: float,
    last_measured_h: float,
    u_activity_mbq: float,
    u_prior_fraction: float,
    between_cycles_sd_fraction: float,
    level: float = 0.95,
) -> SingleTimePoint:
    """Ã = A(t)/f(t) · ∫ f with the curve f of an earlier cycle; refused outside the times measured then.

    `u_prior_fraction` is the relative u of ∫f / f(t) from that fit; `between_cycles_sd_fraction` how much this ratio
    changes from cycle to cycle (relative SD). Raises InputError for values that are no numbers or out of range.
    """
    window = (first_measured_h, last_measured_h)
    _refuse("prior_cycle", activity_mbq, at_h, u_activity_mbq, level, window)
    then = float(prior.activity_mbq(at_h))
    faults = [
        Fault(place=name, must="must be 0 or above", got=f"{value}")
        for name, value in (("u_prior", u_prior_fraction), ("between_cycles_sd", between_cycles_sd_fraction))
        if not value >= 0
    ]
    if not then > 0:
        faults.append(Fault(place="prior", must="must be above 0 at the time of the measurement", got=f"{then}"))
    if faults:
        raise InputError("prior_cycle", faults)
    spread = sqrt(u_prior_fraction**2 + between_cycles_sd_fraction**2)
    z = float(ndtri(0.5 + level / 2))
    u = sqrt(spread**2 + (u_activity_mbq / activity_mbq) ** 2)
    area = activity_mbq / then * prior.time_integrated_mbq_h()
    return SingleTimePoint(
        rule="prior_cycle",
        tia_mbq_h=_estimate(area, u, level),
        error_band_fraction=(exp(-z * spread) - 1, exp(z * spread) - 1),
        window_h=window,
        at_h=at_h,
        conventions=(
            "Prior-cycle rule: the curve of an earlier cycle, scaled to this cycle's one measurement.",
            f"Taken between the first and last time measured then, {first_measured_h:g} to {last_measured_h:g} h.",
            f"The ratio of area to activity is taken to vary by {100 * between_cycles_sd_fraction:g} % between cycles.",
        ),
    )


def _result(
    rule: Rule,
    area_mbq_h: float,
    ratios: list[float],
    expected: HalfLives,
    at_h: float,
    window_h: tuple[float, float],
    words: tuple[str, ...],
    u_activity_fraction: float,
    level: float,
) -> SingleTimePoint:
    """The area with limits: from the lowest to the highest that the half-lives to expect leave, widened by z times the
    measurement's relative u. The error of a rule is no noise, so the two are not joined in squares there.

    std_error: root mean square of ln(estimated/true) over the log-normal half-lives, joined with the measurement's u.
    """
    z = float(ndtri(0.5 + level / 2))
    logs = np.log(ratios)
    places = np.linspace(-z, z, logs.size)
    mass = np.exp(-(places**2) / 2)
    spread = sqrt(float((mass * logs**2).sum() / mass.sum()))
    u = sqrt(spread**2 + u_activity_fraction**2)
    low, high = float(logs.max()) + z * u_activity_fraction, float(-logs.min()) + z * u_activity_fraction
    return SingleTimePoint(
        rule=rule,
        tia_mbq_h=Estimate(
            estimate=area_mbq_h,
            lower=area_mbq_h * exp(-low),
            upper=area_mbq_h * exp(high),
            std_error=u * area_mbq_h,
            level=level,
            method="half-lives to expect",
        ),
        error_band_fraction=(float(np.min(ratios)) - 1, float(np.max(ratios)) - 1),
        window_h=window_h,
        at_h=at_h,
        conventions=(
            *words,
            f"Half-lives to expect: geometric mean {expected.geometric_mean_h:g} h, SD of ln T {expected.sd_of_log:g}, "
            f"at most {expected.physical_half_life_h:g} h: {expected.source}.",
            "The curve is taken as mono-exponential from administration on.",
        ),
    )


def _estimate(area_mbq_h: float, u_fraction: float, level: float) -> Estimate:
    factor = exp(float(ndtri(0.5 + level / 2)) * u_fraction)
    return Estimate(
        estimate=area_mbq_h,
        lower=area_mbq_h / factor,
        upper=area_mbq_h * factor,
        std_error=area_mbq_h * u_fraction,
        level=level,
        method="log-normal",
    )


def _refuse(
    name: str, activity_mbq: float, at_h: float, u_activity_mbq: float, level: float, window_h: tuple[float, float]
) -> None:
    faults = []
    if not (isfinite(activity_mbq) and activity_mbq > 0):
        faults.append(Fault(place="activity_mbq", must="must be above 0", got=f"{activity_mbq}"))
    if not u_activity_mbq >= 0:
        faults.append(Fault(place="u_activity_mbq", must="must be 0 or above", got=f"{u_activity_mbq}"))
    if not 0 < level < 1:
        faults.append(Fault(place="level", must="must lie between 0 and 1", got=f"{level}"))
    if not at_h > 0:
        faults.append(Fault(place="at_h", must="must be above 0 h after administration", got=f"{at_h}"))
    elif not window_h[0] <= at_h <= window_h[1]:
        must = f"must lie in the rule's window, {window_h[0]:.4g} to {window_h[1]:.4g} h"
        faults.append(Fault(place="at_h", must=must, got=f"{at_h:g} h", do="Measure then, or use another rule."))
    if faults:
        raise InputError(name, faults)
