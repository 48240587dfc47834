"""The definitions of SSTR-positive, each by itself."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.quantities import Interval
from lutetia.scoring.uptake import (
    sstr_positive,
)


@pytest.mark.parametrize(
    ("lowest", "netter_2", "eu_label"),
    [
        (4, True, True),
        (3, True, True),
        (2, False, True),
        (1, False, False),
        (0, False, False),
        (None, None, None),
        (Interval(2, 3), None, True),
        (Interval(0, 2), False, None),
        (Interval(0, 4), None, None),
    ],
)
def test_score_definitions(lowest: Any, netter_2: Any, eu_label: Any) -> None:
    met = sstr_positive(lowest_score=lowest).value
    assert (met["netter_2"], met["eu_label"]) == (netter_2, eu_label)


@pytest.mark.parametrize(
    ("all_lesions", "heterogeneous", "review"),
    [
        (True, False, True),
        (True, True, False),
        (False, False, False),
        (False, None, False),
        (None, True, False),
        (True, None, None),
        (None, False, None),
        (None, None, None),
    ],
)
def test_review_definition(all_lesions: Any, heterogeneous: Any, review: Any) -> None:
    result = sstr_positive(all_lesions_positive=all_lesions, heterogeneous=heterogeneous)
    assert result.value["review"] is review


def test_definitions_stay_apart_and_are_named() -> None:
    result = sstr_positive(lowest_score=2, all_lesions_positive=True, heterogeneous=True)
    assert result.value == {"netter_2": False, "eu_label": True, "review": False}
    assert [reason.rule for reason in result.because] == ["N2-I7", "EXT-L-03", "PRAC-SSTR-2"]
    assert "GAP-02" in result.conventions[0]
    unknown = sstr_positive().definitions[0].because
    assert unknown.used == (("lowest_score", "unknown"),)
