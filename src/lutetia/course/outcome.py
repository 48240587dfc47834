"""How the patient's story stands: last contact, death."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lutetia.course.entry import Entry, Known, YesNo, optional


class LastContact(Entry):
    """The last day on which something is known about the patient."""

    kind: Literal["last_contact"] = "last_contact"
    alive: YesNo = Field(default=True, description="alive on `date`")


class Death(Entry):
    """Death; `date` is its day."""

    kind: Literal["death"] = "death"
    cause: Known[Literal["tumour", "treatment", "other", "unknown"]] = optional("cause of death")
