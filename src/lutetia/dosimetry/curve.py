"""Time-activity curves: each knows its value, its slope and its area. Time is hours after administration.

A sum of exponentials carries every clearance and uptake model: an uptake phase is a phase of negative amplitude.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf, isfinite, log
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError

Floats = NDArray[np.float64]

LN2 = log(2)
ROUNDING = 1e-9  # an activity at time 0 this far below zero, beside the largest amplitude, is rounding


class Curve(Protocol):
    """What every time-activity curve offers; doses and BED ask for nothing else."""

    def activity_mbq(self, at_h: ArrayLike) -> Floats:
        """Activity at the times, same shape; 0 before administration."""

    def slope_mbq_per_h(self, at_h: ArrayLike) -> Floats:
        """Time derivative of the activity, same shape; at a kink the slope after it."""

    def time_integrated_mbq_h(self, from_h: float = 0.0, to_h: float = inf) -> float:
        """Area under the curve between the two times."""

    @property
    def kinks_h(self) -> tuple[float, ...]:
        """Times after 0 at which the slope may jump; between them and after the last the curve is smooth."""

    @property
    def half_life_range_h(self) -> tuple[float, float]:
        """Shortest and longest half-life of the curve: what a numeric integral must resolve, and how far it must go."""


class ExponentialCurve:
    """A(t) = Σ Aᵢ · 2^(−t/Tᵢ), t ≥ 0: the methods common to curves made of exponential phases."""

    __slots__ = ()

    def phases(self) -> tuple[tuple[float, float], ...]:
        """Each phase as (amplitude in MBq, effective half-life in h)."""
        raise NotImplementedError

    def activity_mbq(self, at_h: ArrayLike) -> Floats:
        """Activity at the times, same shape; 0 before administration."""
        at = np.asarray(at_h, dtype=np.float64)
        after = np.maximum(at, 0.0)
        value = sum((a * np.exp2(-after / half) for a, half in self.phases()), np.zeros_like(at))
        return np.where(at < 0, 0.0, value)

    def slope_mbq_per_h(self, at_h: ArrayLike) -> Floats:
        """Time derivative −Σ Aᵢ λᵢ 2^(−t/Tᵢ), same shape; 0 before administration."""
        at = np.asarray(at_h, dtype=np.float64)
        after = np.maximum(at, 0.0)
        slope = sum((-a * LN2 / half * np.exp2(-after / half) for a, half in self.phases()), np.zeros_like(at))
        return np.where(at < 0, 0.0, slope)

    def time_integrated_mbq_h(self, from_h: float = 0.0, to_h: float = inf) -> float:
        """Area between the times: Σ Aᵢ Tᵢ / ln 2 from 0 to infinity (MIRD Pamphlet 21, doi 10.2967/jnumed.108.056036).

        Raises InputError for a missing time or an end before the beginning.
        """
        start, end = _interval("time_integrated_mbq_h", from_h, to_h)
        return float(sum(a * half / LN2 * (2 ** (-start / half) - 2 ** (-end / half)) for a, half in self.phases()))

    @property
    def kinks_h(self) -> tuple[float, ...]:
        """None: the curve is smooth."""
        return ()

    @property
    def half_life_range_h(self) -> tuple[float, float]:
        """Shortest and longest half-life among the phases."""
        lives = [half for _, half in self.phases()]
        return min(lives), max(lives)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonoExponential(ExponentialCurve):
    """Single-phase clearance: A(t) = A₀ · 2^(−t/T), t in hours after administration."""

    initial_mbq: float
    effective_half_life_h: float

    def __post_init__(self) -> None:
        _refuse("MonoExponential", phase_faults(((self.initial_mbq, self.effective_half_life_h),)))

    def phases(self) -> tuple[tuple[float, float], ...]:
        """The one phase."""
        return ((self.initial_mbq, self.effective_half_life_h),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExponentialSum(ExponentialCurve):
    """A(t) = Σ Aᵢ · 2^(−t/Tᵢ): bi- and tri-exponential clearance; a negative amplitude is an uptake phase."""

    amplitudes_mbq: tuple[float, ...]
    effective_half_lives_h: tuple[float, ...]

    def __post_init__(self) -> None:
        name = "ExponentialSum"
        if len(self.amplitudes_mbq) != len(self.effective_half_lives_h) or not self.amplitudes_mbq:
            got = f"{len(self.amplitudes_mbq)} amplitudes and {len(self.effective_half_lives_h)} half-lives"
            raise InputError(name, [Fault(place="amplitudes_mbq", must="must have one half-life each", got=got)])
        _refuse(name, phase_faults(self.phases()))

    def phases(self) -> tuple[tuple[float, float], ...]:
        """Each phase as (amplitude in MBq, effective half-life in h), as given."""
        return tuple(zip(self.amplitudes_mbq, self.effective_half_lives_h, strict=True))


def phase_faults(phases: Iterable[tuple[float, float]]) -> list[Fault]:
    """What is wrong with the phases: numbers missing, half-lives not positive, activity negative at 0 or in the end."""
    listed = list(phases)
    faults = []
    for number, (amplitude, half) in enumerate(listed, start=1):
        if not isfinite(amplitude):
            faults.append(Fault(place=f"phase {number}", must="amplitude must be a number in MBq", got=f"{amplitude}"))
        if not (isfinite(half) and half > 0):
            faults.append(Fault(place=f"phase {number}", must="half-life must be above 0 h", got=f"{half}"))
    if faults:
        return faults
    size = max(abs(a) for a, _ in listed)
    at_zero = sum(a for a, _ in listed)
    longest = max(half for _, half in listed)
    in_the_end = sum(a for a, half in listed if half == longest)
    if at_zero < -ROUNDING * size:
        faults.append(Fault(place="amplitudes", must="activity must not be negative at time 0", got=f"{at_zero:g} MBq"))
    if in_the_end < -ROUNDING * size:
        must = "the slowest phase must not be negative: an uptake phase is faster than the clearance"
        faults.append(Fault(place="amplitudes", must=must, got=f"{in_the_end:g} MBq"))
    return faults


def slower_than_physical(curve: Curve, physical_half_life_h: float) -> bool:
    """True if the curve falls in the end more slowly than physical decay: no living thing makes activity."""
    return curve.half_life_range_h[1] > physical_half_life_h * (1 + ROUNDING)


def share_beyond(curve: Curve, time_h: float) -> float:
    """The share of the area from 0 to infinity that lies beyond the time; nan where the area is 0."""
    whole = curve.time_integrated_mbq_h()
    return curve.time_integrated_mbq_h(from_h=time_h) / whole if whole > 0 else float("nan")


def time_of_peak_h(curve: ExponentialCurve) -> float:
    """Time of the highest activity: 0 for pure clearance, else where the slope is 0 (found by halving)."""
    if float(curve.slope_mbq_per_h(0.0)) <= 0:
        return 0.0
    low, high = 0.0, curve.half_life_range_h[0]
    while float(curve.slope_mbq_per_h(high)) > 0:
        low, high = high, 2 * high
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if float(curve.slope_mbq_per_h(middle)) > 0 else (low, middle)
    return (low + high) / 2


def _interval(name: str, from_h: float, to_h: float) -> tuple[float, float]:
    if from_h != from_h or to_h != to_h or to_h < from_h:
        must = "must be two times in hours, the beginning not after the end"
        raise InputError(name, [Fault(place="from_h, to_h", must=must, got=f"{from_h} and {to_h}")])
    return max(from_h, 0.0), max(to_h, 0.0)


def _refuse(name: str, faults: list[Fault]) -> None:
    if faults:
        raise InputError(name, faults)
