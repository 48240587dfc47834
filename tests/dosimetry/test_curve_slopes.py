"""Derivatives of value and area against differences, and the order of phases."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from lutetia.dosimetry.curve_model import MODELS
from lutetia.dosimetry.curve_slopes import area_slopes, curve_of, sorted_phases, value_slopes

T = np.array([4.0, 24.0, 72.0, 168.0])


@pytest.mark.parametrize("model", ["mono_uptake", "bi_uptake"])
def test_slopes_are_derivatives(model):
    m = MODELS[model]
    amplitudes, rates = np.array([100.0, 60.0])[: m.phases], np.array([0.012, 0.09, 0.7])[[*range(m.phases), 2]]
    whole = np.concatenate([amplitudes, rates])

    def split(p):
        return p[: m.phases], p[m.phases :]

    def value(p):
        a, r = split(p)
        return sum(a[k] * (np.exp(-r[k] * T) - np.exp(-r[-1] * T)) for k in range(m.phases))

    def area(p):
        a, r = split(p)
        return sum(a[k] * (1 / r[k] - 1 / r[-1]) for k in range(m.phases))

    for j in range(whole.size):
        step = np.zeros(whole.size)
        step[j] = 1e-6 * whole[j]
        by_value = (value(whole + step) - value(whole - step)) / (2 * step[j])
        assert value_slopes(T, amplitudes, rates, m)[:, j] == pytest.approx(by_value, rel=1e-5, abs=1e-7)
        by_area = (area(whole + step) - area(whole - step)) / (2 * step[j])
        assert area_slopes(amplitudes, rates, m)[j] == pytest.approx(by_area, rel=1e-6)


def test_phases_come_slowest_first_and_uptake_stays_last():
    amplitudes, rates = np.array([3.0, 7.0, 0.0]), np.array([0.1, -3.0, 1.5, 0.0])
    sorted_amplitudes, sorted_rates = sorted_phases(amplitudes, rates, MODELS["bi_uptake"])
    assert sorted_amplitudes.tolist() == [7, 3]
    assert sorted_rates.tolist() == [-3, 0.1, 1.5]


def test_uptake_is_a_phase_of_negative_amplitude():
    curve = curve_of(np.array([7.0, 3.0]), np.array([0.01, 0.1, 1.0]), MODELS["bi_uptake"])
    assert curve.amplitudes_mbq == (7, 3, -10)
    assert curve.effective_half_lives_h == pytest.approx((100 * log(2), 10 * log(2), log(2)))
