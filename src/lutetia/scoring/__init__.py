"""Scores: pure functions from values to a frozen result that carries its reasons and its conventions.

Each score is a module of its own, imported on first use. Every result has `.value`, `.because` and `.conventions`;
every cut-off and coefficient stands in a data file with a sidecar.
"""

from __future__ import annotations

import importlib
from types import ModuleType

__all__ = [
    "adverse_events",
    "choi",
    "course_lesions",
    "ctcae",
    "deterioration",
    "grade",
    "growth",
    "questionnaire",
    "recist",
    "renal",
    "special_interest",
    "uptake",
]


def __getattr__(name: str) -> ModuleType:
    """Import a score on first use (PEP 562)."""
    if name in __all__:
        return importlib.import_module(f"lutetia.scoring.{name}")
    raise AttributeError(f"module 'lutetia.scoring' has no attribute {name!r}")
