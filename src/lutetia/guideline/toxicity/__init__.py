"""Toxicity of a course on a day: CTCAE grades of its laboratory values, recorded events, and the dose machine.

    toxicity_of(timeline, jurisdiction=…) → Toxicity: laboratory, events, dose (every reading), absorbed dose.

Conventions: data/board_conventions.yaml; docs/knowledge/dose-rules.md ("On a course") tells them.
"""

from lutetia.guideline.toxicity.conventions import Conventions, board_conventions
from lutetia.guideline.toxicity.dose import DoseOnCourse, dose_on_course
from lutetia.guideline.toxicity.events import EventToxicity
from lutetia.guideline.toxicity.grading import GradedValue, VersionGrade, references_of
from lutetia.guideline.toxicity.laboratory import AnalyteToxicity, WorstGrade, baseline_entry
from lutetia.guideline.toxicity.organs import OrganQuestion
from lutetia.guideline.toxicity.period import Period, period_of
from lutetia.guideline.toxicity.readings import DoseReading, by_reading
from lutetia.guideline.toxicity.section import Toxicity, toxicity_of

__all__ = [
    "AnalyteToxicity",
    "Conventions",
    "DoseOnCourse",
    "DoseReading",
    "EventToxicity",
    "GradedValue",
    "OrganQuestion",
    "Period",
    "Toxicity",
    "VersionGrade",
    "WorstGrade",
    "baseline_entry",
    "board_conventions",
    "by_reading",
    "dose_on_course",
    "period_of",
    "references_of",
    "toxicity_of",
]
