"""The curve drawn through the points by straight lines, with a named beginning and a named tail.

Beginning, from administration to the first point: `zero` rises in a straight line from 0, `constant` keeps the first
value, `first_two_points` runs the exponential through the first two points backwards (these must fall). Tail, beyond
the last point: `physical` decays with the nuclide alone (the most activity there can be), `last_two_points` follows the
exponential through the last two points and never falls more slowly than physical decay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import inf, log
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lutetia.dosimetry.curve import LN2, Floats
from lutetia.errors import Fault, InputError

Beginning = Literal["zero", "constant", "first_two_points"]
Tail = Literal["physical", "last_two_points"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trapezoid:
    """Straight lines between the points, an exponential before the first (or a line) and beyond the last.

    `tail_half_life_h` is what the tail falls with, `tail_is_bounded` says that the last two points fall more slowly
    than physical decay (or rise), so that physical decay was put in their place. Raises InputError for fewer than two
    points, times that do not rise, missing or negative values, an unknown beginning or tail.
    """

    times_h: tuple[float, ...]
    activities_mbq: tuple[float, ...]
    physical_half_life_h: float
    beginning: Beginning
    tail: Tail
    tail_half_life_h: float = field(init=False)
    tail_is_bounded: bool = field(init=False)
    head_half_life_h: float | None = field(init=False)

    def __post_init__(self) -> None:
        faults = _faults(self)
        if faults:
            raise InputError("Trapezoid", faults)
        own = _half_life_between_h(self, -2)
        bounded = own is None or own > self.physical_half_life_h
        wanted = self.tail == "last_two_points"
        object.__setattr__(self, "tail_is_bounded", wanted and bounded)
        slow = self.physical_half_life_h
        object.__setattr__(self, "tail_half_life_h", own if wanted and own is not None and not bounded else slow)
        backwards = self.beginning == "first_two_points" and self.times_h[0] > 0
        object.__setattr__(self, "head_half_life_h", _half_life_between_h(self, 0) if backwards else None)

    def activity_mbq(self, at_h: ArrayLike) -> Floats:
        """Activity at the times, same shape; 0 before administration."""
        at = np.asarray(at_h, dtype=np.float64)
        line = np.interp(at, *self._line())
        last = self.times_h[-1]
        tail = self.activities_mbq[-1] * np.exp2(-np.maximum(at - last, 0.0) / self.tail_half_life_h)
        value = np.where(at > last, tail, line)
        if self.head_half_life_h is not None:
            first = self.times_h[0]
            head = self.activities_mbq[0] * np.exp2((first - np.clip(at, 0.0, first)) / self.head_half_life_h)
            value = np.where(at < first, head, value)
        return np.where(at < 0, 0.0, value)

    def slope_mbq_per_h(self, at_h: ArrayLike) -> Floats:
        """Time derivative, same shape; at a point the slope after it, 0 before administration."""
        at = np.asarray(at_h, dtype=np.float64)
        times, values = (np.array(column) for column in self._line())
        pieces = np.append(np.diff(values) / np.diff(times), 0.0)
        slope = pieces[np.clip(np.searchsorted(times, at, side="right") - 1, 0, pieces.size - 1)]
        slope = np.where(at >= times[-1], -LN2 / self.tail_half_life_h * self.activity_mbq(at), slope)
        if self.head_half_life_h is not None:
            slope = np.where(at < self.times_h[0], -LN2 / self.head_half_life_h * self.activity_mbq(at), slope)
        return np.where(at < 0, 0.0, slope)

    def time_integrated_mbq_h(self, from_h: float = 0.0, to_h: float = inf) -> float:
        """Area between the times; raises InputError for a missing time or an end before the beginning."""
        if not from_h <= to_h:
            must = "must be two times in hours, the beginning not after the end"
            fault = Fault(place="from_h, to_h", must=must, got=f"{from_h} and {to_h}")
            raise InputError("time_integrated_mbq_h", [fault])
        return self._area_to_mbq_h(to_h) - self._area_to_mbq_h(max(from_h, 0.0))

    @property
    def kinks_h(self) -> tuple[float, ...]:
        """The measured times after 0."""
        return tuple(time for time in self.times_h if time > 0)

    @property
    def half_life_range_h(self) -> tuple[float, float]:
        """Half-lives of beginning and tail."""
        lives = [life for life in (self.head_half_life_h, self.tail_half_life_h) if life is not None]
        return min(lives), max(lives)

    def _line(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Times and activities of the straight part, with the beginning that is a line."""
        if self.times_h[0] == 0 or self.beginning == "first_two_points":
            return self.times_h, self.activities_mbq
        start = 0.0 if self.beginning == "zero" else self.activities_mbq[0]
        return (0.0, *self.times_h), (start, *self.activities_mbq)

    def _area_to_mbq_h(self, end_h: float) -> float:
        times, values = self._line()
        area = 0.0
        if self.head_half_life_h is not None:
            rate, first = LN2 / self.head_half_life_h, self.times_h[0]
            height = self.activities_mbq[0] * 2 ** (first / self.head_half_life_h)
            area += height / rate * (1 - 2 ** (-min(end_h, first) / self.head_half_life_h))
        for (t0, y0), (t1, y1) in pairwise(zip(times, values, strict=True)):
            width = min(max(end_h - t0, 0.0), t1 - t0)
            area += width * (y0 + (y1 - y0) * width / (2 * (t1 - t0)))
        beyond = max(end_h - times[-1], 0.0)
        return area + values[-1] * self.tail_half_life_h / LN2 * (1 - 2 ** (-beyond / self.tail_half_life_h))


