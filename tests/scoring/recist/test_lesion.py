"""Twin of src/lutetia/scoring/recist/lesion.py."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.scoring.recist.lesion import (
    ABSENT,
    JOINED,
    NOT_EVALUABLE,
    PRESENT,
    Lesion,
    coalesced,
    fragments,
    length_um,
    measured,
    too_small,
)


@pytest.mark.parametrize(
    ("entered", "um"),
    [
        (70, 70_000),
        (70.1, 70_100),
        (0.1 + 0.2, 300),  # 0.30000000000000004
        (4.95, 4_950),
        ("15.5136", 15_514),
        (" 12 ", 12_000),
        (0, 0),
        (1e-9, 0),
    ],
)
def test_a_length_in_whole_micrometres(entered: Any, um: int) -> None:
    assert length_um(entered, "as_entered") == um


@pytest.mark.parametrize(("entered", "um"), [(4.95, 5_000), (4.94, 4_900), (9.96, 10_000), (9.9, 9_900), (0.05, 100)])
def test_rounding_half_up_to_a_tenth_is_a_named_choice(entered: float, um: int) -> None:
    assert length_um(entered, "tenth_mm") == um
    assert length_um(entered, "as_entered") == round(entered * 1000)


@pytest.mark.parametrize("entered", [-0.1, "-3", "twelve", "", None, True, float("nan"), float("inf"), [12]])
def test_what_is_no_length_is_refused(entered: Any) -> None:
    with pytest.raises(ValueError, match="must be"):
        length_um(entered, "as_entered")


def test_the_parts_of_a_split_lesion_are_added() -> None:
    assert fragments([measured(12, "as_entered"), measured(7.5, "as_entered")]).sum_um == 19_500
    assert fragments([measured(12, "as_entered"), too_small()]).sum_um == 17_000
    assert fragments([measured(12, "as_entered"), NOT_EVALUABLE]) == NOT_EVALUABLE
    assert fragments([ABSENT, ABSENT]) == ABSENT
    with pytest.raises(ValueError, match="at least one"):
        fragments([])


def test_a_merged_lesion_is_counted_once() -> None:
    shared = coalesced(["T2", "T3"], measured(41, "as_entered"))
    assert shared == {"T2": measured(41, "as_entered"), "T3": JOINED}
    assert sum(part.sum_um or 0 for part in shared.values()) == 41_000
    assert set(coalesced(["T2", "T3"], NOT_EVALUABLE).values()) == {NOT_EVALUABLE}


def test_a_node_is_gone_below_10_mm_anything_else_at_0() -> None:
    node = Lesion(name="N", organ="LYMPH NODE", role="target", node=True)
    other = Lesion(name="T", organ="LIVER", role="target", node=False)
    assert (node.gone_below_um, node.axis) == (10_000, "short_axis")
    assert (other.gone_below_um, other.axis) == (1, "longest")


def test_a_measurement_says_what_it_is() -> None:
    assert [str(m) for m in (measured(12.5, "as_entered"), too_small(), ABSENT, NOT_EVALUABLE)] == [
        "12.5 mm",
        "too small to measure, 5 mm",
        "absent",
        "not evaluable",
    ]
    assert (measured(12.5, "as_entered").diameter_mm, PRESENT.diameter_mm) == (12.5, None)
