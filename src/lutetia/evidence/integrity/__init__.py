"""Do a paper's printed numbers agree with each other? `check(paper)` gives findings, each with its computation."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lutetia.evidence.integrity.finding import Finding as Finding
    from lutetia.evidence.integrity.whole_paper import RULES as RULES
    from lutetia.evidence.integrity.whole_paper import check as check

_PUBLIC = {
    "Finding": "lutetia.evidence.integrity.finding",
    "RULES": "lutetia.evidence.integrity.whole_paper",
    "check": "lutetia.evidence.integrity.whole_paper",
}
__all__ = ["RULES", "Finding", "check"]


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'lutetia.evidence.integrity' has no attribute {name!r}")
