"""Reverse Kaplan-Meier: by hand and published."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.survival import FollowUp, follow_up_time


def test_six_patients_by_hand(six):
    curve = follow_up_time(six)  # censored at 2 and 4
    assert np.allclose(curve.survival, [1, 4 / 5, 4 / 5, 2 / 5, 2 / 5])
    assert curve.median().estimate == 4
    assert "reverse" in curve.conventions[0].lower()


def test_lung(table):
    """Acceptance A1: R 4.2.2, survival 3.5-3."""
    lung = table("lung")
    median = follow_up_time(FollowUp(stop=lung["time"], event=lung["status"] == 2)).median("log")
    assert (median.estimate, median.lower, median.upper) == (588, 511, 1010)


def test_nobody_censored_is_told():
    curve = follow_up_time(FollowUp(stop=[1, 2], event=[1, 1]))
    assert curve.median().estimate is None
    assert curve.why.startswith("nobody is censored")


def test_causes_are_refused():
    with pytest.raises(InputError, match="follow-up time"):
        follow_up_time(FollowUp(stop=[1], event=[2]))
