"""Calibration: observed against predicted risk, by hand."""

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.survival import FollowUp, calibration

approx = pytest.approx

# Low risk: events at 5 and, censored before, 1; high risk: events at 1 and 2.
SIX = FollowUp(stop=[5, 1, 6, 1, 2, 6], event=[1, 0, 0, 1, 1, 0])
SURVIVAL = [0.8, 0.9, 0.7, 0.3, 0.2, 0.4]


def test_six_patients_in_two_groups_by_hand():
    found = calibration(SIX, SURVIVAL, 5, groups=2)
    low, high = found.groups
    assert (low.label, low.n, low.n_events) == ("1 of 2", 3, 1)
    assert low.predicted == approx(0.2)
    assert low.observed.estimate == approx(1 / 2)  # the row censored at 1 says nothing of 5
    assert high.predicted == approx(0.7)
    assert high.observed.estimate == approx(2 / 3)
    assert low.observed.lower < 0.5 < low.observed.upper
    # All: at risk 6 at 1, 4 at 2, 3 at 5.
    everyone = 1 - 5 / 6 * 3 / 4 * 2 / 3
    assert found.overall.observed.estimate == approx(everyone)
    assert found.value == approx(everyone / 0.45)
    error = found.overall.observed.std_error / everyone
    assert found.ratio.upper == approx(everyone / 0.45 * np.exp(1.959964 * error), rel=1e-6)


def test_groups_can_be_given():
    found = calibration(SIX, SURVIVAL, 5, groups=["x", "x", "y", "x", "y", None])
    assert [(group.label, group.n) for group in found.groups] == [("x", 3), ("y", 2)]
    assert found.overall.n == 5
    assert found.left_out[0].why == "group missing"


def test_equal_predictions_stay_together():
    found = calibration(SIX, [0.5, 0.5, 0.5, 0.5, 0.5, 0.2], 5, groups=3)
    assert [group.n for group in found.groups if group.n] == [5, 1]


def test_a_group_followed_too_briefly_is_not_observed():
    found = calibration(SIX, SURVIVAL, 5, groups=["short", "short", "long", "short", "long", "long"])
    by_label = {group.label: group for group in found.groups}
    assert by_label["short"].observed.estimate is not None
    brief = calibration(SIX, SURVIVAL, 5.5, groups=["a", "b", "a", "a", "a", "a"])
    assert {group.label: group.observed.estimate for group in brief.groups}["b"] is None


def test_missing_predictions_are_counted():
    found = calibration(SIX, [0.8, 0.9, np.nan, 0.3, 0.2, 0.4], 2, groups=1)
    assert found.overall.n == 5
    assert (found.left_out[0].why, found.left_out[0].rows) == ("prediction missing", (2,))


def test_no_event_gives_no_ratio():
    assert calibration(SIX, SURVIVAL, 0.5, groups=1).ratio.estimate is None


@pytest.mark.parametrize(
    ("survival", "when", "groups", "told"),
    [
        ([0.5] * 5, 3, 2, r"must have one value per row \(6\), but got 5"),
        ([0.5] * 5 + [1.5], 3, 2, "must lie between 0 and 1"),
        (SURVIVAL, 7, 2, "must lie above 0 and not beyond 6"),
        (SURVIVAL, 3, 0, "must be at least 1"),
    ],
)
def test_what_does_not_fit_is_refused(survival, when, groups, told):
    with pytest.raises(InputError, match=told):
        calibration(SIX, survival, when, groups=groups)
