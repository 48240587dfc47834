"""RECIST 1.1: from measured lesions to visit responses, best response, duration, progression-free survival."""

from __future__ import annotations

from lutetia.scoring.recist.responses import VisitResponses, visit_responses

__all__ = ["VisitResponses", "visit_responses"]
