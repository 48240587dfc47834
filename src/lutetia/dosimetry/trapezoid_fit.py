"""The area by trapezoids, with its uncertainty: no model between the points, a named beginning and a named tail."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lutetia.dosimetry.curve import Floats, share_beyond
from lutetia.dosimetry.curve_points import CurvePoints, Rising, read_points
from lutetia.dosimetry.fit import CurveFit, Flag, area_estimate, level_faults, point_flags
from lutetia.dosimetry.trapezoid import Beginning, Tail, Trapezoid
from lutetia.errors import Fault, InputError

BEGINNING_WORDS = {
    "zero": "a straight line from 0 at administration",
    "constant": "the first value, constant from administration",
    "first_two_points": "the exponential through the first two points, backwards",
}
TAIL_WORDS = {
    "physical": "physical decay alone, the most there can be",
    "last_two_points": "the exponential through the last two points, physical decay at the slowest",
}


def fit_trapezoid(
    times_h: ArrayLike,
    activities_mbq: ArrayLike,
    *,
    physical_half_life_h: float,
    beginning: Beginning,
    tail: Tail,
    sigmas_mbq: ArrayLike | None = None,
    rising: Rising = "refuse",
    level: float = 0.95,
) -> CurveFit:
    """The trapezoid curve as a result like that of fit_curve; u (k = 1) by central differences in each activity.

    Without `sigmas_mbq` there is no u: trapezoids leave no residuals. Raises InputError for bad points (see
    read_points), equal times, an unknown beginning or tail.
    """
    name = "fit_trapezoid"
    points = read_points(name, times_h, activities_mbq, sigmas_mbq, physical_half_life_h, None, rising)
    if faults := [*level_faults(level), *_twice(points)]:
        raise InputError(name, faults)
    curve = _curve(points, points.activities_mbq, beginning, tail)
    tia, first_h, last_h = curve.time_integrated_mbq_h(), float(points.times_h[0]), float(points.times_h[-1])
    return CurveFit(
        model=f"trapezoid, tail {tail}",
        curve=curve,
        tia_mbq_h=area_estimate(tia, _u_area(points, beginning, tail), level),
        parameter_names=(),
        parameters=np.zeros(0),
        covariance=None,
        held=(),
        chi_square=0.0,
        degrees_of_freedom=0,
        aic_c=None,
        share_beyond_last_fraction=share_beyond(curve, last_h),
        share_before_first_fraction=curve.time_integrated_mbq_h(to_h=first_h) / tia,
        flags=_flags(points, curve),
        converged=True,
        why=None,
        points=points,
        conventions=(
            "Trapezoids: straight lines between the points.",
            f"Beginning: {BEGINNING_WORDS[beginning]}. Tail: {TAIL_WORDS[tail]}.",
            f"The tail falls with a half-life of {curve.tail_half_life_h:g} h.",
            "The area runs from administration (0 h) to infinity; u (k = 1) by linear propagation of the given σ.",
        ),
    )


def _twice(points: CurvePoints) -> list[Fault]:
    if np.unique(points.times_h).size == points.n and points.n > 1:
        return []
    must = "must be two different times or more, each once"
    return [Fault(place="times_h", must=must, got=f"{points.times_h.tolist()}")]


def _curve(points: CurvePoints, activities_mbq: Floats, beginning: Beginning, tail: Tail) -> Trapezoid:
    return Trapezoid(
        times_h=tuple(float(t) for t in points.times_h),
        activities_mbq=tuple(float(a) for a in activities_mbq),
        physical_half_life_h=points.physical_half_life_h,
        beginning=beginning,
        tail=tail,
    )


def _u_area(points: CurvePoints, beginning: Beginning, tail: Tail) -> float | None:
    if points.sigmas_mbq is None:
        return None
    variance = 0.0
    for position, sigma in enumerate(points.sigmas_mbq):
        step = np.zeros(points.n)
        step[position] = 1e-5 * max(points.activities_mbq[position], 1e-5 * points.activities_mbq.max())
        up, down = (
            _curve(points, points.activities_mbq + way * step, beginning, tail).time_integrated_mbq_h()
            if points.activities_mbq[position] + way * step[position] >= 0
            else _curve(points, points.activities_mbq, beginning, tail).time_integrated_mbq_h()
            for way in (1, -1)
        )
        width = min(2 * step[position], points.activities_mbq[position] + step[position])
        variance += ((up - down) / width * sigma) ** 2
    return float(np.sqrt(variance))


def _flags(points: CurvePoints, curve: Trapezoid) -> tuple[Flag, ...]:
    flags = point_flags(points)
    flags += ["tail_bounded_by_physical_decay"] if curve.tail_is_bounded else []
    flags += ["mostly_extrapolated"] if share_beyond(curve, float(points.times_h[-1])) > 0.5 else []
    return tuple(flags)
