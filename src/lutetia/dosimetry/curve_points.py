"""The measured points of a time-activity curve, read at the door: hours after administration, MBq, and their u."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lutetia.dosimetry.curve import LN2, Floats
from lutetia.errors import Fault, InputError

Rising = Literal["refuse", "flag"]
SHORTEST_SHARE = 0.25  # of the first time after 0: a phase four half-lives gone at the first point is not measured


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurvePoints:
    """Points in the order of time: arrays (n,). `sigmas_mbq` is None where every point weighs the same, σ unknown.

    `physical_half_life_h` bounds every half-life above, `shortest_half_life_h` below.
    """

    times_h: Floats
    activities_mbq: Floats
    sigmas_mbq: Floats | None
    physical_half_life_h: float
    shortest_half_life_h: float

    @property
    def n(self) -> int:
        """How many points."""
        return self.times_h.size

    @property
    def inverse_sigmas(self) -> Floats:
        """1/σ for each point, or 1 where σ is unknown."""
        return np.ones(self.n) if self.sigmas_mbq is None else 1 / self.sigmas_mbq

    @property
    def is_rising(self) -> bool:
        """The last point is the highest of two or more: no clearance was seen."""
        return self.n > 1 and bool(self.activities_mbq[-1] > self.activities_mbq[:-1].max())

    @property
    def log_rate_bounds(self) -> tuple[float, float]:
        """ln λ of physical decay and of the shortest half-life, λ per hour."""
        slow, fast = LN2 / self.physical_half_life_h, LN2 / self.shortest_half_life_h
        return float(np.log(slow)), float(np.log(fast))


def read_points(
    name: str,
    times_h: ArrayLike,
    activities_mbq: ArrayLike,
    sigmas_mbq: ArrayLike | None,
    physical_half_life_h: float,
    shortest_half_life_h: float | None,
    rising: Rising = "refuse",
) -> CurvePoints:
    """The points sorted by time. InputError of `name` with every fault: a time or activity that is missing, negative or
    not a number, σ not above 0, unequal lengths, nothing but zeros, a rising curve unless `rising` is "flag"."""
    faults: list[Fault] = []
    times = _column("times_h", times_h, faults, "Hours from administration to the middle of the scan.")
    values = _column("activities_mbq", activities_mbq, faults)
    sigmas = None if sigmas_mbq is None else _column("sigmas_mbq", sigmas_mbq, faults)
    if not faults:
        faults += _point_faults(times, values, sigmas)
    faults += half_life_faults(physical_half_life_h, shortest_half_life_h)
    if rising not in ("refuse", "flag"):
        faults.append(Fault(place="rising", must="must be refuse or flag", got=repr(rising)))
    if faults:
        raise InputError(name, faults)
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    points = CurvePoints(
        times_h=times,
        activities_mbq=values,
        sigmas_mbq=None if sigmas is None else sigmas[order],
        physical_half_life_h=float(physical_half_life_h),
        shortest_half_life_h=shortest_or_default_h(times, physical_half_life_h, shortest_half_life_h),
    )
    if points.is_rising and rising == "refuse":
        must = "must not be highest at the last point: without clearance the area is not known"
        got = f"{values[-1]:g} MBq at {times[-1]:g} h after {values[:-1].max():g} MBq before"
        do = 'Add a later point, or say rising="flag" to let it end with physical decay at most.'
        raise InputError(name, [Fault(place="activities_mbq", must=must, got=got, do=do)])
    return points


def shortest_or_default_h(times_h: Floats, physical_half_life_h: float, shortest_half_life_h: float | None) -> float:
    """The shortest half-life looked for: as given, else a quarter of the first time after administration."""
    if shortest_half_life_h is not None:
        return float(shortest_half_life_h)
    later = times_h[times_h > 0]
    first = float(later.min()) if later.size else physical_half_life_h
    return min(SHORTEST_SHARE * first, SHORTEST_SHARE * physical_half_life_h)


def half_life_faults(physical_half_life_h: float, shortest_half_life_h: float | None) -> list[Fault]:
    """Faults of the two bounds of half-lives."""
    faults = []
    if not (isfinite(physical_half_life_h) and physical_half_life_h > 0):
        must = "must be above 0 h"
        faults.append(Fault(place="physical_half_life_h", must=must, got=f"{physical_half_life_h}"))
    elif shortest_half_life_h is not None and not 0 < shortest_half_life_h < physical_half_life_h:
        must = "must lie between 0 and the physical half-life"
        faults.append(Fault(place="shortest_half_life_h", must=must, got=f"{shortest_half_life_h} h"))
    return faults


def _column(place: str, given: ArrayLike, faults: list[Fault], do: str | None = None) -> Floats:
    try:
        column = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        faults.append(Fault(place=place, must="must be numbers, none missing", got=repr(given)[:80], do=do))
        return np.zeros(0)
    if column.ndim != 1 or column.size == 0:
        faults.append(Fault(place=place, must="must be a row of one number or more", got=f"shape {column.shape}"))
    elif not np.isfinite(column).all():
        bad = ", ".join(str(i) for i in np.flatnonzero(~np.isfinite(column))[:10])
        faults.append(Fault(place=place, must="must have no missing value", got=f"missing at position {bad}", do=do))
    return column


def _point_faults(times: Floats, values: Floats, sigmas: Floats | None) -> list[Fault]:
    faults = []
    if times.size != values.size or (sigmas is not None and sigmas.size != times.size):
        got = f"{times.size} times, {values.size} activities" + ("" if sigmas is None else f", {sigmas.size} sigmas")
        return [Fault(place="times_h", must="must have one activity (and one σ) each", got=got)]
    if (times < 0).any():
        must = "must be 0 or more hours after administration"
        faults.append(Fault(place="times_h", must=must, got=f"{times.min():g}"))
    if (values < 0).any() or not (values > 0).any():
        must = "must be 0 or above, and not all 0"
        faults.append(Fault(place="activities_mbq", must=must, got=f"{values.min():g} … {values.max():g}"))
    if sigmas is not None and not (sigmas > 0).all():
        faults.append(Fault(place="sigmas_mbq", must="must be above 0", got=f"{sigmas.min():g}"))
    return faults
