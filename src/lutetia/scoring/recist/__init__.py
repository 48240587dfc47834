"""RECIST 1.1: from measured lesions to visit responses, best response, duration and progression-free survival.

`visit_responses` reads SDTM tables, `course_responses` takes courses made otherwise; `best_response`,
`disease_control`, `duration_of_response` and `progression_free_survival` take the visits of one course
(`VisitResponses.by_course`). `accepted_records` and `adjudicate` make the central reading, `waterfall` and `spider`
the data of those plots. `measurability` and `check_targets` judge the baseline.
"""

from __future__ import annotations

from lutetia.scoring.recist.best import BestResponse, best_response, disease_control
from lutetia.scoring.recist.censoring import Censoring
from lutetia.scoring.recist.central import CentralReading, accepted_records, adjudicate
from lutetia.scoring.recist.change import spider, waterfall
from lutetia.scoring.recist.course import ReaderCourse
from lutetia.scoring.recist.duration import duration_of_response
from lutetia.scoring.recist.lesion import (
    ABSENT,
    EQUIVOCAL,
    NOT_EVALUABLE,
    PRESENT,
    PROGRESSION,
    Lesion,
    Measurement,
    coalesced,
    fragments,
    measured,
    too_small,
)
from lutetia.scoring.recist.measurability import Measurability, measurability
from lutetia.scoring.recist.progression import TimeToEvent, progression_free_survival
from lutetia.scoring.recist.responses import VisitResponses, course_responses, visit_responses
from lutetia.scoring.recist.rules import VisitRules
from lutetia.scoring.recist.schedule import Schedule
from lutetia.scoring.recist.targets import Target, TargetSelection, check_targets
from lutetia.scoring.recist.visit import Visit, VisitResponse, nontarget_response, overall_response, target_response

__all__ = [
    "ABSENT",
    "EQUIVOCAL",
    "NOT_EVALUABLE",
    "PRESENT",
    "PROGRESSION",
    "BestResponse",
    "Censoring",
    "CentralReading",
    "Lesion",
    "Measurability",
    "Measurement",
    "ReaderCourse",
    "Schedule",
    "Target",
    "TargetSelection",
    "TimeToEvent",
    "Visit",
    "VisitResponse",
    "VisitResponses",
    "VisitRules",
    "accepted_records",
    "adjudicate",
    "best_response",
    "check_targets",
    "coalesced",
    "course_responses",
    "disease_control",
    "duration_of_response",
    "fragments",
    "measurability",
    "measured",
    "nontarget_response",
    "overall_response",
    "progression_free_survival",
    "spider",
    "target_response",
    "too_small",
    "visit_responses",
    "waterfall",
]
