"""Who is at risk at each distinct time: by hand, and counted and sorted alike."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.survival import FollowUp
from lutetia.survival.risk_table import index_before_start, index_of_stop, risk_table


def test_six_patients_by_hand(six):
    table = risk_table(six)
    assert table.times.tolist() == [1, 2, 3, 4, 5]
    assert table.at_risk.tolist() == [6, 5, 4, 2, 1]
    assert table.events.tolist() == [1, 0, 2, 0, 1]
    assert table.censored.tolist() == [0, 1, 0, 1, 0]
    assert index_of_stop(table, six).tolist() == [0, 1, 2, 2, 3, 4]
    assert index_before_start(table, six).tolist() == [-1] * 6


def test_delayed_entry_by_hand():
    f = FollowUp(start=[0, 2, 3, 0], stop=[3, 5, 6, 2], event=[1, 1, 0, 0])
    table = risk_table(f)
    assert table.times.tolist() == [2, 3, 5, 6]
    assert table.at_risk.tolist() == [2, 2, 2, 1]  # who enters at 2 or 3 is not at risk at that time
    assert (table.entry_times.tolist(), table.entered.tolist()) == ([0, 2, 3], [2, 1, 1])
    assert index_before_start(table, f).tolist() == [-1, 0, 1, -1]


def test_weights_are_summed():
    table = risk_table(FollowUp(stop=[1, 1, 2], event=[1, 0, 1], weights=[0.5, 2, 1]))
    assert (table.at_risk.tolist(), table.events.tolist(), table.censored.tolist()) == ([3.5, 1], [0.5, 1], [2, 0])


def test_a_piece_that_goes_on_is_not_censored():
    pieces = FollowUp(start=[0, 2, 0], stop=[2, 5, 4], event=[0, 1, 0], cluster=["p", "p", "q"])
    assert risk_table(pieces).censored.tolist() == [0, 1, 0]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 6), st.booleans(), st.integers(1, 3)), min_size=1))
def test_counting_days_and_sorting_times_agree(rows):
    start, length, event, weight = (np.array(column) for column in zip(*rows, strict=True))
    given = {"event": event, "weights": weight}
    counted = risk_table(FollowUp(start=start, stop=start + length, **given))
    ordered = risk_table(FollowUp(start=start / 2 + 0.25, stop=(start + length) / 2 + 0.25, **given))
    for name in ("at_risk", "events", "censored", "entered"):
        assert getattr(counted, name).tolist() == getattr(ordered, name).tolist()
    assert (counted.times / 2 + 0.25).tolist() == ordered.times.tolist()
