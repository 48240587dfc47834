"""A long table: one result for each patient, all faults together."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring.deterioration import Rules, times_to_deterioration

BASE: dict[str, Any] = {
    "threshold": 10, "worse": "lower", "kind": "first", "reference": "baseline", "death": "censored_at_last_score",
    "no_baseline": "censored_day_0", "no_follow_up": "censored_day_1",
}  # fmt: skip


def test_every_patient_of_a_long_table() -> None:
    got = times_to_deterioration(
        Rules(**BASE | {"no_baseline": "excluded"}),
        subject=["A", "A", "B", "A", "B", "C", "C", "D"],
        day=[-7, 0, 0, 84, 84, 84, 168, 0],
        score=[50, 80, 70, 65, None, 60, 50, 90],
        baseline_until_day=0,
    )
    assert {who: (one.days, one.event) for who, one in got.value.items()} == {
        "A": (84, 1),  # the last score up to day 0 is 80
        "B": (1, 0),
        "C": (None, None),
        "D": (1, 0),
    }
    assert got.excluded == {"no score at baseline": ("C",)}
    assert [(left.count, left.why) for left in got.left_out] == [(1, "without a score")]
    assert got.conventions[0] == "baseline: last score up to day 0"


def test_faults_of_all_patients_are_listed() -> None:
    with pytest.raises(InputError) as caught:
        times_to_deterioration(
            Rules(**BASE), subject=["A", "A", "B", "B", "C"], day=[0, 84, 84, 84, 168], score=[80, 101, 60, 50, 40],
            baseline_until_day=0, death_day={"C": 100},
        )  # fmt: skip
    assert [fault.place for fault in caught.value.faults] == ["A, day 84", "B, day 84", "C, day 168"]
    with pytest.raises(InputError, match="must be equally long"):
        times_to_deterioration(Rules(**BASE), subject=["A"], day=[0, 1], score=[80], baseline_until_day=0)


def test_columns_of_numpy_are_taken_as_they_are() -> None:
    np = pytest.importorskip("numpy")
    got = times_to_deterioration(
        Rules(**BASE),
        subject=["A", "A", "A"],
        day=np.array([0, 84, 168]),
        score=np.array([80.0, 75.0, 60.0], np.float32),
        baseline_until_day=0,
    )
    assert (got.value["A"].days, got.value["A"].event) == (168, 1)
