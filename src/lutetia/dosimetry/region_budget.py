"""The budget of a region's area and dose: the chain of uncertainty for its own part, the other sources' for theirs.

Of a region corrected by the geometric transfer matrix, with an outline of another volume v and an image blur of another
width than the true one, least squares finds (for a sphere; R₂ is the recovery of a sphere blurred by √2 · FWHM):

    d ln A / d ln v = ½ (1 − d ln R₂/d ln v)        d ln A / d ln FWHM = 3/2 · d ln R₂/d ln v

because the fitted concentration is ⟨m₀, m⟩/⟨m, m⟩ with m the blurred sphere, and ⟨m, m⟩ = v R₂. Without blur that is ½:
half of what the outline wins or loses at its border counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from math import log, sqrt

from lutetia.dosimetry.absorbed_dose import AbsorbedDose, Component, combined
from lutetia.dosimetry.activity_series import ActivitySeries
from lutetia.dosimetry.recovery import diameter_of_volume_mm, recovery_of_blurred_sphere
from lutetia.dosimetry.region_plan import RegionPlan
from lutetia.dosimetry.region_result import RegionCurve
from lutetia.dosimetry.sphere import sphere_s_gy_per_bq_s
from lutetia.dosimetry.uncertainty import DoseChain, volume_u_fraction, with_uncertainty

RESOLUTION = "image resolution"
BEFORE = "before the first scan"
OTHERS = "other regions"
SHARPEST_MM = 0.01  # of an image without blur, where a formula divides by it
STEP = 0.05  # in ln mass and ln volume


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferChain(DoseChain):
    """The chain of a region corrected by the geometric transfer matrix: how its activity follows its outline.

    `image_fwhm_mm` may be 0: an image without blur.
    """

    def __post_init__(self) -> None:
        sharp = self.image_fwhm_mm == 0
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        DoseChain(**(values | {"image_fwhm_mm": SHARPEST_MM} if sharp else values))  # its checks

    @property
    def counts_slope(self) -> float:
        """d ln A / d ln v, correction included."""
        return 0.5 * (1 - transfer_slope(self.volume_ml, self.image_fwhm_mm))

    @property
    def recovery_slope(self) -> float:
        """0: the correction is part of the slope of the activity."""
        return 0.0

    @property
    def u_recovery_curve_fraction(self) -> float:
        """0: there is no recovery curve; the width of the blur is a source of its own."""
        return 0.0


def transfer_slope(volume_ml: float, fwhm_mm: float) -> float:
    """d ln R₂/d ln v of a sphere, R₂ its recovery under a blur of √2 · FWHM; 0 without blur."""
    if fwhm_mm == 0:
        return 0.0
    wide_mm = sqrt(2) * fwhm_mm
    logs = [
        log(float(recovery_of_blurred_sphere(diameter_of_volume_mm(volume_ml * (1 + way * STEP)), wide_mm)))
        for way in (1, -1)
    ]
    return (logs[0] - logs[1]) / log((1 + STEP) / (1 - STEP))


@lru_cache(maxsize=512)
def s_exponent_of(nuclide: str, mass_g: float) -> float:
    """c in S ∝ mass^(−c), from spheres a little lighter and heavier; 1 where all energy stays in the region."""
    lighter, heavier = (sphere_s_gy_per_bq_s(nuclide, mass_g * (1 + way * STEP)) for way in (-1, 1))
    return log(lighter / heavier) / log((1 + STEP) / (1 - STEP))


def outline_u_fraction(series: ActivitySeries, plan: RegionPlan, volume_ml: float, voxel_mm: float) -> float:
    """Relative u of the region's volume: as planned, else from the voxels and the blur of the images it was drawn
    on."""
    if plan.u_volume_fraction is not None:
        return plan.u_volume_fraction
    blur_mm = series.image_fwhm_mm if series.outline_fwhm_mm is None else series.outline_fwhm_mm
    return volume_u_fraction(volume_ml, voxel_mm=voxel_mm, outline_fwhm_mm=blur_mm)


def chain_of(
    series: ActivitySeries, plan: RegionPlan, curve: RegionCurve, *, volume_ml: float, u_volume_fraction: float
) -> DoseChain:
    """The chain up to the area: S value without uncertainty, its mass not yet counted."""
    area, u_curve = float(curve.tia_mbq_h.estimate or 0.0), curve.tia_mbq_h.std_error
    transfer = plan.partial_volume == "geometric transfer"
    return (TransferChain if transfer else DoseChain)(
        volume_ml=volume_ml,
        u_volume_fraction=u_volume_fraction,
        image_fwhm_mm=series.image_fwhm_mm if transfer else max(series.image_fwhm_mm, SHARPEST_MM),
        recovery=series.recovery if plan.partial_volume == "recovery curve" else None,
        u_calibration_fraction=series.u_calibration_fraction or 0.0,
        u_counts_fraction=0.0,
        u_curve_fraction=(u_curve or 0.0) / area,
        s_exponent=0.0,
        u_s_fraction=0.0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaBudget:
    """What moves a region's area: the chain, relative extra sources (name, effect, shared), and what is unknown."""

    chain: DoseChain
    extra: tuple[tuple[str, float, bool], ...]
    unknown: tuple[str, ...]
    voided: tuple[str, ...]

    def of(self, gy: float, *, s_exponent: float = 0.0) -> AbsorbedDose:
        """A dose in proportion to the area with its budget; its mass from the same outline where S falls with it."""
        dose = with_uncertainty(gy, replace(self.chain, s_exponent=s_exponent))
        kept = [c for c in dose.budget if c.name not in self.voided]
        more = [Component(name=name, effect_gy=gy * effect, shared=shared) for name, effect, shared in self.extra]
        return AbsorbedDose(gy=gy, budget=(*kept, *more), unknown=self.unknown)


