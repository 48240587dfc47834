"""Masses of largest likelihood: by hand, against a general optimiser, and honest when stopped early."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from lutetia.survival import npmle
from lutetia.survival.npmle import fit_masses
from lutetia.survival.turnbull import turnbull


def test_rows_that_know_their_cell_are_counted():
    fit = fit_masses(np.array([0, 1, 1]), np.array([0, 1, 1]), np.array([1.0, 1.0, 2.0]), 2)
    assert_allclose(fit.mass, [0.25, 0.75])
    assert fit.converged


def test_one_cell_takes_all():
    assert fit_masses(np.array([0]), np.array([0]), np.ones(1), 1).mass.tolist() == [1]


def test_a_general_optimiser_finds_the_same():
    rng = np.random.default_rng(3)
    first = rng.integers(0, 5, 30)
    last = np.minimum(first + rng.integers(0, 3, 30), 5)
    weights = rng.integers(1, 4, 30).astype(float)
    covers = (np.arange(6) >= first[:, None]) & (np.arange(6) <= last[:, None])

    def loss(x):
        mass = np.exp(x) / np.exp(x).sum()
        return -weights @ np.log(covers @ mass)

    other = minimize(loss, np.zeros(6), tol=1e-12)
    fit = fit_masses(first, last, weights, 6)
    assert fit.gap <= 1e-9
    assert fit.log_likelihood == pytest.approx(-other.fun, abs=1e-6)


def test_a_fit_stopped_early_says_so(monkeypatch):
    monkeypatch.setattr(npmle, "MOST_STEPS", 1)
    curve = turnbull([0, 0, 1, 2, 1], [1, 2, 3, np.inf, 4])
    assert not curve.converged
    assert "may still be" in curve.why
