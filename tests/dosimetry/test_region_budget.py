"""The budget of a region: slopes of the transfer matrix against refitted spheres, parts by hand, Monte Carlo of all."""

from __future__ import annotations

from dataclasses import replace
from math import hypot, sqrt

import numpy as np
import pytest

from lutetia.dosimetry.activity_series import ActivitySeries
from lutetia.dosimetry.curve import MonoExponential
from lutetia.dosimetry.geometric_transfer import blurred
from lutetia.dosimetry.region_budget import (
    BEFORE,
    OTHERS,
    RESOLUTION,
    TransferChain,
    area_budget,
    chain_of,
    dose_with_budget,
    outline_u_fraction,
    s_exponent_of,
    transfer_slope,
)
from lutetia.dosimetry.region_curve import region_curve
from lutetia.dosimetry.region_plan import ChooseCurve, RegionPlan
from lutetia.dosimetry.uncertainty import volume_u_fraction
from lutetia.errors import InputError

HOURS = np.array([4.0, 24.0, 96.0, 168.0])


@pytest.fixture(scope="module")
def series(small_body):
    found = small_body.series(psf_mm=10.0)
    return replace(found, u_image_fwhm_mm=0.4)


@pytest.fixture(scope="module")
def curve():
    values = MonoExponential(initial_mbq=100.0, effective_half_life_h=52.0).activity_mbq(HOURS)
    return region_curve(
        HOURS,
        values,
        0.02 * values,
        ChooseCurve(),
        names=("a", "b", "c", "d"),
        physical_half_life_h=159.5,
        administered_mbq=7400.0,
    )


def fitted_activity(true_radius_mm, drawn_radius_mm, true_fwhm_mm, believed_fwhm_mm):
    """Least squares of a drawn blurred ball to a true one, numerically, on voxels of 2 mm: volume times fit."""
    edge, half = 2.0, 24
    z, y, x = np.ogrid[-half : half + 1, -half : half + 1, -half : half + 1]
    distance = edge * np.sqrt(z**2 + y**2 + x**2)

    def seen(radius_mm, fwhm_mm):
        ball = np.clip((radius_mm - distance) / edge + 0.5, 0, 1).astype(np.float32)
        ball *= 4 / 3 * np.pi * radius_mm**3 / (float(ball.sum()) * edge**3)
        return blurred(ball, (edge,) * 3, fwhm_mm).astype(float).ravel()

    true, drawn = seen(true_radius_mm, true_fwhm_mm), seen(drawn_radius_mm, believed_fwhm_mm)
    return true @ drawn / (drawn @ drawn) * drawn_radius_mm**3


@pytest.mark.parametrize("radius_mm", [8.0, 12.0, 20.0])
def test_slopes_of_the_transfer_matrix(radius_mm):
    volume_ml = 4 / 3 * np.pi * radius_mm**3 / 1000
    chain = TransferChain(
        volume_ml=volume_ml, u_volume_fraction=0, image_fwhm_mm=10.0, recovery=None, u_calibration_fraction=0,
        u_counts_fraction=0, u_curve_fraction=0, s_exponent=1, u_s_fraction=0,
    )  # fmt: skip
    wider, narrower = (fitted_activity(radius_mm, radius_mm * (1 + w * 0.03), 10, 10) for w in (1, -1))
    assert chain.counts_slope == pytest.approx(np.log(wider / narrower) / (3 * np.log(1.03 / 0.97)), abs=0.02)
    more, less = (fitted_activity(radius_mm, radius_mm, 10, 10 * (1 + w * 0.05)) for w in (1, -1))
    assert 1.5 * transfer_slope(volume_ml, 10.0) == pytest.approx(np.log(more / less) / np.log(1.05 / 0.95), abs=0.03)


def test_without_blur_half_of_the_outline_counts():
    assert transfer_slope(7.0, 0.0) == 0
    chain = TransferChain(
        volume_ml=7.0, u_volume_fraction=0, image_fwhm_mm=0.0, recovery=None, u_calibration_fraction=0,
        u_counts_fraction=0, u_curve_fraction=0, s_exponent=1, u_s_fraction=0,
    )  # fmt: skip
    assert chain.counts_slope == 0.5
    with pytest.raises(InputError, match="u_volume_fraction"):
        replace(chain, u_volume_fraction=-1.0)


def test_s_falls_with_mass():
    assert s_exponent_of("Lu-177", 150.0) == pytest.approx(0.985, abs=0.015)
    assert s_exponent_of("Y-90", 1.0) < 0.9  # electrons leave a small ball


def test_the_outline_has_the_u_of_its_images(series):
    plan = RegionPlan()
    assert outline_u_fraction(series, plan, 7.0, 4.8) == volume_u_fraction(7.0, voxel_mm=4.8, outline_fwhm_mm=10.0)
    drawn = replace(series, outline_fwhm_mm=1.5)
    assert outline_u_fraction(drawn, plan, 7.0, 1.0) == volume_u_fraction(7.0, voxel_mm=1.0, outline_fwhm_mm=1.5)
    assert outline_u_fraction(series, RegionPlan(u_volume_fraction=0.1), 7.0, 4.8) == 0.1


