"""Readings that contradict each other, or are no readings, are refused."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.quantities import Interval
from lutetia.scoring.uptake import (
    score_extremes,
    visual_score,
)


@pytest.mark.parametrize(("liver", "spleen"), [("above", None), ("equal", None), ("below", "above")])
def test_not_visible_yet_above_is_refused(liver: Any, spleen: Any) -> None:
    with pytest.raises(InputError, match="must not contradict"):
        visual_score(visible=False, versus_liver=liver, versus_spleen=spleen)


def test_unknown_word_is_refused() -> None:
    with pytest.raises(InputError, match="versus_liver: must be below, equal or above"):
        visual_score(visible=True, versus_liver="brighter")  # type: ignore[arg-type]


@pytest.mark.parametrize("score", [5, -1, 2.5, Interval(2, 2.5), float("nan"), "high"])
def test_score_outside_the_scale_is_refused(score: Any) -> None:
    with pytest.raises(InputError, match=r"scores\[1\]"):
        score_extremes([3, score], complete=True)
