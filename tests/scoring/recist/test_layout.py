"""Twin of src/lutetia/scoring/recist/layout.py: shapes, visits in order, rows that need a closer look."""

from __future__ import annotations

from typing import Any

import numpy as np

from lutetia.scoring.recist.cells import WHERE
from lutetia.scoring.recist.identification import Identified
from lutetia.scoring.recist.layout import KINDS, REFUSED, SEEN, UNKNOWN, Followed, Rows, Visits
from lutetia.scoring.recist.lesion import Lesion

T1 = Lesion(name="T1", organ="LIVER", role="target", node=False)
T2 = Lesion(name="T2", organ="LIVER", role="target", node=False)
T3 = Lesion(name="T3", organ="LIVER", role="target", node=False)
N1 = Lesion(name="N1", organ="LYMPH NODE", role="non_target", node=True)
NEW = Lesion(name="X1", organ="LUNG", role="new", node=False)
NAMES = {"T1": 0, "N1": 1, "": 2}


def identified(*lesions: Lesion, at: float = 1.0, later: float | None = None) -> Identified:
    visits = {lesion.name: at for lesion in lesions}
    if later is not None:
        visits[lesions[-1].name] = later
    return Identified(lesions={lesion.name: lesion for lesion in lesions}, at=dict(visits))


def test_courses_with_the_same_lesions_share_a_shape() -> None:
    courses = [identified(T1, N1), identified(T1, N1), identified(T1), identified(T1, N1, later=2.0)]
    followed = Followed.of(courses, NAMES)
    assert followed.shape.tolist() == [0, 0, 1, 0, 2]  # the last stands for rows of no known course
    assert followed.axis.tolist() == [
        [KINDS["longest"], KINDS["short_axis"], UNKNOWN],
        [KINDS["longest"], UNKNOWN, UNKNOWN],
        [UNKNOWN] * 3,
    ]
    assert (followed.targets.tolist(), followed.non_targets.tolist()) == ([1, 1, 0], [1, 0, 0])
    assert (followed.gone_below_um[0].tolist(), followed.least_um[0].tolist()) == ([1, 10_000, 0], [10_000, 15_000, 0])
    assert np.isnan(followed.number).tolist() == [False, False, False, True, True]


def test_new_lesions_and_too_many_targets_need_a_closer_look() -> None:
    followed = Followed.of([identified(T1), identified(T1, NEW), identified(T1, T2, T3)], NAMES)
    assert followed.plain.tolist() == [True, False, False, False]


def visits(*cells: tuple[Any, ...]) -> Visits:
    """Visits of the courses P0 to P3, each given as subject, number, label, day."""
    where = [(subject, "R", "", number, label, day, "") for subject, number, label, day in cells]
    return Visits.of(where, [(f"P{at}", "R") for at in range(4)], WHERE)


def test_visits_stand_in_the_order_of_course_and_number() -> None:
    made = visits(("P1", "10", "C", ""), ("P0", "2", "B", ""), ("P1", "9", "A", ""), ("P9", "1", "D", ""))
    assert [when.label for when in made.when] == ["B", "A", "C", "D"]
    assert (made.course.tolist(), made.place.tolist()) == ([0, 1, 1, 4], [2, 0, 1, 3])
    assert made.first.tolist() == [0, 1, 3]


def test_visits_that_need_a_closer_look() -> None:
    followed = Followed.of([identified(T1)] * 4, NAMES)
    fine = visits(("P0", "1", "A", "2024-01-01"), ("P0", "2", "B", "2024-01-01"), ("P1", "1", "A", ""))
    assert fine.plain(followed).tolist() == [True, True, False, False, False]  # two courses have no visit
    backwards = visits(("P0", "1", "A", "2024-02-01"), ("P0", "2", "B", "2024-01-31"))
    undated = visits(("P0", "1", "A", "2024-02-01"), ("P0", "2", "B", ""))
    partial = visits(("P0", "1", "A", "2024-02"))
    twice = visits(("P0", "1", "A", ""), ("P0", "1.0", "A", ""))
    later = visits(("P0", "2", "A", ""))  # TU has visit 1
    faulty = visits(("P0", "1", "A", ""), ("P0", "x", "B", ""))
    for made in (backwards, undated, partial, twice, later, faulty):
        assert not made.plain(followed)[0]


def test_rows_that_need_a_closer_look() -> None:
    zero = np.zeros(5, np.int64)
    rows = Rows(
        visit=np.array([0, 0, 0, 1, 1]),
        course=zero,
        shape=zero,
        name=np.array([0, 1, 0, 0, 1]),
        used=np.array([True, True, True, True, False]),
        um=zero,
        state=np.array([SEEN, SEEN, SEEN, REFUSED, REFUSED]),
        unused={"idle": np.array([False, False, False, False, True])},
        strange=np.zeros(5, np.bool_),
    )
    assert rows.plain().tolist() == [True, True, False, False, True]  # row 3 repeats row 1, row 4 was refused
    assert rows.left_out(np.ones(5, np.bool_)) == {"idle": 1}
    assert rows.left_out(np.zeros(5, np.bool_)) == {}
    assert rows.of(np.array([True, False, True, True, True])).visit.tolist() == [0, 0, 1]
