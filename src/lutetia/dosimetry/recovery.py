"""Recovery of activity in small objects: analytic for a blurred sphere, or a curve fitted to a phantom's spheres.

The recovery coefficient is the measured over the true activity within the outline of the object. Partial-volume
correction divides by it. The form of a fitted curve is a choice, so it is an argument:

    gear_2018      R(v) = 1 − 1 / (1 + (v/b₁)^b₂)     v in mL
    blurred_sphere R(d/FWHM), one parameter: the FWHM in mm
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi, sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import least_squares
from scipy.special import erf

from lutetia.dosimetry.curve import Floats
from lutetia.errors import Fault, InputError

Form = Literal["gear_2018", "blurred_sphere"]
FWHM_PER_SIGMA = 2 * sqrt(2 * log(2))
STARTS: dict[Form, tuple[float, ...]] = {"gear_2018": (2.0, 0.8), "blurred_sphere": (10.0,)}
NAMES: dict[Form, tuple[str, ...]] = {"gear_2018": ("b1_ml", "b2"), "blurred_sphere": ("fwhm_mm",)}


def diameter_of_volume_mm(volume_ml: ArrayLike) -> Floats:
    """Diameter of the sphere with this volume, same shape."""
    across_mm: Floats = np.cbrt(6 * np.asarray(volume_ml, dtype=np.float64) * 1000 / pi)
    return across_mm


def recovery_of_blurred_sphere(diameter_mm: ArrayLike, fwhm_mm: float) -> Floats:
    """Share of a uniform sphere's activity seen within its own outline after blurring by a Gaussian, same shape.

    With s = R/σ: erf(√2 s) − [3/s − 1/s³ + e^(−2s²) (1/s³ − 1/s)] / √(2π), from the overlap of two spheres under a
    Gaussian shift. Raises InputError for sizes not above 0.
    """
    radius = np.asarray(diameter_mm, dtype=np.float64) / 2
    if not (radius > 0).all() or not fwhm_mm > 0:
        fault = Fault(place="diameter_mm, fwhm_mm", must="must be above 0 mm", got=f"{radius.min() * 2}, {fwhm_mm}")
        raise InputError("recovery_of_blurred_sphere", [fault])
    s = radius * FWHM_PER_SIGMA / fwhm_mm
    small = s < 0.02
    used = np.where(small, 1.0, s)
    edge = (3 / used - used**-3 + np.exp(-2 * used**2) * (used**-3 - 1 / used)) / sqrt(2 * pi)
    series = 2 / (3 * sqrt(2 * pi)) * s**3 * (1 - 0.6 * s**2)  # the formula cancels far below the blur
    value: Floats = np.where(small, series, erf(sqrt(2) * used) - edge)
    return value


def edge_density_fraction(diameter_mm: ArrayLike, fwhm_mm: float) -> Floats:
    """Blurred concentration at the outline of a uniform sphere over the true one, same shape; ½ for a large sphere.

    ½ erf(√2 s) − (1 − e^(−2s²)) / (s √(2π)), s = R/σ. It says how counts grow when the outline does: dC/dv.
    """
    s = np.asarray(diameter_mm, dtype=np.float64) / 2 * FWHM_PER_SIGMA / fwhm_mm
    share: Floats = 0.5 * erf(sqrt(2) * s) + np.expm1(-2 * s**2) / (s * sqrt(2 * pi))
    return share


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecoveryCurve:
    """A fitted recovery curve: parameters (p,) named by `parameter_names`, their covariance (p, p), and its form."""

    form: Form
    parameters: Floats
    covariance: Floats
    chi_square: float
    degrees_of_freedom: int
    volume_range_ml: tuple[float, float]
    converged: bool
    why: str | None
    conventions: tuple[str, ...]

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the parameters, with units."""
        return NAMES[self.form]

    def recovery(self, volume_ml: ArrayLike) -> Floats:
        """Recovery coefficient for the volumes, same shape."""
        return _recovery(self.form, np.asarray(volume_ml, dtype=np.float64), self.parameters)

    def u_recovery(self, volume_ml: ArrayLike) -> Floats:
        """Standard uncertainty from the curve's parameters alone (the volume taken as exact), same shape."""
        volume = np.asarray(volume_ml, dtype=np.float64)
        slopes = np.stack([self._slope(volume, k) for k in range(self.parameters.size)])
        u: Floats = np.sqrt(np.einsum("i...,ij,j...->...", slopes, self.covariance, slopes))
        return u

    def log_slope(self, volume_ml: ArrayLike) -> Floats:
        """d ln R / d ln v for the volumes, same shape."""
        volume = np.asarray(volume_ml, dtype=np.float64)
        step = 1e-5
        up, down = (np.log(self.recovery(volume * np.exp(way * step))) for way in (1, -1))
        slope: Floats = (up - down) / (2 * step)
        return slope

    def corrected_mbq(self, activity_mbq: ArrayLike, volume_ml: ArrayLike) -> Floats:
        """Activities divided by the recovery of their volumes: partial-volume correction for regions."""
        corrected: Floats = np.asarray(activity_mbq, dtype=np.float64) / self.recovery(volume_ml)
        return corrected

    def _slope(self, volume_ml: Floats, k: int) -> Floats:
        step = np.zeros(self.parameters.size)
        step[k] = 1e-6 * abs(self.parameters[k])
        up, down = (_recovery(self.form, volume_ml, self.parameters + way * step) for way in (1, -1))
        slope: Floats = (up - down) / (2 * step[k])
        return slope


