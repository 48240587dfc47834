"""Rates by hand, partial dates, what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lutetia.dates import PartialDate
from lutetia.errors import InputError
from lutetia.scoring import adverse_events
from lutetia.scoring.adverse_events import Event, Window, rates, select

CHOICES: dict[str, Any] = {"worsening": "counts", "undecided": "leave_out"}


def event(subject: str = "A", term: str = "Nausea", start: str | None = "2024-03-10", **more: Any) -> Event:
    dates = {name: PartialDate.parse(text) for name, text in more.items() if name in ("end", "worsened_on")}
    began = None if start is None else PartialDate.parse(start)
    return Event(subject=subject, term=term, start=began, **{**more, **dates})


MARCH = Window(first=date(2024, 3, 1), last=date(2024, 3, 31))
EVENTS = [
    event("A", grade=2),
    event("A", grade=3, start="2024-03-20"),
    event("A", term="Fatigue"),
    event("B", grade=1, start="2024"),
    event("B", grade=4, start="2024-05-01"),
    event("Z", grade=4),
]
WINDOWS = {"A": MARCH, "B": MARCH, "C": MARCH}


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
    assert [(part.why, part.rows) for part in got.left_out] == [("grade missing", (4,))]


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
