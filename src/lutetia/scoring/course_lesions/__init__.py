"""Measured lesions of a patient's course around one line of therapy: what RECIST 1.1, Choi and the growth rate take.

`lesions_of_line` and `lesions_since` choose baseline and visits among the examinations known on a day;
`responses_of` judges them by RECIST 1.1, `growth_pairs` and `choi_visits` give the other engines their input. What was
left out is counted, what must be kept in mind stands in `cautions`.
"""

from __future__ import annotations

from lutetia.scoring.course_lesions.choi_visits import ChoiVisit, ChoiVisits, choi_visits
from lutetia.scoring.course_lesions.examination import Examination
from lutetia.scoring.course_lesions.growth_pairs import GrowthPair, GrowthPairs, growth_pairs
from lutetia.scoring.course_lesions.lesions import CourseLesions, lesions_of_line, lesions_since, responses_of
from lutetia.scoring.course_lesions.series import ReadingSeries

__all__ = [
    "ChoiVisit",
    "ChoiVisits",
    "CourseLesions",
    "Examination",
    "GrowthPair",
    "GrowthPairs",
    "ReadingSeries",
    "choi_visits",
    "growth_pairs",
    "lesions_of_line",
    "lesions_since",
    "responses_of",
]
