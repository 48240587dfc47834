"""Twin of src/lutetia/guideline/modification/replay.py: written courses, worked by hand, each step with its rule id.

All patients are made up. Expected values: US table of dose modifications as tabulated in AJR 220:619 (2022) table 1,
with the reduced dose of VER-US-09; weeks are counted by hand. The 16-week limits: a dose of week 0 is due in week 8, so
the delay reading stops in week 24, the interval reading in week 16.
"""

from __future__ import annotations

import dataclasses
import itertools
from datetime import datetime
from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.guideline.modification import (
    Administration,
    Reduction,
    blood_count,
    hepatic_finding,
    hypersensitivity,
    judged_finding,
    leukopenia,
    no_other_toxicity,
    other_toxicity,
    renal_finding,
    replay,
)

V5 = {"ctcae_version": "5.0"}
DELAY = {"delay_reading": "delay_of_16_weeks"}
INTERVAL = {"delay_reading": "interval_of_16_weeks"}


def renal(day: Any, clearance: float, back: bool | None) -> Any:
    """A clearance against a baseline of 90 mL/min, creatinine unchanged at 70 µmol/L."""
    return renal_finding(
        day,
        criteria="clearance_40_or_change_40_pct",
        clearance_ml_min=clearance,
        baseline_clearance_ml_min=90,
        creatinine_umol_l=70,
        baseline_creatinine_umol_l=70,
        back_to_baseline=back,
    )


def hepatic(day: Any, bilirubin: float, back: bool | None, clotting: str = "inr_above_1_5") -> Any:
    """A bilirubin in multiples of the upper limit, albumin and clotting normal."""
    value = 1.0 if clotting == "inr_above_1_5" else 95
    return hepatic_finding(
        day,
        clotting=clotting,  # type: ignore[arg-type]
        bilirubin_xuln=bilirubin,
        albumin_g_l=40,
        clotting_value=value,
        back_to_baseline=back,
    )


