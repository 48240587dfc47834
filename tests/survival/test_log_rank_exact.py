"""The exact log-rank test: by hand, and against a list of all allocations, each tested on its own."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.survival import FollowUp, exact_log_rank, log_rank


def test_four_patients_by_hand():
    # the two latest of four events in B is the smallest of six statistics, and its mirror is the largest
    found = exact_log_rank(FollowUp(stop=[1, 2, 3, 4], event=[1] * 4), ["A", "A", "B", "B"])
    assert (found.p_fewer, found.p_more, found.p, found.allocations) == (1 / 6, 1, 2 / 6, 6)
    assert found.statistic == pytest.approx(2 - (2 / 4 + 2 / 3 + 1 + 1))


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 1)), min_size=4, max_size=8),
    st.integers(1, 3),
    st.sampled_from([{}, {"rho": 1}, {"weights": "gehan"}]),
    st.booleans(),
)
def test_every_allocation_listed_and_tested(rows, chosen, weight, delayed):
    stop, event = (np.array(column) for column in zip(*rows, strict=True))
    f = FollowUp(stop=stop, event=event, start=stop // 2 if delayed else None)
    group = np.arange(f.n) >= f.n - chosen
    listed = []
    for second in combinations(range(f.n), chosen):
        test = log_rank(f, np.isin(np.arange(f.n), second), **weight)
        listed.append(test.observed[1] - test.expected[1])
    listed, seen = np.array(listed), listed[-1]
    found = exact_log_rank(f, group, **weight)
    assert found.statistic == pytest.approx(seen, abs=1e-12)
    assert found.p == pytest.approx(np.mean(np.abs(listed) >= abs(seen) - 1e-9))
    assert found.p_more == pytest.approx(np.mean(listed >= seen - 1e-9))
    assert found.p_fewer == pytest.approx(np.mean(listed <= seen + 1e-9))


def test_forty_rows_come_close_to_the_chi_square():
    rng = np.random.default_rng(7)
    arm = np.arange(40) % 2
    f = FollowUp(stop=rng.exponential(1 + arm), event=np.ones(40))
    assert exact_log_rank(f, arm).p == pytest.approx(log_rank(f, arm).p, abs=0.01)


def test_without_events_every_allocation_is_alike():
    found = exact_log_rank(FollowUp(stop=[1, 2], event=[0, 0]), ["A", "B"])
    assert (found.p, found.p_fewer) == (1, 1)
    assert found.why.startswith("no event")


def test_what_is_not_small_or_not_plain_is_refused():
    many = FollowUp(stop=np.arange(1, 42), event=np.ones(41), strata=np.arange(41) % 2, weights=np.ones(41))
    with pytest.raises(InputError) as refused:
        exact_log_rank(many, np.arange(41) % 3)
    assert [fault.place for fault in refused.value.faults] == ["group", "strata", "weights", "stop"]
    assert "Use log_rank" in refused.value.faults[3].do
