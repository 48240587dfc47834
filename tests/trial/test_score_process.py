"""Recursive integration against the multivariate normal distribution of scipy, which integrates by other means."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from lutetia.trial.score_process import Walk, crossings


def chance_of_box(fractions, lower, upper, drift):
    """Chance that z lies within the bounds at every look."""
    t = np.array(fractions)
    covariance = np.sqrt(np.minimum.outer(t, t) / np.maximum.outer(t, t))
    normal = multivariate_normal(mean=drift * np.sqrt(t), cov=covariance, seed=1, maxpts=2_000_000, abseps=1e-8)
    return normal.cdf(np.array(upper), lower_limit=np.array(lower))


@pytest.mark.parametrize("drift", [0.0, 2.0, 3.3])
def test_three_looks_against_the_multivariate_normal(drift):
    t, lower, upper = (0.3, 0.7, 1.0), (-0.2, 0.8, 2.0), (3.0, 2.5, 2.0)
    up, down = crossings(t, lower, upper, drift)
    far = 40.0
    for k in range(3):
        inside_low, inside_high = list(lower[:k]), list(upper[:k])
        above = chance_of_box(t[: k + 1], [*inside_low, upper[k]], [*inside_high, far], drift)
        below = chance_of_box(t[: k + 1], [*inside_low, -far], [*inside_high, lower[k]], drift)
        assert up[k] == pytest.approx(float(above), abs=2e-6)
        assert down[k] == pytest.approx(float(below), abs=2e-6)


@pytest.mark.parametrize("looks", [1, 2, 5, 12])
def test_somebody_stops_somewhere(looks):
    t = [(k + 1) / looks for k in range(looks)]
    up, down = crossings(t, [-1.0] * looks, [2.5] * looks, 1.5)
    assert up.sum() + down.sum() == pytest.approx(1, abs=1e-9)


def test_one_look_is_the_normal_distribution():
    walk = Walk.start(1.0)
    assert walk.above(1.0, 1.96) == pytest.approx(norm.sf(0.96))
    assert walk.below(0.25, 0.0) == pytest.approx(norm.cdf(-0.5))
    assert walk.bound_above(0.25, 0.1) == pytest.approx(norm.isf(0.1) + 0.5)
    assert walk.bound_below(0.25, 0.1) == pytest.approx(norm.ppf(0.1) + 0.5)


def test_next_to_nothing_is_never():
    walk = Walk.start(0.0)
    assert walk.bound_above(0.5, 0.0) == np.inf
    assert walk.bound_below(0.5, 0.0) == -np.inf


def test_looks_that_stop_nobody_change_nothing():
    once, _ = crossings([1.0], [-np.inf], [1.96], 0.7)
    often, _ = crossings([0.1, 0.5, 0.51, 1.0], [-np.inf] * 4, [np.inf, np.inf, np.inf, 1.96], 0.7)
    assert often[-1] == pytest.approx(once[0], abs=1e-10)


def test_a_closed_gate_lets_nobody_on():
    assert Walk.start(0.0).going_on(0.5, 2.0, 1.0, 1.0).chances.sum() == 0
