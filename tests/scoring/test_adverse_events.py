"""Adverse events: emergence, worst grades and rates by hand, on made-up patients."""

from __future__ import annotations

import doctest
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lutetia.dates import PartialDate
from lutetia.errors import InputError
from lutetia.scoring import adverse_events
from lutetia.scoring.adverse_events import Event, Window, rates, read_events, select, treatment_emergent, worst_grades

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scores" / "adverse-events.md"
MARCH = Window(first=date(2024, 3, 1), last=date(2024, 3, 31))
CHOICES: dict[str, Any] = {"worsening": "counts", "undecided": "leave_out"}


def event(subject: str = "A", term: str = "Nausea", start: str | None = "2024-03-10", **more: Any) -> Event:
    dates = {name: PartialDate.parse(text) for name, text in more.items() if name in ("end", "worsened_on")}
    began = None if start is None else PartialDate.parse(start)
    return Event(subject=subject, term=term, start=began, **{**more, **dates})


# --- emergence ---
@pytest.mark.parametrize(
    ("start", "emergent"),
    [
        ("2024-02-29", False),
        ("2024-03-01", True),
        ("2024-03-31", True),
        ("2024-04-01", False),
        ("2024-03", True),
        ("2024", None),
        (None, None),
        ("2023", False),
    ],
)
def test_an_event_that_begins_in_the_window(start: str | None, emergent: bool | None) -> None:
    assert treatment_emergent(event(start=start), MARCH, worsening="ignored") is emergent


@pytest.mark.parametrize(
    ("more", "emergent"),
    [
        ({"grade": 3, "grade_before": 1, "worsened_on": "2024-03-05"}, True),
        ({"grade": 3, "grade_before": 1, "worsened_on": "2024-04-05"}, False),
        ({"grade": 3, "grade_before": 1}, None),
        ({"grade": 1, "grade_before": 1}, False),
        ({"grade": 3}, None),
        ({"worsened_on": "2024-03-05"}, True),
    ],
)
def test_an_event_from_before_that_becomes_worse(more: dict[str, Any], emergent: bool | None) -> None:
    before = event(start="2024-01-10", **more)
    assert treatment_emergent(before, MARCH, worsening="counts") is emergent
    assert treatment_emergent(before, MARCH, worsening="ignored") is False


def test_a_window_from_first_dose_to_thirty_days_after_the_last() -> None:
    window = adverse_events.treatment_window(date(2024, 1, 1), date(2024, 6, 17), 30)
    assert (window.first, window.last) == (date(2024, 1, 1), date(2024, 7, 17))
    assert window.days == 199  # 31 + 29 + 31 + 30 + 31 + 30 + 17
    with pytest.raises(InputError) as caught:
        adverse_events.treatment_window(date(2024, 2, 1), date(2024, 1, 1), -1)
    assert [fault.place for fault in caught.value.faults] == ["last_dose", "days_after"]


# --- selection ---
EVENTS = [
    event("A", grade=2),
    event("A", grade=3, start="2024-03-20"),
    event("A", term="Fatigue"),
    event("B", grade=1, start="2024"),
    event("B", grade=4, start="2024-05-01"),
    event("Z", grade=4),
]
WINDOWS = {"A": MARCH, "B": MARCH, "C": MARCH}


def test_nothing_is_left_out_in_silence() -> None:
    got = select(EVENTS, WINDOWS, **CHOICES)
    assert [one.subject for one in got.events] == ["A", "A", "A"]
    assert {part.reason: part.rows for part in got.left_out} == {
        "whether it is treatment-emergent cannot be told": (3,),
        "not treatment-emergent": (4,),
        "the patient has no window": (5,),
    }


def test_undecided_events_can_be_counted_and_are_told() -> None:
    got = select(EVENTS, WINDOWS, worsening="ignored", undecided="count")
    assert [one.subject for one in got.events] == ["A", "A", "A", "B"]
    assert "undecided=count: 1 counted events have a date that leaves it open" in got.conventions


# --- worst grades ---
def test_worst_grade_per_patient_and_term() -> None:
    got = worst_grades([*EVENTS, event("A")], WINDOWS, **CHOICES)
    assert got.value == {("A", "Nausea"): 3, ("A", "Fatigue"): None}
    assert got.partly_graded == (("A", "Nausea"),)
    assert len(got.left_out) == 3


def test_the_order_of_events_changes_nothing() -> None:
    forth, back = (worst_grades(some, WINDOWS, **CHOICES).value for some in (EVENTS, EVENTS[::-1]))
    assert forth == back


