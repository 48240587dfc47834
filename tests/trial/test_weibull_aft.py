"""Weibull regression: the exponential by hand, a general optimiser as another route, known parameters."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import weibull_min

from lutetia.trial.weibull_aft import weibull_aft


def test_the_exponential_by_hand():
    """With σ near 1 the mean is time at risk over events; here times of an exact exponential shape."""
    time = -np.log(1 - (np.arange(2000) + 0.5) / 2000) * 5
    fit = weibull_aft(time, np.ones(2000), np.ones((2000, 1)))
    assert fit.scale == pytest.approx(1.0, abs=0.01)
    assert np.exp(fit.coef[0]) == pytest.approx(5.0, rel=0.01)


def test_it_is_the_maximum_of_scipys_density():
    draws = np.random.default_rng(1)
    n = 200
    x = np.column_stack([np.ones(n), draws.integers(0, 2, n), draws.normal(size=n)])
    life = np.exp(x @ [1.0, 0.5, -0.3]) * draws.weibull(1.5, n)
    censor = draws.uniform(0.5, 8, n)
    time, event = np.minimum(life, censor), (life <= censor).astype(float)
    fit = weibull_aft(time, event, x)

    def minus(theta):
        shape, scale = np.exp(-theta[3]), np.exp(x @ theta[:3])
        at = weibull_min(shape, scale=scale)
        return -(event * at.logpdf(time) + (1 - event) * at.logsf(time)).sum()

    other = minimize(minus, np.zeros(4), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 9000})
    assert fit.log_likelihood == pytest.approx(-other.fun, abs=1e-5)
    assert fit.coef == pytest.approx(other.x[:3], abs=1e-3)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(_errors(minus, other.x)[:3], rel=1e-2)


def _errors(function, at):
    """Standard errors from second differences."""
    step, p = 1e-4, at.size
    second = np.empty((p, p))
    for i in range(p):
        for j in range(p):
            a, b = np.eye(p)[i] * step, np.eye(p)[j] * step
            plus, minus = function(at + a + b) + function(at - a - b), function(at + a - b) + function(at - a + b)
            second[i, j] = (plus - minus) / (4 * step**2)
    return np.sqrt(np.diag(np.linalg.inv(second)))


def test_too_few_events_are_told():
    fit = weibull_aft(np.array([1.0, 2.0, 3.0]), np.array([1.0, 0, 0]), np.ones((3, 1)))
    assert not fit.converged
    assert fit.why == "1 events for 2 parameters"


def fit_of(said, time, event, x):
    """The fit and R's numbers side by side."""
    p = x.shape[1]
    fit = weibull_aft(time, event, x)
    assert fit.converged
    assert fit.coef == pytest.approx([said[f"coef{i}"] for i in range(p)], rel=2e-5)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx([said[f"se{i}"] for i in range(p)], rel=2e-5)
    assert fit.scale == pytest.approx(said["scale"], rel=1e-5)
    assert fit.log_likelihood == pytest.approx(said["loglik"], abs=1e-6)


def test_lung_is_what_r_says(said_by_r, shared_rows):
    time, status, sex, age, ecog = shared_rows("lung", ("time", "status", "sex", "age", "ph.ecog"))
    fit_of(said_by_r("weibull lung"), time, status - 1, np.column_stack([np.ones(time.size), sex == 2, age, ecog]))


def test_veteran_is_what_r_says(said_by_r, shared_rows):
    time, status, trt, karno = shared_rows("veteran", ("time", "status", "trt", "karno"))
    fit_of(said_by_r("weibull veteran"), time, status, np.column_stack([np.ones(time.size), trt, karno]))
