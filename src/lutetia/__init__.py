"""Lutetia: open software for radioligand therapy of neuroendocrine tumours.

Research and education software; the decision stays with the tumour board.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lutetia.course.course import Course as Course
    from lutetia.exchange.courses import load_course as load_course

__version__ = "0.1.0"
__all__ = ["Course", "__version__", "load_course"]

_PUBLIC = {"Course": "lutetia.course.course", "load_course": "lutetia.exchange.courses"}


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562), so that `import lutetia` stays light."""
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'lutetia' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
