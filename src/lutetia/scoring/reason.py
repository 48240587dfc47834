"""Why a score has its value: the rule, what it says, and the inputs it used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule that led to a score, with the inputs it was applied to.

    `rule` is a fact id ("PRAC-CLS-3") or the name of a published equation; `used` holds pairs of an input and
    its value as shown.
    """

    rule: str
    says: str
    used: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        inputs = ", ".join(f"{name} {value}" for name, value in self.used)
        return f"{self.says} [{inputs}] ({self.rule})" if inputs else f"{self.says} ({self.rule})"
