"""Twin of src/lutetia/guideline/modification/decision.py: the strictest part decides, the unknown stays open."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.guideline.modification import (
    CycleDose,
    LabValue,
    blood_count,
    cumulative_dose,
    hypersensitivity,
    next_dose,
    precycle_check,
)

VALUES: dict[str, Any] = {
    "haemoglobin": 125,
    "leukocytes": 5.0,
    "platelets": 210,
    "creatinine": 75,
    "creatinine_clearance": 85,
    "alt": 25,
    "ast": 22,
    "albumin": 41,
    "bilirubin": 10,
}


def precycle(on: date, **changes: Any) -> Any:
    """A pre-cycle check with every test three weeks before, some changed."""
    day = on - timedelta(days=21)
    values = [LabValue(analyte=name, on=day, value=value) for name, value in {**VALUES, **changes}.items()]
    return precycle_check(
        on,
        values,
        first_dose=False,
        window="two_to_four_weeks",
        jurisdiction="EU",
        pregnancy="excluded",
        lymphopenia_alone=None,
    )


def kidneys(*cycles_gy: float | None, limit_gy: float = 23) -> Any:
    ledger = [CycleDose(cycle=f"c{n}", on=None, absorbed_dose_gy=dose) for n, dose in enumerate(cycles_gy)]
    return cumulative_dose(ledger, organ="kidneys", limit_gy=limit_gy, complete=True)


@pytest.fixture
def verdict(made: Any) -> Any:
    """`verdict(events, week)`: the next dose of four planned, after the events, on the first day of a week."""

    def judge(*events: Any, week: float, changes: Any = None, limits: Any = (), planned: int = 4) -> Any:
        course = made.course(*events, week=week)
        check = precycle(made.on_week(week), **(changes or {}))
        return next_dose(course, planned_cycles=planned, precycle=check, limits=limits)

    return judge


def test_the_first_dose_is_the_full_one(verdict: Any) -> None:
    found = verdict(week=0)
    assert (found.value, found.activity_mbq, found.earliest) == ("give", 7400, None)


def test_no_event_gives_7400_in_its_window(verdict: Any, made: Any) -> None:
    found = verdict(made.dose(0), made.well(8), week=8)
    assert (found.value, found.activity_mbq) == ("give", 7400)
    assert (found.earliest, found.due, found.latest) == (date(2024, 2, 19), date(2024, 2, 26), date(2024, 3, 4))
    assert found.missing == ()


@pytest.mark.parametrize(("days", "value"), [(48, "hold"), (49, "give"), (63, "give")])
def test_a_dose_is_not_given_before_seven_weeks(verdict: Any, made: Any, days: int, value: str) -> None:
    week = days / 7
    found = verdict(made.dose(0), made.well(week), week=week)
    assert found.value == value
    assert any(reason.rule == "DM-CAL-1" for reason in found.because) is (value == "hold")


def test_platelets_70_hold_whatever_else_is_unknown(verdict: Any, made: Any) -> None:
    found = verdict(made.dose(0), made.platelets(70, 8), week=8, changes={"albumin": None})
    assert (found.value, [option.word for option in found.possible]) == ("hold", ["hold", "stop"])
    assert "a finding on hypersensitivity since the last dose (2024-01-01) (DM-SEQ-7)" in found.missing
    asked = verdict(made.dose(0), made.well(7), made.platelets(70, 8), week=8, changes={"albumin": None})
    assert (asked.value, asked.activity_mbq, asked.missing) == ("hold", None, ())
    assert asked.latest == date(2024, 6, 16)  # the day before week 24


def test_recovered_gives_3700_and_the_day_it_must_be_given_by(verdict: Any, made: Any) -> None:
    found = verdict(made.dose(0), made.well(7), made.platelets(70, 8), made.platelets(90, 11), week=11)
    assert (found.value, found.activity_mbq) == ("give", 3700)
    assert found.latest == date(2024, 6, 16)
    assert {"DM-PLT-2", "DM-RED-1"} <= {reason.rule for reason in found.because}


def test_after_no_event_7400_again(verdict: Any, made: Any) -> None:
    first = (made.dose(0), made.platelets(70, 8), made.platelets(90, 11), made.dose(11, 3700))
    found = verdict(*first, made.well(18), week=19)
    assert (found.value, found.activity_mbq) == ("give", 7400)


def test_the_smaller_dose_of_two_classes_is_given(verdict: Any, made: Any) -> None:
    first = (made.dose(0), made.platelets(70, 8), made.platelets(90, 11), made.dose(11, 3700), made.well(15))
    neutropenia = (made.count("neutrophils", 0.8, 18), made.count("neutrophils", 2.0, 20))
    found = verdict(*first, *neutropenia, week=20)
    assert (found.value, found.activity_mbq) == ("give", 3700)


def test_a_reaction_of_grade_3_stops_whatever_else_is_unknown(verdict: Any, made: Any) -> None:
    reaction = hypersensitivity(made.on_week(0), 3, ctcae_version="5.0")
    found = verdict(made.dose(0), reaction, week=8, changes={"platelets": None})
    assert (found.value, found.missing) == ("stop", ())


def test_what_was_not_looked_at_keeps_the_dose_open(verdict: Any, made: Any) -> None:
    found = verdict(made.dose(0), week=8)
    assert found.value == "undecided"
    assert [str(option) for option in found.possible] == ["give 7400 MBq", "hold", "stop"]
    assert len([line for line in found.missing if "DM-SEQ-7" in line]) == 7
    assert "a finding on anaemia since the last dose (2024-01-01) (DM-SEQ-7)" in found.missing


def test_a_finding_before_the_last_dose_is_no_finding_since(verdict: Any, made: Any) -> None:
    found = verdict(made.dose(0), made.well(7), made.dose(8), week=16)
    assert found.value == "undecided"


def test_an_undecided_grade_keeps_the_dose_open_and_says_why(verdict: Any, made: Any) -> None:
    well = [finding for finding in made.well(8) if finding.toxicity != "thrombocytopenia"]
    perhaps = blood_count("thrombocytopenia", made.on_week(8), (1, 2), ctcae_version="5.0")
    found = verdict(made.dose(0), well, perhaps, week=8)
    assert found.value == "undecided"
    assert [str(option) for option in found.possible] == ["give 7400 MBq", "hold"]
    assert found.missing == ("what separates grade 1 from grade 2 of thrombocytopenia on 2024-02-26",)


def test_the_precycle_check_blocks_or_leaves_open(verdict: Any, made: Any) -> None:
    events = (made.dose(0), made.well(8))
    assert verdict(*events, week=8, changes={"creatinine_clearance": 29}).value == "hold"
    open_ = verdict(*events, week=8, changes={"albumin": None})
    assert (open_.value, len(open_.missing)) == ("undecided", 1)


def test_the_limits_of_absorbed_dose(verdict: Any, made: Any) -> None:
    events = (made.dose(0), made.well(8))
    assert verdict(*events, week=8, limits=[kidneys(23)]).value == "stop"
    assert verdict(*events, week=8, limits=[kidneys(5)]).value == "give"
    open_ = verdict(*events, week=8, limits=[kidneys(5, None)])
    assert (open_.value, open_.missing) == ("undecided", ("absorbed dose of the kidneys in cycle c1",))
    assert [str(option) for option in open_.possible] == ["give 7400 MBq", "stop"]
    without = verdict(*events, week=8)
    assert "no limit of absorbed dose applied" in without.conventions


def test_all_planned_doses_given_is_complete(verdict: Any, made: Any) -> None:
    doses = [made.dose(week) for week in (0, 8, 16, 24)]
    found = verdict(*doses, made.well(31), week=32)
    assert (found.value, found.activity_mbq, found.possible) == ("complete", None, ())
    assert verdict(*doses, made.well(31), week=32, planned=6).value == "give"


def test_premedication_and_departures_go_with_the_verdict(verdict: Any, made: Any) -> None:
    mild = hypersensitivity(made.on_week(0), 1, ctcae_version="5.0")
    found = verdict(made.dose(0), mild, made.well(8), week=8)
    assert [reason.rule for reason in found.measures] == ["DM-HYP-2"]
    held = verdict(made.dose(0), made.platelets(70, 8), made.dose(8), made.well(16), week=16)
    assert held.cautions == ("dose of 2024-02-26 given although thrombocytopenia asked to hold",)


def test_cautions_of_the_start_go_with_the_verdict(made: Any) -> None:
    day = made.on_week(0)
    values = [LabValue(analyte=name, on=day - timedelta(days=21), value=value) for name, value in VALUES.items()]
    low = [LabValue(analyte="platelets", on=day - timedelta(days=20), value=70)]
    check = precycle_check(
        day,
        [*values, *low],
        first_dose=True,
        window="two_to_four_weeks",
        jurisdiction="EU",
        pregnancy="not_possible",
        lymphopenia_alone=None,
    )
    found = next_dose(made.course(week=0), planned_cycles=4, precycle=check)
    assert (found.value, found.activity_mbq) == ("give", 7400)
    assert found.cautions == ("Caution on starting: platelets below 75 (10^9/L). [platelets 70] (DM-PRE-8)",)
    assert "jurisdiction: EU" in found.conventions


def test_the_parts_must_be_of_one_day(made: Any) -> None:
    with pytest.raises(InputError, match=r"precycle: must be made for the day .*2024-02-26"):
        next_dose(made.course(made.dose(0), week=8), planned_cycles=4, precycle=precycle(made.on_week(9)))
