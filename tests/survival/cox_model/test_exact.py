"""Exact ties against the sum over all subsets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from lutetia.survival import FollowUp
from lutetia.survival.cox_model.exact import ExactLikelihood


@pytest.mark.parametrize("delayed", [False, True])
def test_recursion_equals_all_subsets(patients, model_of, delayed):
    f, x = patients(14, 6, delayed=delayed)
    stop = np.maximum(np.ceil(f.stop / 8) * 8, 8)  # many ties
    f = FollowUp(stop=stop, event=f.event, start=f.start)
    arranged = model_of(f, x, ties="exact").arranged
    beta = np.array([0.02, -0.5, 0.4])
    found = ExactLikelihood(arranged)(beta * arranged.scale)
    assert found.value == pytest.approx(all_subsets(f, x, beta), rel=1e-12)
    step = 1e-5
    for j in range(3):
        up, down = (all_subsets(f, x, beta + sign * step * np.eye(3)[j]) for sign in (1, -1))
        assert found.gradient[j] * arranged.scale[j] == pytest.approx((up - down) / (2 * step), rel=1e-5, abs=1e-5)


def all_subsets(f, x, beta):
    """Log-likelihood by the definition: each event time's deaths against every other set of as many at risk."""
    risk, total = np.exp((x - x.mean(axis=0)) @ beta), 0.0
    start = np.full(f.n, -1.0) if f.start is None else f.start
    for time in np.unique(f.stop[f.event == 1]):
        here = np.flatnonzero((start < time) & (f.stop >= time))
        dead = [i for i in here if f.stop[i] == time and f.event[i]]
        total += np.log(np.prod(risk[dead]))
        total -= np.log(sum(np.prod(risk[list(some)]) for some in combinations(here, len(dead))))
    return total


def test_information_is_the_slope_of_the_gradient(patients, model_of):
    f, x = patients(40, 2)
    arranged = model_of(f, x, ties="exact").arranged
    evaluate, step = ExactLikelihood(arranged), 1e-5
    here = evaluate(np.full(3, 0.2))
    for j in range(3):
        up, down = (evaluate(np.full(3, 0.2) + sign * step * np.eye(3)[j]).gradient for sign in (1, -1))
        assert_allclose(-(up - down) / (2 * step), here.information[j], rtol=1e-6, atol=1e-7)


def test_hundreds_of_ties_stay_numbers(model_of):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(900, 1))
    f = FollowUp(stop=np.ones(900), event=np.arange(900) < 600)
    arranged = model_of(f, x, ties="exact").arranged
    found = ExactLikelihood(arranged)(np.zeros(1))
    from math import lgamma

    log_sets = lgamma(901) - lgamma(601) - lgamma(301)
    assert found.value == pytest.approx(-log_sets, rel=1e-10)
    assert np.isfinite(found.information).all()
