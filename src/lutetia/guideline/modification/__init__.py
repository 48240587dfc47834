"""Dose rules of 177Lu-DOTATATE: what a toxicity, a laboratory value or an absorbed dose does to the next dose.

    findings (finding, organ) and doses (dose) → replay → next_dose with the pre-cycle check and the limits of dose.

Every rule has an id, a source and a verification (data/dose_rules.yaml); docs/knowledge/dose-rules.md tells them.
"""

from lutetia.guideline.modification.decision import NextDose, next_dose
from lutetia.guideline.modification.dose import Administration, Reduction
from lutetia.guideline.modification.finding import (
    Finding,
    blood_count,
    hypersensitivity,
    leukopenia,
    lymphopenia,
    no_other_toxicity,
    other_toxicity,
)
from lutetia.guideline.modification.limits import CumulativeDose, CycleDose, cumulative_dose, published_limit_gy
from lutetia.guideline.modification.machine import Step, Verdict
from lutetia.guideline.modification.organ import hepatic_finding, judged_finding, renal_finding
from lutetia.guideline.modification.precycle import Check, LabValue, PrecycleCheck, precycle_check
from lutetia.guideline.modification.replay import DoseCourse, replay
from lutetia.guideline.modification.rules import Applied, Rule, dose_rules, rule
from lutetia.guideline.modification.walk import ClassCourse

__all__ = [
    "Administration",
    "Applied",
    "Check",
    "ClassCourse",
    "CumulativeDose",
    "CycleDose",
    "DoseCourse",
    "Finding",
    "LabValue",
    "NextDose",
    "PrecycleCheck",
    "Reduction",
    "Rule",
    "Step",
    "Verdict",
    "blood_count",
    "cumulative_dose",
    "dose_rules",
    "hepatic_finding",
    "hypersensitivity",
    "judged_finding",
    "leukopenia",
    "lymphopenia",
    "next_dose",
    "no_other_toxicity",
    "other_toxicity",
    "precycle_check",
    "published_limit_gy",
    "renal_finding",
    "replay",
    "rule",
]
