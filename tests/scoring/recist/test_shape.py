"""Twin of src/lutetia/scoring/recist/shape.py: split and merged lesions, states beside diameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring import recist

LESIONS = {"T1": ("LIVER", "TARGET"), "T2": ("LIVER", "TARGET"), "N1": ("LYMPH NODE", "TARGET")}
BASELINE = {"T1": 40, "T2": 30, "N1": 20}
Tables = Callable[..., Any]


def sums(tables: Tables, *visits: dict[str, Any]) -> list[Any]:
    return [r.sum_mm for r in recist.visit_responses(*tables(LESIONS, [BASELINE, *visits]))]


def test_parts_are_added_and_merged_lesions_counted_once(tables: Tables) -> None:
    split = {"T1.1": 12, "T1.2": 9.5, "T2": 30, "N1": 18}
    merged = {"T1/T2": 55, "N1": 18}
    assert sums(tables, split, merged) == [69.5, 73]


def test_a_part_too_small_counts_5_mm_a_part_not_evaluable_makes_ne(tables: Tables) -> None:
    small = {"T1.1": 12, "T1.2": "TOO SMALL TO MEASURE", "T2": 30, "N1": 18}
    unread = {"T1.1": 12, "T1.2": "NOT EVALUABLE", "T2": 30, "N1": 18}
    assert sums(tables, small, unread) == [65, None]


def test_a_merged_lesion_that_has_gone_is_gone(tables: Tables) -> None:
    judged = recist.visit_responses(*tables(LESIONS, [BASELINE, {"T1/T2": 0, "N1": 8}]))
    assert (judged[0].target, judged[0].sum_mm) == ("CR", 8)


def test_a_lesion_measured_whole_and_in_parts_is_refused(tables: Tables) -> None:
    with pytest.raises(InputError, match="either whole or by its parts"):
        sums(tables, {"T1": 40, "T1.1": 12, "T2": 30, "N1": 18})


def test_the_parts_of_a_node_are_not_added(tables: Tables) -> None:
    with pytest.raises(InputError, match="one short axis"):
        sums(tables, {"T1": 40, "T2": 30, "N1.1": 8, "N1.2": 7})


def test_a_node_with_its_longest_diameter_alone_is_refused(tables: Tables) -> None:
    tu, tr = tables(LESIONS, [BASELINE, {"T1": 40, "T2": 30, "N1": 18}])
    tr[5]["TRTESTCD"] = "LDIAM"
    with pytest.raises(InputError, match=r"TR row 6.*must be measured in its short axis"):
        recist.visit_responses(tu, tr)


@pytest.mark.parametrize(
    ("diameter", "state", "fits"),
    [
        (0, "ABSENT", True),
        (8, "PRESENT", True),
        (0, "PRESENT", False),
        (8, "ABSENT", False),
        (8, "NOT EVALUABLE", False),
        (3, "TOO SMALL TO MEASURE", True),
    ],
)
def test_a_state_and_a_diameter_must_agree(tables: Tables, diameter: float, state: str, fits: bool) -> None:
    now = {"T1": diameter, "T2": 30, "N1": 18}
    tu, tr = tables(LESIONS, [BASELINE, now])
    tr.append({**tr[3], "TRTESTCD": "TUMSTATE", "TRSTRESN": "", "TRORRES": state, "TRSTRESC": state, "TRORRESU": ""})
    if fits:
        assert recist.visit_responses(tu, tr)[0].sum_mm == diameter + 48
    else:
        with pytest.raises(InputError, match="must agree"):
            recist.visit_responses(tu, tr)


def test_a_normal_node_may_be_called_absent(tables: Tables) -> None:
    tu, tr = tables(LESIONS, [BASELINE, {"T1": 0, "T2": 0, "N1": 9}])
    tr.append({**tr[5], "TRTESTCD": "LNSTATE", "TRSTRESN": "", "TRORRES": "NON-PATHOLOGICAL", "TRSTRESC": ""})
    assert recist.visit_responses(tu, tr)[0].overall == "CR"


def test_a_target_called_absent_without_a_diameter_has_gone(tables: Tables) -> None:
    assert sums(tables, {"T1": "ABSENT", "T2": 30, "N1": 18}) == [48]
