"""Labels of any kind become codes: sorted, missing apart, several columns together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.survival.levels import is_missing, levels


@pytest.mark.parametrize(
    ("values", "codes", "labels"),
    [
        ([3, 1, 3], [1, 0, 1], (1, 3)),
        ([10**12, -5], [1, 0], (-5, 10**12)),
        ([True, False], [1, 0], (False, True)),
        ([2.0, 1.0, np.nan], [1, 0, -1], (1, 2)),
        ([0.5, 1.0], [0, 1], (0.5, 1.0)),
        (["b", "a", "", None], [1, 0, -1, -1], ("a", "b")),
        (np.array(["b", "a"]), [1, 0], ("a", "b")),
        ([1, "a"], [0, 1], (1, "a")),
        (["a", float("nan")], [0, -1], ("a",)),
        ([], [], ()),
    ],
    ids=str,
)
def test_codes_point_at_sorted_labels(values, codes, labels):
    found = levels(values)
    assert (found.codes.tolist(), found.labels) == (codes, labels)


def test_labels_that_do_not_compare_stand_by_their_text():
    assert levels(np.array([2, "a", 1], dtype=object)).labels == (1, 2, "a")


def test_several_columns_count_by_what_occurs_together():
    found = levels({"sex": ["f", "m", "f", "m"], "centre": [2, 1, 2, None]})
    assert found.labels == (("f", 2), ("m", 1))
    assert found.codes.tolist() == [0, 1, 0, -1]
    with pytest.raises(ValueError, match="one length"):
        levels({"a": [1], "b": [1, 2]})


def test_a_table_is_no_column():
    with pytest.raises(ValueError, match="one dimension, not 2"):
        levels([[1, 2]])


def test_missing_is_a_kind_of_its_own():
    assert [is_missing(value) for value in (None, float("nan"), "", 0, False, "no")] == [True] * 3 + [False] * 3


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["a", "bb", "c", None]), min_size=1))
def test_labels_come_back_from_their_codes(values):
    found = levels(values)
    assert [None if code < 0 else found.labels[code] for code in found.codes] == values