def fit_recovery(
    volumes_ml: ArrayLike, recoveries: ArrayLike, *, form: Form, u_recoveries: ArrayLike | None = None
) -> RecoveryCurve:
    """The curve fitted to measured recoveries of known volumes by weighted least squares.

    Without `u_recoveries` all weigh the same and the residuals give the scale. Raises InputError for volumes or
    recoveries not above 0, unequal lengths, fewer points than parameters (one more without u), an unknown form.
    """
    volume, value = (np.asarray(column, dtype=np.float64) for column in (volumes_ml, recoveries))
    sigma = None if u_recoveries is None else np.asarray(u_recoveries, dtype=np.float64)
    if faults := _faults(volume, value, sigma, form):
        raise InputError("fit_recovery", faults)
    root = np.ones(value.size) if sigma is None else 1 / sigma
    start = np.log(STARTS[form])

    def misfit(logs: Floats) -> Floats:
        return (_recovery(form, volume, np.exp(logs)) - value) * root

    found = least_squares(misfit, start, method="lm", xtol=1e-12, ftol=1e-12)
    spare = value.size - start.size
    scale = 1.0 if sigma is not None else 2 * found.cost / spare
    parameters = np.exp(found.x)
    covariance = scale * np.linalg.pinv(found.jac.T @ found.jac) * np.outer(parameters, parameters)
    return RecoveryCurve(
        form=form,
        parameters=parameters,
        covariance=covariance,
        chi_square=float(2 * found.cost),
        degrees_of_freedom=spare,
        volume_range_ml=(float(volume.min()), float(volume.max())),
        converged=bool(found.success),
        why=None if found.success else str(found.message),
        conventions=(
            f"Recovery curve of form {form}, weighted least squares in the logarithms of its parameters.",
            "Weights 1/u² as given." if sigma is not None else "All points weigh the same; the residuals give σ.",
            "Recovery is activity within the object's own outline; it does not know spill-in from neighbours.",
        ),
    )


def _recovery(form: Form, volume_ml: Floats, parameters: Floats) -> Floats:
    if form == "blurred_sphere":
        return recovery_of_blurred_sphere(diameter_of_volume_mm(volume_ml), float(parameters[0]))
    raised = (volume_ml / parameters[0]) ** parameters[1]
    value: Floats = raised / (1 + raised)
    return value


def _faults(volume_ml: Floats, value: Floats, sigma: Floats | None, form: Form) -> list[Fault]:
    faults = []
    if form not in STARTS:
        return [Fault(place="form", must=f"must be one of {', '.join(STARTS)}", got=repr(form))]
    if volume_ml.ndim != 1 or volume_ml.shape != value.shape or (sigma is not None and sigma.shape != volume_ml.shape):
        return [Fault(place="volumes_ml", must="must be a row with one recovery (and u) each")]
    if not ((volume_ml > 0).all() and (value > 0).all()):
        faults.append(Fault(place="volumes_ml, recoveries", must="must be above 0, none missing"))
    if sigma is not None and not (sigma > 0).all():
        faults.append(Fault(place="u_recoveries", must="must be above 0"))
    need = len(STARTS[form]) + (0 if sigma is not None else 1)
    if volume_ml.size < need:
        faults.append(Fault(place="volumes_ml", must=f"must hold {need} or more for {form}", got=f"{volume_ml.size}"))
    return faults
