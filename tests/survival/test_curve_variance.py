"""Standard errors of a curve: by hand, against R, and two routes that must agree."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from lutetia.survival import FollowUp, kaplan_meier
from lutetia.survival.curve_variance import greenwood, jackknife
from lutetia.survival.risk_table import risk_table


def test_greenwood_by_hand(six):
    error = greenwood(risk_table(six), np.array([5, 5, 2.5, 2.5, 0]) / 6)
    assert error[0] == pytest.approx(5 / 6 * np.sqrt(1 / 30))  # d / (n (n − d)) = 1 / (6 · 5)
    assert error[2] == pytest.approx(5 / 12 * np.sqrt(17 / 60))  # 1 / 30 + 2 / (4 · 2)
    assert np.isnan(error[4])  # the curve is 0


def influence_by_removal(f: FollowUp, step: float = 1e-6) -> np.ndarray:
    """Standard error from the very definition: each cluster's weights nudged, the curve's answer squared and summed."""
    weights = np.ones(f.n) if f.weights is None else f.weights
    moved = []
    for cluster in np.unique(f.cluster):
        rows = f.cluster == cluster
        nudged = [weights + sign * step * weights * rows for sign in (1, -1)]
        curves = [kaplan_meier(FollowUp(stop=f.stop, event=f.event, start=f.start, weights=w)).survival for w in nudged]
        moved.append((curves[0] - curves[1]) / (2 * step))
    return np.sqrt(np.square(moved).sum(axis=0))


def test_jackknife_is_the_answer_of_the_curve_to_nudged_weights():
    f = FollowUp(
        start=[0, 0, 1, 2, 0, 3, 0, 4],
        stop=[2, 3, 4, 5, 5, 6, 7, 8],
        event=[1, 0, 1, 1, 0, 1, 0, 0],
        weights=[0.5, 1, 2, 1.5, 1, 0.7, 1, 1],
        cluster=[0, 1, 0, 2, 1, 2, 3, 3],
    )
    table = risk_table(f)
    survival = kaplan_meier(f).survival
    assert_allclose(jackknife(f, table, survival), influence_by_removal(f), rtol=1e-6)


def test_without_ties_and_censoring_the_jackknife_is_the_binomial_error():
    f = FollowUp(stop=[1, 2, 3, 4], event=[1, 1, 1, 1])
    survival = np.array([0.75, 0.5, 0.25, 0.0])
    error = jackknife(f, risk_table(f), survival)
    assert_allclose(error[:3], np.sqrt(survival * (1 - survival) / 4)[:3])  # √(p (1 − p) / n)
    assert np.isnan(error[3])


def test_errors_of_r(case):
    curve = kaplan_meier(case.follow_up)
    at, value = case.says["std.err"]
    assert_allclose(curve.times, at)
    alive = curve.survival > 0
    assert_allclose(curve.std_error[alive], value[alive], rtol=1e-9, atol=1e-12)
    assert np.isnan(curve.std_error[~alive]).all()


@pytest.mark.parametrize("robust", [True, False])
def test_the_variance_is_said(six, robust):
    said = kaplan_meier(six, robust=robust).conventions
    assert any(("jackknife" if robust else "Greenwood") in sentence for sentence in said)
