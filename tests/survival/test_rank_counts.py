"""Counts per group at the event times: by hand, and counted and sorted alike."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.survival import FollowUp
from lutetia.survival.rank_counts import rank_counts

GROUP = np.array([0, 1, 0, 1, 0, 1])


def test_six_patients_by_hand(six):
    (counts,) = rank_counts(six, GROUP, 2, None)
    assert counts.times.tolist() == [1, 3, 5]
    assert counts.at_risk.tolist() == [[3, 2, 0], [3, 2, 1]]
    assert counts.events.tolist() == [[1, 1, 0], [0, 1, 1]]


def test_each_stratum_in_turn(six):
    first, second = rank_counts(six, GROUP, 2, np.array([0, 0, 0, 1, 1, 1]))
    assert (first.times.tolist(), second.times.tolist()) == ([1, 3], [3, 5])
    assert second.at_risk.tolist() == [[1, 0], [2, 1]]


def test_strata_with_many_codes(six):
    assert len(list(rank_counts(six, GROUP, 2, np.array([0, 10**6, 0, 0, 0, 0])))) == 2


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(1, 6), st.booleans(), st.integers(1, 3), st.integers(0, 2)), min_size=1
    ),
    st.booleans(),
    st.booleans(),
)
def test_counting_days_and_sorting_times_agree(rows, delayed, weighted):
    start, length, event, weight, group = (np.array(column) for column in zip(*rows, strict=True))
    given = {"event": event, "weights": weight if weighted else None}
    days = {"stop": start + length, **({"start": start} if delayed else {})}
    (counted,) = rank_counts(FollowUp(**days, **given), group, 3, None)
    times = {name: column / 2 + 0.25 for name, column in days.items()}
    (ordered,) = rank_counts(FollowUp(**times, **given), group, 3, None)
    assert (counted.times / 2 + 0.25).tolist() == ordered.times.tolist()
    assert counted.at_risk.tolist() == ordered.at_risk.tolist()
    assert counted.events.tolist() == ordered.events.tolist()
