"""From counts to activity: calibration factor, dead time, decay during and between acquisitions; values and arrays."""

from __future__ import annotations

from dataclasses import dataclass
from math import e
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import lambertw

from lutetia.dosimetry.curve import LN2, Floats
from lutetia.errors import Fault, InputError

DeadTimeModel = Literal["non_paralysable", "paralysable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationFactor:
    """Counts per second for each MBq in the field of view, with u (k = 1), and how it was measured."""

    cps_per_mbq: float
    u_cps_per_mbq: float
    geometry: str
    measured_on: str | None = None

    def __post_init__(self) -> None:
        if not (self.cps_per_mbq > 0 and self.u_cps_per_mbq >= 0):
            must = "must be above 0, its u 0 or above"
            got = f"{self.cps_per_mbq} ± {self.u_cps_per_mbq} cps/MBq"
            raise InputError("CalibrationFactor", [Fault(place="cps_per_mbq", must=must, got=got)])

    @property
    def u_fraction(self) -> float:
        """Relative standard uncertainty."""
        return self.u_cps_per_mbq / self.cps_per_mbq

    def activity_mbq(self, count_rate_cps: ArrayLike) -> Floats:
        """Activity for the count rates, same shape; the factor's u is common to all of them."""
        rate: Floats = np.asarray(count_rate_cps, dtype=np.float64) / self.cps_per_mbq
        return rate


def calibration_from_phantom(
    counts: float,
    acquisition_s: float,
    activity_mbq: float,
    *,
    half_life_h: float,
    u_activity_fraction: float,
    geometry: str,
    measured_on: str | None = None,
) -> CalibrationFactor:
    """Factor from a phantom of `activity_mbq` at the start of the acquisition; decay during it is corrected.

    u joins counting (1/√counts) and the activity (radionuclide calibrator, residual). Raises InputError for values not
    above 0.
    """
    given = {"counts": counts, "acquisition_s": acquisition_s, "activity_mbq": activity_mbq, "half_life_h": half_life_h}
    faults = [Fault(place=name, must="must be above 0", got=f"{v}") for name, v in given.items() if not v > 0]
    if not u_activity_fraction >= 0:
        faults.append(Fault(place="u_activity_fraction", must="must be 0 or above", got=f"{u_activity_fraction}"))
    if faults:
        raise InputError("calibration_from_phantom", faults)
    mean_mbq = activity_mbq * float(mean_during_acquisition_fraction(acquisition_s, half_life_h))
    factor = counts / acquisition_s / mean_mbq
    u = factor * float(np.sqrt(1 / counts + u_activity_fraction**2))
    return CalibrationFactor(cps_per_mbq=factor, u_cps_per_mbq=u, geometry=geometry, measured_on=measured_on)


def decay_fraction(elapsed_h: ArrayLike, half_life_h: float) -> Floats:
    """What is left after the time, 2^(−t/T), same shape; above 1 for times before."""
    left: Floats = np.exp2(-np.asarray(elapsed_h, dtype=np.float64) / half_life_h)
    return left


def mean_during_acquisition_fraction(acquisition_s: ArrayLike, half_life_h: float) -> Floats:
    """Mean activity during an acquisition over that at its start: (1 − e^(−λt)) / (λt), same shape."""
    turned = LN2 / half_life_h * np.asarray(acquisition_s, dtype=np.float64) / 3600
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Floats = np.where(turned == 0, 1.0, -np.expm1(-turned) / turned)
    return mean


def observed_rate_cps(true_rate_cps: ArrayLike, dead_time_s: float, model: DeadTimeModel) -> Floats:
    """Rate that a camera with this dead time shows for the true rate, same shape.

    Non-paralysable m = n / (1 + nτ); paralysable m = n e^(−nτ) (Knoll, Radiation detection and measurement, ch. 4).
    """
    _refuse_dead_time("observed_rate_cps", dead_time_s, model)
    true = np.asarray(true_rate_cps, dtype=np.float64)
    lost = true * dead_time_s
    seen: Floats = true / (1 + lost) if model == "non_paralysable" else true * np.exp(-lost)
    return seen


def true_rate_cps(observed_rate_cps: ArrayLike, dead_time_s: float, model: DeadTimeModel) -> Floats:
    """Rate without dead time for the observed rates (of the wide spectrum, where dead time arises), same shape.

    Non-paralysable n = m / (1 − mτ). Paralysable n = −W₀(−mτ)/τ, the lower of two rates that show m; InputError where
    m lies above what such a camera can show (1/τ, or 1/(eτ)): then no true rate exists or it is ambiguous.
    """
    name = "true_rate_cps"
    _refuse_dead_time(name, dead_time_s, model)
    seen = np.asarray(observed_rate_cps, dtype=np.float64)
    most = 1 / dead_time_s if model == "non_paralysable" else 1 / (e * dead_time_s)
    if not (seen >= 0).all() or (seen >= most).any():
        must = f"must lie between 0 and {most:.6g} cps, the most a {model} camera with τ = {dead_time_s:g} s can show"
        got = f"{np.min(seen):g} … {np.max(seen):g}"
        raise InputError(name, [Fault(place="observed_rate_cps", must=must, got=got)])
    if model == "non_paralysable":
        true: Floats = seen / (1 - seen * dead_time_s)
        return true
    lower: Floats = -np.real(lambertw(-seen * dead_time_s, k=0)) / dead_time_s
    return lower


def dead_time_correction_fraction(observed_rate_cps: ArrayLike, dead_time_s: float, model: DeadTimeModel) -> Floats:
    """True over observed rate, same shape: the factor for counts in any window of the same acquisition."""
    seen = np.asarray(observed_rate_cps, dtype=np.float64)
    true = true_rate_cps(seen, dead_time_s, model)
    with np.errstate(invalid="ignore", divide="ignore"):
        factor: Floats = np.where(seen > 0, true / seen, 1.0)
    return factor


def _refuse_dead_time(name: str, dead_time_s: float, model: DeadTimeModel) -> None:
    faults = []
    if not dead_time_s > 0:
        faults.append(Fault(place="dead_time_s", must="must be above 0 s", got=f"{dead_time_s}"))
    if model not in ("non_paralysable", "paralysable"):
        faults.append(Fault(place="model", must="must be non_paralysable or paralysable", got=repr(model)))
    if faults:
        raise InputError(name, faults)
