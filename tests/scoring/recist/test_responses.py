"""Twin of src/lutetia/scoring/recist/responses.py: 66 visit responses made by others, and laws."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.scoring import recist

RULES = recist.VisitRules(
    nadir="reader", reappearance_is_pd=True, sticky_pr=False, incomplete_sum_updates_nadir=False,
    equivocal_new_lesion="back_date", precision="as_entered",
)  # fmt: skip
Rows = list[dict[str, Any]]
Shared = Callable[[str], Rows]
Tables = Callable[..., tuple[Rows, Rows]]


def differing(shared: Shared, **rules: Any) -> tuple[int, list[tuple[str, str, str, str, str]]]:
    """How many visits were judged, and those whose overall response is not the one in RS."""
    published = {
        (row["USUBJID"], row["RSEVALID"] or row["RSEVAL"], row["VISIT"]): row["RSSTRESC"]
        for row in shared("rs_onco_recist")
    }
    judged = recist.visit_responses(shared("tu_onco_recist"), shared("tr_onco_recist"), **rules)
    assert {(r.subject, str(r.reader), r.visit) for r in judged} == set(published)
    wrong = []
    for r in judged:
        said = published[r.subject, str(r.reader), r.visit]
        if r.overall != said:
            wrong.append((r.subject, str(r.reader), r.visit, said, str(r.overall)))
    return len(judged), wrong


def test_all_66_published_visit_responses(shared: Shared) -> None:
    assert differing(shared, nadir="reader", reappearance_is_pd=False) == (66, [])


def test_reappearance_changes_exactly_one_row(shared: Shared) -> None:
    one = ("01-701-1133", "RADIOLOGIST 2", "WEEK 9", "PR", "PD")
    assert differing(shared, nadir="reader", reappearance_is_pd=True) == (66, [one])


def test_rounding_to_tenths_would_change_the_same_row(shared: Shared) -> None:
    # 4.95 mm after a nadir of 0 becomes 5.0 mm: why diameters are kept as entered.
    one = ("01-701-1133", "RADIOLOGIST 2", "WEEK 9", "PR", "PD")
    assert differing(shared, reappearance_is_pd=False, precision="tenth_mm") == (66, [one])


def test_the_numbers_behind_patient_1028_at_week_6(shared: Shared) -> None:
    # By hand from TR: four of five targets, investigator 110.0 against a nadir of 91.0; radiologist 1 107.9 / 90.86.
    judged = recist.visit_responses(shared("tu_onco_recist"), shared("tr_onco_recist"), reappearance_is_pd=False)
    at = {r.reader: r for r in judged if r.subject == "01-701-1028" and r.visit == "WEEK 6"}
    investigator, first = at["INVESTIGATOR"], at["RADIOLOGIST 1"]
    assert (investigator.measured_um, investigator.nadir_um, investigator.sum_um) == (110_000, 91_000, None)
    assert (investigator.target, investigator.target_rule) == ("PD", "RECIST-TL-PD-INCOMPLETE")
    assert (first.nadir_um, first.overall) == (90_860, "NE")


def test_every_row_is_used_or_accounted_for(shared: Shared) -> None:
    judged = recist.visit_responses(shared("tu_onco_recist"), shared("tr_onco_recist"))
    left_out = {left.why: left.count for left in judged.left_out}
    # 468 diameters: 234 targets measured by one axis and by the other; 78 states, of which 39 stand twice.
    assert sum(rows for why, rows in left_out.items() if "axis" in why or "longest" in why) == 234
    assert sum(rows for why, rows in left_out.items() if "repeat" in why) == 39
    assert sum(left_out.values()) == 273
    assert "left out 273" in str(judged.because[0])
    assert judged.cautions == ()


def test_the_order_of_rows_changes_nothing(shared: Shared) -> None:
    tu, tr = shared("tu_onco_recist"), shared("tr_onco_recist")
    straight = recist.visit_responses(tu, tr)
    rng = random.Random(7)
    for _ in range(3):
        mixed_tu, mixed_tr = rng.sample(tu, len(tu)), rng.sample(tr, len(tr))
        assert recist.visit_responses(mixed_tu, mixed_tr).rows() == straight.rows()


def test_columns_give_what_rows_give(shared: Shared) -> None:
    tables = [shared("tu_onco_recist"), shared("tr_onco_recist")]
    columns = [{name: [row[name] for row in table] for name in table[0]} for table in tables]
    assert recist.visit_responses(*columns).value == recist.visit_responses(*tables).value


LESIONS = {
    "T1": ("LIVER", "TARGET"),
    "T2": ("LUNG", "TARGET"),
    "T3": ("PANCREAS", "TARGET"),
}
diameters = st.integers(min_value=100, max_value=900).map(lambda tenths: tenths / 10)
later = st.one_of(st.integers(min_value=0, max_value=1500).map(lambda tenths: tenths / 10), st.none())


@st.composite
def courses(draw: st.DrawFn) -> list[dict[str, float]]:
    visits = [{name: draw(diameters) for name in LESIONS}]
    for _ in range(draw(st.integers(min_value=1, max_value=5))):
        visits.append({name: value for name in LESIONS if (value := draw(later)) is not None})
    return visits


@settings(max_examples=60)
@given(visits=courses(), factor=st.integers(min_value=2, max_value=7))
def test_scaling_changes_nothing_but_the_absolute_5_mm(tables: Tables, visits: Any, factor: int) -> None:
    scaled = [{name: round(value * factor, 1) for name, value in seen.items()} for seen in visits]
    visits = [visits[0], *(seen or {"T1": 0.0} for seen in visits[1:])]
    scaled = [scaled[0], *(seen or {"T1": 0.0} for seen in scaled[1:])]
    for small, large in zip(
        recist.visit_responses(*tables(LESIONS, visits)),
        recist.visit_responses(*tables(LESIONS, scaled)),
        strict=True,
    ):
        if small.target == large.target:
            continue
        # Only growth below 5 mm that the larger scale lifts to 5 mm may differ, and only towards PD.
        assert small.nadir_um is not None
        assert large.target == "PD"
        assert small.measured_um - small.nadir_um < 5000 <= factor * (small.measured_um - small.nadir_um)


@settings(max_examples=40)
@given(visits=courses(), seed=st.integers(min_value=0, max_value=10**6))
def test_reordering_lesions_and_visits_in_the_file_changes_nothing(tables: Tables, visits: Any, seed: int) -> None:
    visits = [visits[0], *(seen or {"T1": 0.0} for seen in visits[1:])]
    tu, tr = tables(LESIONS, visits)
    straight = recist.visit_responses(tu, tr)
    rng = random.Random(seed)
    rng.shuffle(tu)
    rng.shuffle(tr)
    assert recist.visit_responses(tu, tr).value == straight.value


def test_the_result_is_a_sequence_with_one_row_per_visit(tables: Tables) -> None:
    lesions = {"T1": ("LIVER", "TARGET"), "X1": ("BONE", "NEW")}
    tu, tr = tables(lesions, [{"T1": 50}, {"T1": 35}, {"T1": 35, "X1": "PRESENT"}], new_at={"X1": 3})
    judged = recist.visit_responses(tu, tr)
    assert len(judged) == 2
    assert judged[0].overall == "PR"
    assert [r.visit for r in judged[:2]] == ["VISIT 2", "VISIT 3"]
    names = ["subject", "reader", "visit", "target", "nontarget", "new_lesion", "overall"]
    assert list(judged.rows()[1]) == names
    assert list(judged.rows()[1].values()) == ["MU-1", "READER 1", "VISIT 3", "PR", None, True, "PD"]
    assert list(judged.by_course()) == [("MU-1", "READER 1")]
    assert any(line.startswith("nadir=reader") for line in judged.conventions)


def test_courses_made_otherwise_give_the_same(tables: Tables) -> None:
    tu, tr = tables({"T1": ("LIVER", "TARGET")}, [{"T1": 50}, {"T1": 35}])
    lesion = recist.Lesion(name="T1", organ="LIVER", role="target", node=False)
    visits = [
        recist.Visit(name=f"VISIT {at}", number=float(at), seen={"T1": recist.measured(value, "as_entered")})
        for at, value in ((1, 50), (2, 35))
    ]
    course = recist.ReaderCourse(
        subject="MU-1",
        reader="READER 1",
        lesions=(lesion,),
        baseline=visits[0],
        visits=tuple(visits[1:]),
        marker_followed=False,
    )
    made = recist.course_responses([course], RULES)
    assert made.rows() == recist.visit_responses(tu, tr).rows()


def test_courses_made_otherwise_are_checked_too() -> None:
    lesion = recist.Lesion(name="T1", organ="LIVER", role="target", node=False)
    baseline = recist.Visit(name="V0", number=0.0)
    later = recist.Visit(
        name="V1", number=0.0, seen={"T1": recist.measured(20, "as_entered"), "T9": recist.measured(9, "as_entered")}
    )
    wrong = recist.ReaderCourse(
        subject="MU-1", reader=None, lesions=(lesion, lesion), baseline=baseline, visits=(later,), marker_followed=False
    )
    with pytest.raises(InputError) as refused:
        recist.course_responses([wrong, wrong], RULES)
    places = {fault.place for fault in refused.value.faults}
    assert places == {"MU-1", "MU-1, T1", "MU-1, V1", "MU-1, V1, T9"}
    gone = recist.Visit(name="V0", number=0.0, seen={"T1": recist.measured(0, "as_entered")})
    with pytest.raises(InputError, match="above 0"):
        recist.course_responses(
            [
                recist.ReaderCourse(
                    subject="MU-1", reader=None, lesions=(lesion,), baseline=gone, visits=(), marker_followed=False
                )
            ],
            RULES,
        )


def test_the_collector_runs_again_after_a_fault(tables: Tables) -> None:
    assert gc.isenabled()
    with pytest.raises(InputError):
        recist.visit_responses(*tables({"T1": ("LIVER", "TARGET")}, [{"T1": -4}]))
    assert gc.isenabled()


def test_an_unknown_convention_is_refused() -> None:
    with pytest.raises(InputError, match="nadir"):
        recist.visit_responses([], [], nadir="patient")  # type: ignore[arg-type]


def test_progress_counts_courses_whichever_way_they_are_read(tables: Tables) -> None:
    tu, tr = tables({"T1": ("LIVER", "TARGET")}, [{"T1": 50}, {"T1": 35}])
    odd_tu, odd_tr = tables({"T1": ("LIVER", "TARGET")}, [{"T1": 50}, {"T1.1": 35}], subject="MU-2")
    told: list[tuple[int, int]] = []
    recist.visit_responses([*tu, *odd_tu], [*tr, *odd_tr], progress=lambda *done: told.append(done))
    assert told == [(0, 2), (1, 2), (2, 2)]
