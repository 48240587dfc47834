"""Curves: value, slope and area by hand, against quadrature, and their laws."""

from __future__ import annotations

from itertools import pairwise
from math import inf, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from lutetia.dosimetry.curve import (
    ExponentialSum,
    MonoExponential,
    share_beyond,
    slower_than_physical,
    time_of_peak_h,
)
from lutetia.errors import InputError

UPTAKE = ExponentialSum(amplitudes_mbq=(60.0, 40.0, -100.0), effective_half_lives_h=(60.0, 10.0, 0.5))


def test_mono_exponential_by_hand():
    curve = MonoExponential(initial_mbq=100, effective_half_life_h=50)
    assert curve.time_integrated_mbq_h() == pytest.approx(7213.475, rel=1e-6)  # 100 · 50 / 0.693147
    assert curve.activity_mbq([0, 50, 100]) == pytest.approx([100, 50, 25])
    assert float(curve.slope_mbq_per_h(50)) == pytest.approx(-50 * log(2) / 50)
    assert curve.time_integrated_mbq_h(to_h=50) == pytest.approx(7213.475 / 2, rel=1e-6)  # one half-life: half the area
    assert share_beyond(curve, 100) == pytest.approx(0.25)


def test_two_phases_by_hand():
    curve = ExponentialSum(amplitudes_mbq=(30, 10), effective_half_lives_h=(10, 100))
    assert curve.time_integrated_mbq_h() == pytest.approx((30 * 10 + 10 * 100) / log(2))
    assert curve.half_life_range_h == (10, 100)


def test_uptake_starts_at_nothing_and_peaks_where_the_slope_is_zero():
    assert float(UPTAKE.activity_mbq(0)) == pytest.approx(0, abs=1e-12)
    peak = time_of_peak_h(UPTAKE)
    assert 0.5 < peak < 5
    around = UPTAKE.activity_mbq([peak - 0.01, peak, peak + 0.01])
    assert around[1] == max(around)
    assert time_of_peak_h(ExponentialSum(amplitudes_mbq=(1,), effective_half_lives_h=(3,))) == 0


@pytest.mark.parametrize(("start", "end"), [(0, inf), (0, 7), (3, 80), (24, inf)])
def test_area_is_the_quadrature_of_the_value(start, end):
    edges = [edge for edge in (start, 5, 50, 400, end) if start <= edge <= end]
    found = sum(quad(UPTAKE.activity_mbq, a, b, epsabs=1e-12, epsrel=1e-12)[0] for a, b in pairwise(edges))
    assert UPTAKE.time_integrated_mbq_h(start, end) == pytest.approx(found, rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(at=st.floats(0.1, 300), factor=st.floats(0.01, 100))
def test_slope_is_the_derivative_and_all_is_proportional_to_activity(at, factor):
    step = 1e-4
    up, down = UPTAKE.activity_mbq([at + step, at - step])
    assert float(UPTAKE.slope_mbq_per_h(at)) == pytest.approx((up - down) / (2 * step), rel=1e-4, abs=1e-6)
    more = ExponentialSum(
        amplitudes_mbq=tuple(factor * a for a in UPTAKE.amplitudes_mbq),
        effective_half_lives_h=UPTAKE.effective_half_lives_h,
    )
    assert more.time_integrated_mbq_h() == pytest.approx(factor * UPTAKE.time_integrated_mbq_h())


def test_a_shift_in_time_multiplies_a_mono_exponential():
    curve = MonoExponential(initial_mbq=80, effective_half_life_h=40)
    later = MonoExponential(initial_mbq=80 * 2 ** (-24 / 40), effective_half_life_h=40)
    assert curve.time_integrated_mbq_h(from_h=24) == pytest.approx(later.time_integrated_mbq_h())


def test_nothing_is_there_before_administration_and_shapes_are_kept():
    at = np.array([[-1.0, 0.0], [1.0, 2.0]])
    assert UPTAKE.activity_mbq(at).shape == at.shape
    assert UPTAKE.activity_mbq(-1.0) == 0
    assert UPTAKE.slope_mbq_per_h(-1.0) == 0
    assert UPTAKE.kinks_h == ()


def test_slower_than_physical_decay_is_seen():
    assert slower_than_physical(MonoExponential(initial_mbq=1, effective_half_life_h=160), 159.528)
    assert not slower_than_physical(MonoExponential(initial_mbq=1, effective_half_life_h=159.528), 159.528)


@pytest.mark.parametrize(
    ("amplitudes", "lives", "words"),
    [
        ((1, 2), (3,), "one half-life each"),
        ((), (), "one half-life each"),
        ((float("nan"),), (3,), "amplitude must be a number"),
        ((1,), (0,), "half-life must be above 0"),
        ((1, -2), (50, 1), "negative at time 0"),
        ((5, -2), (1, 50), "slowest phase must not be negative"),
    ],
)
def test_impossible_curves_are_refused(amplitudes, lives, words):
    with pytest.raises(InputError, match=words):
        ExponentialSum(amplitudes_mbq=amplitudes, effective_half_lives_h=lives)


def test_an_end_before_the_beginning_is_refused():
    with pytest.raises(InputError, match="two times in hours"):
        UPTAKE.time_integrated_mbq_h(10, 5)
    with pytest.raises(InputError, match="two times in hours"):
        UPTAKE.time_integrated_mbq_h(float("nan"), 5)
