"""The compiled search: exact curves come back, and noisy ones meet scipy's bounded least squares."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from scipy.optimize import least_squares

from lutetia.dosimetry.exponential_kernel import FOUND, fit_rows
from lutetia.dosimetry.exponential_step import Shape

T = np.array([1.0, 4.0, 24.0, 48.0, 96.0, 168.0, 240.0])
LOW, HIGH = log(log(2) / 159.528), log(log(2) / 0.25)


def curve(amplitudes, lives, uptake=None):
    value = sum(a * 2 ** (-T / h) for a, h in zip(amplitudes, lives, strict=True))
    return value - (sum(amplitudes) * 2 ** (-T / uptake) if uptake else 0)


def fit(rows, phases, uptake, s=None, start=None):
    rows = np.atleast_2d(rows)
    found = np.zeros((rows.shape[0], FOUND))
    roots = np.ones((1, T.size)) if s is None else np.atleast_2d(s)
    shape = Shape(phases, uptake, LOW, HIGH, 1e-10)
    fit_rows(T, roots, rows, shape, np.zeros((0, 0)) if start is None else np.atleast_2d(start), found)
    return found


@pytest.mark.parametrize(
    ("amplitudes", "lives", "uptake"),
    [
        ((100.0,), (50.0,), None),
        ((100.0,), (50.0,), 2.0),
        ((60.0, 100.0), (8.0, 60.0), None),
        ((60.0, 100.0), (8.0, 60.0), 1.0),
        ((60.0, 40.0, 100.0), (1.5, 20.0, 100.0), None),
    ],
)
def test_a_curve_without_noise_comes_back(amplitudes, lives, uptake):
    area = sum(a * h for a, h in zip(amplitudes, lives, strict=True)) / log(2)
    area -= sum(amplitudes) * uptake / log(2) if uptake else 0
    found = fit(curve(amplitudes, lives, uptake), len(amplitudes), uptake is not None)[0]
    assert found[0] == pytest.approx(area, rel=1e-9)
    assert found[2] == 1
    back = sorted(log(2) / np.exp(found[6 : 6 + len(lives) + (uptake is not None)]))
    assert back == pytest.approx(sorted([*lives, *([uptake] if uptake else [])]), rel=1e-7)


@pytest.mark.parametrize(("phases", "uptake"), [(1, False), (1, True), (2, False), (2, True)])
def test_noisy_curves_are_never_worse_than_scipy_from_many_starts(phases, uptake):
    rng = np.random.default_rng(3)
    truth = curve((60.0, 100.0), (8.0, 60.0), 1.0 if uptake else None)
    for _ in range(6):
        y = truth * (1 + 0.1 * rng.standard_normal(T.size))
        s = 1 / (0.1 * truth)
        best = min(_scipy_squares(y, s, phases, uptake, rng) for _ in range(8))
        found = fit(y, phases, uptake, s)[0]
        assert found[1] <= best * (1 + 1e-7) + 1e-12


def _scipy_squares(y, s, phases, uptake, rng):
    def misfit(p):
        rates = np.exp(p[phases:])
        falls = np.exp(-np.outer(T, rates))
        return s * ((falls[:, :phases] - (falls[:, -1:] if uptake else 0)) @ p[:phases] - y)

    rates = phases + uptake
    low, high = [0.0] * phases + [LOW] * rates, [np.inf] * phases + [HIGH] * rates
    start = [*rng.uniform(10, 200, phases), *rng.uniform(LOW + 0.1, HIGH - 0.1, rates)]
    return 2 * least_squares(misfit, start, bounds=(low, high), xtol=1e-12, ftol=1e-12, max_nfev=400).cost


def test_a_start_near_the_minimum_leads_to_it_and_rows_may_have_weights_of_their_own():
    truth = curve((60.0, 100.0), (8.0, 60.0))
    rows = np.stack([truth, 2 * truth])
    s = np.stack([1 / truth, 0.5 / truth])
    found = fit(rows, 2, False, s, start=np.log(log(2) / np.array([10.0, 50.0])))
    assert found[1, 0] == pytest.approx(2 * found[0, 0], rel=1e-9)
    assert found[:, 2].tolist() == [1, 1]


def test_slower_than_physical_decay_ends_on_the_bound():
    found = fit(100 * 2 ** (-T / 400), 1, False)[0]
    assert found[6] == LOW
    assert found[2] == 1


def test_a_rising_row_and_negative_values_give_no_negative_area():
    found = fit(np.stack([T, -np.ones(T.size)]), 1, False)
    assert (found[:, 0] >= 0).all()
    assert found[1, 0] == 0
