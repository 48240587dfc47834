"""Time to deterioration of a quality-of-life score, in the named variants of the literature; none is a default.

First, confirmed or definitive deterioration, against baseline, best or previous score; what death, a missing
baseline and a missing follow-up mean is said by the caller, rule by rule, and printed with every result.
"""

from __future__ import annotations

from lutetia.scoring.deterioration.patient import TimeToDeterioration, time_to_deterioration
from lutetia.scoring.deterioration.patients import TimesToDeterioration, times_to_deterioration
from lutetia.scoring.deterioration.rules import Rules

__all__ = ["Rules", "TimeToDeterioration", "TimesToDeterioration", "time_to_deterioration", "times_to_deterioration"]
