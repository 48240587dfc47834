"""Treatment-emergent events and windows, by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lutetia.dates import PartialDate
from lutetia.errors import InputError
from lutetia.scoring import adverse_events
from lutetia.scoring.adverse_events import Event, Window, treatment_emergent

MARCH = Window(first=date(2024, 3, 1), last=date(2024, 3, 31))


def event(subject: str = "A", term: str = "Nausea", start: str | None = "2024-03-10", **more: Any) -> Event:
    dates = {name: PartialDate.parse(text) for name, text in more.items() if name in ("end", "worsened_on")}
    began = None if start is None else PartialDate.parse(start)
    return Event(subject=subject, term=term, start=began, **{**more, **dates})


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
