"""Published numbers: their integrity, their synthesis, their reconstruction."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lutetia.evidence import integrity as integrity
    from lutetia.evidence.packaged import packaged_paper as packaged_paper
    from lutetia.evidence.packaged import packaged_papers as packaged_papers
    from lutetia.evidence.paper import Paper as Paper

_PUBLIC = {
    "Paper": "lutetia.evidence.paper",
    "packaged_paper": "lutetia.evidence.packaged",
    "packaged_papers": "lutetia.evidence.packaged",
}
__all__ = ["Paper", "integrity", "packaged_paper", "packaged_papers"]


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    if name == "integrity":
        return importlib.import_module("lutetia.evidence.integrity")
    raise AttributeError(f"module 'lutetia.evidence' has no attribute {name!r}")