# name: (written course, state of the class at the end, steps (week, state, rule), verdicts on the last day)
COURSES: dict[str, tuple[Any, str, str, list[tuple[float, str, str]], list[str]]] = {
    "1 platelets 70: hold": (
        lambda m: m.course(m.dose(0), m.platelets(70, 8), week=8),
        "thrombocytopenia",
        "withheld",
        [(8, "withheld", "DM-PLT-1")],
        ["hold"],
    ),
    "2 platelets 70, then 90 at week 11: 3.7 GBq": (
        lambda m: m.course(m.dose(0), m.platelets(70, 8), m.platelets(90, 11), week=11),
        "thrombocytopenia",
        "reduced",
        [(8, "withheld", "DM-PLT-1"), (11, "reduced", "DM-PLT-2")],
        ["give 3700 MBq"],
    ),
    "3 no event after 3.7 GBq: 7.4 GBq": (
        lambda m: m.course(
            m.dose(0), m.platelets(70, 8), m.platelets(90, 11), m.dose(11, 3700), m.platelets(90, 18), week=19
        ),
        "thrombocytopenia",
        "restored",
        [(8, "withheld", "DM-PLT-1"), (11, "reduced", "DM-PLT-2"), (18, "restored", "DM-RED-2")],
        ["give 7400 MBq"],
    ),
    "4 again 60 after 3.7 GBq: stop": (
        lambda m: m.course(
            m.dose(0), m.platelets(70, 8), m.platelets(90, 11), m.dose(11, 3700), m.platelets(60, 18), week=19
        ),
        "thrombocytopenia",
        "stopped",
        [(8, "withheld", "DM-PLT-1"), (11, "reduced", "DM-PLT-2"), (18, "stopped", "DM-PLT-3")],
        ["stop"],
    ),
    "5 again 60 after the restored 7.4 GBq: stop": (
        lambda m: m.course(
            *(m.dose(0), m.platelets(70, 8), m.platelets(90, 11), m.dose(11, 3700), m.platelets(90, 18)),
            *(m.dose(19), m.platelets(60, 26)),
            week=27,
        ),
        "thrombocytopenia",
        "stopped",
        [
            *((8, "withheld", "DM-PLT-1"), (11, "reduced", "DM-PLT-2")),
            *((18, "restored", "DM-RED-2"), (26, "stopped", "DM-PLT-3")),
        ],
        ["stop"],
    ),
    "6 recovery exactly 16 weeks after the dose, delay reading: 3.7 GBq (8 weeks late)": (
        lambda m: m.course(m.dose(0), m.platelets(70, 8), m.platelets(90, 16), week=16, **DELAY),
        "thrombocytopenia",
        "reduced",
        [(8, "withheld", "DM-PLT-1"), (16, "reduced", "DM-PLT-2")],
        ["give 3700 MBq"],
    ),
    "7 recovery exactly 16 weeks after the dose, interval reading: stop": (
        lambda m: m.course(m.dose(0), m.platelets(70, 8), m.platelets(90, 16), week=16, **INTERVAL),
        "thrombocytopenia",
        "stopped",
        [(8, "withheld", "DM-PLT-1"), (16, "stopped", "DM-DEL-2")],
        ["stop"],
    ),
    "8 one day before 16 weeks, interval reading: 3.7 GBq": (
        lambda m: m.course(m.dose(0), m.platelets(70, 8), m.platelets(90, 111 / 7), week=111 / 7, **INTERVAL),
        "thrombocytopenia",
        "reduced",
        [(8, "withheld", "DM-PLT-1"), (111 / 7, "reduced", "DM-PLT-2")],
        ["give 3700 MBq"],
    ),
    "9 delay of exactly 16 weeks (week 24), delay reading: stop": (
        lambda m: m.course(m.dose(0), m.platelets(70, 8), m.platelets(90, 24), week=24, **DELAY),
        "thrombocytopenia",
        "stopped",
        [(8, "withheld", "DM-PLT-1"), (24, "stopped", "DM-DEL-1")],
        ["stop"],
    ),
    "10 one day before a delay of 16 weeks: 3.7 GBq": (
        lambda m: m.course(m.dose(0), m.platelets(70, 8), m.platelets(90, 167 / 7), week=167 / 7, **DELAY),
        "thrombocytopenia",
        "reduced",
        [(8, "withheld", "DM-PLT-1"), (167 / 7, "reduced", "DM-PLT-2")],
        ["give 3700 MBq"],
    ),
    "11 anaemia of 79 g/L: hold": (
        lambda m: m.course(m.dose(0), m.count("haemoglobin", 79, 7), week=8),
        "anaemia",
        "withheld",
        [(7, "withheld", "DM-ANA-1")],
        ["hold"],
    ),
    "12 anaemia of 80 g/L is grade 2: no change": (
        lambda m: m.course(m.dose(0), m.count("haemoglobin", 80, 7), week=8),
        "anaemia",
        "none",
        [],
        ["give 7400 MBq"],
    ),
    "13 neutrophils 0.8 by v5 (grade 3): hold": (
        lambda m: m.course(m.dose(0), m.count("neutrophils", 0.8, 8, "5.0"), week=8),
        "neutropenia",
        "withheld",
        [(8, "withheld", "DM-NEU-1")],
        ["hold"],
    ),
    "14 neutrophils 0.8 by v6 (grade 2): no change": (
        lambda m: m.course(m.dose(0), m.count("neutrophils", 0.8, 8, "6.0"), week=8),
        "neutropenia",
        "none",
        [],
        ["give 7400 MBq"],
    ),
    "15 renal: clearance 35, back to baseline, 3.7 GBq, again: stop": (
        lambda m: m.course(
            *(m.dose(0), renal(m.on_week(8), 35, False), renal(m.on_week(10), 88, True), m.dose(10, 3700)),
            renal(m.on_week(17), 39, False),
            week=18,
        ),
        "renal",
        "stopped",
        [(8, "withheld", "DM-REN-1"), (10, "reduced", "DM-REN-2"), (17, "stopped", "DM-REN-3")],
        ["stop"],
    ),
    "16 hepatic: bilirubin 3.1 times the limit: hold": (
        lambda m: m.course(m.dose(0), hepatic(m.on_week(7), 3.1, None), week=8),
        "hepatic",
        "withheld",
        [(7, "withheld", "DM-HEP-1")],
        ["hold"],
    ),
    "17 anaphylaxis on the dosing day: stop at once": (
        lambda m: m.course(m.dose(0), hypersensitivity(m.on_week(0), 4, **V5), week=1),
        "hypersensitivity",
        "stopped",
        [(0, "stopped", "DM-HYP-1")],
        ["stop"],
    ),
    "18 other toxicity: nausea grade 3, recovered, 3.7 GBq": (
        lambda m: m.course(
            m.dose(0),
            other_toxicity("nausea", m.on_week(1), 3, **V5, possibly_related=True),
            other_toxicity("nausea", m.on_week(3), 1, **V5, possibly_related=True),
            week=8,
        ),
        "nausea",
        "reduced",
        [(1, "withheld", "DM-OTH-1"), (3, "reduced", "DM-OTH-2")],
        ["give 3700 MBq"],
    ),
    "19 a nadir that has recovered by the due day still reduces": (
        lambda m: m.course(m.dose(0), m.platelets(70, 5), m.platelets(90, 8), week=8),
        "thrombocytopenia",
        "reduced",
        [(5, "withheld", "DM-PLT-1"), (8, "reduced", "DM-PLT-2")],
        ["give 3700 MBq"],
    ),
    "20 back below the limit before the reduced dose: the same episode, still on hold": (
        lambda m: m.course(m.dose(0), m.platelets(70, 8), m.platelets(90, 11), m.platelets(70, 12), week=12),
        "thrombocytopenia",
        "withheld",
        [(8, "withheld", "DM-PLT-1"), (11, "reduced", "DM-PLT-2"), (12, "withheld", "DM-PLT-1")],
        ["hold"],
    ),
    "20b two good counts before the reduced dose: still the reduced dose": (
        lambda m: m.course(m.dose(0), m.platelets(70, 8), m.platelets(90, 11), m.platelets(150, 12), week=12),
        "thrombocytopenia",
        "reduced",
        [(8, "withheld", "DM-PLT-1"), (11, "reduced", "DM-PLT-2")],
        ["give 3700 MBq"],
    ),
    "21 nobody looked again: the hold itself becomes too long": (
        lambda m: m.course(m.dose(0), m.platelets(70, 8), week=30),
        "thrombocytopenia",
        "stopped",
        [(8, "withheld", "DM-PLT-1"), (24, "stopped", "DM-DEL-1")],
        ["stop"],
    ),
    "22 recovered in time, but no dose until the delay is too long": (
        lambda m: m.course(m.dose(0), m.platelets(70, 8), m.platelets(90, 11), week=24),
        "thrombocytopenia",
        "stopped",
        [(8, "withheld", "DM-PLT-1"), (11, "reduced", "DM-PLT-2"), (24, "stopped", "DM-DEL-1")],
        ["stop"],
    ),
}


