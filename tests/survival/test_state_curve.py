"""What a result reads off the curves of state probabilities."""

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.survival import FollowUp
from lutetia.survival.state_curve import curve, groups_of, tied_times
from lutetia.survival.state_probability import Pieces

approx = pytest.approx

# Dead at 1 and 2, censored at 3.
THREE = Pieces(
    start=np.full(3, -np.inf),
    stop=np.array([1.0, 2.0, 3.0]),
    origin=np.zeros(3, dtype=np.int64),
    target=np.array([1, 1, -1]),
    weight=np.ones(3),
    cluster=np.arange(3),
    n_states=2,
)


def test_a_probability_with_its_limits():
    found = curve(THREE).estimate(1, 1.5, "plain", 0.95)
    assert found.estimate == approx(1 / 3)
    assert found.std_error == approx(np.sqrt(2 / 9 / 3))
    assert found.upper == approx(1 / 3 + 1.959964 * np.sqrt(2 / 27), abs=1e-6)
    assert found.lower == 0.0


@pytest.mark.parametrize("when", [-1.0, float("nan"), float("inf")])
def test_a_time_must_be_a_time(when):
    with pytest.raises(InputError, match="must be a time from 0"):
        curve(THREE).estimate(0, when, "plain", 0.95)


def test_mean_times_stay_between_0_and_the_horizon():
    found = curve(THREE).mean_time(3.0, 0.95)
    assert [e.estimate for e in found] == approx([2.0, 1.0])
    assert found[0].upper <= 3.0
    assert found[1].lower >= 0.0
    wide, narrow = (curve(THREE).mean_time(3.0, level)[1] for level in (0.95, 0.5))
    assert narrow.lower == approx(1.0 - 0.6744898 * wide.std_error)
    assert narrow.upper == approx(1.0 + 0.6744898 * wide.std_error)
    with pytest.raises(InputError, match="must be a time above 0"):
        curve(THREE).mean_time(0.0, 0.95)


def test_tied_times_become_one():
    start, stop = tied_times(FollowUp(stop=[0.1 + 0.2, 0.3, 0.5], event=[1, 1, 0]))
    assert stop[0] == stop[1]
    assert np.isneginf(start).all()


def test_groups_are_rows_by_label():
    groups, left_out = groups_of(FollowUp(stop=[1, 2, 3], event=[1, 1, 1]), ["b", None, "a"])
    assert {label: rows.tolist() for label, rows in groups.items()} == {"a": [2], "b": [0]}
    assert left_out[0].rows == (1,)
