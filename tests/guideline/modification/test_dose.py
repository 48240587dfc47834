"""Twin of src/lutetia/guideline/modification/dose.py."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.guideline.modification.dose import Reduction


def test_the_named_reduction_is_half_then_full() -> None:
    reduction = Reduction.named("half_then_full")
    assert (reduction.reduced_mbq, reduction.next_mbq, reduction.full_mbq) == (3700, 7400, 7400)
    assert reduction.rules == ("DM-RED-1", "DM-RED-2")


def test_a_judged_reduction_names_its_judge_and_no_label_rule() -> None:
    reduction = Reduction.judged(reduced_mbq=5550, next_mbq=5550, full_mbq=7400, judged_by=" Dr Example ")
    assert reduction.says == "reduction decided by Dr Example: 5550 MBq, then 5550 MBq"
    assert reduction.rules == ("DM-RED-3", "DM-RED-3")


@pytest.mark.parametrize("value", [3.7, 0, -1, float("nan"), True, "3700"])
def test_an_implausible_activity_is_refused(value: Any) -> None:
    with pytest.raises(InputError) as caught:
        Reduction.judged(reduced_mbq=value, next_mbq=7400, full_mbq=7400, judged_by=" ")
    assert [fault.place for fault in caught.value.faults] == ["reduced_mbq", "judged_by"]


def test_an_unnamed_reduction_is_refused() -> None:
    with pytest.raises(InputError, match="must be one of half_then_full"):
        Reduction.named("quarter")
