"""Statistics of proportions: intervals, differences, contingency tables, multiplicity. Shared by cohort and trial."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lutetia.proportion import contingency as contingency
    from lutetia.proportion import multiplicity as multiplicity
    from lutetia.proportion import stratified as stratified
    from lutetia.proportion.differences import difference as difference
    from lutetia.proportion.intervals import interval as interval

# A function and the file it lives in bear different names: importing the file would otherwise hide the function.
_FUNCTIONS = {"difference": "lutetia.proportion.differences", "interval": "lutetia.proportion.intervals"}
_MODULES = ("contingency", "multiplicity", "stratified")
__all__ = ["contingency", "difference", "interval", "multiplicity", "stratified"]


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name in _FUNCTIONS:
        return getattr(importlib.import_module(_FUNCTIONS[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"lutetia.proportion.{name}")
    raise AttributeError(f"module 'lutetia.proportion' has no attribute {name!r}")
