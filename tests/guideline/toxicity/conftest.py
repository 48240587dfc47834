"""Made-up courses: one line of RLT from 1 January 2024 (week 0), with what a test adds. Grades are looked up by hand.

CTCAE 5.0: platelets below 75 are grade 2, neutrophils below 1.0 grade 3; 6.0: neutrophils below 1.0 grade 2.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from lutetia.course.course import Course
from lutetia.course.timeline import Timeline
from lutetia.guideline.toxicity import Toxicity, toxicity_of

START = date(2024, 1, 1)
RANGES = {
    "platelets": ("G/L", 150, 370),
    "haemoglobin": ("g/L", 120, 160),
    "neutrophils": ("G/L", 1.8, 7.5),
    "leukocytes": ("G/L", 4.0, 10.0),
    "lymphocytes": ("G/L", 1.0, 3.0),
    "alt": ("U/L", None, 40),
    "ast": ("U/L", None, 40),
    "chromogranin_a": ("ug/L", None, 100),
    "creatinine": ("umol/L", 45, 84),
    "creatinine_clearance": ("mL/min", None, None),
    "bilirubin": ("umol/L", None, 20),
    "albumin": ("g/L", 35, 50),
    "inr": ("1", None, None),
    "potassium": ("mmol/L", 3.5, 5.0),
    "glucose": ("mmol/L", 4.0, 5.6),
}


def on_week(week: float) -> str:
    """The day so many weeks after the first dose."""
    return str(START + timedelta(days=round(7 * week)))


def lab(analyte: str, value: Any, week: float, **other: Any) -> dict[str, Any]:
    """A laboratory value of a week with the limits of RANGES; `date` may replace the week."""
    unit, low, high = RANGES[analyte]
    given = {
        "kind": "laboratory",
        "id": f"{analyte}-{week}",
        "date": on_week(week),
        "analyte": analyte,
        "value": value,
        "unit": unit,
        "lower_limit": float(low) if low is not None else None,
        "upper_limit": float(high) if high is not None else None,
        **other,
    }
    return {name: cell for name, cell in given.items() if cell is not None}


def cycle(number: int, week: float, activity_mbq: float | None = 7400, **other: Any) -> dict[str, Any]:
    """A cycle of the line."""
    given = {
        "kind": "rlt_cycle",
        "id": f"c{number}",
        "date": on_week(week),
        "line": "rlt",
        "number": number,
        "activity_mbq": activity_mbq,
        **other,
    }
    return {name: cell for name, cell in given.items() if cell is not None}


def event(term: str, grade: int | None, week: float, **other: Any) -> dict[str, Any]:
    """An adverse event that began in a week, graded by version 5.0."""
    about = {"id": f"{term.replace(' ', '-')}-{week}", "date": on_week(week), "ctcae_version": "5.0"}
    given = {"kind": "adverse_event", "term": term, "grade": grade, **about, **other}
    return {name: cell for name, cell in given.items() if cell is not None}


def rlt(**other: Any) -> dict[str, Any]:
    """The line of RLT, which goes on."""
    line = {"kind": "therapy_line", "id": "rlt", "date": str(START), "regimen": "rlt", "ongoing": True}
    return {name: cell for name, cell in {**line, **other}.items() if cell is not None}


def timeline(*entries: dict[str, Any], week: float = 60, sex: str = "male") -> Timeline:
    """What is known of a made-up patient in a week."""
    given = [{"recorded_by": "made up", **entry} for entry in entries]
    course = Course.model_validate({"made_up": True, "patient": {"id": "MU-1", "sex": sex}, "entries": given})
    return Timeline(course, START + timedelta(days=round(7 * week)))


def found(*entries: dict[str, Any], week: float = 60, jurisdiction: str | None = "US", **options: Any) -> Toxicity:
    """The toxicity of a made-up patient in a week."""
    return toxicity_of(timeline(*entries, week=week), jurisdiction=jurisdiction, **options)
