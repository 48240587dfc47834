"""Turnbull's curve: by hand, as Kaplan-Meier where both exist, and no less likely than R's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from lutetia.errors import InputError
from lutetia.survival import FollowUp, kaplan_meier, turnbull


def test_two_overlapping_intervals_share_their_common_part():
    curve = turnbull([1, 2], [3, 4])
    assert (curve.lower.tolist(), curve.upper.tolist(), curve.mass.tolist()) == ([2], [3], [1])
    assert (curve.converged, curve.why, curve.log_likelihood) == (True, None, 0)


def test_by_hand():
    # (0,1], (0,2], (1,3], (2,∞): cells (0,1] a, (1,2] b, (2,3] c; rows a, a+b, b+c, c: masses 1/2, 0, 1/2
    curve = turnbull([0, 0, 1, 2], [1, 2, 3, np.inf])
    assert curve.lower.tolist() == [0, 1, 2]
    assert_allclose(curve.mass, [0.5, 0, 0.5], atol=1e-9)
    assert curve.log_likelihood == pytest.approx(4 * np.log(0.5))
    assert curve.survival_at(1) == pytest.approx((0.5, 0.5), abs=1e-9)
    assert curve.survival_at(2.5) == pytest.approx((0, 0.5), abs=1e-9)  # somewhere in (2, 3]


def test_ends_touch_but_do_not_overlap():
    curve = turnbull([0, 2], [2, 4])  # (0, 2] and (2, 4]
    assert curve.mass.tolist() == [0.5, 0.5]
    exact = turnbull([2, 0, 2], [2, 2, np.inf])  # at 2 exactly, by 2, after 2
    assert (exact.lower.tolist(), exact.upper.tolist()) == ([2, 2], [2, np.inf])
    assert_allclose(exact.mass, [2 / 3, 1 / 3])


def test_missing_ends_are_left_and_right_censored():
    given = turnbull([None, 1, 2], [1, None, 3])
    written = turnbull([0, 1, 2], [1, np.inf, 3])
    assert given.mass.tolist() == written.mass.tolist()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=20))
def test_exact_and_right_censored_times_give_kaplan_meier(rows):
    stop, event = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    curve = turnbull(stop, np.where(event == 1, stop, np.inf))
    km = kaplan_meier(FollowUp(stop=stop, event=event))
    assert curve.converged
    for step in km.times[km.events > 0]:
        assert curve.survival_at(step) == pytest.approx([km.survival_at(step).estimate] * 2, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 5), st.integers(1, 3)), min_size=1, max_size=15))
def test_the_likelihood_cannot_be_improved(rows):
    left, width, weight = (np.array(column) for column in zip(*rows, strict=True))
    curve = turnbull(left, left + width, weights=weight)
    repeated = turnbull(np.repeat(left, weight), np.repeat(left + width, weight))
    assert curve.converged
    assert curve.mass.sum() == pytest.approx(1)
    assert curve.log_likelihood == pytest.approx(repeated.log_likelihood, abs=1e-6)
    covers = (curve.lower[None] >= left[:, None]) & (curve.upper[None] <= (left + width)[:, None])
    for cell in range(curve.mass.size):  # moving 1 % of the mass to any cell loses
        moved = 0.99 * curve.mass + 0.01 * (np.arange(curve.mass.size) == cell)
        assert weight @ np.log(covers @ moved) <= curve.log_likelihood + 1e-6


def test_r_finds_no_better_curve(reference):
    rows, says = reference("interval_rows"), reference("interval_values")
    curve = turnbull(rows["left"], rows["right"])
    assert curve.converged
    for time, survival in zip(says["time"], says["survival"], strict=True):
        low, high = curve.survival_at(time)
        assert low - 2e-3 <= survival <= high + 2e-3  # R stops at a change of 5e-5 and puts the mass at a midpoint


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (([2], [1]), "right, rows 0 \\(counted from 0\\): must not lie before left"),
        (([-1], [1]), "left, rows 0 .*: must be a finite number from 0"),
        (([None], [None]), "left or right, rows 0 .*: one of them must be known"),
        (([1], [2], [0]), "weights, rows 0 .*: must be finite and above 0"),
        (([1, 2], [3]), "must have one length"),
        ((["a"], ["b"]), "must be columns of numbers"),
    ],
    ids=str,
)
def test_what_is_no_interval_is_refused(given, words):
    with pytest.raises(InputError, match=words.replace("one of them", ".*")):
        turnbull(*given)
