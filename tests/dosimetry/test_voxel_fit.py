"""Voxel-wise fits: the same as organ fits, what becomes of odd voxels, units and laws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import curve_fit

from lutetia.dosimetry.fit import fit_curve
from lutetia.dosimetry.voxel_fit import VoxelState, fit_voxels
from lutetia.errors import InputError

T = np.array([4.0, 24.0, 72.0, 168.0])
PHYSICAL = 159.528


def images(noise=0.05, shape=(6, 7, 11), seed=0, dtype=np.float32):
    rng = np.random.default_rng(seed)
    lives = rng.uniform(15, 140, shape)
    values = rng.uniform(0.1, 4, shape) * 2 ** (-T[:, None, None, None] / lives)
    return (values * (1 + noise * rng.standard_normal(values.shape))).astype(dtype)


def fit(values, **more):
    return fit_voxels(T, values, physical_half_life_h=PHYSICAL, **more)


@pytest.mark.parametrize("sigmas", [None, [0.3, 0.2, 0.1, 0.05]])
def test_every_voxel_is_the_organ_fit(sigmas):
    values = images(noise=0.1)
    found = fit(values, sigmas_mbq=sigmas)
    for z, y, x in [(0, 0, 0), (3, 2, 5), (5, 6, 10), (1, 4, 7)]:
        one = fit_curve(
            T, values[:, z, y, x], sigmas_mbq=sigmas, physical_half_life_h=PHYSICAL, model="mono", rising="flag"
        )
        assert found.tia_mbq_h[z, y, x] == pytest.approx(one.tia_mbq_h.estimate, rel=1e-5)
        assert found.u_tia_mbq_h[z, y, x] == pytest.approx(one.tia_mbq_h.std_error, rel=1e-3)
        assert found.rate_per_h[z, y, x] == pytest.approx(one.parameters[1], rel=1e-5)
        assert found.initial_mbq[z, y, x] == pytest.approx(one.parameters[0], rel=1e-5)


def test_areas_are_those_of_scipy_curve_fit():
    values = images(noise=0.03, shape=(1, 1, 40), dtype=np.float64)
    found = fit(values)
    for x in range(40):
        column = values[:, 0, 0, x]
        (a, rate), _ = curve_fit(lambda t, a, r: a * np.exp(-r * t), T, column, p0=(column[0], 0.01), xtol=1e-12)
        if rate > np.log(2) / PHYSICAL:
            assert found.tia_mbq_h[0, 0, x] == pytest.approx(a / rate, rel=1e-5)


def test_what_becomes_of_odd_voxels():
    values = np.ones((4, 7), dtype=np.float32) * (2 ** (-T / 50))[:, None].astype(np.float32)
    values[:, 1] = 2 ** (-T / 400)  # slower than physical decay
    values[:, 2] = [1, 2, 3, 4]  # rising
    values[:, 3] = 0
    values[:, 4] = -1
    values[2, 5] = np.nan
    values[:, 6] = [1, 0, 0, 0]
    found = fit(values)
    names = [VoxelState(code).name for code in found.state]
    assert names == ["FITTED", "AT_PHYSICAL_DECAY", "AT_PHYSICAL_DECAY", "NO_SIGNAL", "NO_SIGNAL", "MISSING",
                     "AT_SHORTEST_HALF_LIFE"]  # fmt: skip
    assert found.tia_mbq_h[3] == 0
    assert found.tia_mbq_h[4] == 0
    assert np.isnan(found.tia_mbq_h[5])
    assert found.counts["at_physical_decay"] == 2
    assert found.left_out[0].count == 1
    life = found.effective_half_life_h()
    assert life[:3] == pytest.approx([50, PHYSICAL, PHYSICAL], rel=1e-5)
    assert np.isnan(life[3:6]).all()


def test_a_voxel_whose_best_amplitude_is_nothing_has_no_signal():
    values = np.array([[-5.0], [-5.0], [-5.0], [1.0]], dtype=np.float32)
    found = fit(values)
    assert found.state[0] == VoxelState.NO_SIGNAL
    assert found.tia_mbq_h[0] == 0


def test_only_missing_or_only_silent_images():
    assert fit(np.full((4, 300), np.nan, dtype=np.float32)).counts["missing"] == 300
    assert fit(np.zeros((4, 300), dtype=np.float32)).counts["no_signal"] == 300
    spread = np.zeros((4, 5), dtype=np.float32)
    spread[1, 2] = np.inf
    assert fit(spread).counts["missing"] == 1


def test_noisy_voxels_have_the_global_minimum():
    values = images(noise=0.5, shape=(1, 20, 30), seed=4, dtype=np.float64)
    found = fit(values)
    rates = np.exp(np.linspace(np.log(np.log(2) / PHYSICAL), np.log(np.log(2) / 1.0), 2000))
    falls = np.exp(-np.outer(rates, T))
    share = np.maximum(np.einsum("rt,tzyx->rzyx", falls / np.sqrt((falls**2).sum(1))[:, None], values), 0)
    best = (values**2).sum(axis=0) - (share**2).max(axis=0)
    model = found.initial_mbq * np.exp(-found.rate_per_h * T[:, None, None, None])
    squares = ((values - model) ** 2).sum(axis=0)
    assert (squares <= best * (1 + 1e-4) + 1e-7).all()


def test_order_of_images_workers_precision_and_size_of_numbers_do_not_matter():
    values = images()
    plain = fit(values)
    order = [2, 0, 3, 1]
    mixed = fit_voxels(T[order], values[order], physical_half_life_h=PHYSICAL, workers=1)
    assert mixed.tia_mbq_h == pytest.approx(plain.tia_mbq_h, rel=1e-5)
    double = fit(values.astype(np.float64), workers=3)
    assert double.tia_mbq_h == pytest.approx(plain.tia_mbq_h, rel=1e-5)
    for factor in (1e-9, 1e9):
        assert fit(values * np.float32(factor)).tia_mbq_h == pytest.approx(factor * plain.tia_mbq_h, rel=1e-5)


def test_two_images_without_sigma_have_no_u():
    found = fit_voxels(T[:2], images()[:2], physical_half_life_h=PHYSICAL)
    assert np.isnan(found.u_tia_mbq_h[found.state == VoxelState.FITTED]).all()
    assert np.isfinite(found.tia_mbq_h).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"times_h": [4, 24, 72]}, "one image of numbers per time"),
        ({"times_h": [4, 4, 72, 168]}, "two different times"),
        ({"times_h": [4, np.nan, 72, 168]}, "none missing"),
        ({"times_h": [-4, 24, 72, 168]}, "negative"),
        ({"activities_mbq": np.ones((4, 3), dtype=np.int16)}, "int16"),
        ({"sigmas_mbq": [1, 1, 1]}, "one σ above 0"),
        ({"physical_half_life_h": 0.0}, "above 0 h"),
    ],
)
def test_bad_input_is_refused(change, words):
    given = {"times_h": T, "activities_mbq": images(), "physical_half_life_h": PHYSICAL} | change
    with pytest.raises(InputError, match=words):
        fit_voxels(**given)
