"""Twin of src/lutetia/scoring/recist/many.py: the rules on arrays, by hand and against the walk of single courses."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import numpy as np
import pytest

from lutetia.scoring import recist
from lutetia.scoring.recist.course import respond
from lutetia.scoring.recist.layout import When
from lutetia.scoring.recist.lesion import ABSENT, NOT_EVALUABLE, PRESENT, PROGRESSION, Lesion, Measurement, measured
from lutetia.scoring.recist.many import judge
from lutetia.scoring.recist.ordinary import SeenVisits

PUBLISHED: dict[str, Any] = {
    "nadir": "reader", "reappearance_is_pd": True, "sticky_pr": False, "incomplete_sum_updates_nadir": False,
    "equivocal_new_lesion": "back_date", "precision": "as_entered",
}  # fmt: skip


def one_target(*courses: list[float], **choices: Any) -> list[list[str]]:
    """The overall responses of courses with one target, given by its diameters in mm, baseline first."""
    um = np.array([round(1000 * mm) for course in courses for mm in course])
    where = np.repeat(np.arange(len(courses)), [len(course) for course in courses])
    some = np.ones(len(um), np.int64)
    seen = SeenVisits(
        keys=[(f"P{at}", None) for at in range(len(courses))],
        targets=np.ones(len(courses), np.int64),
        non_targets=np.zeros(len(courses), np.int64),
        course=where,
        when=[When(float(at), f"V{at}", (), False, 0, True) for course in courses for at in range(len(course))],
        sum_um=um,
        measured=some,
        standing=(um > 0).astype(np.int64),
        evaluated=some * 0,
        visible=some == 0,
        progressing=some == 0,
    )
    judged = judge(seen, recist.VisitRules(**{**PUBLISHED, **choices}))
    return [[one.overall for one in judged if one.subject == f"P{at}"] for at in range(len(courses))]


def test_the_limits_by_hand_of_courses_of_different_length() -> None:
    courses = [[100, 70], [100, 70.1, 70], [20, 24], [20, 25, 24, 20, 19], [25, 30], [30, 36], [20, 0, 5]]
    assert one_target(*courses) == [
        ["PR"],
        ["SD", "PR"],
        ["SD"],
        ["PD", "SD", "SD", "SD"],
        ["PD"],
        ["PD"],
        ["CR", "PD"],
    ]
    assert one_target([20, 0, 4.9], reappearance_is_pd=False) == [["CR", "PR"]]
    assert one_target([100, 70, 80, 84], sticky_pr=True) == [["PR", "PR", "PD"]]
    assert one_target([100]) == [[]]


T1, T2 = (Lesion(name=name, organ="LIVER", role="target", node=False) for name in ("T1", "T2"))
NODE = Lesion(name="N1", organ="LYMPH NODE", role="target", node=True)
BONE = Lesion(name="A", organ="BONE", role="non_target", node=False)
GLAND = Lesion(name="B", organ="LYMPH NODE", role="non_target", node=True)


def seen_visits(courses: list[recist.ReaderCourse]) -> SeenVisits:
    """The visits of courses as arrays, added up by hand."""
    visits = [(at, visit) for at, course in enumerate(courses) for visit in (course.baseline, *course.visits)]
    sums, evaluated, visible, progressing = [], [], [], []
    for at, visit in visits:
        um = [(one, visit.seen.get(one.name, NOT_EVALUABLE).sum_um) for one in courses[at].role("target")]
        known = [(lesion, size) for lesion, size in um if size is not None]
        sums.append((sum(size for _, size in known), len(known), sum(size >= one.gone_below_um for one, size in known)))
        others = [(one, visit.seen.get(one.name, NOT_EVALUABLE)) for one in courses[at].role("non_target")]
        evaluated.append(sum(one.state != "not_evaluable" for _, one in others))
        progressing.append(any(one == PROGRESSION for _, one in others))
        visible.append(any(_is_there(lesion, one) for lesion, one in others))
    return SeenVisits(
        keys=[(course.subject, course.reader) for course in courses],
        targets=np.array([len(course.role("target")) for course in courses]),
        non_targets=np.array([len(course.role("non_target")) for course in courses]),
        course=np.array([at for at, _ in visits]),
        when=[When(visit.number, visit.name, (), False, 0, True) for _, visit in visits],
        sum_um=np.array([total for total, _, _ in sums]),
        measured=np.array([count for _, count, _ in sums]),
        standing=np.array([count for _, _, count in sums]),
        evaluated=np.array(evaluated),
        visible=np.array(visible),
        progressing=np.array(progressing),
    )


def _is_there(lesion: Lesion, seen: Measurement) -> bool:
    if seen.state in ("not_evaluable", "progression"):
        return False
    return seen.sum_um is None or seen.sum_um >= lesion.gone_below_um


def made_up(lot: random.Random, subject: str) -> recist.ReaderCourse:
    lesions = tuple(lot.sample([T1, T2, NODE, BONE, GLAND], lot.randint(1, 5)))
    visits = []
    for number in range(lot.randint(2, 7)):
        seen = {}
        for lesion in lesions:
            if lesion.role == "target":
                sizes = [15, 20, 30] if number == 0 else [0, 4, 5, 9.9, 10, 14, 18, 21, 24, 25, 36]
                seen[lesion.name] = measured(lot.choice(sizes), "as_entered")
            else:
                seen[lesion.name] = lot.choice([PRESENT, PRESENT, ABSENT, ABSENT, NOT_EVALUABLE, PROGRESSION])
            if number and lot.random() < 0.1:
                seen[lesion.name] = NOT_EVALUABLE
        visits.append(recist.Visit(f"V{number}", float(number), (), seen, False))
    return recist.ReaderCourse(
        subject=subject,
        reader=None,
        lesions=lesions,
        baseline=visits[0],
        visits=tuple(visits[1:]),
        marker_followed=False,
    )


@pytest.mark.parametrize(("reappearance", "sticky", "incomplete"), list(product([True, False], repeat=3)))
def test_the_arrays_agree_with_the_walk_of_single_courses(reappearance: bool, sticky: bool, incomplete: bool) -> None:
    lot = random.Random(f"{reappearance}{sticky}{incomplete}")
    rules = recist.VisitRules(
        **{
            **PUBLISHED,
            "reappearance_is_pd": reappearance,
            "sticky_pr": sticky,
            "incomplete_sum_updates_nadir": incomplete,
        }
    )
    courses = [made_up(lot, f"P{number:03d}") for number in range(400)]
    alone = [response for course in courses for response in respond([course], rules)]
    assert judge(seen_visits(courses), rules) == alone
    assert {one.overall for one in alone} >= {"CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD"}
