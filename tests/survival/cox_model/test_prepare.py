"""From arguments to a model: every fault at once, rows left out with reasons."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.survival import FollowUp, cox


def test_all_faults_come_together(patients):
    f, x = patients()
    with pytest.raises(InputError) as caught:
        cox(f, x[:-1], ties="efrom", missing="maybe", offset=np.ones(3), strata=[1, 2], penalty="ridge")
    places = [fault.place for fault in caught.value.faults]
    assert places == ["ties", "missing", "penalty", "X", "strata", "offset"]


def test_other_event_codes_ask_which_is_meant():
    f = FollowUp(stop=[1, 2, 3], event=[1, 2, 0])
    with pytest.raises(InputError, match="must be 0 or 1 in a Cox model, but got 2"):
        cox(f, [1.0, 2, 0])


def test_rows_the_follow_up_left_out_stand_in_the_result():
    f = FollowUp.complete(stop=[1, 2, None, 4, 5], event=[1, 1, 1, 0, 1])
    with pytest.raises(InputError, match=r"X\[f.kept_rows\]"):
        cox(f, np.arange(5.0))
    fit = cox(f, np.array([1.0, 0, 3, 2, 1])[f.kept_rows])
    assert [(left.count, left.why) for left in fit.left_out] == [(1, "stop missing")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strata": [1, None, 1]}, "strata: must not be missing, but got 1 rows"),
        ({"offset": ["a", "b", "c"]}, "offset: must be a column of numbers"),
        ({"offset": [0.0, np.inf, 0]}, "offset: must be one column of finite numbers"),
    ],
)
def test_faulty_columns_are_named(options, message):
    with pytest.raises(InputError, match=message):
        cox(FollowUp(stop=[1, 2, 3], event=[1, 1, 0]), [1.0, 2, 0], **options)


def test_a_missing_offset_leaves_the_row_out():
    fit = cox(FollowUp(stop=[1, 2, 3, 4], event=[1, 1, 1, 0]), [1.0, 2, 0, 1], offset=[0.1, np.nan, 0.2, 0.0])
    assert [(left.count, left.why, left.rows) for left in fit.left_out] == [(1, "offset missing", (1,))]
    assert fit.rows.tolist() == [0, 2, 3]


def test_no_complete_row_is_refused():
    with pytest.raises(InputError, match="at least one row without missing values"):
        cox(FollowUp(stop=[1, 2], event=[1, 0]), [np.nan, np.nan])


def test_a_call_s_strata_replace_those_of_the_follow_up(patients):
    f, x = patients(60, 3, stratified=True)
    other = np.arange(60) % 2
    plain = FollowUp(stop=f.stop, event=f.event)
    assert cox(f, x, strata=other).coef == pytest.approx(cox(plain, x, strata=other).coef)


def test_fractional_weights_make_the_variance_robust(patients):
    f, x = patients(weighted=True)
    assert cox(f, x).robust
    assert not cox(f, x, robust=False).robust


def test_times_that_differ_by_rounding_are_tied():
    x, event = np.array([[0.0], [1], [0], [1], [1], [0]]), [1, 1, 1, 0, 1, 1]
    noisy = cox(FollowUp(stop=[0.1, 0.1 + 0.2, 0.3, 0.4, 0.5, 0.6], event=event), x)
    exact = cox(FollowUp(stop=[0.1, 0.3, 0.3, 0.4, 0.5, 0.6], event=event), x)
    assert noisy.coef[0] == exact.coef[0]


def test_a_piece_that_is_empty_but_for_rounding_is_refused():
    """A step of 1e-6 is more than rounding by itself, but not beside times of a thousand."""
    follow_up = FollowUp(start=[0.0, 1000.0], stop=[1000.5, 1000.0 + 1e-6], event=[1, 1])
    with pytest.raises(InputError, match=r"row 1 .* by more than rounding"):
        cox(follow_up, np.array([[0.0], [1.0]]))
