"""Events read from rows of text."""

from __future__ import annotations

import pytest

from lutetia.dates import PartialDate
from lutetia.errors import InputError
from lutetia.scoring.adverse_events import Event, read_events


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
