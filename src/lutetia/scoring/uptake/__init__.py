"""Uptake on receptor and FDG imaging: SSTR visual score, named definitions of SSTR-positive, NETPET class.

A reader types what was seen; no image is analysed here. What was not read stays open, and a result lists
everything that the readings leave possible. Tables: `data/uptake.yaml`.
"""

from __future__ import annotations

from lutetia.scoring.uptake.netpet import DualLesion, NetpetClass, netpet_of_lesions, netpet_of_reading
from lutetia.scoring.uptake.positivity import Definition, SstrPositivity, sstr_positive
from lutetia.scoring.uptake.visual import ScoreExtremes, VisualScore, score_extremes, visual_score

__all__ = [
    "Definition",
    "DualLesion",
    "NetpetClass",
    "ScoreExtremes",
    "SstrPositivity",
    "VisualScore",
    "netpet_of_lesions",
    "netpet_of_reading",
    "score_extremes",
    "sstr_positive",
    "visual_score",
]
