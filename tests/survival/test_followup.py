"""Follow-up as arrays: what is taken, what is refused with every fault named, what is left out and counted."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.survival.followup import FollowUp, floats, group_levels, refuse_causes, with_event


def test_arrays_have_one_kind_each_and_are_read_only():
    f = FollowUp(stop=[5, 2], event=[True, False], start=[0, 1], weights=[1, 2], strata=["b", "a"], cluster=[9, 9])
    assert (f.n, f.stop.dtype, f.event.dtype) == (2, np.float64, np.int64)
    assert (f.event.tolist(), f.strata.tolist(), f.cluster.tolist()) == ([1, 0], [1, 0], [0, 0])
    assert (f.strata_labels, f.cluster_labels, f.left_out, f.kept_rows) == (("a", "b"), (9,), (), None)
    for column in (f.stop, f.event, f.start, f.weights, f.strata, f.cluster):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1
    with pytest.raises(FrozenInstanceError):
        f.stop = np.ones(2)


def test_it_keeps_copies_and_leaves_the_callers_arrays_alone():
    mine = np.array([1.0, 2.0])
    f = FollowUp(stop=mine, event=[1, 1])
    mine[0] = 9
    assert f.stop.tolist() == [1, 2]


def test_columns_of_a_data_frame_are_taken():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"days": [3, None, 5], "died": [True, False, None], "centre": ["x", "y", "x"]})
    f = FollowUp.complete(stop=frame["days"], event=frame["died"], strata=frame["centre"])
    assert (f.stop.tolist(), f.event.tolist(), f.kept_rows.tolist()) == ([3], [1], [0])
    assert [(out.count, out.why, out.rows) for out in f.left_out] == [
        (1, "stop missing", (1,)),
        (1, "event missing", (2,)),
    ]


def test_every_fault_is_told_with_its_rows():
    with pytest.raises(InputError) as refused:
        FollowUp(
            stop=[-1, 2, np.nan, np.inf, 4],
            event=[1, 0.5, 0, -1, 2],
            start=[0, 3, 1, 0, -2],
            weights=[0, 1, 1, 1, 1],
            strata=["a", None, "b", "a", ""],
        )
    places = {(fault.place.split(" (")[0], fault.must) for fault in refused.value.faults}
    event = "must be a whole number from 0 (0 censored, 1..k causes or states)"
    assert places == {
        ("stop, row 0", "must not be negative"),
        ("stop, row 2", "must not be missing"),
        ("stop, row 3", "must be finite"),
        ("stop, rows 0, 1", "must lie after start by more than rounding"),
        ("event, rows 1, 3", event),
        ("start, row 4", "must not be negative"),
        ("weights, row 0", "must be above 0"),
        ("strata, rows 1, 4", "must not be missing"),
    }


def test_ten_rows_are_named_and_the_rest_counted():
    with pytest.raises(InputError, match=r"rows 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more \(counted from 0\)"):
        FollowUp(stop=[-1] * 12, event=[1] * 12)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"stop": [1, 2], "event": [1]}, "must have one length, but got stop 2, event 1"),
        ({"stop": [], "event": []}, "must hold at least one row"),
        ({"stop": ["a"], "event": [1]}, "stop: must be a column of numbers"),
        ({"stop": [2], "event": [1], "start": [2]}, "stop, row 0 .*: must lie after start by more than"),
        ({"stop": [[1]], "event": [1]}, "stop: must be a column of numbers, but got 2 dimensions"),
        ({"stop": [1], "event": [1], "strata": [["a"]]}, "strata: must be a column of labels"),
    ],
)
def test_what_is_no_follow_up_is_refused(given, words):
    with pytest.raises(InputError, match=words):
        FollowUp(**given)


def test_stop_at_zero_is_allowed():
    assert FollowUp(stop=[0, 1], event=[1, 1]).stop.tolist() == [0, 1]


def test_complete_counts_a_row_once_and_names_faults_by_the_callers_rows():
    f = FollowUp.complete(stop=[None, 2, 3, 4], event=[None, 1, 0, 1], cluster=["p", "q", None, "q"])
    assert [str(out) for out in f.left_out] == ["1 stop missing", "1 cluster missing"]
    assert f.kept_rows.tolist() == [1, 3]
    with pytest.raises(InputError, match="stop, row 1 "):
        FollowUp.complete(stop=[None, -2], event=[1, 1])
    with pytest.raises(InputError, match="at least one row without missing values"):
        FollowUp.complete(stop=[None], event=[1])


def test_a_subset_keeps_labels_and_may_repeat_rows():
    f = FollowUp.complete(stop=[1, None, 3], event=[1, 1, 0], strata=["a", "b", "c"])
    twice = f.at([1, 1])
    assert (twice.stop.tolist(), twice.event.tolist(), twice.kept_rows.tolist()) == ([3, 3], [0, 0], [2, 2])
    assert twice.strata_labels == ("a", "b", "c")
    assert f.at(f.event == 1).n == 1
    assert not twice.stop.flags.writeable


def test_a_masked_array_is_missing_where_it_is_masked():
    assert np.isnan(floats(np.ma.masked_array([1.0, 2.0], mask=[False, True]))).tolist() == [False, True]


def test_other_events_on_the_same_rows():
    f = FollowUp(stop=[1, 2], event=[1, 2], strata=["a", "b"])
    assert with_event(f, f.event == 2).event.tolist() == [0, 1]
    assert with_event(f, f.event == 2).strata_labels == ("a", "b")
    assert replace(f, event=[0, 0]).event.tolist() == [0, 0]


def test_causes_are_refused_where_one_kind_of_event_is_meant():
    refuse_causes(FollowUp(stop=[1], event=[1]), "curve")
    with pytest.raises(InputError, match="must be 0 \\(censored\\) or 1 \\(event\\), but got 2, 3"):
        refuse_causes(FollowUp(stop=[1, 2, 3], event=[1, 2, 3]), "curve")


def test_a_grouping_has_a_label_for_each_row():
    f = FollowUp(stop=[1, 2], event=[1, 1])
    assert group_levels(f, ["b", "a"], "by").labels == ("a", "b")
    for by, words in (
        ([1], "one label for each of the 2 rows"),
        ([None, None], "a label in at least one row"),
        (1, "by"),
    ):
        with pytest.raises(InputError, match=words):
            group_levels(f, by, "by")


def test_a_piece_that_is_empty_but_for_rounding_is_refused():
    with pytest.raises(InputError, match="must lie after start"):
        FollowUp(start=[0.0, 0.3 - 1e-12], stop=[0.5, 0.3], event=[1, 1])
