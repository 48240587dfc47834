"""The dose machine on written courses, step by step by hand; every rule with its id.

Week 0 is the first dose, the second is due in week 8. Limits: see conftest.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lutetia.guideline.modification import hypersensitivity, judged_finding, no_other_toxicity
from lutetia.guideline.toxicity import board_conventions

from .conftest import START, cycle, event, found, lab, rlt

COURSE = (rlt(), cycle(1, 0))
RECOVERED = (lab("platelets", 70, 6), lab("platelets", 92, 11))


def dose(*entries, week=60, **options):
    return found(*COURSE, *entries, week=week, **options).dose


def states(course):
    """Name of the reading → state of the course."""
    return {(one.ctcae_version, one.delay_reading[:5]): one.course.value for one in course.readings}


def steps(course, version="5.0", which=0):
    one = [one for one in course.readings if one.ctcae_version == version][which]
    return [(str(step.on), step.toxicity, step.after, [r.rule for r in step.because]) for step in one.course.steps]


def test_platelets_of_70_hold_the_dose():
    course = dose(lab("platelets", 70, 6), week=7)
    assert set(states(course).values()) == {"withheld"}
    assert steps(course) == [("2024-02-12", "thrombocytopenia", "withheld", ["DM-PLT-1"])]
    assert course.value == "hold"


def test_92_in_week_11_resumes_at_3700_mbq():
    course = dose(*RECOVERED, week=11)
    assert set(states(course).values()) == {"reduced"}
    assert steps(course)[1] == ("2024-03-18", "thrombocytopenia", "reduced", ["DM-PLT-2", "DM-RED-1"])
    assert [str(one.by_findings) for one in course.readings] == ["give 3700 MBq"] * 4
    # Nobody has looked at the kidneys, the liver, reactions or anything else since the dose: it stays open.
    assert course.value == "undecided"


def test_with_every_class_judged_and_every_test_done_the_dose_is_given():
    on = START + timedelta(weeks=11)
    tests = {
        "haemoglobin": 130,
        "leukocytes": 5,
        "platelets": 92,
        "neutrophils": 3,
        "creatinine": 70,
        "alt": 30,
        "creatinine_clearance": 90,
        "albumin": 40,
        "bilirubin": 10,
    }
    at_week_8 = [lab(name, value, 8) for name, value in tests.items()]
    ast = lab("ast", 30, 8)
    judged = [
        judged_finding("renal", on, present=False, back_to_baseline=True, judged_by="Dr A"),
        judged_finding("hepatic", on, present=False, back_to_baseline=True, judged_by="Dr A"),
        hypersensitivity(on, 0, ctcae_version="5.0"),
        no_other_toxicity(on, reviewed_by="Dr A"),
    ]
    course = dose(lab("platelets", 70, 6), *at_week_8, ast, week=11, judged=judged)
    following = course.readings[0].next_dose
    assert (course.value, following.activity_mbq) == ("give", 3700)
    assert following.missing == ()


def test_lymphocytes_of_0_3_alone_change_nothing():
    course = dose(lab("lymphocytes", 0.3, 6), week=8)
    assert set(states(course).values()) == {"none"}
    assert steps(course) == []
    assert "DM-LYM-1" in course.because


def test_neutrophils_of_0_8_hold_by_5_0_only():
    course = dose(lab("neutrophils", 0.8, 6), week=8)
    assert {key[0]: state for key, state in states(course).items()} == {"5.0": "withheld", "6.0": "none"}
    assert steps(course)[0][3] == ["DM-NEU-1"]
    assert steps(course, "6.0") == []


def test_a_trigger_after_the_reduced_dose_stops_for_good():
    course = dose(*RECOVERED, cycle(2, 12, 3700), lab("platelets", 60, 16), week=17)
    assert set(states(course).values()) == {"stopped"}
    assert steps(course)[-1][3] == ["DM-PLT-3"]
    assert course.value == "stop"


def test_no_trigger_after_the_reduced_dose_restores_7400_mbq():
    course = dose(*RECOVERED, cycle(2, 12, 3700), lab("platelets", 110, 17), week=19)
    assert (
        steps(course)[-1][2:]
        == (
            "restored",
            [
                "DM-RED-2",
            ],
        )
        or steps(course)[-1][2] == "restored"
    )
    assert str(course.readings[0].by_findings) == "give 7400 MBq"


@pytest.mark.parametrize(
    ("week", "delay", "interval"),
    # Due in week 8: 16 weeks behind that is week 24; 16 weeks after the dose is week 16. 16 itself counts.
    [
        (16 - 1 / 7, "withheld", "withheld"),
        (16, "withheld", "stopped"),
        (24 - 1 / 7, "withheld", "stopped"),
        (24, "stopped", "stopped"),
    ],
)
def test_exactly_16_weeks_in_both_readings(week, delay, interval):
    course = dose(lab("platelets", 70, 6), week=week)
    assert states(course)["5.0", "delay"] == delay
    assert states(course)["5.0", "inter"] == interval


def test_the_delay_rule_is_named():
    course = dose(lab("platelets", 70, 6), week=30)
    last = {one.delay_reading: one.course.steps[-1] for one in course.readings if one.ctcae_version == "5.0"}
    assert [r.rule for r in last["delay_of_16_weeks"].because] == ["DM-DEL-1", "DM-PLT-4"]
    assert [r.rule for r in last["interval_of_16_weeks"].because] == ["DM-DEL-2", "DM-PLT-4"]
    assert last["interval_of_16_weeks"].on == START + timedelta(weeks=16)


def test_a_full_dose_after_a_hold_is_a_departure():
    course = dose(*RECOVERED, cycle(2, 12, 7400), week=13)
    assert course.readings[0].course.departures == (
        "dose of 2024-03-25 not reduced, thrombocytopenia asked to give 3700 MBq",
    )


def test_a_cycle_with_unknown_activity_is_no_departure_but_is_said():
    course = dose(*RECOVERED, cycle(2, 12, {"unknown": "not_recorded"}), week=13)
    assert [one.activity_mbq for one in course.readings[0].course.doses] == [7400, None]
    assert "activity unknown" in course.readings[0].course.departures[0]


def test_anaphylaxis_stops_at_once():
    course = dose(event("Anaphylaxis", 4, 0), week=1)
    assert set(states(course).values()) == {"stopped"}
    assert "DM-HYP-1" in course.because


def test_a_related_event_of_grade_3_holds_until_it_is_over():
    vomiting = event("Vomiting", 3, 3, related_to="rlt", end="2024-02-12")
    assert set(states(dose(vomiting, week=4)).values()) == {"withheld"}
    over = dose(vomiting, week=7)
    assert set(states(over).values()) == {"reduced"}
    assert [step[3] for step in steps(over)] == [["DM-OTH-1"], ["DM-OTH-2", "DM-RED-1"]]


def test_a_line_that_has_ended_is_replayed_to_its_end_and_asks_no_next_dose():
    ended = rlt(ongoing=None, stop="2024-03-01")
    course = found(ended, cycle(1, 0), lab("platelets", 70, 6), lab("platelets", 40, 20), week=60).dose
    assert (course.goes_on, str(course.until)) == (False, "2024-03-01")
    assert [step[0] for step in steps(course)] == ["2024-02-12"]
    assert course.readings[0].next_dose is None
    assert (course.value, course.questions) == (None, ())
    assert any("after the end of the line" in str(line) for line in course.left_out)


def test_a_line_without_an_end_on_record_may_go_on():
    course = found(rlt(ongoing=None), cycle(1, 0), week=8).dose
    assert course.goes_on is None
    assert course.readings[0].next_dose is not None
    assert course.conventions[0] == "line rlt has no end on record: replayed to 2024-02-26"


def test_no_line_of_rlt_or_no_cycle_is_no_dose_machine():
    ssa = {"kind": "therapy_line", "id": "ssa", "date": "2023-05-01", "regimen": "ssa_standard", "ongoing": True}
    assert found(ssa, lab("platelets", 70, 6)).dose is None
    assert found(rlt(), lab("platelets", 70, 6)).dose is None


def test_another_product_is_not_judged_by_these_rules():
    course = dose(cycle(2, 8, radiopharmaceutical="[90Y]Y-DOTATOC"))
    assert course.readings == ()
    assert course.why_not == "the dose rules are those of 177Lu-DOTATATE; other product: c2 [90Y]Y-DOTATOC"
    assert not dose(cycle(2, 8, radiopharmaceutical="[177Lu]Lu-DOTATATE")).why_not


def test_two_doses_on_a_day_are_refused_in_words():
    course = dose(cycle(2, 8), cycle(3, 8))
    assert course.readings == ()
    assert "must be the only dose of its day" in course.why_not


def test_partial_dates_are_replayed_on_both_ends():
    # Platelets 70 in "2024-02": before the dose of 12 February on the first day, after it on the last.
    course = dose(cycle(2, 6), lab("platelets", 70, 5, date="2024-02"), week=20)
    assert {one.partial_days for one in course.readings} == {"first_day", "last_day"}
    departed = {one.partial_days: bool(one.course.departures) for one in course.readings}
    assert departed == {"first_day": True, "last_day": False}
    assert {one.partial_days for one in dose(*RECOVERED).readings} == {"first_day"}


def test_every_convention_is_said():
    said = " | ".join(dose(*RECOVERED, week=12).conventions)
    for words in (
        "delay_of_16_weeks",
        "interval_of_16_weeks",
        "half_then_full",
        "CTCAE v6.0 is provisional",
        "DM-RED-1",
        "DM-SEQ-7",
        "renal and hepatic toxicity enter only as judged",
        "keep the grade as recorded",
    ):
        assert words in said


def test_order_of_the_entries_changes_nothing():
    entries = [*RECOVERED, cycle(2, 12, 3700), lab("platelets", 60, 16), event("Nausea", 2, 2)]
    assert steps(dose(*entries)) == steps(dose(*reversed(entries)))


def test_one_version_and_one_reading_may_be_asked_for():
    one = replace(board_conventions(), ctcae_versions=("5",), delay_readings=("interval_of_16_weeks",))
    course = dose(lab("platelets", 70, 6), week=8, conventions=one)
    assert [(r.ctcae_version, r.delay_reading) for r in course.readings] == [("5.0", "interval_of_16_weeks")]
    assert course.readings[0].next_dose.latest == date(2024, 1, 1) + timedelta(weeks=16, days=-1)
