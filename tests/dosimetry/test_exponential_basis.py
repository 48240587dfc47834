"""Amplitudes for given rates: against numpy's least squares and scipy's non-negative least squares."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from lutetia.dosimetry.exponential_basis import LINES, MOST_RATES, RESIDUAL, SMALL, dot, project

T = np.array([1.0, 4.0, 24.0, 72.0, 168.0])


def amplitudes(y, rates, phases, uptake, s=None):
    s = np.ones(T.size) if s is None else s
    lines, small, c = np.zeros((LINES, T.size)), np.zeros((SMALL, MOST_RATES)), np.zeros(3)
    theta = np.zeros(MOST_RATES)
    theta[: len(rates)] = np.log(rates)
    squares, used = project(T, s, s * y, theta, phases, uptake, lines, small, c)
    return c[:phases], squares, used, lines


def columns(rates, phases, uptake):
    falls = np.exp(-np.outer(T, rates))
    return falls[:, :phases] - (falls[:, -1:] if uptake else 0)


@pytest.mark.parametrize("uptake", [False, True])
@pytest.mark.parametrize("phases", [1, 2, 3])
def test_amplitudes_are_non_negative_least_squares(phases, uptake):
    rng = np.random.default_rng(5)
    s = rng.uniform(0.5, 2, T.size)
    rates = np.array([0.01, 0.05, 0.3])[:phases].tolist() + ([1.2] if uptake else [])
    for _ in range(30):
        y = rng.uniform(0, 100, T.size)
        best, norm = nnls(columns(rates, phases, uptake) * s[:, None], s * y)
        found, squares, used, lines = amplitudes(y, rates, phases, uptake, s)
        assert found == pytest.approx(best, rel=1e-9, abs=1e-9)
        assert squares == pytest.approx(norm**2, rel=1e-9)
        assert dot(lines, RESIDUAL, RESIDUAL) == pytest.approx(squares)
        assert [bool(used >> k & 1) for k in range(phases)] >= [bool(a > 0) for a in found]


def test_two_equal_rates_do_not_break_the_solution():
    y = 100 * np.exp(-0.02 * T)
    found, squares, _, _ = amplitudes(y, [0.02, 0.02], 2, False)
    assert found.sum() == pytest.approx(100)
    assert squares == pytest.approx(0, abs=1e-18)
