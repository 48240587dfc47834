"""Twin of src/lutetia/scoring/recist/visit.py: limits by hand, the published visit tables written out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.scoring.recist.lesion import (
    ABSENT,
    NOT_EVALUABLE,
    PRESENT,
    PROGRESSION,
    Lesion,
    Measurement,
    measured,
    too_small,
)
from lutetia.scoring.recist.rules import VisitRules
from lutetia.scoring.recist.visit import (
    TargetSum,
    nontarget_response,
    overall_response,
    target_response,
    target_sum,
)

PUBLISHED: dict[str, Any] = {
    "nadir": "reader", "reappearance_is_pd": True, "sticky_pr": False, "incomplete_sum_updates_nadir": False,
    "equivocal_new_lesion": "back_date", "precision": "as_entered",
}  # fmt: skip


def visit_rules(**choices: Any) -> VisitRules:
    """The rules as the published call has them, but for the choices given."""
    return VisitRules(**{**PUBLISHED, **choices})


def mm(diameter: Any) -> Measurement:
    return measured(diameter, "as_entered")


RULES = visit_rules()
EARLIER: dict[str, Any] = {"after_overall_cr": False, "after_target_response": False}
NO_MARKER: dict[str, Any] = {"marker_normal": None, "marker_followed": False, "after_overall_cr": False}
LIVER = Lesion(name="T1", organ="LIVER", role="target", node=False)
SECOND = Lesion(name="T2", organ="LIVER", role="target", node=False)
NODE = Lesion(name="N1", organ="LYMPH NODE", role="target", node=True)


def judged(sum_mm: float, *, baseline_mm: float, nadir_mm: float, **more: Any) -> str:
    now = target_sum([LIVER], {"T1": mm(sum_mm)})
    um = {"baseline_um": round(baseline_mm * 1000), "nadir_um": round(nadir_mm * 1000)}
    return target_response(now, **um, **{"rules": RULES, **EARLIER, **more})[0]


# By hand: PR at most 0.7 · baseline; PD at least 1.2 · nadir and at least 5 mm above it; limits included.
LIMITS = [
    (100, 100, 70, "PR"),
    (100, 100, 70.1, "SD"),
    (100, 100, 69.9, "PR"),
    (20, 20, 24, "SD"),  # +20 %, +4 mm
    (20, 20, 24.9, "SD"),
    (20, 20, 25, "PD"),
    (25, 25, 29.9, "SD"),  # +19.6 %
    (25, 25, 30, "PD"),
    (30, 30, 35.9, "SD"),
    (30, 30, 36, "PD"),
    (100, 100, 119.9, "SD"),
    (100, 100, 120, "PD"),
    (100, 50, 59.9, "PR"),  # against the nadir neither; against the baseline PR
    (100, 50, 60, "PD"),
    (100, 65, 78, "PD"),  # PD comes before PR and SD
    (100, 20, 24.9, "PR"),
    (10, 10, 7, "PR"),
    (10, 10, 7.1, "SD"),
    (165, 63, 65, "PR"),  # EORTC, questions and clarifications
    (0.3, 0.3, 0.1 + 0.2, "SD"),
    (100, 100, "70.0", "PR"),
    (33.3, 33.3, 23.31, "PR"),  # 0.7 · 33.3 = 23.31 exactly
    (33.3, 33.3, 23.32, "SD"),
    (99.9, 99.9, 119.88, "PD"),  # 1.2 · 99.9 exactly
    (99.9, 99.9, 119.87, "SD"),
]


@pytest.mark.parametrize(("baseline", "nadir", "now", "expected"), LIMITS)
def test_limits_by_hand(baseline: float, nadir: float, now: Any, expected: str) -> None:
    assert judged(now, baseline_mm=baseline, nadir_mm=nadir) == expected


def test_sums_of_decimals_are_exact() -> None:
    # 23.3 + 23.3 + 23.4 is 70.0, not 69.99999999999999 or 70.00000000000001.
    lesions = [Lesion(name=name, organ="LIVER", role="target", node=False) for name in "abc"]
    now = target_sum(lesions, {"a": mm(23.3), "b": mm(23.3), "c": mm(23.4)})
    assert now.sum_um == 70_000
    assert target_response(now, baseline_um=100_000, nadir_um=100_000, rules=RULES, **EARLIER)[0] == "PR"


def test_a_node_below_10_mm_is_gone_and_the_sum_stays_above_0() -> None:
    now = target_sum([LIVER, NODE], {"T1": ABSENT, "N1": mm(9.9)})
    assert (now.gone, now.sum_um) == (True, 9_900)
    assert target_response(now, baseline_um=45_000, nadir_um=45_000, rules=RULES, **EARLIER)[0] == "CR"
    at_limit = target_sum([LIVER, NODE], {"T1": ABSENT, "N1": mm(10)})
    assert not at_limit.gone
    assert target_response(at_limit, baseline_um=45_000, nadir_um=45_000, rules=RULES, **EARLIER)[0] == "PR"


def test_too_small_to_measure_counts_5_mm_and_is_not_gone() -> None:
    now = target_sum([LIVER], {"T1": too_small()})
    assert (now.sum_um, now.gone, now.complete) == (5_000, False, True)
    assert target_sum([LIVER], {"T1": mm(3.2)}).sum_um == 3_200  # measured below 5 mm: as measured


def test_a_target_not_measured_is_ne_unless_the_others_alone_make_pd() -> None:
    some = target_sum([LIVER, SECOND], {"T1": mm(40)})
    assert (some.complete, some.some) == (False, True)
    sums = {"baseline_um": 60_000, "nadir_um": 60_000}
    assert target_response(some, **sums, rules=RULES, **EARLIER) == ("NE", "RECIST-TL-NE")
    more = target_sum([LIVER, SECOND], {"T1": mm(72), "T2": NOT_EVALUABLE})
    assert target_response(more, **sums, rules=RULES, **EARLIER) == ("PD", "RECIST-TL-PD-INCOMPLETE")
    less = target_sum([LIVER, SECOND], {"T1": mm(71.9)})
    assert target_response(less, **sums, rules=RULES, **EARLIER)[0] == "NE"


def test_one_target_gone_and_the_other_not_read_is_ne() -> None:
    now = target_sum([LIVER, SECOND], {"T1": ABSENT})
    assert target_response(now, baseline_um=60_000, nadir_um=60_000, rules=RULES, **EARLIER)[0] == "NE"


def test_disease_seen_after_an_overall_cr_is_pd_by_the_named_option_alone() -> None:
    after = {"baseline_mm": 50, "nadir_mm": 0, "after_overall_cr": True}
    assert judged(4.9, **after) == "PD"
    assert judged(4.9, **after, rules=visit_rules(reappearance_is_pd=False)) == "PR"
    assert judged(5, **after, rules=visit_rules(reappearance_is_pd=False)) == "PD"  # 5 mm above a nadir of 0
    assert judged(4.9, baseline_mm=50, nadir_mm=0) == "PR"  # no CR overall: no reappearance


def test_a_node_still_normal_after_cr_is_no_reappearance() -> None:
    now = target_sum([NODE], {"N1": mm(9)})
    found = target_response(
        now, baseline_um=20_000, nadir_um=4_000, rules=RULES, **{**EARLIER, "after_overall_cr": True}
    )
    assert found[0] == "CR"


def test_sticky_pr_is_a_named_option() -> None:
    sums = {"baseline_mm": 100, "nadir_mm": 70, "after_target_response": True}
    assert judged(80, **sums) == "SD"
    assert judged(80, **sums, rules=visit_rules(sticky_pr=True)) == "PR"
    assert judged(84, **sums, rules=visit_rules(sticky_pr=True)) == "PD"  # until progression


# RECIST 1.1, visit tables: target, non-target, new lesion → overall.
VISIT_TABLE = [
    ("CR", "CR", False, "CR"),
    ("CR", None, False, "CR"),
    ("CR", "NON-CR/NON-PD", False, "PR"),
    ("CR", "NE", False, "PR"),
    *(("PR", other, False, "PR") for other in ("CR", "NON-CR/NON-PD", "NE", None)),
    *(("SD", other, False, "SD") for other in ("CR", "NON-CR/NON-PD", "NE", None)),
    *(("NE", other, False, "NE") for other in ("CR", "NON-CR/NON-PD", "NE", None)),
    *(("PD", other, new, "PD") for other in ("CR", "NON-CR/NON-PD", "NE", None) for new in (True, False)),
    *((target, "PD", new, "PD") for target in ("CR", "PR", "SD", "NE", None) for new in (True, False)),
    *((target, "CR", True, "PD") for target in ("CR", "PR", "SD", "NE", None)),
    (None, "CR", False, "CR"),
    (None, "NON-CR/NON-PD", False, "NON-CR/NON-PD"),
    (None, "NE", False, "NE"),
    (None, None, True, "PD"),
]


@pytest.mark.parametrize(("target", "nontarget", "new", "expected"), VISIT_TABLE)
def test_the_published_visit_tables(target: Any, nontarget: Any, new: bool, expected: str) -> None:
    assert overall_response(target, nontarget, new) == expected


NON_TARGETS = [
    Lesion(name="A", organ="BONE", role="non_target", node=False),
    Lesion(name="B", organ="LYMPH NODE", role="non_target", node=True),
]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"A": ABSENT, "B": mm(9.9)}, "CR"),
        ({"A": ABSENT, "B": ABSENT}, "CR"),
        ({"A": ABSENT, "B": mm(10)}, "NON-CR/NON-PD"),
        ({"A": PRESENT, "B": ABSENT}, "NON-CR/NON-PD"),
        ({"A": PRESENT, "B": PROGRESSION}, "PD"),
        ({"A": PROGRESSION}, "PD"),  # one not read, the other progresses
        ({"A": PRESENT}, "NE"),
        ({"A": ABSENT, "B": NOT_EVALUABLE}, "NE"),
        ({}, "NE"),
    ],
)
def test_non_target_response_by_hand(seen: Any, expected: str) -> None:
    assert nontarget_response(NON_TARGETS, seen, rules=RULES, **NO_MARKER)[0] == expected


def test_no_non_target_lesion_is_no_response() -> None:
    assert nontarget_response([], {}, rules=RULES, **NO_MARKER) == (None, "RECIST-NT-NONE")


def test_a_marker_above_normal_stands_in_the_way_of_cr() -> None:
    gone = {"A": ABSENT, "B": ABSENT}
    found = [
        nontarget_response(
            NON_TARGETS, gone, rules=RULES, **NO_MARKER | {"marker_followed": True, "marker_normal": normal}
        )[0]
        for normal in (True, False, None)
    ]
    assert found == ["CR", "NON-CR/NON-PD", "NE"]
    assert (
        nontarget_response([], {}, rules=RULES, **NO_MARKER | {"marker_followed": True, "marker_normal": False})[0]
        == "NON-CR/NON-PD"
    )


def test_non_target_disease_after_an_overall_cr_is_pd() -> None:
    seen = {"A": PRESENT, "B": ABSENT}
    assert nontarget_response(NON_TARGETS, seen, rules=RULES, **NO_MARKER | {"after_overall_cr": True})[0] == "PD"
    lenient = visit_rules(reappearance_is_pd=False)
    assert (
        nontarget_response(NON_TARGETS, seen, rules=lenient, **NO_MARKER | {"after_overall_cr": True})[0]
        == "NON-CR/NON-PD"
    )


tenths = st.integers(min_value=1, max_value=3000)


@given(baseline=tenths, nadir=tenths, now=st.integers(min_value=0, max_value=4000))
def test_the_order_of_the_rules_against_plain_arithmetic_in_tenths(baseline: int, nadir: int, now: int) -> None:
    """An independent route: integer tenths of a millimetre, the rules written as the notes have them."""
    nadir = min(nadir, baseline)
    if now == 0:
        expected = "CR"
    elif now - nadir >= 50 and 5 * now >= 6 * nadir:
        expected = "PD"
    elif 10 * now <= 7 * baseline:
        expected = "PR"
    else:
        expected = "SD"
    assert judged(now / 10, baseline_mm=baseline / 10, nadir_mm=nadir / 10) == expected


def test_an_empty_course_has_a_complete_but_empty_sum() -> None:
    assert target_sum([], {}) == TargetSum(0, True, False, True, False)
