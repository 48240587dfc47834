"""Quality-of-life scores of the EORTC questionnaires QLQ-C30 (version 3.0) and QLQ-GI.NET21 (provisional).

Item numbers only: the wording is copyright of the EORTC. Scales, items, ranges: `data/qlq_c30.yaml`,
`data/qlq_ginet21.yaml`. `score` takes one form, `score_many` an array of forms (needs numpy).
"""

from __future__ import annotations

from lutetia.scoring.questionnaire.form import QuestionnaireScore, score
from lutetia.scoring.questionnaire.instrument import INSTRUMENTS, SUMMARY, Instrument, Scale, instrument_named
from lutetia.scoring.questionnaire.many import QuestionnaireScores, score_many

__all__ = [
    "INSTRUMENTS",
    "SUMMARY",
    "Instrument",
    "QuestionnaireScore",
    "QuestionnaireScores",
    "Scale",
    "instrument_named",
    "score",
    "score_many",
]
