"""The likelihood of the subdistribution hazard against risk sets written out one by one."""

import numpy as np
import pytest

from lutetia.survival.subdistribution import censoring_of, lay_out, likelihood, score_residuals

approx = pytest.approx

EARLY = np.full(6, -np.inf)


def test_censoring_by_hand():
    # Censored at 2 and 4; the event at 2 leaves before, so that four are at risk of censoring at 2.
    lost = censoring_of(EARLY, np.array([1.0, 2, 2, 3, 4, 5]), np.array([1, 1, 0, 2, 0, 1]), np.ones(6))
    assert lost.times.tolist() == [2, 4]
    assert lost.at_risk.tolist() == [4, 2]
    assert lost.free == approx([3 / 4, 3 / 8])


def made_up(seed, n=40):
    rng = np.random.default_rng(seed)
    return (
        np.full(n, -np.inf),
        np.ceil(rng.exponential(8, n)),
        rng.integers(0, 3, n),
        1,
        rng.integers(1, 4, n).astype(float),
        rng.integers(0, 2, n),
        2,
    ), rng.normal(size=(n, 2))


def written_out(given, x, beta):
    """Breslow's log likelihood, each risk set by itself."""
    _, stop, event, cause, weight, stratum, strata = given
    total = 0.0
    for layer in range(strata):
        rows = stratum == layer
        t, e, w, z = stop[rows], event[rows], weight[rows], x[rows]

        def uncensored_before(when, t=t, e=e, w=w):
            free = 1.0
            for c in np.unique(t[e == 0]):
                if c < when:
                    at_risk = w[(t > c) | ((t == c) & (e == 0))].sum()
                    free *= 1 - w[(t == c) & (e == 0)].sum() / at_risk
            return free

        for i in np.flatnonzero(e == cause):
            share = [
                1.0 if t[j] >= t[i] else uncensored_before(t[i]) / uncensored_before(t[j]) if e[j] > 1 else 0.0
                for j in range(t.size)
            ]
            total += w[i] * (z[i] @ beta - np.log((share * w * np.exp(z @ beta)).sum()))
    return total


@pytest.mark.parametrize("seed", [1, 2])
def test_the_sums_are_those_of_the_risk_sets(seed):
    given, x = made_up(seed)
    beta = np.array([0.4, -0.2])
    assert likelihood(lay_out(*given), x, beta, efron=False).log_likelihood == approx(written_out(given, x, beta))


@pytest.mark.parametrize("efron", [True, False])
def test_score_and_information_are_derivatives(efron):
    given, x = made_up(3)
    layout, beta, step = lay_out(*given), np.array([0.4, -0.2]), 1e-5
    at = likelihood(layout, x, beta, efron)
    for j in range(2):
        ahead, behind = (likelihood(layout, x, beta + sign * step * np.eye(2)[j], efron) for sign in (1, -1))
        assert (ahead.log_likelihood - behind.log_likelihood) / (2 * step) == approx(at.score[j], abs=1e-6)
        assert -(ahead.score - behind.score) / (2 * step) == approx(at.information[j], abs=1e-5)
    assert score_residuals(layout, x, beta, at).sum(axis=0) == approx(at.score)
