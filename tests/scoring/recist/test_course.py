"""Twin of src/lutetia/scoring/recist/course.py: what earlier visits leave behind for later ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from lutetia.scoring.recist.course import ReaderCourse, new_lesions, respond
from lutetia.scoring.recist.lesion import EQUIVOCAL, PRESENT, Lesion, Measurement, measured
from lutetia.scoring.recist.rules import VisitRules
from lutetia.scoring.recist.visit import Visit

PUBLISHED: dict[str, Any] = {
    "nadir": "reader", "reappearance_is_pd": True, "sticky_pr": False, "incomplete_sum_updates_nadir": False,
    "equivocal_new_lesion": "back_date", "precision": "as_entered",
}  # fmt: skip


def visit_rules(**choices: Any) -> VisitRules:
    """The rules as the published call has them, but for the choices given."""
    return VisitRules(**{**PUBLISHED, **choices})


def mm(diameter: Any) -> Measurement:
    return measured(diameter, "as_entered")


T1 = Lesion(name="T1", organ="LIVER", role="target", node=False)
T2 = Lesion(name="T2", organ="LUNG", role="target", node=False)
NEW = Lesion(name="X1", organ="BONE", role="new", node=False)
NEW_NODE = Lesion(name="X2", organ="LYMPH NODE", role="new", node=True)


def course(*visits: Mapping[str, Measurement], lesions: Sequence[Lesion] = (T1,), reader: str = "R1") -> ReaderCourse:
    made = [Visit(name=f"V{at}", number=float(at), seen=seen) for at, seen in enumerate(visits)]
    return ReaderCourse(
        subject="MU-1",
        reader=reader,
        lesions=tuple(lesions),
        baseline=made[0],
        visits=tuple(made[1:]),
        marker_followed=False,
    )


def sums(*diameters: float) -> list[dict[str, Measurement]]:
    return [{"T1": mm(diameter)} for diameter in diameters]


def overall(*courses: ReaderCourse, **rules: Any) -> list[str]:
    return [response.overall for response in respond(courses, visit_rules(**rules))]


def test_the_nadir_is_the_smallest_sum_before_the_visit() -> None:
    responses = respond([course(*sums(100, 60, 80, 71, 72))], visit_rules())
    assert [response.nadir_mm for response in responses] == [100, 60, 60, 60]
    assert [response.overall for response in responses] == ["PR", "PD", "SD", "PD"]


def test_the_sums_of_the_eortc_question_with_and_without_sticky_pr() -> None:
    visits = course(*sums(100, 70, 70, 80, 80, 80))
    assert overall(visits, sticky_pr=True) == ["PR"] * 5
    assert overall(visits, sticky_pr=False) == ["PR", "PR", "SD", "SD", "SD"]
    assert overall(course(*sums(100, 70, 80, 84, 80)), sticky_pr=True) == ["PR", "PR", "PD", "PR"]


def test_disease_after_any_earlier_cr_is_pd_as_long_as_it_is_seen() -> None:
    visits = course(*sums(50, 0, 3, 3, 0, 2))
    assert overall(visits) == ["CR", "PD", "PD", "CR", "PD"]
    assert overall(visits, reappearance_is_pd=False) == ["CR", "PR", "PR", "CR", "PR"]


def test_targets_gone_while_a_non_target_persists_is_no_overall_cr_to_reappear_after() -> None:
    bone = Lesion(name="A", organ="BONE", role="non_target", node=False)
    seen = [{"T1": mm(diameter), "A": PRESENT} for diameter in (50, 0, 4.9)]
    responses = respond([course(*seen, lesions=(T1, bone))], visit_rules())
    assert [(r.target, r.overall) for r in responses] == [("CR", "PR"), ("PR", "PR")]


def test_an_incomplete_sum_moves_the_nadir_by_the_named_option_alone() -> None:
    both = (T1, T2)
    visits = course(
        {"T1": mm(30), "T2": mm(30)},
        {"T1": mm(20)},
        {"T1": mm(25), "T2": mm(30)},
        lesions=both,
    )
    assert overall(visits) == ["NE", "SD"]  # 55 against 60
    assert overall(visits, incomplete_sum_updates_nadir=True) == ["NE", "PD"]  # 55 against 20


def test_a_visit_without_any_target_never_makes_a_nadir_of_0() -> None:
    visits = course(*sums(30), {}, *sums(30))
    assert overall(visits, incomplete_sum_updates_nadir=True) == ["NE", "SD"]


def test_the_nadir_of_all_readers_is_the_smallest_of_any_earlier_visit() -> None:
    first, second = course(*sums(100, 90, 100)), course(*sums(100, 75, 90), reader="R2")
    assert overall(first, second, nadir="reader") == ["SD", "SD", "SD", "PD"]
    assert overall(first, second, nadir="all_readers") == ["SD", "PD", "SD", "PD"]
    # A reader without targets must not bring a sum of 0.
    without = ReaderCourse(
        subject="MU-1", reader="R3", lesions=(), baseline=Visit(name="V0", number=0.0), visits=(), marker_followed=False
    )
    assert overall(first, without, nadir="all_readers") == ["SD", "SD"]


def test_a_new_lesion_is_pd_from_then_on_with_the_day_of_first_sight() -> None:
    visits = course(*sums(50, 50), {"T1": mm(20), "X1": PRESENT}, *sums(20), lesions=(T1, NEW))
    responses = respond([visits], visit_rules())
    assert [(r.new_lesion, r.overall) for r in responses] == [(False, "SD"), (True, "PD"), (True, "PD")]
    assert responses[1].target == "PR"


def test_an_equivocal_new_lesion_counts_only_once_confirmed() -> None:
    seen = [{"T1": mm(50)}, {"T1": mm(50), "X1": EQUIVOCAL}, {"T1": mm(50)}]
    never = course(*seen, lesions=(T1, NEW))
    assert overall(never) == ["SD", "SD"]
    assert respond([never], visit_rules())[0].equivocal_new_lesion
    confirmed = course(*seen, {"T1": mm(50), "X1": PRESENT}, lesions=(T1, NEW))
    assert overall(confirmed) == ["PD", "PD", "PD"]
    assert overall(confirmed, equivocal_new_lesion="at_confirmation") == ["SD", "SD", "PD"]


def test_a_new_node_counts_from_10_mm_short_axis_on() -> None:
    visits = course(
        *sums(50),
        {"T1": mm(50), "X2": mm(9.9)},
        {"T1": mm(50), "X2": mm(10)},
        lesions=(T1, NEW_NODE),
    )
    assert overall(visits) == ["SD", "PD"]
    assert new_lesions(visits, visit_rules()).counts_from == 1


@pytest.mark.parametrize("marker", [True, False, None])
def test_a_marker_above_normal_at_baseline_is_followed(marker: bool | None) -> None:
    visit = Visit(name="V1", number=1.0, seen={"T1": mm(0)}, marker_normal=marker)
    baseline = Visit(name="V0", number=0.0, seen={"T1": mm(50)}, marker_normal=False)
    followed = ReaderCourse(
        subject="MU-1", reader="R1", lesions=(T1,), baseline=baseline, visits=(visit,), marker_followed=True
    )
    assert overall(followed) == ["CR" if marker else "PR"]


def test_the_reasons_hold_the_numbers() -> None:
    (response,) = respond([course(*sums(100, 70))], visit_rules())
    assert str(response.because[0]).endswith("[baseline 100 mm, nadir 100 mm, sum 70 mm] (RECIST-TL-PR)")
    assert [why.rule for why in response.because[1:]] == ["RECIST-NT-NONE", "RECIST-NEW-NONE", "RECIST-VISIT-PR"]
    assert response.value == "PR"
    assert response.change_from_baseline_pct == pytest.approx(-30)
    assert (response.sum_mm, response.baseline_sum_mm) == (70, 100)