def budget(series: ActivitySeries, curve, plan=None, volume_ml=7.0, u_volume=0.1):
    plan = plan or RegionPlan()
    chain = chain_of(series, plan, curve, volume_ml=volume_ml, u_volume_fraction=u_volume)
    return area_budget(series, plan, curve, chain)


def effects(dose):
    return {c.name: c.effect_gy for c in dose.budget}


def test_the_area_by_hand(series, curve):
    found = effects(budget(series, curve).of(10.0))
    assert found["calibration"] == pytest.approx(-0.3)
    assert found["volume"] == pytest.approx(10 * 0.1 * 0.5 * (1 - transfer_slope(7.0, 10.0)))
    assert found[RESOLUTION] == pytest.approx(10 * 1.5 * transfer_slope(7.0, 10.0) * 0.04)
    assert found["curve"] == pytest.approx(10 * curve.tia_mbq_h.std_error / curve.tia_mbq_h.estimate)
    assert found[BEFORE] == pytest.approx(10 * (1 - 2 ** (-4 / 52)) / sqrt(12))
    assert set(found) == {"calibration", "volume", RESOLUTION, "curve", BEFORE}


def test_what_is_unknown_is_named(series, curve):
    silent = replace(series, u_calibration_fraction=None, u_image_fwhm_mm=None)
    dose = budget(silent, curve).of(1.0)
    assert dose.u_gy is None
    assert dose.unknown == ("calibration", RESOLUTION)
    whole = dose_with_budget(
        "a", {"a": 1.0}, {"a": budget(series, curve)}, s_exponent=1, u_mass_fraction=None, mass_is_given=True,
        u_s_fraction=None,
    )  # fmt: skip
    assert whole.unknown == ("mass", "S value")


def test_a_dose_from_two_sources_by_hand(series, curve):
    budgets = {"a": budget(series, curve), "b": budget(series, curve, volume_ml=150.0, u_volume=0.05)}
    whole = dose_with_budget(
        "a", {"a": 8.0, "b": 2.0}, budgets, s_exponent=0.98, u_mass_fraction=None, mass_is_given=False,
        u_s_fraction=0.02,
    )  # fmt: skip
    found, slope = effects(whole), 0.5 * (1 - transfer_slope(7.0, 10.0))
    assert whole.gy == 10.0
    assert found["calibration"] == pytest.approx(-0.03 * 10)  # one error for both
    assert found["S value"] == pytest.approx(0.2)
    assert abs(found["volume"]) == pytest.approx(8 * abs(slope - 0.98) * 0.1)  # outline and mass together
    own = [c.effect_gy for c in budgets["b"].of(2.0).budget if not c.shared]
    assert found[OTHERS] == pytest.approx(hypot(*own))
    given = dose_with_budget(
        "a", {"a": 8.0}, budgets, s_exponent=0.98, u_mass_fraction=0.05, mass_is_given=True, u_s_fraction=0.02
    )
    assert effects(given)["volume"] == pytest.approx(8 * slope * 0.1)
    assert effects(given)["mass"] == pytest.approx(-8 * 0.98 * 0.05)


def test_the_budget_is_monte_carlo(series, curve):
    """Acceptance 12 for this chain: 20,000 draws of every source through the dose itself, within 3 %; and each source
    taken away lowers the total by its square."""
    rng, n = np.random.default_rng(12), 20_000
    RegionPlan()
    dose = dose_with_budget(
        "a", {"a": 1.0}, {"a": budget(series, curve, u_volume=0.06)}, s_exponent=0.98, u_mass_fraction=None,
        mass_is_given=False, u_s_fraction=0.02,
    )  # fmt: skip
    slope, width = 0.5 * (1 - transfer_slope(7.0, 10.0)), 1.5 * transfer_slope(7.0, 10.0)
    volume, fwhm = 1 + 0.06 * rng.standard_normal(n), 1 + 0.04 * rng.standard_normal(n)
    calibration, s_value = 1 + 0.03 * rng.standard_normal(n), 1 + 0.02 * rng.standard_normal(n)
    values = curve.curve.activity_mbq(HOURS) * (1 + 0.02 * rng.standard_normal((n, 4)))
    logs = np.polyfit(HOURS, np.log(values).T, 1)
    area = np.exp(logs[1]) / -logs[0]  # equal relative noise: a straight line in the logarithm is the same fit
    early = 1 + (1 - 2 ** (-4 / 52)) * rng.uniform(-0.5, 0.5, n)
    drawn = volume**slope * fwhm**width / calibration * s_value * volume**-0.98 * area * early
    assert dose.u_gy == pytest.approx(drawn.std() / drawn.mean(), rel=0.03)
    for name, effect in effects(dose).items():
        rest = sqrt(sum(e**2 for other, e in effects(dose).items() if other != name))
        assert dose.u_gy**2 - rest**2 == pytest.approx(effect**2), name
