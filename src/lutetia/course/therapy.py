"""What was done: lines of systemic therapy, RLT cycles with absorbed doses, procedures; what is complete."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from lutetia.course.entry import Entry, Id, Known, Moment, Record, Several, Text, WholeNumber, YesNo, optional
from lutetia.course.plausible import activity_range, implausible
from lutetia.course.problem import Problem
from lutetia.dates import PartialDate
from lutetia.quantities import AbsorbedDoseGy, ActivityMBq

Regimen = Literal[
    "ssa_standard",
    "ssa_high_dose",
    "rlt",
    "everolimus",
    "sunitinib",
    "captem",
    "stz5fu",
    "folfox",
    "platinum_etoposide",
    "interferon",
    "temozolomide",
    "other",
]
Response = Literal["CR", "PR", "SD", "PD", "NON_CR_NON_PD", "NE"]
ProgressionBasis = Literal["radiological", "clinical", "biochemical_only", "board"]
Treatment = Literal["systemic_therapy", "rlt", "surgery", "locoregional", "radiotherapy"]


class TherapyLine(Entry):
    """One line of systemic therapy; `date` is its start."""

    kind: Literal["therapy_line"] = "therapy_line"
    regimen: Regimen = Field(description="what was given")
    name: Known[Text] = optional("drug and dose in words, e.g. lanreotide 120 mg every 28 days")
    stop: Known[PartialDate] = optional("last day of treatment")
    ongoing: Known[YesNo] = optional("true: still given when recorded")
    stop_reason: Known[
        Literal["progression", "toxicity", "completed", "patient_choice", "switch", "death", "other"]
    ] = optional("why it was stopped")
    best_response: Known[Response] = optional("best response to this line")
    progression: Known[PartialDate] = optional("date of progression on or after this line")
    progression_basis: Known[ProgressionBasis] = optional("what the progression rests on")

    def contradictions(self) -> Iterable[Problem]:
        yield from super().contradictions()
        for name, what in (("stop", "the stop of a line"), ("progression", "the progression after a line")):
            when = getattr(self, name)
            if isinstance(when, PartialDate) and when.certainly_before(self.date):
                yield Problem(
                    place=(name,),
                    must=f"{what} must not lie before its start ({self.date})",
                    got=str(when),
                    do=f"Correct {name} or date.",
                )
        if self.ongoing is True and isinstance(self.stop, PartialDate):
            yield Problem(
                place=("ongoing",),
                must=f"a line that was stopped ({self.stop}) must not be ongoing",
                got="true",
                do="Remove ongoing, or remove stop.",
            )


class AbsorbedDose(Record):
    """Absorbed dose of one organ or lesion from one cycle."""

    organ: Literal["kidneys", "red_marrow", "liver", "spleen", "tumour", "other"] = Field(description="organ")
    lesion: Id | None = optional("name of the lesion, when organ is tumour")
    absorbed_dose_gy: AbsorbedDoseGy = Field(description="mean absorbed dose of this cycle in Gy")
    standard_uncertainty_gy: Known[AbsorbedDoseGy] = optional("standard uncertainty (one standard deviation) in Gy")
    method: Known[Text] = optional("how it was computed, e.g. multi-time-point SPECT, OLINDA")


class RltCycle(Entry):
    """One administration of a radiopharmaceutical within a line of RLT; `date` is its day."""

    kind: Literal["rlt_cycle"] = "rlt_cycle"
    line: Id = Field(description="id of the therapy_line (regimen rlt) it belongs to")
    number: Annotated[WholeNumber, Field(ge=1, le=50)] = Field(description="number of the cycle in its line, from 1")
    administered_at: Moment | None = optional("start of the infusion, with offset from UTC")
    radiopharmaceutical: Known[Text] = optional("e.g. [177Lu]Lu-DOTATATE")
    activity_mbq: Known[ActivityMBq] = optional(
        'administered activity in MBq (measured before minus residual); "7.4 GBq" and "200 mCi" are converted'
    )
    amino_acids: Known[YesNo] = optional("amino acid co-infusion for renal protection was given")
    amino_acid_solution: Known[Text] = optional("which solution, e.g. arginine 25 g and lysine 25 g in 1 L")
    antiemetic: Known[YesNo] = optional("antiemetic premedication was given")
    absorbed_doses: Several[AbsorbedDose] = Field(default=(), description="absorbed doses of this cycle")

    def contradictions(self) -> Iterable[Problem]:
        yield from super().contradictions()
        name = self.radiopharmaceutical if isinstance(self.radiopharmaceutical, str) else None
        activity, expected = self.activity_mbq, activity_range(name)
        if isinstance(activity, float) and not expected.holds(activity):
            yield implausible(("activity_mbq",), activity, expected)
        if self.administered_at is not None:
            day = PartialDate.parse(self.administered_at.date())
            if day.certainly_before(self.date) or day.certainly_after(self.date):
                yield Problem(
                    place=("administered_at",),
                    must=f"administered_at must fall on the date of the cycle ({self.date})",
                    got=str(day),
                    do="Correct administered_at or date.",
                )


class Procedure(Entry):
    """Surgery, a locoregional procedure, or external radiotherapy; `date` is its day."""

    kind: Literal["procedure"] = "procedure"
    procedure: Literal[
        "primary_resection",
        "metastasectomy",
        "debulking",
        "liver_transplant",
        "embolisation",
        "chemoembolisation",
        "radioembolisation",
        "radiofrequency_ablation",
        "microwave_ablation",
        "external_beam_radiotherapy",
        "other",
    ] = Field(description="what was done")
    residual: Known[Literal["R0", "R1", "R2", "unknown"]] = optional("residual tumour after resection")
    site: Known[Text] = optional("where")


class TreatmentHistory(Entry):
    """The recorder states that every such treatment before `date` is in this record.

    Only this entry turns the absence of a treatment into "no".
    """

    kind: Literal["treatment_history"] = "treatment_history"
    complete_for: Annotated[tuple[Treatment, ...], Field(min_length=1)] = Field(
        description="kinds of treatment of which none before `date` is missing here"
    )
