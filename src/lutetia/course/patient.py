"""Who the patient is, under a pseudonym, and where the patient is cared for."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lutetia.course.entry import Id, Known, Record, Text, optional
from lutetia.dates import PartialDate

Sex = Literal["female", "male"]
Jurisdiction = Literal["EU", "US", "other"]


class Patient(Record):
    """The patient, without a name: a pseudonym, the sex that formulas ask for, and the date of birth."""

    id: Id = Field(description="pseudonym, unique in the centre; never a name or a hospital number")
    sex: Known[Sex] = optional("sex as used by renal formulas and reference limits")
    birth: Known[PartialDate] = optional("date of birth: day, month or year")


class Care(Record):
    """Where the patient is treated: this decides which label applies."""

    centre: Text | None = optional("name of the centre")
    jurisdiction: Jurisdiction | None = optional("whose marketing authorisation applies: EU, US or other")
