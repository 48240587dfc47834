"""Adverse events of a group of patients: treatment-emergent or not, worst grade per term, rates by exposure.

Grades are CTCAE grades as recorded; terms are compared as text. Each patient has a window of observation. What
cannot be told (partial dates, missing grades) is counted as the caller says and reported, never dropped in silence.
"""

from __future__ import annotations

from lutetia.scoring.adverse_events.event import Event, read_events
from lutetia.scoring.adverse_events.incidence import (
    PartialDay,
    Rate,
    Rates,
    conventions_of_rates,
    of_grade,
    rate,
    rates,
)
from lutetia.scoring.adverse_events.selection import Selected, Undecided, WorstGrades, select, worst_grades
from lutetia.scoring.adverse_events.window import Window, Worsening, treatment_emergent, treatment_window

__all__ = [
    "Event",
    "PartialDay",
    "Rate",
    "Rates",
    "Selected",
    "Undecided",
    "Window",
    "Worsening",
    "WorstGrades",
    "conventions_of_rates",
    "of_grade",
    "rate",
    "rates",
    "read_events",
    "select",
    "treatment_emergent",
    "treatment_window",
    "worst_grades",
]