def area_budget(series: ActivitySeries, plan: RegionPlan, curve: RegionCurve, chain: DoseChain) -> AreaBudget:
    """The chain with what it does not hold: blur of the image, the time before the first scan, and the unknown."""
    area = float(curve.tia_mbq_h.estimate or 0.0)
    extra = [(BEFORE, curve.u_before_first_mbq_h / area, False)]
    unknown = [] if series.u_calibration_fraction is not None else ["calibration"]
    unknown += [] if curve.tia_mbq_h.std_error is not None else ["curve"]
    transfer = plan.partial_volume == "geometric transfer" and series.image_fwhm_mm > 0
    if transfer and series.u_image_fwhm_mm is None:
        unknown.append(RESOLUTION)
    elif transfer and series.u_image_fwhm_mm is not None:
        slope = 1.5 * transfer_slope(chain.volume_ml, series.image_fwhm_mm)
        extra.append((RESOLUTION, slope * series.u_image_fwhm_mm / series.image_fwhm_mm, True))
    voided = ["counts", "S value"] + ([] if chain.recovery is not None else ["recovery curve"])
    return AreaBudget(chain=chain, extra=tuple(extra), unknown=tuple(unknown), voided=tuple(voided))


def dose_with_budget(
    target: str,
    parts_gy: Mapping[str, float],
    budgets: Mapping[str, AreaBudget],
    *,
    s_exponent: float,
    u_mass_fraction: float | None,
    mass_is_given: bool,
    u_s_fraction: float | None,
) -> AbsorbedDose:
    """The dose of the target from all sources. Its own outline moves area and mass together, unless its mass was given;
    what is the other sources' own is summed up as `other regions`; the S values are shared by all."""
    own_gy = parts_gy.get(target, 0.0)
    own = budgets[target].of(own_gy, s_exponent=0.0 if mass_is_given else s_exponent)
    others = [_of_another(budgets[name].of(gy)) for name, gy in parts_gy.items() if name != target]
    dose = combined([own, *others], [1.0] * (1 + len(others)))
    budget, unknown = list(dose.budget), list(dose.unknown)
    if mass_is_given and u_mass_fraction is None:
        unknown.append("mass")
    elif mass_is_given and u_mass_fraction is not None:
        budget.append(Component(name="mass", effect_gy=-s_exponent * own_gy * u_mass_fraction))
    if u_s_fraction is None:
        unknown.append("S value")
    else:
        budget.append(Component(name="S value", effect_gy=dose.gy * u_s_fraction, shared=True))
    return AbsorbedDose(gy=dose.gy, budget=tuple(budget), unknown=tuple(unknown))


def _of_another(dose: AbsorbedDose) -> AbsorbedDose:
    """The same dose with all that is the source's own under one name."""
    own = sqrt(sum(c.effect_gy**2 for c in dose.budget if not c.shared))
    shared = tuple(c for c in dose.budget if c.shared)
    unknown = tuple(name if name in ("calibration", RESOLUTION) else f"{name} of {OTHERS}" for name in dose.unknown)
    return AbsorbedDose(gy=dose.gy, budget=(*shared, Component(name=OTHERS, effect_gy=own)), unknown=unknown)
