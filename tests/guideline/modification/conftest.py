"""Written courses: all patients are made up. Week 0 is the first dose; grades are looked up by hand in GRADES."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from lutetia.guideline.modification import (
    Administration,
    DoseCourse,
    Finding,
    blood_count,
    judged_finding,
    lymphopenia,
    no_other_toxicity,
    replay,
)
from lutetia.guideline.modification import hypersensitivity as reaction

START = date(2024, 1, 1)
CLASS_OF = {"platelets": "thrombocytopenia", "haemoglobin": "anaemia", "neutrophils": "neutropenia"}

# CTCAE v5.0 (v6.0 where named), by hand from the table of limits: platelets below 75 are G2, below 50 G3, below 25 G4;
# haemoglobin below 100 g/L G2, below 80 G3; neutrophils below 1.5 G2, below 1.0 G3 (v6: below 1.5 G1, below 1.0 G2);
# lymphocytes below 0.5 G3. A value on a limit belongs to the lower grade.
GRADES = {
    "platelets": {150: 0, 90: 1, 75: 1, 74: 2, 70: 2, 60: 2, 20: 4},
    "haemoglobin": {120: 0, 85: 2, 80: 2, 79: 3},
    "neutrophils": {2.0: 0, 1.0: 2, 0.8: 3},
    "lymphocytes": {0.3: 3},
}
GRADES_V6 = {"neutrophils": {2.0: 0, 0.8: 2}}


def on_week(week: float) -> date:
    """The day so many weeks after the first dose."""
    return START + timedelta(days=round(7 * week))


def dose(week: float, activity_mbq: float | None = 7400) -> Administration:
    """A dose given in a week."""
    return Administration(on=on_week(week), activity_mbq=activity_mbq)


def count(analyte: str, value: float, week: float, version: str = "5.0") -> Finding:
    """A blood count of a week, graded by hand."""
    grade = (GRADES_V6 if version == "6.0" else GRADES)[analyte][value]
    if analyte == "lymphocytes":
        return lymphopenia(on_week(week), grade, ctcae_version=version)
    return blood_count(CLASS_OF[analyte], on_week(week), grade, ctcae_version=version)  # type: ignore[arg-type]


def platelets(value: float, week: float) -> Finding:
    """A platelet count of a week, graded by hand."""
    return count("platelets", value, week)


def well(week: float, version: str = "5.0") -> list[Finding]:
    """Every class seen free of toxicity in a week."""
    day = on_week(week)
    counts = [blood_count(name, day, 0, ctcae_version=version) for name in CLASS_OF.values()]  # type: ignore[arg-type]
    organs = [
        judged_finding(name, day, present=False, back_to_baseline=True, judged_by="Dr Example")  # type: ignore[arg-type]
        for name in ("renal", "hepatic")
    ]
    none = [reaction(day, 0, ctcae_version=version), no_other_toxicity(day, reviewed_by="Dr Example")]
    return [*counts, *organs, *none]


CHOICES: dict[str, Any] = {"delay_reading": "delay_of_16_weeks", "reduction": "half_then_full", "jurisdiction": "US"}


def course(*events: Administration | Finding | list[Finding], week: float, **choices: Any) -> DoseCourse:
    """The written course replayed up to a week, by default under the delay reading and the US label."""
    flat = [item for event in events for item in (event if isinstance(event, list) else [event])]
    doses = [item for item in flat if isinstance(item, Administration)]
    findings = [item for item in flat if isinstance(item, Finding)]
    return replay(doses, findings, as_of=on_week(week), **{**CHOICES, **choices})


def told(replayed: DoseCourse) -> list[tuple[date, str, str]]:
    """Day, state reached and first rule of every step."""
    return [(step.on, step.after, step.because[0].rule) for step in replayed.steps]


def words(found: Any) -> list[str]:
    """The verdicts of a class as words: ["hold"], ["give 3700 MBq"] …"""
    return [str(verdict) for verdict in found.verdicts]


@pytest.fixture(scope="session")
def made() -> SimpleNamespace:
    """The helpers to write a course with."""
    helpers = (on_week, dose, count, platelets, well, course, told, words)
    return SimpleNamespace(**{helper.__name__: helper for helper in helpers}, choices=CHOICES)
