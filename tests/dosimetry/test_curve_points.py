"""The door for points: what is sorted, what is refused with every fault, what counts as rising."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.curve_points import half_life_faults, read_points, shortest_or_default_h
from lutetia.errors import InputError


def read(times=(4, 24, 72), values=(80, 60, 30), sigmas=None, physical=160.0, shortest=None, rising="refuse"):
    return read_points("read", times, values, sigmas, physical, shortest, rising)


def test_points_come_back_in_the_order_of_time_with_their_sigmas():
    points = read(times=(72, 4, 24), values=(30, 80, 60), sigmas=(3, 8, 6))
    assert points.times_h.tolist() == [4, 24, 72]
    assert points.activities_mbq.tolist() == [80, 60, 30]
    assert points.inverse_sigmas == pytest.approx([1 / 8, 1 / 6, 1 / 3])
    assert points.n == 3
    assert np.exp(points.log_rate_bounds) == pytest.approx(
        [np.log(2) / 160, np.log(2) / 1.0]
    )  # shortest: a quarter of 4 h


def test_the_shortest_half_life_is_a_quarter_of_the_first_time_after_administration():
    assert shortest_or_default_h(np.array([0.0, 2.0]), 160, None) == 0.5
    assert shortest_or_default_h(np.array([400.0]), 160, None) == 40  # never slower than a quarter of physical decay
    assert shortest_or_default_h(np.array([0.0]), 160, None) == 40
    assert shortest_or_default_h(np.array([4.0]), 160, 0.1) == 0.1


def test_a_rising_curve_is_refused_unless_flagged():
    with pytest.raises(InputError, match="highest at the last point"):
        read(values=(20, 30, 60))
    assert read(values=(20, 30, 60), rising="flag").is_rising
    assert not read(values=(20, 60, 60)).is_rising


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"times": (4, float("nan"), 72)}, "missing at position 1"),
        ({"times": (4, None, 72)}, "Hours from administration"),
        ({"times": ("noon", 2, 3)}, "must be numbers"),
        ({"values": [[1, 2, 3]]}, "shape"),
        ({"times": (-4, 24, 72)}, "0 or more hours"),
        ({"values": (80, -1, 30)}, "0 or above"),
        ({"values": (0, 0, 0)}, "not all 0"),
        ({"values": (80, 60)}, "3 times, 2 activities"),
        ({"sigmas": (1, 0, 1)}, "must be above 0"),
        ({"physical": float("inf")}, "physical_half_life_h"),
        ({"shortest": 200}, "between 0 and the physical"),
        ({"rising": "hope"}, "refuse or flag"),
    ],
)
def test_bad_points_are_refused(change, words):
    with pytest.raises(InputError, match=words):
        read(**change)


def test_all_faults_come_together():
    with pytest.raises(InputError) as refused:
        read(times=(-1, 2, 3), values=(0, 0, 0), physical=-1)
    assert len(refused.value.faults) == 3
    assert half_life_faults(160, 2) == []
