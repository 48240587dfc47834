"""A series adds its targets, examination by examination."""

from __future__ import annotations

import pytest

from .conftest import LINE, ct


def test_sums_and_examinations(found):
    base = ct("2024-01-20", "T1 target 60", "T2 target 40", "N1 non_target present")
    visit = ct("2024-05-20", "T1 target 42", "T2 target -", "N1 non_target present")
    (series,) = found(LINE, base, visit).series
    assert series.baseline_sum.sum_um == 100_000
    assert [(one.sum_um, one.complete) for one in series.sums()] == [(42_000, False)]
    assert str(series.examination("ct-2024-05-20").date) == "2024-05-20"
    assert series.examination("ct-2024-01-20") is series.baseline
    with pytest.raises(StopIteration):
        series.examination("x")