@pytest.mark.parametrize("name", COURSES)
def test_written_course(name: str, made: Any) -> None:
    write, toxicity, state, steps, verdicts = COURSES[name]
    replayed = write(made)
    found = replayed.of(toxicity)
    assert (found.value, replayed.value) == (state, state)
    assert made.told(replayed) == [(made.on_week(week), after, rule) for week, after, rule in steps]
    assert made.words(found) == verdicts
    assert replayed.missing == ()


def test_at_least_twelve_courses_and_the_named_ones() -> None:
    assert len(COURSES) >= 12


def test_lymphocytes_0_3_alone_change_nothing_and_say_why(made: Any) -> None:
    replayed = made.course(made.dose(0), made.well(8), made.count("lymphocytes", 0.3, 8), week=8)
    assert replayed.value == "none"
    assert replayed.steps == ()
    assert [reason.rule for reason in replayed.because] == ["DM-LYM-1"]
    assert dict(replayed.because[0].used) == {"grade": "3", "ctcae": "5.0"}


def test_lymphopenia_is_no_assessment_of_other_toxicity(made: Any) -> None:
    replayed = made.course(made.dose(0), made.count("lymphocytes", 0.3, 8), week=8)
    assert replayed.of("other").assessed is False


def test_leukopenia_counts_unless_it_is_lymphopenia_alone(made: Any) -> None:
    def state(alone: bool | None) -> str:
        finding = leukopenia(made.on_week(8), 3, **V5, lymphopenia_alone=alone)
        return str(made.course(made.dose(0), finding, week=8).value)

    assert [state(alone) for alone in (True, False, None)] == ["none", "withheld", "undecided"]


