"""Lines, cycles, procedures, history."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.course.therapy import Procedure, RltCycle, TherapyLine, TreatmentHistory

BASE = {"id": "x", "date": "2024-05-17", "recorded_by": "oncology"}
CYCLE = {**BASE, "line": "l1", "number": 1}


def messages(model, **fields):
    with pytest.raises(ValidationError) as caught:
        model(**fields)
    return {error["loc"]: error["msg"] for error in caught.value.errors()}


def test_stop_and_progression_before_the_start_are_both_found():
    found = messages(TherapyLine, **BASE, regimen="rlt", stop="2024-05-16", progression="2023")
    assert found == {
        ("stop",): "the stop of a line must not lie before its start (2024-05-17), but got 2024-05-16. "
        "Correct stop or date.",
        ("progression",): "the progression after a line must not lie before its start (2024-05-17), but got 2023. "
        "Correct progression or date.",
    }


@pytest.mark.parametrize("stop", ["2024-05-17", "2024-05", "2024", {"unknown": "not_recorded"}, None])
def test_a_stop_that_may_be_later_passes(stop):
    assert TherapyLine(**BASE, regimen="rlt", stop=stop)


def test_a_stopped_line_is_not_ongoing():
    assert ("ongoing",) in messages(TherapyLine, **BASE, regimen="rlt", stop="2024-06", ongoing=True)
    assert TherapyLine(**BASE, regimen="rlt", stop="2024-06", ongoing=False)


@pytest.mark.parametrize(
    ("typed", "radiopharmaceutical", "activity_mbq"),
    [
        ("7.4 GBq", "[177Lu]Lu-DOTATATE", 7400),
        ("200 mCi", "[177Lu]Lu-DOTATATE", 7400),
        (7400, None, 7400),
        (8, "[225Ac]Ac-DOTATATE", 8),
    ],
)
def test_activity(typed, radiopharmaceutical, activity_mbq):
    assert RltCycle(**CYCLE, activity_mbq=typed, radiopharmaceutical=radiopharmaceutical).activity_mbq == activity_mbq


def test_activity_in_the_wrong_unit():
    found = messages(RltCycle, **CYCLE, activity_mbq=7.4, radiopharmaceutical="[177Lu]Lu-DOTATATE")
    assert found == {
        ("activity_mbq",): "activity_mbq must lie between 1000 and 15000 for [177Lu]Lu-DOTATATE, but got 7.4. "
        'Given in GBq? Write 7400, or "7.4 GBq".'
    }
    assert (
        'Write 7400, or "200 mCi"'
        in messages(RltCycle, **CYCLE, activity_mbq="200 MBq", radiopharmaceutical="177Lu")[("activity_mbq",)]
    )


def test_the_moment_falls_on_the_date():
    assert RltCycle(**CYCLE, administered_at="2024-05-17T23:30+02:00")
    assert RltCycle(**{**CYCLE, "date": "2024-05"}, administered_at="2024-05-02T10:00Z")
    found = messages(RltCycle, **CYCLE, administered_at="2024-05-18T00:30+02:00")
    assert (
        "administered_at must fall on the date of the cycle (2024-05-17), but got 2024-05-18"
        in found[("administered_at",)]
    )


def test_absorbed_doses():
    cycle = RltCycle(**CYCLE, absorbed_doses=[{"organ": "kidneys", "absorbed_dose_gy": "410 cGy"}])
    assert cycle.absorbed_doses[0].absorbed_dose_gy == 4.1
    slip = messages(RltCycle, **CYCLE, absorbed_doses=[{"organ": "kidneys", "absorbed_dose_gy": 4100}])
    assert ("absorbed_doses", 0, "absorbed_dose_gy") in slip
    assert ("absorbed_doses", 0, "absorbed_dose_gy") in messages(RltCycle, **CYCLE, absorbed_doses=[{"organ": "liver"}])


@pytest.mark.parametrize("number", [0, 51, 1.5, "1"])
def test_cycle_numbers(number):
    assert ("number",) in messages(RltCycle, **{**CYCLE, "number": number})


def test_procedures_and_history():
    assert Procedure(**BASE, procedure="debulking", residual="R2").residual == "R2"
    assert TreatmentHistory(**BASE, complete_for=["rlt", "surgery"]).complete_for == ("rlt", "surgery")
    assert ("complete_for",) in messages(TreatmentHistory, **BASE, complete_for=[])
    assert ("complete_for",) in messages(TreatmentHistory, **BASE)
