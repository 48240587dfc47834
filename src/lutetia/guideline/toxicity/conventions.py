"""The choices by which the toxicity section fills itself, read from data/board_conventions.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from lutetia.errors import Fault, InputError
from lutetia.guideline.modification.machine import DelayReading
from lutetia.guideline.modification.precycle import Window
from lutetia.guideline.modification.rules import variant
from lutetia.scoring.ctcae.criteria import Version, version_named
from lutetia.scoring.ctcae.options import BaselineRule, IntegerBands, LimitsUsed, Unstated
from lutetia.sources import load_yaml_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """One value for each choice; what they mean stands in docs/scores/ctcae.md and docs/knowledge/dose-rules.md."""

    ctcae_versions: tuple[str, ...]
    baseline_rule: BaselineRule
    unstated: Unstated
    limits: LimitsUsed
    integer_bands: IntegerBands
    reduction: str
    delay_readings: tuple[DelayReading, ...]
    laboratory_window: Window

    def checked(self) -> Conventions:
        """The same with every CTCAE version in its full name ("5" is "5.0"). Raises InputError for an unknown name."""
        found = [version_named(version) for version in self.ctcae_versions]
        if faults := [one for one in found if isinstance(one, Fault)]:
            raise InputError("toxicity conventions", faults)
        for reading in self.delay_readings:
            variant("delay_reading", reading)
        variant("reduction", self.reduction)
        variant("laboratory_window", self.laboratory_window)
        return replace(self, ctcae_versions=tuple(one.version for one in found if isinstance(one, Version)))

    def said(self) -> tuple[str, ...]:
        """Each choice in a sentence, as a sheet prints it."""
        return tuple(f"{field.name}: {_words(getattr(self, field.name))}" for field in fields(self))


@cache
def board_conventions() -> Conventions:
    """The conventions of the board sheet. Raises DataFileError when the file or its sidecar is not as sealed."""
    given: Mapping[str, Any] = load_yaml_table("lutetia.guideline", "data/board_conventions.yaml").table["toxicity"]
    chosen: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
    return Conventions(**chosen)


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
