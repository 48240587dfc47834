"""Clinic, frailty, adverse events, questionnaires, board."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

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
from lutetia.quantities import Interval

BASE = {"id": "x", "date": "2024-05", "recorded_by": "clinic"}


def places(model, **fields):
    with pytest.raises(ValidationError) as caught:
        model(**BASE, **fields)
    return [error["loc"][0] for error in caught.value.errors()]


@pytest.mark.parametrize("ecog", [0, 1, 2, 3, 4])
def test_ecog(ecog):
    assert ClinicVisit(**BASE, ecog=ecog).ecog == ecog


@pytest.mark.parametrize("wrong", [5, -1, 1.5, "1", True])
def test_no_ecog(wrong):
    assert places(ClinicVisit, ecog=wrong) == ["ecog"]


@pytest.mark.parametrize("wrong", [85, 110, -10, 80.0])
def test_karnofsky_goes_in_tens(wrong):
    assert places(ClinicVisit, karnofsky_pct=wrong) == ["karnofsky_pct"]


def test_ecog_and_karnofsky_are_kept_apart():
    visit = ClinicVisit(**BASE, karnofsky_pct=80)
    assert (visit.karnofsky_pct, visit.ecog) == (80, None)


def test_body_and_judgements():
    visit = ClinicVisit(**BASE, weight_kg="160 lb", height_cm="1.72 m", life_expectancy_months=">6", symptoms=[])
    assert visit.weight_kg == pytest.approx(72.5747792)
    assert visit.height_cm == 172
    assert visit.life_expectancy_months == Interval(6, low_open=True)
    assert visit.symptoms == ()
    assert ClinicVisit(**BASE).symptoms is None


def test_adverse_events():
    event = AdverseEvent(**BASE, term="Nausea", grade=2, ctcae_version=5.0)
    assert event.ctcae_version == "5.0"
    assert AdverseEvent(**BASE, term="Nausea", ctcae_version=5).ctcae_version == "5.0"
    assert AdverseEvent(**BASE, term="Nausea", ctcae_version="4.03").ctcae_version == "4.03"
    assert places(AdverseEvent, term="Nausea", grade=0) == ["grade"]
    assert places(AdverseEvent, term="Nausea", grade=6) == ["grade"]
    assert places(AdverseEvent, term="Nausea", end="2024-04-30") == ["end"]
    assert places(AdverseEvent, term="") == ["term"]


def test_questionnaire_answers():
    answered = Questionnaire(**BASE, instrument="QLQ-C30", answers={"1": 2, 2: None})
    assert answered.answers == {1: 2, 2: None}
    assert answered.model_dump(exclude_none=True)["answers"] == {1: 2, 2: None}
    assert places(Questionnaire, instrument="QLQ-C30", answers={"one": 2, 2: "b", 0: 1}) == ["answers"] * 3
    assert Questionnaire(**BASE, instrument="QLQ-C30").answers == {}


def test_what_must_be_given():
    assert places(PregnancyStatus) == ["pregnant"]
    assert places(BoardQuestion) == ["question"]
    assert places(BoardDecision) == ["decision"]
    assert BoardDecision(**BASE, decision="RLT", signed_by=["A", "B"]).signed_by == ("A", "B")


def test_a_planned_frailty_assessment_has_no_result():
    assert FrailtyAssessment(**BASE, status="planned", comprehensive=True)
    assert places(FrailtyAssessment, status="planned", frail=True, score=12) == ["frail", "score"]


def test_judgements_of_the_disease():
    judged = DiseaseAssessment(**BASE, progression=True, basis="biochemical_only", method="marker")
    assert judged.basis == "biochemical_only"
    assert places(DiseaseAssessment, progression="PD", pace="fast") == ["progression", "pace"]