# --- the numbers behind a step ---
def test_a_step_tells_rule_grade_version_and_verification(made: Any) -> None:
    replayed = made.course(made.dose(0), made.platelets(70, 8), made.platelets(90, 11), week=11)
    hold, resume = replayed.steps
    assert dict(hold.because[0].used) == {"finding": "thrombocytopenia", "grade": "2", "ctcae": "5.0"}
    assert [reason.rule for reason in resume.because] == ["DM-PLT-2", "DM-RED-1"]
    assert resume.because[1].status == "still_unverified"
    assert "DM-RED-1; not verified" in str(resume)
    assert replayed.because == resume.because
    said = " ".join(replayed.conventions)
    for words in ("delay_of_16_weeks", "half_then_full", "CTCAE v5.0", "US table", "DM-RED-1 is not verified"):
        assert words in said


def test_the_delay_tells_its_days(made: Any) -> None:
    replayed = made.course(made.dose(0), made.platelets(70, 9), week=30)
    assert dict(replayed.steps[-1].because[0].used) == {
        "last_dose": "2024-01-01",
        "on_hold_since": "2024-03-04",
        "stop_day": "2024-06-24",  # week 9 + 16 = week 25: the toxicity began after the due day
    }
    assert [reason.rule for reason in replayed.steps[-1].because] == ["DM-DEL-1", "DM-PLT-4"]


def test_a_version_6_course_says_provisional(made: Any) -> None:
    replayed = made.course(made.dose(0), made.count("neutrophils", 0.8, 8, "6.0"), week=8)
    assert any("provisional" in line for line in replayed.conventions)


@pytest.mark.parametrize(("jurisdiction", "words"), [("EU", "EU: the US table"), (None, "no jurisdiction chosen")])
def test_outside_the_us_the_result_says_whose_table_it_is(made: Any, jurisdiction: Any, words: str) -> None:
    replayed = made.course(made.dose(0), made.platelets(70, 8), week=8, jurisdiction=jurisdiction)
    assert replayed.value == "withheld"
    assert any(words in line for line in replayed.conventions)


# --- unknown ---
def test_a_grade_range_across_the_trigger_is_undecided_and_says_what_is_missing(made: Any) -> None:
    finding = blood_count("thrombocytopenia", made.on_week(8), (1, 2), **V5)
    replayed = made.course(made.dose(0), finding, week=8)
    assert replayed.value == "undecided"
    assert replayed.possible == ("none", "withheld")
    assert replayed.missing == ("what separates grade 1 from grade 2 of thrombocytopenia on 2024-02-26",)
    assert made.words(replayed.of("thrombocytopenia")) == ["give 7400 MBq", "hold"]


def test_a_grade_range_on_one_side_of_the_trigger_decides(made: Any) -> None:
    finding = blood_count("anaemia", made.on_week(8), (3, 4), **V5)
    assert made.course(made.dose(0), finding, week=8).value == "withheld"


def test_an_undecided_finding_is_settled_by_what_follows(made: Any) -> None:
    perhaps = blood_count("thrombocytopenia", made.on_week(5), (1, 2), **V5)
    replayed = made.course(made.dose(0), perhaps, made.platelets(70, 8), week=8)
    assert (replayed.value, replayed.missing) == ("withheld", ())


