"""Trial declarations in: one file for design, list, simulation and analysis, every fault at once with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ConfigDict, Field

from lutetia.cohort.declared import Declared
from lutetia.course.entry import Text
from lutetia.errors import Fault, InputError
from lutetia.exchange.declarations import parse_declaration
from lutetia.exchange.documents import Format, read_text
from lutetia.exchange.trial_analysis import AnalysisRequest
from lutetia.exchange.trial_design import DesignRequest
from lutetia.exchange.trial_randomisation import RandomisationRequest
from lutetia.exchange.trial_simulation import SimulationRequest

FORMAT = "trial/1"
P = TypeVar("P")


def _describe_document(schema: dict[str, Any]) -> None:
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"


class TrialDeclaration(Declared):
    """A trial, as declared; each command needs its own section only."""

    model_config = ConfigDict(title="Lutetia trial", json_schema_extra=_describe_document)

    lutetia: Literal["trial/1"] = Field(description="format and version of this document")
    title: Text = Field(description="what the trial is called")
    design: DesignRequest | None = Field(default=None, description="needed by lutetia trial design")
    randomisation: RandomisationRequest | None = Field(default=None, description="needed by lutetia trial randomise")
    simulation: SimulationRequest | None = Field(default=None, description="needed by lutetia trial simulate")
    analysis: AnalysisRequest | None = Field(default=None, description="needed by lutetia trial report")


def read_trial(path: str | Path) -> TrialDeclaration:
    """The trial declared in a YAML or JSON file. Raises InputError with every fault, each with its line."""
    return parse_trial(read_text(path), str(path))


def parse_trial(text: str, name: str = "trial", format: Format | None = None) -> TrialDeclaration:
    """The trial in a YAML or JSON text. Raises InputError as `read_trial` does."""
    return parse_declaration(TrialDeclaration, text, name, begin=f"lutetia: {FORMAT}", format=format)


def needed(section: P | None, name: str, file: str | Path) -> P:
    """The section; raises InputError that says which one a command lacks."""
    if section is None:
        must, do = "must be given for this command", "lutetia trial schema prints what it may hold."
        raise InputError(str(file), [Fault(place=name, must=must, do=do)])
    return section
