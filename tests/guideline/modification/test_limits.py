"""Twin of src/lutetia/guideline/modification/limits.py: sums by hand; a lower bound is never room left."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.guideline.modification.limits import CycleDose, cumulative_dose, published_limit_gy
from lutetia.quantities import Interval


def kidneys(*cycles_gy: Any, complete: bool | None = True, limit_gy: float = 23) -> Any:
    """The kidneys over cycles of these absorbed doses."""
    ledger = [CycleDose(cycle=f"c{n}", on=None, absorbed_dose_gy=dose) for n, dose in enumerate(cycles_gy, start=1)]
    return cumulative_dose(ledger, organ="kidneys", limit_gy=limit_gy, complete=complete)


def test_the_published_limits_are_the_review_s() -> None:
    assert (published_limit_gy("kidneys"), published_limit_gy("red_marrow")) == (23.0, 2.0)


@pytest.mark.parametrize(
    ("cycles", "value", "left"),
    [
        ((5.0, 4.5, 4.0), "room_left", 9.5),
        ((5.75, 5.75, 5.75, 5.75), "reached", 0.0),  # 23 exactly
        ((5.75, 5.75, 5.75, 5.74), "room_left", 0.01),
        ((7.7, 7.7, 7.6), "reached", 0.0),  # 23.0 in decimals
        ((12.0, 12.0), "reached", 0.0),
        ((), "room_left", 23.0),
    ],
)
def test_known_cycles_add_up_exactly(cycles: Any, value: str, left: float) -> None:
    total = kidneys(*cycles)
    assert total.value == value
    assert (total.room_at_least_gy, total.room_at_most_gy) == (left, left)
    assert total.missing == ()


def test_an_unknown_cycle_gives_a_lower_bound_and_no_room() -> None:
    total = kidneys(5.0, None, 4.0)
    assert total.value == "undecided"
    assert (total.total_gy.low, total.total_gy.high) == (9.0, inf)
    assert (total.room_at_least_gy, total.room_at_most_gy) == (None, 14.0)
    assert total.missing == ("absorbed dose of the kidneys in cycle c2",)
    assert [reason.rule for reason in total.because] == ["DM-CUM-1", "DM-CUM-3"]
    assert dict(total.because[0].used)["total_gy"] == "at least 9"


def test_a_lower_bound_can_reach_the_limit() -> None:
    total = kidneys(12.0, None, 11.0)
    assert (total.value, total.missing) == ("reached", ())


@pytest.mark.parametrize("complete", [False, None])
def test_an_incomplete_list_is_a_lower_bound(complete: bool | None) -> None:
    total = kidneys(5.0, complete=complete)
    assert (total.value, total.room_at_least_gy) == ("undecided", None)
    assert total.missing == ("whether every earlier cycle is listed (kidneys)",)
    assert kidneys(complete=complete).value == "undecided"


def test_ranges_are_added_as_ranges() -> None:
    total = kidneys(Interval.parse("10-12"), Interval.parse("10-12"))
    assert (total.value, str(total.total_gy)) == ("undecided", "20-24")
    assert (total.room_at_least_gy, total.room_at_most_gy) == (0.0, 3.0)
    assert kidneys(Interval.parse("10-11"), Interval.parse("<12", minimum=0)).value == "room_left"  # below 23


@pytest.mark.parametrize(
    ("cycles", "further", "fits"),
    [
        ((10.0,), 13.0, True),
        ((10.0,), 13.1, False),
        ((10.0,), Interval.parse("12-14"), None),
        ((10.0,), None, None),
        ((10.0, None), 5.0, None),
        ((10.0, None), 14.0, False),
        ((23.0,), None, False),
    ],
)
def test_whether_a_further_cycle_fits(cycles: Any, further: Any, fits: Any) -> None:
    assert kidneys(*cycles).fits(further) is fits


def test_the_marrow_has_its_own_limit_and_rule() -> None:
    ledger = [CycleDose(cycle=f"c{n}", on=None, absorbed_dose_gy=0.5) for n in range(4)]
    total = cumulative_dose(ledger, organ="red_marrow", limit_gy=published_limit_gy("red_marrow"), complete=True)
    assert total.value == "reached"
    assert total.because[0].rule == "DM-CUM-2"


def test_the_result_tells_whose_limit_it_is() -> None:
    assert kidneys().conventions[0] == (
        "limit of the kidneys: 23 Gy, as the review names it; a review statement, no label limit"
    )
    assert "28 Gy, the review names 23 Gy" in kidneys(limit_gy=28).conventions[0]
    assert "not BED" in kidneys().conventions[1]


def test_the_limit_and_completeness_are_arguments_without_default() -> None:
    with pytest.raises(TypeError, match="limit_gy"):
        cumulative_dose([], organ="kidneys", complete=True)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="complete"):
        cumulative_dose([], organ="kidneys", limit_gy=23)  # type: ignore[call-arg]


def test_all_faults_at_once() -> None:
    ledger = [CycleDose(cycle="c1", on=None, absorbed_dose_gy=dose) for dose in (-1, 5000)]
    with pytest.raises(InputError) as caught:
        cumulative_dose(ledger, organ="liver", limit_gy=0, complete=True)  # type: ignore[arg-type]
    assert [fault.place for fault in caught.value.faults] == ["organ", "limit_gy", "cycles", "cycle c1", "cycle c1"]


doses = st.one_of(st.none(), st.integers(0, 300).map(lambda tenths: tenths / 10))


@given(st.lists(doses, max_size=8), st.randoms())
def test_the_order_of_cycles_changes_nothing_and_more_never_leaves_more(cycles: list[Any], chance: Any) -> None:
    shuffled = list(cycles)
    chance.shuffle(shuffled)
    here = kidneys(*cycles)
    assert kidneys(*shuffled).total_gy == here.total_gy
    more = kidneys(*cycles, 1.0)
    assert more.room_at_most_gy <= here.room_at_most_gy
    assert not (here.value == "reached" and more.value != "reached")
    if None in cycles:
        assert here.value != "room_left"