def test_an_undecided_recurrence_leaves_stop_and_restored_open(made: Any) -> None:
    perhaps = blood_count("thrombocytopenia", made.on_week(18), (1, 2), **V5)
    replayed = made.course(
        made.dose(0), made.platelets(70, 8), made.platelets(90, 11), made.dose(11, 3700), perhaps, week=19
    )
    assert replayed.possible == ("restored", "stopped")
    assert replayed.value == "undecided"


def test_renal_recovery_is_asked_for_not_assumed(made: Any) -> None:
    replayed = made.course(made.dose(0), renal(made.on_week(8), 35, False), renal(made.on_week(10), 85, None), week=10)
    assert replayed.possible == ("reduced", "withheld")
    assert replayed.missing == ("whether renal toxicity has resolved or is back to baseline on 2024-03-11",)


def test_a_class_without_finding_since_the_dose_stays_open(made: Any) -> None:
    replayed = made.course(made.dose(0), week=8)
    assert replayed.value == "none"
    assert made.words(replayed.of("thrombocytopenia")) == ["give 7400 MBq", "hold"]
    assert made.words(replayed.of("hypersensitivity")) == ["give 7400 MBq", "stop"]
    assert not replayed.of("thrombocytopenia").assessed


def test_after_the_reduced_dose_nobody_looked(made: Any) -> None:
    replayed = made.course(made.dose(0), made.platelets(70, 8), made.platelets(90, 11), made.dose(11, 3700), week=19)
    assert replayed.value == "reduced"
    assert made.words(replayed.of("thrombocytopenia")) == ["give 7400 MBq", "stop"]


# --- classes side by side ---
def test_the_strictest_class_gives_the_state(made: Any) -> None:
    counts = (made.platelets(70, 8), made.platelets(90, 9), made.count("neutrophils", 0.8, 9))
    replayed = made.course(made.dose(0), *counts, week=9)
    assert replayed.of("thrombocytopenia").value == "reduced"
    assert replayed.of("neutropenia").value == "withheld"
    assert replayed.value == "withheld"
    assert {reason.rule for reason in replayed.because} == {"DM-NEU-1"}


def test_every_class_has_its_own_first_event(made: Any) -> None:
    """Neutropenia after a dose that was reduced for platelets is no recurrence."""
    replayed = made.course(
        *(made.dose(0), made.platelets(70, 8), made.platelets(90, 11), made.dose(11, 3700)),
        *(made.platelets(90, 18), made.count("neutrophils", 0.8, 18)),
        week=18,
    )
    assert replayed.of("thrombocytopenia").value == "restored"
    assert replayed.of("neutropenia").value == "withheld"


def test_another_term_neither_recovers_nor_recurs(made: Any) -> None:
    nausea = other_toxicity("Nausea", made.on_week(1), 3, **V5, possibly_related=True)
    fatigue = other_toxicity("fatigue", made.on_week(3), 1, **V5, possibly_related=True)
    replayed = made.course(made.dose(0), nausea, fatigue, week=4)
    assert (replayed.of("nausea").value, replayed.of("fatigue").value) == ("withheld", "none")
    reviewed = made.course(made.dose(0), nausea, no_other_toxicity(made.on_week(3), reviewed_by="Dr Example"), week=4)
    assert reviewed.of("nausea").value == "reduced"


def test_unrelated_toxicity_is_no_trigger_and_unknown_relation_stays_open(made: Any) -> None:
    def state(related: bool | None) -> str:
        finding = other_toxicity("fracture", made.on_week(2), 3, **V5, possibly_related=related)
        return str(made.course(made.dose(0), finding, week=3).value)

    assert [state(related) for related in (True, False, None)] == ["withheld", "none", "undecided"]


