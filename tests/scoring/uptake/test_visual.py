"""SSTR visual score and its extremes, by hand."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.quantities import Interval
from lutetia.scoring.uptake import (
    DualLesion,
    netpet_of_lesions,
    score_extremes,
    sstr_positive,
    visual_score,
)


@pytest.mark.parametrize(
    ("visible", "liver", "spleen", "possible"),
    [
        (False, None, None, (0,)),
        (True, "below", None, (1,)),
        (True, "equal", None, (2,)),
        (True, "above", "below", (3,)),
        (True, "above", "above", (4,)),
        (None, "above", "above", (4,)),
        (True, "above", None, (3, 4)),
        (True, "above", "equal", (3, 4)),
        (True, None, "below", (1, 2, 3)),
        (True, None, None, (1, 2, 3, 4)),
        (None, "below", None, (0, 1)),
        (None, None, None, (0, 1, 2, 3, 4)),
    ],
)
def test_visual_score_by_hand(visible: Any, liver: Any, spleen: Any, possible: tuple[int, ...]) -> None:
    score = visual_score(visible=visible, versus_liver=liver, versus_spleen=spleen)
    assert score.possible == possible
    assert score.value == (possible[0] if len(possible) == 1 else None)


@pytest.mark.parametrize("convention", [3, 4])
def test_equal_to_spleen_follows_the_named_convention(convention: Any) -> None:
    score = visual_score(visible=True, versus_liver="above", versus_spleen="equal", equal_to_spleen=convention)
    assert score.value == convention
    assert f"equal_to_spleen={convention}" in score.conventions[0]


def test_score_names_where_its_parts_come_from() -> None:
    three = visual_score(visible=True, versus_liver="above", versus_spleen="below")
    one = visual_score(visible=True, versus_liver="below")
    assert "S002/Methods" in three.because[0].says
    assert "usual definition" in one.because[0].says
    assert three.because[0].rule == one.because[0].rule == "PRAC-SSTR-4"
    assert one.because[0].used == (("visible", "True"), ("versus_liver", "below"))


@pytest.mark.parametrize(
    ("scores", "complete", "lowest", "highest"),
    [
        ([3, 4, 2], True, Interval(2, 2), Interval(4, 4)),
        ([3, 4, None], True, Interval(0, 3), Interval(4, 4)),
        ([3, 3, None], True, Interval(0, 3), Interval(3, 4)),
        ([0, None], True, Interval(0, 0), Interval(0, 4)),
        ([None], True, Interval(0, 4), Interval(0, 4)),
        ([3, Interval(3, 4)], True, Interval(3, 3), Interval(3, 4)),
        ([3, 4], False, Interval(0, 3), Interval(4, 4)),
        ([1], False, Interval(0, 1), Interval(1, 4)),
    ],
)
def test_extremes_by_hand(scores: Any, complete: bool, lowest: Interval, highest: Interval) -> None:
    extremes = score_extremes(scores, complete=complete)
    assert (extremes.lowest, extremes.highest) == (lowest, highest)
    assert extremes.value == (lowest, highest)
    assert f"complete={complete}" in extremes.conventions[0]


def test_no_lesion_is_unknown_and_never_zero() -> None:
    for complete in (True, False):
        extremes = score_extremes([], complete=complete)
        assert extremes.lowest is extremes.highest is extremes.value is None


@given(st.lists(st.sampled_from([None, 0, 1, 2, 3, 4]), min_size=1, max_size=4))
def test_extremes_hold_every_completion_and_no_more(scores: list[int | None]) -> None:
    extremes = score_extremes(scores, complete=True)
    filled = list(itertools.product(*(range(5) if score is None else [score] for score in scores)))
    lowest = {min(one) for one in filled}
    highest = {max(one) for one in filled}
    assert extremes.lowest == Interval(min(lowest), max(lowest))
    assert extremes.highest == Interval(min(highest), max(highest))


P1 = DualLesion(sstr_positive=True, fdg_positive=False)


@pytest.mark.parametrize(
    "result",
    [
        visual_score(visible=True),
        score_extremes([3], complete=True),
        sstr_positive(),
        sstr_positive().definitions[0],
        P1,
        netpet_of_lesions([P1], complete=True),
    ],
    ids=lambda result: type(result).__name__,
)
def test_results_are_frozen(result: Any) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(result, dataclasses.fields(result)[0].name, None)