# --- rates ---
def test_rates_by_hand() -> None:
    year = Window(first=date(2023, 1, 1), last=date(2023, 12, 31))
    some = [
        event("A", start="2023-04-10", grade=3),
        event("A", start="2023-05-01", grade=3),
        event("B", start="2023-01-01", grade=4),
        event("C", start="2023-02-01", grade=2),
        event("C", start="2023-03-01"),
    ]
    got = rates(
        some, dict.fromkeys("ABCD", year), at_least_grade=3, worsening="ignored", undecided="count",
        partial_day="earliest",
    )  # fmt: skip
    rate = got.value["Nausea"]
    assert (rate.subjects, rate.events, rate.at_risk, rate.value) == (2, 3, 4, 50)
    assert rate.exposure_years == pytest.approx(4 * 365 / 365.25)
    # To the first event: A 100 days (31 + 28 + 31 + 10), B 1 day, C and D 365 days each.
    assert rate.years_to_first == pytest.approx(831 / 365.25)
    assert rate.subjects_per_100_years == pytest.approx(100 * 2 * 365.25 / 831)
    assert rate.events_per_100_years == pytest.approx(100 * 3 * 365.25 / 1460)
    assert [(part.reason, part.rows) for part in got.left_out] == [("grade missing", (4,))]


@pytest.mark.parametrize(("partial_day", "days"), [("earliest", 1), ("latest", 31)])
def test_a_partial_date_ends_the_time_at_risk_as_named(partial_day: Any, days: int) -> None:
    got = rates([event(start="2024-03")], {"A": MARCH}, at_least_grade=1, partial_day=partial_day, **CHOICES)
    assert got.value["Nausea"].years_to_first == pytest.approx(days / 365.25)
    assert any(said.startswith(f"partial_day={partial_day}") for said in got.conventions)


def test_a_worsening_counts_from_its_own_day() -> None:
    worse = event(start="2023-12-01", grade=3, grade_before=1, worsened_on="2024-03-11")
    got = rates([worse], {"A": MARCH}, at_least_grade=3, partial_day="latest", **CHOICES)
    assert got.value["Nausea"].years_to_first == pytest.approx(11 / 365.25)


def test_any_grade_counts_events_without_a_grade() -> None:
    got = rates(EVENTS, WINDOWS, at_least_grade=1, partial_day="earliest", **CHOICES)
    assert {term: (rate.subjects, rate.events) for term, rate in got.value.items()} == {
        "Fatigue": (1, 1),
        "Nausea": (1, 2),
    }


# --- reading ---
def test_events_from_rows_of_text() -> None:
    row = {"subject": "A", "term": "Anaemia", "start": "2024-03", "grade": "3", "serious": "Y", "end": ""}
    (got,) = read_events([{**row, "grade_before": None}])
    assert got == Event(subject="A", term="Anaemia", start=PartialDate(2024, 3), grade=3, serious=True)


def test_all_rows_at_fault_are_named() -> None:
    with pytest.raises(InputError) as caught:
        read_events(
            [
                {"subject": "A", "term": "Nausea", "start": "2024-03-10", "grade": 6},
                {"subject": "A", "term": "Nausea"},
                {"subject": "", "severity": 2, "start": "March", "serious": "maybe"},
                {"subject": "A", "term": "Nausea", "start": "2024-03-10", "end": "2024-03-09"},
            ]
        )
    assert [fault.place for fault in caught.value.faults] == [
        *("row 0, grade", "row 2, severity", "row 2, subject", "row 2, term", "row 2, start", "row 2, serious"),
        "row 3, end",
    ]


# --- refused ---
def test_choices_and_windows_are_checked() -> None:
    with pytest.raises(TypeError):
        select(EVENTS, WINDOWS)  # type: ignore[call-arg]
    crossed = {"A": Window(first=date(2024, 3, 2), last=date(2024, 3, 1))}
    with pytest.raises(InputError) as caught:
        select(EVENTS, crossed, worsening="maybe", undecided="count")  # type: ignore[arg-type]
    assert [fault.place for fault in caught.value.faults] == ["worsening", "window of A"]
    with pytest.raises(InputError, match="must be a grade from 1 to 5"):
        rates(EVENTS, WINDOWS, at_least_grade=0, partial_day="earliest", **CHOICES)
    with pytest.raises(InputError, match="partial_day: must be one of"):
        rates(EVENTS, WINDOWS, at_least_grade=1, partial_day="middle", **CHOICES)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="must hold at least one patient"):
        adverse_events.rate("Nausea", [], {}, partial_day="earliest")


# --- the page ---
def test_examples_of_the_page_run() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "adverse-events.md", "adverse-events.md", 0)
    assert test.examples
    assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test).failed == 0