def test_a_mild_reaction_asks_for_premedication(made: Any) -> None:
    mild = hypersensitivity(made.on_week(0), 2, **V5)
    replayed = made.course(made.dose(0), mild, week=8)
    assert [(reason.rule, dict(reason.used)) for reason in replayed.measures] == [("DM-HYP-2", {"grade": "2"})]
    assert made.course(made.dose(0), made.well(8), week=8).measures == ()
    perhaps = hypersensitivity(made.on_week(0), (2, 3), **V5)
    assert [reason.rule for reason in made.course(made.dose(0), perhaps, week=8).measures] == ["DM-HYP-2"]
    severe = hypersensitivity(made.on_week(0), 3, **V5)
    assert made.course(made.dose(0), mild, severe, week=8).measures == ()  # no further dose


def test_no_reaction_stated_on_the_dosing_day_is_a_statement_before_the_dose(made: Any) -> None:
    replayed = made.course(made.dose(0), hypersensitivity(made.on_week(0), 0, **V5), week=8)
    assert not replayed.of("hypersensitivity").assessed
    assert replayed.left_out == ("hypersensitivity of 2024-01-01: before the first dose (DM-SEQ-3)",)


def test_a_dose_of_the_day_asked_about_has_been_given(made: Any) -> None:
    assert len(made.course(made.dose(0), made.dose(8), week=8).doses) == 2


def test_every_convention_of_the_order_is_printed(made: Any) -> None:
    said = " ".join(made.course(made.dose(0), week=8).conventions)
    assert all(f"(DM-SEQ-{number})" in said for number in range(1, 8))


# --- doses given against the rules ---
def test_departures_are_told(made: Any) -> None:
    held = made.course(made.dose(0), made.platelets(70, 8), made.dose(8), week=9)
    assert held.departures == ("dose of 2024-02-26 given although thrombocytopenia asked to hold",)
    assert held.value == "withheld"
    full = made.course(made.dose(0), made.platelets(70, 8), made.platelets(90, 11), made.dose(11, 7400), week=12)
    assert full.departures == ("dose of 2024-03-18 not reduced, thrombocytopenia asked to give 3700 MBq",)
    unknown = made.course(made.dose(0), made.platelets(70, 8), made.platelets(90, 11), made.dose(11, None), week=12)
    assert unknown.departures == ("dose of 2024-03-18: activity unknown, thrombocytopenia asked for give 3700 MBq",)
    right = made.course(made.dose(0), made.platelets(70, 8), made.platelets(90, 11), made.dose(11, 3650), week=12)
    assert right.departures == ()


def test_a_dose_after_the_stop_is_a_departure_and_does_not_undo_it(made: Any) -> None:
    replayed = made.course(
        made.dose(0), hypersensitivity(made.on_week(0), 3, **V5), made.dose(8), made.well(9), week=16
    )
    assert replayed.value == "stopped"
    assert replayed.departures == ("dose of 2024-02-26 given although hypersensitivity asked to stop",)


# --- order, and what is left out ---
def test_the_order_of_the_input_changes_nothing(made: Any) -> None:
    doses = [made.dose(0), made.dose(11, 3700)]
    findings = [made.platelets(70, 8), made.platelets(90, 8), made.platelets(90, 11), made.platelets(60, 18)]
    choices = {**made.choices, "as_of": made.on_week(19)}
    results = {
        tuple(made.told(replay(doses[::turn], order, **choices)))
        for order in itertools.permutations(findings)
        for turn in (1, -1)
    }
    assert len(results) == 1


def test_values_of_a_dosing_day_count_before_the_dose_and_reactions_after_it(made: Any) -> None:
    counts = (made.platelets(70, 8), made.platelets(90, 11), made.platelets(60, 11))
    before = made.course(made.dose(0), *counts, made.dose(11, 3700), week=12)
    assert before.of("thrombocytopenia").value == "withheld"  # the low count of the day held it
    nausea = other_toxicity("nausea", made.on_week(1), 3, **V5, possibly_related=True)
    better = other_toxicity("nausea", made.on_week(8), 0, **V5, possibly_related=True)
    again = other_toxicity("nausea", made.on_week(8), 3, **V5, possibly_related=True)
    after = made.course(made.dose(0), nausea, better, made.dose(8, 3700), again, week=9)
    assert after.of("nausea").value == "stopped"  # the dose of the day brought it back


