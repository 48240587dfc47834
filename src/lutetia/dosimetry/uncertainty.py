"""The uncertainty of a dose along its whole chain: outline, recovery, calibration, counts, curve, S value.

    D = Ã S,   Ã = F · C / (Q R)          relative, k = 1, by the law of propagation (GUM)

Volume enters three times: counts C grow with the outline, recovery R(v) rises, S falls with the mass. These three move
together, so what counts is the sum of their slopes, not the sum of their squares:

    d ln D / d ln v = φ/2R − d ln R/d ln v − c        φ/2: blurred concentration at the outline, S ∝ mass^(−c)

After Gear et al., Eur J Nucl Med Mol Imaging 2018; 45: 2456, doi 10.1007/s00259-018-4136-7: the chain and its
covariances; the formulas for diameter and counts are derived here (two edges, blurred sphere), not read there.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, log, sqrt

from lutetia.dosimetry.absorbed_dose import AbsorbedDose, Component
from lutetia.dosimetry.recovery import (
    RecoveryCurve,
    diameter_of_volume_mm,
    edge_density_fraction,
    recovery_of_blurred_sphere,
)
from lutetia.errors import Fault, InputError

VOXEL_SHARE = 6.0  # two edges, each anywhere within a voxel: 2 · a²/12
EDGE_SHARE = 4 * log(2)  # two edges, each with the variance FWHM²/(8 ln 2) of the blur


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseChain:
    """What the chain needs for one region. Fractions are relative standard uncertainties (k = 1).

    `u_volume_fraction` of the outline (see volume_u_fraction); `image_fwhm_mm` of the emission image; `recovery` None
    means no partial-volume correction; `u_counts_fraction` random noise common to the curve (0 where the fit's u holds
    it); `u_curve_fraction` u of the area from the fit; `s_exponent` c in S ∝ mass^(−c), 1 for local energy.
    """

    volume_ml: float
    u_volume_fraction: float
    image_fwhm_mm: float
    recovery: RecoveryCurve | None
    u_calibration_fraction: float
    u_counts_fraction: float
    u_curve_fraction: float
    s_exponent: float
    u_s_fraction: float

    def __post_init__(self) -> None:
        named = {name: getattr(self, name) for name in self.__slots__ if name != "recovery"}
        faults = [
            Fault(place=name, must="must be a number, 0 or above", got=f"{value}")
            for name, value in named.items()
            if not (isfinite(value) and value >= 0)
        ]
        faults += [
            Fault(place=name, must="must be above 0", got="0")
            for name in ("volume_ml", "image_fwhm_mm")
            if not named[name]
        ]
        if faults:
            raise InputError("DoseChain", faults)

    @property
    def counts_slope(self) -> float:
        """d ln C / d ln v at the outline: φ/2 over the recovery, of the curve or, without one, of a blurred sphere."""
        diameter_mm = diameter_of_volume_mm(self.volume_ml)
        edge = edge_density_fraction(diameter_mm, self.image_fwhm_mm)
        if self.recovery is None:
            return float(edge / recovery_of_blurred_sphere(diameter_mm, self.image_fwhm_mm))
        return float(edge / self.recovery.recovery(self.volume_ml))

    @property
    def recovery_slope(self) -> float:
        """d ln R / d ln v; 0 without correction."""
        return 0.0 if self.recovery is None else float(self.recovery.log_slope(self.volume_ml))

    @property
    def u_recovery_curve_fraction(self) -> float:
        """Relative u of R from the parameters of its curve; 0 without correction."""
        if self.recovery is None:
            return 0.0
        return float(self.recovery.u_recovery(self.volume_ml) / self.recovery.recovery(self.volume_ml))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainSteps:
    """Relative u of every quantity on the way, and the covariances that tie them (relative, through the volume).

    The steps are those of the EANM guidance; they do not add in squares to the last one, the covariances belong to it.
    """

    volume_fraction: float
    recovery_fraction: float
    counts_fraction: float
    calibration_fraction: float
    activity_fraction: float
    time_integrated_activity_fraction: float
    s_value_fraction: float
    absorbed_fraction: float
    counts_with_recovery_fraction: float
    activity_with_s_value_fraction: float


def volume_u_fraction(
    volume_ml: float, *, voxel_mm: float, outline_fwhm_mm: float, u_observer_fraction: float = 0.0
) -> float:
    """Relative u of an outlined volume: 3 u(d)/d with u(d)² = a²/6 + FWHM²/(4 ln 2), joined with the observer's.

    `voxel_mm` and `outline_fwhm_mm` belong to the image on which the outline was drawn. The two terms are two edges
    with variance a²/12 and FWHM²/(8 ln 2) each; the guidance's print was not read. Raises InputError below 0.
    """
    given = {"voxel_mm": voxel_mm, "outline_fwhm_mm": outline_fwhm_mm, "u_observer_fraction": u_observer_fraction}
    faults = [Fault(place=k, must="must be 0 or above", got=f"{v}") for k, v in given.items() if not v >= 0]
    if not volume_ml > 0:
        faults.append(Fault(place="volume_ml", must="must be above 0", got=f"{volume_ml}"))
    if faults:
        raise InputError("volume_u_fraction", faults)
    u_diameter_mm = sqrt(voxel_mm**2 / VOXEL_SHARE + outline_fwhm_mm**2 / EDGE_SHARE)
    relative = 3 * u_diameter_mm / float(diameter_of_volume_mm(volume_ml))
    return sqrt(relative**2 + u_observer_fraction**2)


def with_uncertainty(gy: float, chain: DoseChain) -> AbsorbedDose:
    """The absorbed dose with its budget: volume (all it does), recovery curve, calibration, counts, curve, S value.

    Recovery curve, calibration and S value are shared: the same error in all regions and cycles of that camera and
    table. Volume, counts and curve are the region's and cycle's own.
    """
    slope = chain.counts_slope - chain.recovery_slope - chain.s_exponent
    effects = (
        ("volume", slope * chain.u_volume_fraction, False),
        ("recovery curve", -chain.u_recovery_curve_fraction, True),
        ("calibration", -chain.u_calibration_fraction, True),
        ("counts", chain.u_counts_fraction, False),
        ("curve", chain.u_curve_fraction, False),
        ("S value", chain.u_s_fraction, True),
    )
    budget = tuple(Component(name=name, effect_gy=gy * effect, shared=shared) for name, effect, shared in effects)
    return AbsorbedDose(gy=gy, budget=budget)


def chain_steps(chain: DoseChain) -> ChainSteps:
    """Relative u of each quantity of the chain with the covariances, as the guidance lists them."""
    volume, curve = chain.u_volume_fraction, chain.u_recovery_curve_fraction
    by_counts, by_recovery, by_s = (
        chain.counts_slope * volume,
        chain.recovery_slope * volume,
        -chain.s_exponent * volume,
    )
    recovery = sqrt(by_recovery**2 + curve**2)
    counts = sqrt(by_counts**2 + chain.u_counts_fraction**2)
    together = by_counts * by_recovery
    activity = sqrt(max(counts**2 + recovery**2 - 2 * together, 0.0) + chain.u_calibration_fraction**2)
    area = sqrt(activity**2 + chain.u_curve_fraction**2)
    s_value = sqrt(by_s**2 + chain.u_s_fraction**2)
    with_s = (by_counts - by_recovery) * by_s
    return ChainSteps(
        volume_fraction=volume,
        recovery_fraction=recovery,
        counts_fraction=counts,
        calibration_fraction=chain.u_calibration_fraction,
        activity_fraction=activity,
        time_integrated_activity_fraction=area,
        s_value_fraction=s_value,
        absorbed_fraction=sqrt(max(area**2 + s_value**2 + 2 * with_s, 0.0)),
        counts_with_recovery_fraction=together,
        activity_with_s_value_fraction=with_s,
    )
