"""The guideline engine: knowledge with levels and sources, three-valued facts, and the assessment for a board."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lutetia.guideline.assessment import assess as assess
    from lutetia.guideline.derive import facts_of as facts_of
    from lutetia.guideline.edition import load_knowledge as load_knowledge

_PUBLIC = {
    "assess": "lutetia.guideline.assessment",
    "compare": "lutetia.guideline.comparison",
    "facts_of": "lutetia.guideline.derive",
    "lint": "lutetia.guideline.linter",
    "load_knowledge": "lutetia.guideline.edition",
}
__all__ = ["assess", "compare", "facts_of", "lint", "load_knowledge"]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'lutetia.guideline' has no attribute {name!r}")
