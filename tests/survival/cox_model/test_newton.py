"""Newton's method on likelihoods that can be worked on paper."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.survival.cox_model.likelihood import Evaluation
from lutetia.survival.cox_model.newton import maximise


def poisson(beta):
    """log-likelihood 3 β − e^β (largest at log 3), and −β₂²/2 beside it."""
    rate = np.exp(beta[0])
    value = 3 * beta[0] - rate - beta[1] ** 2 / 2
    return Evaluation(value, np.array([3 - rate, -beta[1]]), np.diag([rate, 1.0]))


def test_the_maximum_and_what_is_held():
    found = maximise(poisson, np.array([0.0, 5.0]))
    assert found.converged
    assert found.beta == pytest.approx([np.log(3), 0], abs=1e-12)
    held = maximise(poisson, np.array([0.0, 5.0]), free=np.array([True, False]))
    assert held.beta == pytest.approx([np.log(3), 5])
    assert held.at_start.value == poisson(np.array([0.0, 5.0])).value


def test_steps_too_long_are_halved():
    found = maximise(poisson, np.array([-4.0, 0.0]))  # the first Newton step goes to 160
    assert found.converged
    assert found.beta[0] == pytest.approx(np.log(3), abs=1e-12)


def test_failures_say_why():
    def flat(beta):
        return Evaluation(0.0, np.array([1.0]), np.zeros((1, 1)))

    def endless(beta):
        return Evaluation(-float(np.exp(-beta[0])), np.exp(-beta), np.exp(-beta)[:, None])

    def wrong(beta):
        return Evaluation(-abs(float(beta[0])), np.array([1.0]), np.eye(1))

    assert "singular" in maximise(flat, np.zeros(1)).why
    assert "not converged after 7" in maximise(endless, np.zeros(1), max_iterations=7).why
    assert "no step" in maximise(wrong, np.zeros(1)).why
    assert "cannot be computed" in maximise(lambda b: Evaluation(-np.inf, b, np.eye(1)), np.zeros(1)).why
    stopped = maximise(endless, np.zeros(1), watch=lambda step: "it runs away")
    assert (stopped.converged, stopped.why) == (False, "it runs away")
