"""What was known on a day, worked by hand on small courses and on the example."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lutetia.course.course import Course
from lutetia.course.entry import Unknown
from lutetia.course.timeline import Timeline
from lutetia.dates import PartialDate
from lutetia.exchange.courses import read_course
from lutetia.quantities import Interval

EXAMPLE = read_course(Path(__file__).parent / "data" / "example.yaml")
TODAY = date(2026, 1, 20)


def visit(entry_id, when, **fields):
    return {"kind": "clinic_visit", "id": entry_id, "date": when, "recorded_by": "clinic", **fields}


def line(entry_id, start, **fields):
    base = {"kind": "therapy_line", "id": entry_id, "date": start, "recorded_by": "oncology", "regimen": "rlt"}
    return {**base, **fields}


def assessed(entry_id, when, progression, **fields):
    base = {"kind": "disease_assessment", "id": entry_id, "date": when, "recorded_by": "board"}
    return {**base, "progression": progression, "basis": "radiological", **fields}


def timeline(*entries, as_of=TODAY):
    return Timeline(Course(patient={"id": "p"}, entries=entries), as_of)


def ids(entries):
    return [entry.id for entry in entries]


# ---- what is known


def test_known_entries_are_dated_recorded_and_in_force_by_the_day():
    entries = [
        visit("c", "2026-01-20"),
        visit("b", "2025", ecog=1),
        visit("late", "2026-01-21"),
        visit("slow", "2025-12-01", recorded_on="2026-02"),
        visit("a", "2024-06"),
        visit("year", "2026"),
    ]
    then = timeline(*entries)
    assert ids(then.known("clinic_visit")) == ["a", "b", "c", "year"]
    assert ids(then.left_out()) == ["late"]
    assert ids(then.not_yet_recorded()) == ["slow"]
    assert then.known("death") == ()


def test_kinds_can_be_named_together_or_not_at_all():
    then = Timeline(EXAMPLE, TODAY)
    assert {entry.kind for entry in then.known("ct_mri", "sstr_imaging")} == {"ct_mri", "sstr_imaging"}
    assert len(then.known()) == len(EXAMPLE.entries) - len(then.left_out()) - 1  # s2 supersedes s1
    assert ids(then.left_out()) == ["ct2", "lc1", "x1"]


def test_a_correction_counts_from_the_day_it_is_known():
    assert Timeline(EXAMPLE, date(2019, 4, 1)).newest("specimen", "ki67_pct").entered == "2-5 %"
    assert Timeline(EXAMPLE, date(2019, 4, 2)).newest("specimen", "ki67_pct").entered == "<3"
    assert ids(Timeline(EXAMPLE, TODAY).known("specimen")) == ["s2"]
    assert Timeline(EXAMPLE, TODAY).resolve("s1").id == "s2"
    assert Timeline(EXAMPLE, date(2019, 4, 1)).resolve("s1").id == "s1"
    assert Timeline(EXAMPLE, TODAY).resolve("nothing") is None


def test_what_came_later_to_a_line_is_not_known_yet():
    during = Timeline(EXAMPLE, date(2023, 5, 1)).lines()[-1]
    assert (during.id, during.stop, during.ongoing, during.best_response) == ("rlt", None, True, None)
    assert during.progression is None
    after = Timeline(EXAMPLE, date(2025, 1, 1)).lines()[-1]
    assert (after.stop, after.progression, after.best_response) == (PartialDate(2023, 7, 4), None, None)
    today = Timeline(EXAMPLE, TODAY).lines()[-1]
    assert (today.progression, today.best_response) == (PartialDate(2026, 1, 4), "PR")


def test_the_best_response_of_a_line_that_goes_on_is_not_known_yet():
    then = timeline(line("l", "2025-01", stop="2026-03", stop_reason="completed", best_response="PR"))
    (ongoing,) = then.lines()
    assert (ongoing.stop, ongoing.stop_reason, ongoing.best_response, ongoing.ongoing) == (None, None, None, True)


def test_the_end_of_an_adverse_event_is_not_known_before_it():
    assert Timeline(EXAMPLE, date(2023, 3, 25)).known("adverse_event")[0].end is None
    assert Timeline(EXAMPLE, date(2023, 4, 1)).known("adverse_event")[0].end == PartialDate(2023, 4)


# ---- newest


def test_the_newest_value_with_its_origin():
    then = timeline(visit("a", "2025-01", ecog=0), visit("b", "2025-06-01", ecog=2), visit("c", "2025-07-01"))
    reading = then.newest("clinic_visit", "ecog")
    assert (reading.value, reading.entry_id, reading.recorded_by) == (2, "b", "clinic")
    assert reading.date == PartialDate(2025, 6, 1)
    assert (reading.conflict, reading.unknown) == ((), None)
    assert then.newest("clinic_visit", "karnofsky_pct") is None


def test_zero_and_false_are_values():
    then = timeline(visit("a", "2025-01", ecog=0, mass_symptoms=False))
    assert then.newest("clinic_visit", "ecog").value == 0
    assert then.newest("clinic_visit", "mass_symptoms").value is False


def test_values_that_cannot_be_put_in_order_and_differ_are_unknown():
    then = timeline(visit("a", "2025-06-01", ecog=1), visit("b", "2025-06-01", ecog=2))
    reading = then.newest("clinic_visit", "ecog")
    assert (reading.value, reading.conflict) == (None, (1, 2))
    overlapping = timeline(visit("a", "2025", ecog=1), visit("b", "2025-06-01", ecog=2)).newest("clinic_visit", "ecog")
    assert overlapping.value is None
    assert set(overlapping.conflict) == {1, 2}


def test_values_that_agree_are_no_conflict():
    then = timeline(visit("a", "2025", ecog=1), visit("b", "2025-06-01", ecog=1))
    assert then.newest("clinic_visit", "ecog").value == 1


def test_an_older_difference_does_not_matter():
    entries = [visit("a", "2024", ecog=0), visit("b", "2024-06", ecog=1), visit("c", "2025-06", ecog=2)]
    assert timeline(*entries).newest("clinic_visit", "ecog").value == 2


def test_explicit_unknown_never_hides_a_value_but_is_remembered():
    unknown = {"unknown": "not_done"}
    then = timeline(visit("a", "2025-01", ecog=1), visit("b", "2025-06", ecog=unknown))
    reading = then.newest("clinic_visit", "ecog")
    assert (reading.value, reading.entry_id, reading.unknown) == (1, "a", Unknown(unknown="not_done"))
    older = timeline(visit("a", "2025-01", ecog=unknown), visit("b", "2025-06", ecog=1)).newest("clinic_visit", "ecog")
    assert (older.value, older.unknown) == (1, None)
    only = timeline(visit("a", "2025-01", ecog=unknown)).newest("clinic_visit", "ecog")
    assert (only.value, only.conflict, only.unknown.unknown) == (None, (), "not_done")


def test_where_narrows_the_entries():
    then = Timeline(EXAMPLE, TODAY)
    assert then.newest("specimen", "ki67_pct", where=lambda entry: entry.organ == "spleen") is None
    assert then.newest("specimen", "ki67_pct", where=lambda entry: entry.organ == "liver").value.high == 3


def test_laboratory_values_in_the_canonical_unit_shown_as_entered():
    then = Timeline(EXAMPLE, TODAY)
    haemoglobin = then.laboratory("haemoglobin")
    assert (haemoglobin.value, haemoglobin.entered) == (Interval.exactly(128), "12.8 g/dL")
    assert then.laboratory("platelets").value == Interval.exactly(210)
    assert then.laboratory("chromogranin_a").value is None
    assert then.laboratory("chromogranin_a").unknown.unknown == "pending"
    assert then.laboratory("sodium") is None
    assert then.laboratory("haemoglobin", method="other") is None


# ---- nearest


def test_the_nearest_value_before_or_after():
    then = timeline(visit("a", "2025-06-01", ecog=0), visit("b", "2025-06-20", ecog=1), as_of=TODAY)
    assert then.nearest("clinic_visit", "ecog", date(2025, 6, 5), 30).value == 0
    assert then.nearest("clinic_visit", "ecog", date(2025, 6, 18), 30).value == 1
    assert then.nearest("clinic_visit", "ecog", date(2025, 7, 20), 30).value == 1  # 30 days
    assert then.nearest("clinic_visit", "ecog", date(2025, 7, 21), 30) is None  # 31 days


def test_a_partial_date_is_near_only_when_all_of_it_is():
    then = timeline(visit("a", "2025-06", ecog=0))
    assert then.nearest("clinic_visit", "ecog", date(2025, 6, 30), 29).value == 0  # June 1 is 29 days away
    assert then.nearest("clinic_visit", "ecog", date(2025, 6, 30), 28) is None


def test_equally_near_values_that_differ_are_unknown():
    then = timeline(visit("a", "2025-06-01", ecog=0), visit("b", "2025-06-11", ecog=1))
    reading = then.nearest("clinic_visit", "ecog", date(2025, 6, 6), 30)
    assert (reading.value, set(reading.conflict)) == (None, {0, 1})
    vague = timeline(visit("a", "2025-06", ecog=0), visit("b", "2025-06-11", ecog=1))
    assert vague.nearest("clinic_visit", "ecog", date(2025, 6, 6), 30).value is None


# ---- lines


def test_lines_and_the_current_one():
    then = Timeline(EXAMPLE, TODAY)
    assert ids(then.lines()) == ["ssa", "rlt"]
    assert then.current_line().id == "ssa"
    during = Timeline(EXAMPLE, date(2023, 5, 1))
    assert ids(during.current_lines()) == ["ssa", "rlt"]
    assert during.current_line().id == "rlt"


def test_a_line_without_stop_is_not_taken_for_ongoing():
    assert timeline(line("l", "2025-01")).current_line() is None
    assert timeline().current_line() is None


def test_months_of_control_in_the_example():
    # stop 2023-07-04, progression 2026-01-04: thirty calendar months
    then = Timeline(EXAMPLE, TODAY)
    assert then.months_of_control(then.lines()[1]) == Interval.exactly(30)
    # a year earlier no progression is known, and the assessment of 2024-07-01 states that there was none:
    # 2023-07-04 to 2024-06-04 are 11 months, 27 days of the 30 to 2024-07-04 remain
    earlier = Timeline(EXAMPLE, date(2025, 1, 1))
    control = earlier.months_of_control(earlier.lines()[1])
    assert control.low == pytest.approx(11 + 27 / 30)
    assert control.high == float("inf")
    # the analogue goes on: from its start in June 2019 to 2022-11-15
    ongoing = then.months_of_control(then.lines()[0])
    assert (ongoing.low, ongoing.high) == (pytest.approx(40 + 16 / 31), pytest.approx(41 + 14 / 30))


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([line("l", "2023-01-10")], None),  # neither stop nor ongoing
        ([line("l", "2023-01-10", stop="2023-07-04")], None),  # nothing on record is not "no progression"
        ([line("l", "2023-01-10", stop="2023-07-04", progression="2023-05-01")], (0, 0)),
        ([line("l", "2023-01-10", stop="2023-07-04", progression="2024-07-04")], (12, 12)),
        (
            [
                line(
                    "l", "2023-01-10", stop="2023-07-04", progression="2024-07-04", progression_basis="biochemical_only"
                )
            ],
            None,
        ),
        ([line("l", "2023-01-10", stop="2023-07-04"), assessed("a", "2025-07-04", True)], (24, 24)),
        ([line("l", "2023-01-10", stop="2023-07-04"), assessed("a", "2025-07-04", True, line="l")], (24, 24)),
        ([line("l", "2023-01-10", stop="2023-07-04"), assessed("a", "2023-06-01", True)], (0, 0)),
        (
            [line("l", "2023-01-10", stop="2023-07-04"), assessed("a", "2025-07-04", True, basis="biochemical_only")],
            None,
        ),
        ([line("l", "2023-01-10", stop="2023-07-04"), assessed("a", "2024-01-04", False)], (6, float("inf"))),
        # another line between: an assessment that names no line says nothing about the first
        (
            [
                line("l", "2023-01-10", stop="2023-07-04"),
                line("m", "2024-01-01", regimen="everolimus"),
                assessed("a", "2025-07-04", True),
            ],
            None,
        ),
        (
            [
                line("l", "2023-01-10", stop="2023-07-04"),
                line("m", "2024-01-01", regimen="everolimus"),
                assessed("a", "2025-07-04", True, line="l"),
            ],
            (24, 24),
        ),
        ([line("l", "2023-01-10", ongoing=True), assessed("a", "2024-01-10", False)], (12, float("inf"))),
        ([line("l", "2023-01-10", stop="2023-07-04"), assessed("a", "2024-01-04", None, pace="slow")], None),
        (
            [
                line("l", "2023-01-10", stop="2023-07-04"),
                assessed("b", "2025-07-04", True),
                assessed("a", "2024-07-04", True),
                assessed("c", "2024-01-04", False),
            ],
            (12, 12),
        ),
    ],
)
def test_months_of_control(entries, expected):
    then = timeline(*entries)
    control = then.months_of_control(then.lines()[0])
    assert (control and (control.low, control.high)) == expected


def test_an_assessment_of_a_corrected_line_counts_for_its_correction():
    old, new = line("l", "2023-01-10"), line("l2", "2023-01-10", stop="2023-07-04", supersedes="l")
    then = timeline(old, new, assessed("a", "2024-07-04", True, line="l"))
    assert then.months_of_control(then.lines()[0]) == Interval.exactly(12)


# ---- completeness


def test_only_a_stated_history_is_complete():
    then = Timeline(EXAMPLE, TODAY)
    assert then.states_complete("rlt")
    assert not then.states_complete("locoregional")
    assert then.complete_until("surgery") == PartialDate(2026, 1, 12)
    assert not Timeline(EXAMPLE, date(2026, 1, 11)).states_complete("rlt")


def test_the_latest_statement_of_completeness_counts():
    stated = {"kind": "treatment_history", "recorded_by": "x", "complete_for": ["rlt"]}
    then = timeline({**stated, "id": "a", "date": "2025-06"}, {**stated, "id": "b", "date": "2024"})
    assert then.complete_until("rlt") == PartialDate(2025, 6)


def test_the_course_is_not_changed():
    before = EXAMPLE.model_dump()
    Timeline(EXAMPLE, date(2023, 5, 1)).known()
    assert EXAMPLE.model_dump() == before