def _half_life_between_h(curve: Trapezoid, at: int) -> float | None:
    """Half-life through the point at position `at` and the next; None unless the activity falls and stays above 0."""
    first, second = curve.activities_mbq[at], curve.activities_mbq[at + 1]
    if not first > second > 0:
        return None
    return (curve.times_h[at + 1] - curve.times_h[at]) * LN2 / log(first / second)


def _faults(curve: Trapezoid) -> list[Fault]:
    times, values = np.asarray(curve.times_h, dtype=float), np.asarray(curve.activities_mbq, dtype=float)
    faults = []
    if times.size < 2 or times.size != values.size:
        must = "must hold two points or more, one activity per time"
        return [Fault(place="times_h", must=must, got=f"{times.size} times and {values.size} activities")]
    if not (np.isfinite(times).all() and times[0] >= 0 and (np.diff(times) > 0).all()):
        faults.append(Fault(place="times_h", must="must rise from 0 h or later, none missing", got=f"{curve.times_h}"))
    if not (np.isfinite(values).all() and (values >= 0).all() and (values > 0).any()):
        must = "must be 0 or above, none missing, and not all 0"
        faults.append(Fault(place="activities_mbq", must=must, got=f"{curve.activities_mbq}"))
    if not 0 < curve.physical_half_life_h < inf:
        must = "must be above 0 h"
        faults.append(Fault(place="physical_half_life_h", must=must, got=f"{curve.physical_half_life_h}"))
    if curve.tail not in ("physical", "last_two_points"):
        faults.append(Fault(place="tail", must="must be physical or last_two_points", got=repr(curve.tail)))
    if curve.beginning not in ("zero", "constant", "first_two_points"):
        must = "must be zero, constant or first_two_points"
        faults.append(Fault(place="beginning", must=must, got=repr(curve.beginning)))
    elif not faults and curve.beginning == "first_two_points" and _half_life_between_h(curve, 0) is None:
        must = "first_two_points needs two first points that fall"
        got = f"{values[0]:g} and {values[1]:g} MBq"
        faults.append(Fault(place="beginning", must=must, got=got, do="Use zero or constant."))
    return faults
