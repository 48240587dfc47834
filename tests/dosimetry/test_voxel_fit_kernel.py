"""The vector kernel: its exponential, and its fits against the double-precision search."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from numba import njit

from lutetia.dosimetry.exponential_kernel import FOUND as FOUND_DOUBLE
from lutetia.dosimetry.exponential_kernel import fit_rows
from lutetia.dosimetry.exponential_step import Shape
from lutetia.dosimetry.voxel_fit_kernel import FOUND, UNSETTLED, exp_single, fit_voxels_from

T = np.array([4.0, 24.0, 72.0, 168.0])
LOW, HIGH = log(log(2) / 159.528), log(log(2) / 1.0)


@njit
def _exponentials(x, out):
    for j in range(x.size):
        out[j] = exp_single(x[j])


def test_the_exponential_is_right_to_single_precision():
    x = -np.concatenate([np.linspace(0, 5, 4001), np.linspace(5, 79, 4001)]).astype(np.float32)
    out = np.zeros_like(x)
    _exponentials(x, out)
    exact = np.exp(x.astype(np.float64))
    assert np.abs(out / exact - 1).max() < 3e-7
    below = np.array([-100.0, -1e30], dtype=np.float32)
    _exponentials(below, out[:2])
    assert out[:2] == pytest.approx([1.8e-35, 1.8e-35], rel=0.01)


def run(y):
    weights = np.ones(4, dtype=np.float32)
    low, high = LOW + log(T[-1]), HIGH + log(T[-1])
    falls = np.exp(-np.exp(np.linspace(low, high, 16))[:, None] * T / T[-1])
    grid = (falls / np.sqrt((falls**2).sum(axis=1))[:, None]).astype(np.float32)
    found, code = np.empty((FOUND, y.shape[1]), dtype=np.float32), np.empty(y.shape[1], dtype=np.uint8)
    t = (T / T[-1]).astype(np.float32)
    fit_voxels_from(y, 0, y.shape[1], t, weights, grid, low, high, 0.0, T[-1], found, code)
    return found, code


def test_areas_are_those_of_the_double_precision_search():
    rng = np.random.default_rng(9)
    lives = rng.uniform(8, 150, 3000)
    for noise in (0.0, 0.05, 0.2):
        y = rng.lognormal(size=3000) * 2 ** (-T[:, None] / lives) * (1 + noise * rng.standard_normal((4, 3000)))
        y = y.astype(np.float32)
        found, code = run(y)
        exact = np.zeros((3000, FOUND_DOUBLE))
        rows = np.ascontiguousarray(y.T, dtype=np.float64)
        fit_rows(T, np.ones((1, 4)), rows, Shape(1, False, LOW, HIGH, 1e-12), np.zeros((0, 0)), exact)
        settled = code != UNSETTLED
        assert settled.mean() > 0.99
        assert np.abs(found[0] / exact[:, 0] - 1)[settled].max() < 1e-5


def test_voxels_beyond_the_last_block_are_left_alone():
    y = np.ones((4, 300), dtype=np.float32)
    found, code = run(y)
    assert np.isfinite(found).all()
    assert code.size == 300
