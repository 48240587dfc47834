"""Rows in the order of risk sets: worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from lutetia.survival import FollowUp
from lutetia.survival.cox_model.arrangement import death_places, death_sums


def test_six_rows_by_hand(model_of):
    # latest event time first: at 5 row 0; at 3 rows 3 (death), 1 and 5 (censored at 4 and 3); row 4 never
    f = FollowUp(stop=[5, 4, 2, 3, 1, 3], event=[1, 0, 1, 1, 0, 0])
    found = model_of(f, np.arange(6.0)).arranged
    assert found.group_time.tolist() == [5, 3, 2]
    assert found.order.tolist() == [0, 3, 1, 5, 2]
    assert found.group_first.tolist() == [0, 1, 4, 5]
    assert found.dead_rows.tolist() == [1, 1, 1]
    assert_allclose(found.z[0] * found.scale[0] + found.mean[0], found.order)
    assert (found.mean[0], found.scale[0]) == (2.5, pytest.approx(3.5**0.5))
    assert death_places(found.group_first, found.dead_rows).tolist() == [0, 1, 4]
    assert_array_equal(death_sums(np.arange(5.0), found.group_first, found.dead_rows), [0, 1, 4])


def test_delayed_entry_by_hand(model_of):
    # row 2 is at risk in (2, 3]: at the event at 3, no longer (going back) at that at 2; row 3 in (3, 4] at no event
    f = FollowUp(start=[0, 0, 2, 3], stop=[3, 2, 3, 4], event=[1, 1, 0, 0])
    found = model_of(f, np.arange(4.0)).arranged
    assert found.order.tolist() == [0, 2, 1]
    assert found.leave.tolist() == [2, 1, 2]  # 2 groups: row 0 and 1 stay to the end
    assert found.leaving_first.tolist() == [0, 0, 1]
    assert found.leaving[:1].tolist() == [1]


def test_strata_follow_one_another(model_of):
    f = FollowUp(stop=[3, 3, 1, 1, 9], event=[1, 1, 1, 0, 1], strata=["b", "a", "a", "b", "c"])
    found = model_of(f, np.arange(5.0)).arranged
    assert found.stratum_first.tolist() == [0, 2, 3, 4]
    assert found.group_time.tolist() == [3, 1, 3, 9]
    assert found.group_stratum.tolist() == [0, 0, 1, 2]
    assert 3 not in found.order  # censored before the first event of its stratum


def test_columns_and_rows_give_the_same_arrangement(model_of, patients):
    f, x = patients(50, 1)
    rows = model_of(f, x).arranged
    columns = model_of(f, {f"x{j}": x[:, j] for j in range(3)}).arranged
    assert_allclose(rows.z, columns.z, rtol=1e-12, atol=1e-12)
    assert_allclose(rows.scale, np.std(x, axis=0, ddof=1), rtol=1e-12)
