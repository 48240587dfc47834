"""Twin of src/lutetia/guideline/cycle_calendar.py: dates and hours by hand, labels apart, each line with its rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lutetia.errors import InputError
from lutetia.guideline.cycle_calendar import cycle_calendar, dose_windows, months_later, next_window
from lutetia.guideline.edition import load_knowledge

CET = timezone(timedelta(hours=1))
DOSE = datetime(2026, 3, 2, 10, 0, tzinfo=CET)
USUAL: dict[str, Any] = {
    "jurisdiction": "US",
    "sex": "female",
    "is_last_dose": False,
    "treatment_start": date(2026, 1, 5),
    "last_long_acting_ssa": None,
    "last_short_acting_ssa_at": None,
    "is_reduced_dose": False,
}


def lines(task: str, dose_at: datetime = DOSE, **choices: Any) -> list[tuple[Any, Any, str]]:
    """Earliest, latest and rule of the lines of one task."""
    found = cycle_calendar(dose_at, **{**USUAL, **choices}).of(task)
    return [(due.earliest, due.latest, due.because.rule) for due in found]


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=CET)


# --- windows ---
def test_eight_weeks_plus_or_minus_one() -> None:
    window = next_window(date(2026, 1, 5), number=2)
    assert (window.earliest, window.due, window.latest) == (date(2026, 2, 23), date(2026, 3, 2), date(2026, 3, 9))
    assert window.because.rule == "DM-CAL-1"


def test_four_doses_on_their_due_days() -> None:
    windows = dose_windows(date(2026, 1, 5), planned_cycles=4)
    assert [window.due for window in windows] == [
        date(2026, 1, 5),
        date(2026, 3, 2),
        date(2026, 4, 27),
        date(2026, 6, 22),
    ]
    assert [window.number for window in windows] == [1, 2, 3, 4]
    assert windows[0].earliest == windows[0].latest == date(2026, 1, 5)
    assert windows[3].latest == date(2026, 6, 29)


def test_a_single_dose_has_one_window() -> None:
    assert len(dose_windows(date(2026, 1, 5), planned_cycles=1)) == 1


@pytest.mark.parametrize("planned", [0, -1, 2.0, True, "4"])
def test_the_number_of_doses_is_a_whole_number(planned: Any) -> None:
    with pytest.raises(InputError, match="planned_cycles"):
        dose_windows(date(2026, 1, 5), planned_cycles=planned)


def test_a_moment_is_no_day_of_a_window() -> None:
    with pytest.raises(InputError, match="calendar day"):
        next_window(DOSE, number=2)


# --- around the dose, by hand ---
def test_amino_acids_start_half_an_hour_before_and_run_four_hours() -> None:
    assert lines("amino acids") == [(at(9, 30), at(13, 30), "DM-CAL-8")]
    assert lines("antiemetic") == [(None, at(9, 30), "DM-CAL-7")]


def test_the_patient_is_watched_for_two_hours() -> None:
    assert lines("watch for hypersensitivity") == [(at(10), at(12), "DM-CAL-10")]


def test_analogues_before_the_dose_us_and_eu() -> None:
    assert lines("last long-acting analogue") == [(None, date(2026, 2, 2), "DM-CAL-3")]  # 28 days
    assert lines("last long-acting analogue", jurisdiction="EU") == [(None, date(2026, 1, 31), "DM-CAL-4")]  # 30 days
    assert lines("last short-acting analogue") == [(None, at(10, day=1), "DM-CAL-5")]


@pytest.mark.parametrize(
    ("last", "us", "eu"),
    [
        (date(2026, 2, 2), True, False),
        (date(2026, 2, 3), False, False),
        (date(2026, 1, 31), True, True),
        (None, None, None),
    ],
)
def test_whether_the_last_long_acting_analogue_was_early_enough(last: Any, us: Any, eu: Any) -> None:
    for jurisdiction, met in (("US", us), ("EU", eu)):
        found = cycle_calendar(DOSE, **{**USUAL, "jurisdiction": jurisdiction, "last_long_acting_ssa": last})
        assert [due.met for due in found.of("last long-acting analogue")] == [met]


@pytest.mark.parametrize(("last", "met"), [(at(10, day=1), True), (at(10, 1, day=1), False), (None, None)])
def test_whether_the_last_short_acting_analogue_was_early_enough(last: Any, met: Any) -> None:
    found = cycle_calendar(DOSE, **{**USUAL, "last_short_acting_ssa_at": last})
    assert [due.met for due in found.of("last short-acting analogue")] == [met]


def test_hours_are_real_hours_when_the_clock_changes() -> None:
    """Rome puts the clock forward on 29 March 2026: 24 h before 10:00 summer time is 09:00 winter time."""
    rome = ZoneInfo("Europe/Rome")
    after = datetime(2026, 3, 29, 10, 0, tzinfo=rome)
    ((_, latest, _),) = lines("last short-acting analogue", after)
    assert latest.astimezone(UTC) == datetime(2026, 3, 28, 8, 0, tzinfo=UTC)
    assert latest.hour == 9


def test_laboratory_tests_between_four_and_two_weeks_before() -> None:
    assert lines("laboratory tests", jurisdiction="EU") == [(date(2026, 2, 2), date(2026, 2, 16), "DM-CAL-13")]


def test_after_the_dose() -> None:
    assert lines("long-acting octreotide after the dose") == [(at(14), at(10, day=3), "DM-CAL-11")]  # 4 to 24 h
    assert lines("next dose") == [(date(2026, 4, 20), date(2026, 5, 4), "DM-CAL-1")]
    assert lines("next dose after dose-modifying toxicity")[0][1] == date(2026, 6, 22)  # 16 weeks


def test_after_the_last_dose() -> None:
    assert lines("next dose", is_last_dose=True) == []
    assert lines("octreotide every 4 weeks", is_last_dose=True) == [
        (date(2026, 3, 30), date(2027, 7, 5), "DM-CAL-12")  # 18 months from 5 January 2026
    ]
    assert lines("octreotide every 4 weeks", is_last_dose=False) == []
    assert lines("octreotide every 4 weeks", is_last_dose=True, treatment_start=None)[0][1] is None


def test_an_unknown_last_dose_shows_both() -> None:
    assert lines("next dose", is_last_dose=None)
    assert lines("octreotide every 4 weeks", is_last_dose=None)
    assert any("both" in line for line in cycle_calendar(DOSE, **{**USUAL, "is_last_dose": None}).conventions)


def test_the_amino_acids_of_a_reduced_dose_carry_their_mark() -> None:
    (due,) = cycle_calendar(DOSE, **{**USUAL, "is_reduced_dose": True}).of("amino acids not reduced")
    assert (due.because.rule, due.is_unverified) == ("DM-CAL-9", True)
    assert lines("amino acids not reduced") == []


# --- contraception per jurisdiction (VER-EU-13, VER-EU-17, VER-US-12) ---
@pytest.mark.parametrize(
    ("jurisdiction", "sex", "expected"),
    [
        ("US", "female", [(date(2026, 10, 2), "DM-CAL-17", True)]),
        ("US", "male", [(date(2026, 7, 2), "DM-CAL-17", True)]),
        ("EU", "female", [(date(2026, 9, 2), "DM-CAL-15", False), (date(2026, 10, 2), "DM-CAL-16", False)]),
        ("EU", "male", [(date(2026, 9, 2), "DM-CAL-15", False), (date(2026, 7, 2), "DM-CAL-16", False)]),
    ],
)
def test_contraception(jurisdiction: Any, sex: str, expected: Any) -> None:
    found = cycle_calendar(DOSE, **{**USUAL, "jurisdiction": jurisdiction, "sex": sex, "is_last_dose": True})
    due = found.of(f"contraception ({sex})")
    assert [(line.latest, line.because.rule, line.is_unverified) for line in due] == expected
    assert all(line.earliest == DOSE.date() for line in due)


def test_an_unknown_sex_shows_both_and_asks_for_pregnancy() -> None:
    assert lines("contraception (female)", sex=None)
    assert lines("contraception (male)", sex=None)
    assert lines("pregnancy excluded", sex=None)
    assert lines("pregnancy excluded", sex="male") == []


# --- labels apart ---
def test_without_a_jurisdiction_both_labels_are_shown_with_their_names() -> None:
    found = cycle_calendar(DOSE, **{**USUAL, "jurisdiction": None})
    assert [due.jurisdiction for due in found.of("last long-acting analogue")] == ["EU", "US"]
    assert {due.because.rule for due in found.of("contraception (female)")} == {"DM-CAL-15", "DM-CAL-16", "DM-CAL-17"}


def test_a_task_unread_in_one_label_comes_from_the_other_with_its_mark() -> None:
    eu = cycle_calendar(DOSE, **{**USUAL, "jurisdiction": "EU"})
    (watch,) = eu.of("watch for hypersensitivity")
    assert watch.jurisdiction == "US"
    assert any("shown from the other label" in line for line in eu.conventions)
    (tests,) = cycle_calendar(DOSE, **USUAL).of("laboratory tests")
    assert tests.jurisdiction == "EU"


def test_every_line_names_facts_that_exist() -> None:
    knowledge = load_knowledge()
    found = cycle_calendar(DOSE, **{**USUAL, "jurisdiction": None, "is_last_dose": None, "sex": None})
    assert len(found.value) > 15
    for due in found.value:
        assert due.facts or due.is_unverified, due.task
        assert all(knowledge.resolve(fact).id == fact for fact in due.facts)
    assert [reason.rule for reason in found.because] == [due.because.rule for due in found.value]


def test_the_lines_are_in_order_of_time() -> None:
    assert [due.task for due in cycle_calendar(DOSE, **USUAL).value] == [
        "last long-acting analogue",  # until 2 February
        "laboratory tests",  # from 2 February
        "last short-acting analogue",  # until 1 March, 10:00
        "pregnancy excluded",  # 2 March, no hour
        "contraception (female)",  # from 2 March, no hour
        "antiemetic",  # until 09:30
        "amino acids",  # from 09:30
        "watch for hypersensitivity",  # from 10:00
        "long-acting octreotide after the dose",  # from 14:00
        "next dose",
        "next dose after dose-modifying toxicity",
    ]


def test_the_end_of_contraception_says_from_which_dose_it_is_counted() -> None:
    for is_last, words in ((True, "the last dose"), (False, "this dose, if it stays the last")):
        (due,) = cycle_calendar(DOSE, **{**USUAL, "is_last_dose": is_last}).of("contraception (female)")
        assert dict(due.because.used) == {"months": "7", "counted_from": words}


def test_the_choices_are_told() -> None:
    said = cycle_calendar(DOSE, **USUAL).conventions
    assert said[0] == "jurisdiction: US"
    assert not any("sex not given" in line for line in said)
    open_ = cycle_calendar(DOSE, **{**USUAL, "jurisdiction": None, "sex": None}).conventions
    assert open_[0] == "jurisdiction: not chosen, both labels shown"
    assert "sex not given: lines for both" in open_


def test_unverified_lines_are_told() -> None:
    assert any("DM-CAL-17 is not verified" in line for line in cycle_calendar(DOSE, **USUAL).conventions)


# --- months, and bad input ---
@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 3, 2), 7, date(2026, 10, 2)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 8, 31), 4, date(2026, 12, 31)),
        (date(2026, 9, 30), 4, date(2027, 1, 30)),
    ],
)
def test_calendar_months(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


def test_all_faults_at_once() -> None:
    with pytest.raises(InputError) as caught:
        cycle_calendar(
            datetime(2026, 3, 2, 10),
            **{**USUAL, "jurisdiction": "UK", "sex": "f", "last_short_acting_ssa_at": date(2026, 3, 1)},
        )
    assert [fault.place for fault in caught.value.faults] == [
        "jurisdiction",
        "dose_at",
        "last_short_acting_ssa_at",
        "sex",
    ]


@pytest.mark.parametrize("name", sorted(USUAL))
def test_nothing_has_a_default(name: str) -> None:
    choices = {key: value for key, value in USUAL.items() if key != name}
    with pytest.raises(TypeError, match=name):
        cycle_calendar(DOSE, **choices)
