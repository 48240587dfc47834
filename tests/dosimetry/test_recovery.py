"""Recovery of small objects: analytic sphere against its table and a blurred image, fits, covariance, correction."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.ndimage import gaussian_filter

from lutetia.dosimetry.recovery import (
    FWHM_PER_SIGMA,
    diameter_of_volume_mm,
    edge_density_fraction,
    fit_recovery,
    recovery_of_blurred_sphere,
)
from lutetia.errors import InputError

NEMA_MM = np.array([10, 13, 17, 22, 28, 37.0])
NEMA_ML = pi / 6 * NEMA_MM**3 / 1000


def test_nema_spheres_at_10_mm():
    """Derived and checked numerically in the project's notes, section 2.4."""
    published = [0.2153, 0.3285, 0.4518, 0.5609, 0.6481, 0.7301]
    assert recovery_of_blurred_sphere(NEMA_MM, 10) == pytest.approx(published, abs=5e-5)


def blurred_ball(radius, sigma, step):
    half = radius + 5 * sigma
    axis = np.arange(-half, half + step / 2, step)
    z, y, x = np.meshgrid(axis, axis, axis, indexing="ij")
    distance = np.sqrt(z**2 + y**2 + x**2)
    ball = np.clip((radius - distance) / step + 0.5, 0, 1)
    return ball, gaussian_filter(ball, sigma / step, mode="constant"), distance


def test_against_a_blurred_image():
    ball, image, distance = blurred_ball(8.5, 10 / FWHM_PER_SIGMA, 0.5)
    seen = (image * ball).sum() / ball.sum()
    assert float(recovery_of_blurred_sphere(17, 10)) == pytest.approx(seen, abs=0.002)
    shell = np.abs(distance - 8.5) < 0.3
    assert float(edge_density_fraction(17, 10)) == pytest.approx(image[shell].mean(), abs=0.003)


def test_small_and_large_objects():
    s = np.array([0.01, 0.0199, 0.0201, 0.05])
    small = recovery_of_blurred_sphere(2 * s * 10 / FWHM_PER_SIGMA, 10)
    # volume over (2π)^1.5 σ³, less the mean square distance of two points in the sphere, 6R²/5
    assert small == pytest.approx(4 / 3 * pi * s**3 / (2 * pi) ** 1.5 * (1 - 0.6 * s**2), rel=5e-4)
    assert float(recovery_of_blurred_sphere(1e5, 10)) == pytest.approx(1, abs=1e-3)
    assert float(edge_density_fraction(1e5, 10)) == pytest.approx(0.5, abs=1e-3)


def test_counts_grow_at_the_edge_as_its_density_says():
    """dC/dρ at the outline is the blurred concentration there: integrate it from the inside and get the recovery."""
    radius, fwhm = 8.5, 10.0
    sigma = fwhm / FWHM_PER_SIGMA

    def concentration(r):
        def kernel(u):  # a ball blurred, at distance r, as an integral over shells
            return u * (np.exp(-((r - u) ** 2) / (2 * sigma**2)) - np.exp(-((r + u) ** 2) / (2 * sigma**2)))

        return quad(kernel, 0, radius)[0] / (r * sigma * np.sqrt(2 * pi))

    inside = quad(lambda r: 4 * pi * r**2 * concentration(r), 1e-9, radius)[0]
    assert inside / (4 / 3 * pi * radius**3) == pytest.approx(float(recovery_of_blurred_sphere(17, 10)), rel=1e-6)
    assert concentration(radius) == pytest.approx(float(edge_density_fraction(17, 10)), rel=1e-6)


@pytest.mark.parametrize(("form", "truth"), [("gear_2018", (4.0, 0.7)), ("blurred_sphere", (11.0,))])
def test_parameters_lie_in_their_interval_and_the_covariance_is_the_spread(form, truth):
    rng = np.random.default_rng(3)
    exact = fit_recovery(NEMA_ML, _true(form, truth), form=form, u_recoveries=np.full(6, 0.01))
    assert exact.parameters == pytest.approx(truth, rel=1e-6)
    fits = [
        fit_recovery(
            NEMA_ML, exact.recovery(NEMA_ML) + 0.01 * rng.standard_normal(6), form=form, u_recoveries=np.full(6, 0.01)
        )
        for _ in range(300)
    ]
    drawn = np.array([f.parameters for f in fits])
    assert drawn.std(axis=0) == pytest.approx(np.sqrt(np.diag(exact.covariance)), rel=0.12)
    inside = np.abs(drawn - truth) < 1.96 * np.sqrt([np.diag(f.covariance) for f in fits])
    assert (inside.mean(axis=0) > 0.9).all()
    at = np.array([f.recovery(5.0) for f in fits])
    assert float(exact.u_recovery(5.0)) == pytest.approx(at.std(), rel=0.12)


def _true(form, truth):
    if form == "blurred_sphere":
        return recovery_of_blurred_sphere(NEMA_MM, truth[0])
    return 1 - 1 / (1 + (NEMA_ML / truth[0]) ** truth[1])


def test_correction_and_slope():
    curve = fit_recovery(NEMA_ML, _true("gear_2018", (4.0, 0.7)), form="gear_2018")
    assert curve.corrected_mbq([10.0], [4.0]) == pytest.approx([20.0])  # at b₁ half is recovered
    # d ln R / d ln v = b₂ (1 − R)
    assert curve.log_slope([4.0, 20.0]) == pytest.approx(0.7 * (1 - curve.recovery([4.0, 20.0])), rel=1e-5)
    assert curve.parameter_names == ("b1_ml", "b2")
    assert curve.volume_range_ml == (pytest.approx(NEMA_ML[0]), pytest.approx(NEMA_ML[-1]))


def test_without_u_the_residuals_give_the_scale():
    noisy = _true("gear_2018", (4.0, 0.7)) + 0.01 * np.array([1, -1, 1, -1, 1, -1])
    curve = fit_recovery(NEMA_ML, noisy, form="gear_2018")
    known = fit_recovery(NEMA_ML, noisy, form="gear_2018", u_recoveries=np.ones(6))
    assert curve.covariance == pytest.approx(known.covariance * curve.chi_square / 4, rel=1e-6)
    assert curve.converged


@pytest.mark.parametrize(
    ("volumes", "values", "more", "words"),
    [
        ([1, 2], [0.1, 0.2], {}, "3 or more"),
        ([1, 2, 3], [0.1, 0.2], {}, "one recovery"),
        ([1, 2, -3], [0.1, 0.2, 0.3], {}, "above 0"),
        ([1, 2, 3], [0.1, 0.2, 0.3], {"form": "cubic"}, "must be one of"),
        ([1, 2, 3], [0.1, 0.2, 0.3], {"u_recoveries": [0, 1, 1]}, "u_recoveries"),
    ],
)
def test_bad_input_is_refused(volumes, values, more, words):
    with pytest.raises(InputError, match=words):
        fit_recovery(volumes, values, **({"form": "gear_2018"} | more))


def test_sizes_below_zero_are_refused():
    with pytest.raises(InputError, match="above 0 mm"):
        recovery_of_blurred_sphere([10.0, 0.0], 10)
    assert float(diameter_of_volume_mm(NEMA_ML[0])) == pytest.approx(10)
