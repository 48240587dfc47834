"""Pairs counted in one sweep against pairs counted one by one."""

import numpy as np
import pytest

from lutetia.survival.concordance_kernel import count_pairs

approx = pytest.approx


@pytest.mark.parametrize("seed", range(4))
def test_the_sweep_counts_what_counting_every_pair_counts(seed):
    rng = np.random.default_rng(seed)
    n = 30
    at, begin = rng.integers(3, 10, n), rng.integers(0, 3, n)
    event, rank = rng.integers(0, 2, n).astype(bool), rng.integers(1, 6, n)
    weight, event_weight = rng.uniform(0.5, 2, n), rng.uniform(0.5, 2, n)
    enter, leave = 2 * begin + 1, 2 * at + ~event
    events = np.flatnonzero(event)
    events = events[np.argsort(at[events], kind="stable")]
    found = count_pairs(2 * at, enter, leave, np.argsort(enter), np.argsort(leave), events, rank, weight, event_weight)
    as_event, as_partner = np.zeros((n, 3)), np.zeros((n, 3))
    for i in events:
        for j in range(n):
            if enter[j] <= 2 * at[i] < leave[j]:
                column = 0 if rank[i] > rank[j] else 1 if rank[i] < rank[j] else 2
                as_event[i, column] += weight[j] * event_weight[i]
                as_partner[j, column] += weight[i] * event_weight[i]
    assert found[0] == approx(as_event)
    assert found[1] == approx(as_partner)
