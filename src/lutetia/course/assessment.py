"""Judgements and findings: progression, clinic, frailty, adverse events, questionnaires, tumour board."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from lutetia.course.entry import (
    Entry,
    Id,
    Known,
    Number,
    Several,
    Text,
    VersionText,
    WholeNumber,
    YesNo,
    optional,
)
from lutetia.course.imaging import Status
from lutetia.course.problem import Problem
from lutetia.course.therapy import Response
from lutetia.dates import PartialDate
from lutetia.quantities import HeightCm, MassKg, MonthsRange


def _tens(score: int) -> int:
    if score % 10:
        raise ValueError(f"must be a multiple of 10, but got {score}")
    return score


KarnofskyScore = Annotated[WholeNumber, Field(ge=0, le=100), AfterValidator(_tens)]


class DiseaseAssessment(Entry):
    """Whether the disease progressed, as a reader or the board judges it (`recorded_by` says who)."""

    kind: Literal["disease_assessment"] = "disease_assessment"
    progression: Known[YesNo] = optional("progression is established")
    basis: Known[Literal["radiological", "clinical", "biochemical_only", "board", "none"]] = optional(
        "what the judgement rests on; biochemical_only: markers alone"
    )
    method: Known[Literal["recist_1_1", "choi", "board", "clinical", "marker"]] = optional("criteria used")
    line: Id | None = optional("id of the therapy_line during or after which it was made")
    response: Known[Response] = optional("response at this visit")
    pace: Known[Literal["slow", "rapid"]] = optional("pace of growth, a judgement")
    behaviour_change: Known[YesNo] = optional("clear rise in number of lesions or tumour burden")


class ClinicVisit(Entry):
    """How the patient is, as seen in the clinic."""

    kind: Literal["clinic_visit"] = "clinic_visit"
    ecog: Known[Annotated[WholeNumber, Field(ge=0, le=4)]] = optional(
        "ECOG performance status 0-4; never converted to Karnofsky (5 is death: write a death entry)"
    )
    karnofsky_pct: Known[KarnofskyScore] = optional("Karnofsky performance status in %, multiples of 10")
    weight_kg: Known[MassKg] = optional("body weight in kg")
    height_cm: Known[HeightCm] = optional("height in cm")
    mass_symptoms: Known[YesNo] = optional("symptoms from the mass of the tumour, not from hormones")
    hormone_symptoms: Known[YesNo] = optional("symptoms from hormones")
    syndrome_refractory_to_ssa: Known[YesNo] = optional("hormone syndrome not controlled by somatostatin analogues")
    needs_rapid_shrinkage: Known[YesNo] = optional("the tumour must shrink soon, a judgement")
    fit_for_antitumour_treatment: Known[YesNo] = optional("fit for antitumour treatment, a judgement")
    life_expectancy_months: Known[MonthsRange] = optional(
        'life expectancy in months, a judgement: a number, ">6" or "3-6"'
    )
    symptoms: Known[tuple[Text, ...]] = optional("symptoms in words; an empty list: none")


class PregnancyStatus(Entry):
    """Whether the patient is pregnant, and how this is known."""

    kind: Literal["pregnancy_status"] = "pregnancy_status"
    pregnant: YesNo = Field(description="pregnant on `date`")
    basis: Known[Literal["test", "menopause", "surgical", "clinical"]] = optional("how this is known")


class FrailtyAssessment(Entry):
    """A validated frailty or geriatric instrument."""

    FINDINGS: ClassVar[tuple[str, ...]] = ("frail", "score")

    kind: Literal["frailty_assessment"] = "frailty_assessment"
    status: Status = Field(default="performed", description="performed (default), not_done or planned")
    instrument: Known[Text] = optional("instrument, e.g. G8")
    frail: Known[YesNo] = optional("frail by this instrument")
    comprehensive: Known[YesNo] = optional("a full geriatric assessment, not a screening")
    score: Known[Number] = optional("score on the instrument's own scale")


class AdverseEvent(Entry):
    """One adverse event; `date` is its onset."""

    kind: Literal["adverse_event"] = "adverse_event"
    term: Text = Field(description="term, best the CTCAE term")
    grade: Known[Annotated[WholeNumber, Field(ge=1, le=5)]] = optional("CTCAE grade 1-5")
    ctcae_version: Known[VersionText] = optional("version of the CTCAE, e.g. 5.0")
    end: Known[PartialDate] = optional("day it was over")
    serious: Known[YesNo] = optional("serious in the regulatory sense")
    related_to: Id | None = optional("id of the therapy_line it is attributed to")
    action: Known[Literal["none", "dose_reduced", "delayed", "stopped"]] = optional("what was done about treatment")
    soc: Known[Text] = optional("system organ class")

    def contradictions(self) -> Iterable[Problem]:
        yield from super().contradictions()
        if isinstance(self.end, PartialDate) and self.end.certainly_before(self.date):
            yield Problem(
                place=("end",),
                must=f"the end of an adverse event must not lie before its onset ({self.date})",
                got=str(self.end),
                do="Correct end or date.",
            )


class Questionnaire(Entry):
    """A questionnaire as the patient answered it, item by item."""

    kind: Literal["questionnaire"] = "questionnaire"
    instrument: Text = Field(description="instrument, e.g. QLQ-C30, QLQ-GI.NET21")
    version: Known[VersionText] = optional("version of the instrument")
    answers: Mapping[Annotated[int, Field(ge=1)], WholeNumber | None] = Field(
        default_factory=dict, description="item number → answer; null: left blank"
    )


class BoardQuestion(Entry):
    """The question put to the tumour board."""

    kind: Literal["board_question"] = "board_question"
    question: Text = Field(description="the question in words")


class BoardDecision(Entry):
    """What the tumour board decided."""

    kind: Literal["board_decision"] = "board_decision"
    decision: Text = Field(description="the decision in words")
    agreed_with_sheet: Known[YesNo] = optional("the board agreed with what the sheet prepared")
    reason: Known[Text] = optional("reason, above all for deviating")
    signed_by: Several[Text] = Field(default=(), description="who signed")
