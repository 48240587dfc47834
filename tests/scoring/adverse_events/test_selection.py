"""Which events count, what is left out and why, worst grades."""

from __future__ import annotations

from datetime import date
from typing import Any

from lutetia.dates import PartialDate
from lutetia.scoring.adverse_events import Event, Window, select, worst_grades

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


def test_nothing_is_left_out_in_silence() -> None:
    got = select(EVENTS, WINDOWS, **CHOICES)
    assert [one.subject for one in got.events] == ["A", "A", "A"]
    assert {part.why: part.rows for part in got.left_out} == {
        "whether it is treatment-emergent cannot be told": (3,),
        "not treatment-emergent": (4,),
        "the patient has no window": (5,),
    }


def test_undecided_events_can_be_counted_and_are_told() -> None:
    got = select(EVENTS, WINDOWS, worsening="ignored", undecided="count")
    assert [one.subject for one in got.events] == ["A", "A", "A", "B"]
    assert "undecided=count: 1 counted events have a date that leaves it open" in got.conventions


def test_worst_grade_per_patient_and_term() -> None:
    got = worst_grades([*EVENTS, event("A")], WINDOWS, **CHOICES)
    assert got.value == {("A", "Nausea"): 3, ("A", "Fatigue"): None}
    assert got.partly_graded == (("A", "Nausea"),)
    assert len(got.left_out) == 3


def test_the_order_of_events_changes_nothing() -> None:
    forth, back = (worst_grades(some, WINDOWS, **CHOICES).value for some in (EVENTS, EVENTS[::-1]))
    assert forth == back
