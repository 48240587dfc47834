"""The doses into a course: an entry that supersedes the cycle on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from lutetia.course.timeline import Timeline
from lutetia.errors import InputError
from lutetia.exchange.courses import dump_course, parse_course
from lutetia.exchange.dose_study.course_out import absorbed_doses, entry_for, entry_text, with_doses
from lutetia.exchange.dose_study.planning import CourseEntry

AT = datetime(2026, 3, 20, 12, tzinfo=UTC)
COURSE = """
lutetia: course/1
patient: {id: P1}
entries:
- {kind: therapy_line, id: rlt, date: 2026-01-05, recorded_by: a, regimen: rlt}
- {kind: rlt_cycle, id: c1, date: 2026-01-05, recorded_by: a, line: rlt, number: 1, activity_mbq: 7000}
- {kind: rlt_cycle, id: c2, date: 2026-03-02, recorded_by: a, line: rlt, number: 2, activity_mbq: 7400, note: kept}
"""


def asking(outcome, course):
    given = None if course is None else CourseEntry(recorded_by="b", **course)
    study = outcome.study.model_copy(update={"course": given})
    return replace(outcome, assembled=replace(outcome.assembled, study=study))


def test_the_cycle_on_record_is_superseded_with_all_it_said(outcome):
    course = with_doses(parse_course(COURSE), outcome, at=AT)
    new = course.entries[-1]
    assert (new.id, new.supersedes, new.number, float(new.activity_mbq), new.note) == (
        "c2-doses",
        "c2",
        2,
        7400,
        "kept",
    )
    assert new.recorded_by == "made-up physicist"
    doses = {dose.organ: dose for dose in new.absorbed_doses}
    assert float(doses["kidneys"].absorbed_dose_gy) == pytest.approx(outcome.organs["kidneys"].dose.gy, rel=1e-5)
    assert float(doses["red_marrow"].standard_uncertainty_gy) == pytest.approx(
        outcome.organs["red_marrow"].dose.u_gy, rel=1e-3
    )
    assert parse_course(dump_course(course)) == course


def test_a_board_that_looks_later_sees_the_doses(outcome):
    course = with_doses(parse_course(COURSE), outcome, at=AT)
    known = Timeline(course, date(2026, 4, 1)).known("rlt_cycle")
    assert [len(cycle.absorbed_doses) for cycle in known] == [0, 2]
    assert [cycle.id for cycle in known] == ["c1", "c2-doses"]


def test_a_second_time_supersedes_the_first(outcome):
    twice = with_doses(with_doses(parse_course(COURSE), outcome, at=AT), outcome, at=AT)
    assert [entry.supersedes for entry in twice.entries[-2:]] == ["c2", "c2-doses"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2026-03-02", "2026-03-09", "must hold one rlt_cycle of 2026-03-02"),
        ("activity_mbq: 7400", "activity_mbq: 7000", "must agree with the administered activity"),
        ("number: 2", "number: 3", "must have the number of the study's cycle, 2"),
    ],
)
def test_what_disagrees_is_refused(outcome, old, new, said):
    with pytest.raises(InputError, match=said):
        with_doses(parse_course(COURSE.replace(old, new)), outcome, at=AT)


def test_a_named_entry_and_one_that_is_not_there(outcome):
    named = asking(outcome, {"entry": "c2"})
    assert (
        with_doses(parse_course(COURSE.replace("number: 2", "number: 3")), named, at=AT).entries[-1].supersedes == "c2"
    )
    with pytest.raises(InputError, match="the rlt_cycle c9"):
        with_doses(parse_course(COURSE), asking(outcome, {"entry": "c9"}), at=AT)
    with pytest.raises(InputError, match="must name who states the doses"):
        with_doses(parse_course(COURSE), asking(outcome, None), at=AT)


def test_a_new_entry_for_a_course(outcome):
    assert entry_for(outcome, at=AT) is None  # no line is named
    entry = entry_for(asking(outcome, {"line": "rlt", "number": 2}), at=AT)
    course = parse_course(COURSE.split("- {kind: rlt_cycle, id: c2")[0] + entry_text(entry))
    assert course.entries[-1] == entry


def test_an_unknown_uncertainty_stays_unknown(outcome):
    organ = outcome.organs["kidneys"]
    vague = replace(organ, dose=replace(organ.dose, unknown=("counts",)))
    doses = absorbed_doses(replace(outcome, organs={"kidneys": vague}))
    assert doses[0].standard_uncertainty_gy.unknown == "not_measurable"
