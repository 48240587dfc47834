"""One patient's course: the whole record, and what must hold between its entries."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field

from lutetia.course.assessment import (
    AdverseEvent,
    BoardDecision,
    BoardQuestion,
    ClinicVisit,
    DiseaseAssessment,
    FrailtyAssessment,
    PregnancyStatus,
    Questionnaire,
)
from lutetia.course.consistency import inconsistencies
from lutetia.course.disease import Diagnosis, Specimen, Staging
from lutetia.course.entry import Record, Several, YesNo, optional
from lutetia.course.imaging import CtMri, Echocardiography, FdgImaging, SstrImaging
from lutetia.course.laboratory import Laboratory
from lutetia.course.outcome import Death, LastContact
from lutetia.course.patient import Care, Patient
from lutetia.course.problem import refuse
from lutetia.course.therapy import Procedure, RltCycle, TherapyLine, TreatmentHistory

AnyEntry: TypeAlias = Annotated[
    Diagnosis
    | Specimen
    | Staging
    | CtMri
    | SstrImaging
    | FdgImaging
    | Echocardiography
    | TherapyLine
    | RltCycle
    | Procedure
    | DiseaseAssessment
    | ClinicVisit
    | PregnancyStatus
    | FrailtyAssessment
    | Laboratory
    | AdverseEvent
    | Questionnaire
    | TreatmentHistory
    | BoardQuestion
    | BoardDecision
    | LastContact
    | Death,
    Field(discriminator="kind"),
]

FORMAT = "course/1"


def _describe_document(schema: dict[str, Any]) -> None:
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema.setdefault("required", []).insert(0, "lutetia")


class Course(Record):
    """The course of one patient: who it is, where, and dated entries that are never changed.

    Raises pydantic's ValidationError with every fault found; `lutetia.exchange.courses` turns these into
    sentences with lines.
    """

    model_config = ConfigDict(title="Lutetia course", json_schema_extra=_describe_document)

    lutetia: Literal["course/1"] = Field(default="course/1", description="format and version of this document")
    made_up: YesNo | None = optional("true: an invented patient; real records leave it out")
    patient: Patient = Field(description="who the patient is, under a pseudonym")
    care: Care | None = optional("where the patient is treated")
    entries: Several[AnyEntry] = Field(default=(), description="dated entries, in any order")

    def model_post_init(self, context: Any, /) -> None:
        """Refuse entries that do not fit each other. Raises pydantic's ValidationError, all faults in it."""
        refuse("Course", inconsistencies(self.patient, dict(enumerate(self.entries))))
