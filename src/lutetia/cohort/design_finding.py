"""What the design check says of one pitfall: whether it is there, which way it leads, and the remedy, ready to run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lutetia.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyRow:
    """One line of a remedy's result: an analysis with its estimate, or a plain count or sentence."""

    analysis: str
    estimate: Estimate | None = None
    n: int | None = None
    events: int | None = None
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """The result of a remedy. `quantity` names what the estimates are ("hazard ratio", "months")."""

    title: str
    quantity: str
    rows: tuple[RemedyRow, ...]
    conventions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignFinding:
    """One of the sixteen checks. `fired`: True, False, or None where the data cannot tell (`trigger` says what lacks).

    `trigger` holds the numbers it rests on, `direction` which way the printed result errs, `remedy` what to do;
    `run()` does it. `run` is None where nothing can be computed from this study.
    """

    check: str
    title: str
    fired: bool | None
    trigger: str
    direction: str
    remedy: str
    source: str
    run: Callable[[], Remedy] | None = None

    def record(self) -> dict[str, Any]:
        """Everything but the remedy's result, for CSV and JSON."""
        names = ("check", "title", "fired", "trigger", "direction", "remedy", "source")
        return {name: getattr(self, name) for name in names} | {"can_run": self.run is not None}
