"""The convolution against the plain sum: every shape of voxel and image, nothing cropped, nothing wrapped around."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.fft

from lutetia.dosimetry import two_scale
from lutetia.dosimetry.two_scale import SplitScale, TransformScale, halved_axes, prepare

SPACINGS = [(4.8, 4.8, 4.8), (2.4, 2.4, 2.4), (4.8, 2.4, 2.4), (2.0, 4.0, 4.0)]


def whole(kernel):
    voxel_kg = kernel.density_g_per_ml * np.prod(kernel.spacing_mm) * 1e-6
    return kernel.energy_mev * 3.6e9 * 1.602176634e-13 / voxel_kg


def prepared(kernel, shape):
    return prepare(kernel.s_gy_per_mbq_h, kernel.spacing_mm, shape, whole(kernel))


def by_fourier(amounts, kernel):
    """The same convolution by one padded transform in double precision, for images too large for the plain sum."""
    padded = [2 * n for n in amounts.shape]
    places = np.ix_(*(np.minimum(np.arange(p), p - np.arange(p)) for p in padded))
    spectrum = scipy.fft.rfftn(kernel.s_gy_per_mbq_h(*places))
    dose = scipy.fft.irfftn(scipy.fft.rfftn(amounts, padded) * spectrum, padded)
    return dose[tuple(slice(n) for n in amounts.shape)]


def sources(shape):
    draws = np.random.default_rng(7)
    point, edge = np.zeros(shape), np.zeros(shape)
    point[shape[0] // 2, shape[1] // 2 + 1, shape[2] // 2], point[0, 0, 0] = 1.0, 0.5
    edge[:, :, : shape[2] // 3] = 1.0
    return {"random": draws.random(shape), "points": point, "edge": edge}


@pytest.mark.parametrize("spacing", SPACINGS, ids=str)
@pytest.mark.parametrize("nuclide", ["lutetium", "yttrium"])
def test_within_three_per_mille_where_the_dose_exceeds_two_per_cent(gaussian_kernel, nuclide, spacing):
    kernel, shape = gaussian_kernel(nuclide, spacing), (50, 33, 34)
    convolution = prepared(kernel, shape)
    assert isinstance(convolution.scale, SplitScale)
    for amounts in sources(shape).values():
        found, given, summed, wrong = convolution.convolve(amounts)
        expected = by_fourier(amounts, kernel)
        seen = expected > 0.02 * expected.max()
        assert np.abs(found[seen] / expected[seen] - 1).max() < 3e-3
        assert np.abs(found - expected).max() <= convolution.error_share * whole(kernel) + 1e-6 * expected.max()
        assert summed == pytest.approx(expected.sum(), rel=1e-4)
        assert (given, wrong) == (pytest.approx(amounts.sum()), 0)


def test_the_transform_used_here_is_the_plain_sum(gaussian_kernel, summed_directly):
    kernel, amounts = gaussian_kernel("yttrium", (4.8, 2.4, 2.4)), np.random.default_rng(1).random((6, 7, 5))
    assert by_fourier(amounts, kernel) == pytest.approx(summed_directly(amounts, kernel), rel=1e-10)


def test_small_images_are_convolved_exactly(gaussian_kernel, summed_directly):
    kernel, amounts = gaussian_kernel("lutetium"), np.random.default_rng(1).random((9, 14, 1))
    convolution = prepared(kernel, amounts.shape)
    assert isinstance(convolution.scale, TransformScale)
    assert convolution.error_share == 0
    assert convolution.convolve(amounts).result == pytest.approx(summed_directly(amounts, kernel), rel=1e-6)


def test_three_scales(gaussian_kernel, monkeypatch):
    monkeypatch.setattr(two_scale, "TRANSFORMED_AT_ONCE", 20)
    kernel, shape = gaussian_kernel("lutetium"), (52, 30, 31)
    convolution = prepared(kernel, shape)
    assert len(convolution.reaches) == 2
    amounts = sources(shape)["random"]
    expected = by_fourier(amounts, kernel)
    assert np.abs(convolution.convolve(amounts).result / expected - 1).max() < 3e-3


def test_nothing_wraps_around(gaussian_kernel):
    kernel, shape = gaussian_kernel("lutetium"), (64, 30, 32)
    amounts = np.zeros(shape)
    amounts[0, 0, 0] = 1.0
    dose = prepared(kernel, shape).convolve(amounts).result
    for corner in [(63, 0, 0), (0, 29, 0), (0, 0, 31), (63, 29, 31)]:
        assert dose[corner] == pytest.approx(kernel.s_gy_per_mbq_h(*np.array(corner)).item(), rel=0.02)


def test_a_kernel_too_rough_for_two_scales_is_transformed_whole(summed_directly, monkeypatch):
    monkeypatch.setattr(two_scale, "REACHES", (3,))

    class Rough:
        """Alternating far from the source: nothing a coarse grid could carry."""

        spacing_mm = (1.0, 1.0, 1.0)

        def s_gy_per_mbq_h(self, dz, dy, dx):
            return np.asarray(1.0 + 0.5 * (-1.0) ** (dz + dy + dx))

    amounts = np.zeros((50, 4, 3))
    amounts[3, 1, 1], amounts[44, 2, 0] = 1.0, 2.0
    convolution = prepare(Rough().s_gy_per_mbq_h, Rough.spacing_mm, amounts.shape, 100.0)
    assert isinstance(convolution.scale, TransformScale)
    assert convolution.convolve(amounts).result == pytest.approx(summed_directly(amounts, Rough()), rel=1e-6)


def test_the_same_numbers_with_any_number_of_workers(gaussian_kernel):
    kernel, shape = gaussian_kernel("lutetium"), (50, 32, 34)
    convolution, amounts = prepared(kernel, shape), sources(shape)["random"]
    one, three = convolution.convolve(amounts, workers=1), convolution.convolve(amounts, workers=3)
    assert np.array_equal(one.result, three.result)
    assert (one.given, one.summed) == (three.given, three.summed)


@pytest.mark.parametrize(
    ("shape", "spacing", "expected"),
    [
        ((128, 128, 128), (4.8, 4.8, 4.8), (True, True, True)),
        ((128, 128, 128), (4.8, 2.4, 2.4), (False, True, True)),
        ((64, 128, 8), (2.0, 2.0, 2.0), (True, True, False)),
        ((128, 128, 128), (1.0, 3.0, 3.0), (True, False, False)),
    ],
)
def test_close_voxels_are_halved(shape, spacing, expected):
    assert halved_axes(shape, spacing) == expected