def test_what_is_not_used_is_told(made: Any) -> None:
    replayed = made.course(made.platelets(70, -1), made.dose(0), made.platelets(70, 9), made.dose(20), week=8)
    assert replayed.left_out == (
        "thrombocytopenia of 2023-12-25: before the first dose (DM-SEQ-3)",
        "thrombocytopenia of 2024-03-04: after the day asked about (2024-02-26)",
    )
    assert replayed.value == "none"
    assert len(replayed.doses) == 1


def test_without_a_dose_nothing_is_a_toxicity_of_it(made: Any) -> None:
    replayed = made.course(made.platelets(70, 0), week=1)
    assert (replayed.value, len(replayed.left_out)) == ("none", 1)


# --- choices without default ---
@pytest.mark.parametrize("name", ["as_of", "delay_reading", "reduction", "jurisdiction"])
def test_no_choice_has_a_default(made: Any, name: str) -> None:
    choices = {**made.choices, "as_of": made.on_week(8)}
    del choices[name]
    with pytest.raises(TypeError, match=name):
        replay([made.dose(0)], [], **choices)


def test_a_reduction_decided_by_a_person_replaces_the_unverified_one(made: Any) -> None:
    chosen = Reduction.judged(reduced_mbq=5550, next_mbq=5550, full_mbq=7400, judged_by="Dr Example")
    written = (made.dose(0), made.platelets(70, 8), made.platelets(90, 11))
    replayed = made.course(*written, week=11, reduction=chosen)
    assert made.words(replayed.of("thrombocytopenia")) == ["give 5550 MBq"]
    assert [reason.rule for reason in replayed.steps[-1].because] == ["DM-PLT-2", "DM-RED-3"]
    assert not any("DM-RED-1" in line for line in replayed.conventions)
    later = made.course(*written, made.dose(11, 5550), made.platelets(90, 18), week=19, reduction=chosen)
    assert made.words(later.of("thrombocytopenia")) == ["give 5550 MBq"]
    assert made.words(later.of("hypersensitivity")) == ["give 7400 MBq", "stop"]


# --- bad input ---
def test_all_faults_at_once(made: Any) -> None:
    doses = [made.dose(0), made.dose(0), made.dose(8, 7.4)]
    findings = [made.platelets(70, 8), made.count("neutrophils", 0.8, 8, "6.0")]
    with pytest.raises(InputError) as caught:
        replay(doses, findings, **{**made.choices, "as_of": made.on_week(9), "jurisdiction": "UK"})
    assert [fault.place for fault in caught.value.faults] == [
        "jurisdiction",
        "doses[1].on",
        "doses[2].activity_mbq",
        "findings",
    ]
    assert "Given in GBq? Write 7400, not 7.4." in str(caught.value)


def test_a_moment_is_no_day(made: Any) -> None:
    dose = Administration(on=datetime(2024, 1, 1, 10), activity_mbq=7400)
    with pytest.raises(InputError, match="calendar day"):
        replay([dose], [], **{**made.choices, "as_of": made.on_week(8)})


@pytest.mark.parametrize(
    ("name", "value"), [("delay_reading", "16_weeks"), ("delay_reading", None), ("reduction", "half")]
)
def test_an_unnamed_variant_is_refused(made: Any, name: str, value: Any) -> None:
    with pytest.raises(InputError, match="has no default"):
        made.course(made.dose(0), week=8, **{name: value})


def test_results_are_frozen(made: Any) -> None:
    replayed = made.course(made.dose(0), made.platelets(70, 8), week=8)
    with pytest.raises(dataclasses.FrozenInstanceError):
        replayed.value = "none"


def test_hepatic_judgement_in_place_of_criteria(made: Any) -> None:
    judged = judged_finding("hepatic", made.on_week(8), present=True, back_to_baseline=False, judged_by="Dr Example")
    replayed = made.course(made.dose(0), judged, week=8)
    assert [reason.rule for reason in replayed.because] == ["DM-HEP-1", "DM-HEP-8"]
    assert not any("DM-HEP-5" in line for line in replayed.conventions)
