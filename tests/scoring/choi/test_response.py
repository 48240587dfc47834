"""The classes by hand, what unknown inputs leave open, phases."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from lutetia.scoring.choi import Lesion, response

NOTHING: dict[str, Any] = {
    "new_lesion": False,
    "nontarget_progression": False,
    "new_or_growing_nodule": False,
    "symptomatic_worsening": False,
}
PORTAL: dict[str, Any] = {"baseline_phase": "portal_venous", "phase": "portal_venous"}
WAY: dict[str, Any] = {"attenuation_average": "mean_of_lesions", "progression_against": "baseline"}


def rated(after: Any, hu: Any = 100, *, before: Any = 100, criteria: Any = "choi", **change: Any) -> Any:
    arguments = {"criteria": criteria, **PORTAL, **WAY, **NOTHING, **change}
    baseline = [Lesion(name="T1", diameter_mm=before, attenuation_hu=100)]
    return response(baseline, [Lesion(name="T1", diameter_mm=after, attenuation_hu=hu)], **arguments)


# Sum of 100 mm and 100 HU at baseline: (mm now, HU now, Choi, modified Choi).
BY_HAND = [
    (90, 100, "PR", "SD"),  # 10 % smaller
    (90.1, 100, "SD", "SD"),
    (100, 85, "PR", "SD"),  # 15 % fainter
    (100, 85.1, "SD", "SD"),
    (90, 85, "PR", "PR"),
    (90, 85.1, "PR", "SD"),
    (90.1, 85, "PR", "SD"),
    (110, 100, "PD", "PD"),  # 10 % larger
    (109.9, 100, "SD", "SD"),
    (110, 85, "PR", "SD"),  # larger, but fainter: not PD, and for Choi PR by attenuation
    (110, 85.1, "PD", "PD"),
    (0, None, "CR", "CR"),
    (100, 100, "SD", "SD"),
]


@pytest.mark.parametrize(("after", "hu", "choi", "modified"), BY_HAND)
def test_the_classes_by_hand(after: Any, hu: Any, choi: str, modified: str) -> None:
    assert rated(after, hu).value == choi
    assert rated(after, hu, criteria="modified").value == modified


@pytest.mark.parametrize("finding", ["new_lesion", "new_or_growing_nodule"])
@pytest.mark.parametrize("criteria", ["choi", "modified"])
def test_new_lesions_and_nodules_are_progression(finding: str, criteria: str) -> None:
    assert rated(60, 60, criteria=criteria, **{finding: True}).value == "PD"


def test_what_the_criteria_do_not_name_is_left_open() -> None:
    for found in (rated(80, 100, nontarget_progression=True), rated(100, 100, symptomatic_worsening=True)):
        assert (found.value, found.possible) == (None, ("PD", "SD"))
        assert found.because[0].rule == "CHOI-NO-CLASS"
    assert rated(80, 100, symptomatic_worsening=True).value == "PR"


@pytest.mark.parametrize(
    ("before", "now"),
    [("arterial", "arterial"), ("portal_venous", "arterial"), ("arterial", "portal_venous"), ("portal_venous", "none")],
)
def test_any_other_phase_is_not_assessable(before: Any, now: Any) -> None:
    found = rated(50, 50, baseline_phase=before, phase=now)
    assert (found.value, found.possible, found.assessable) == (None, (), False)
    assert found.because[0].rule == "CHOI-PHASE"


def test_the_phase_has_no_default() -> None:
    with pytest.raises(TypeError):
        response([], [], criteria="choi", **WAY, **NOTHING)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("after", "change", "possible"),
    [
        (100, {"hu": None}, ("PR", "SD")),
        (110, {"hu": None}, ("PD", "PR")),
        (85, {"hu": None}, ("PR",)),  # the size alone decides
        (85, {"hu": None, "criteria": "modified"}, ("PR", "SD")),
        (0, {"hu": None, "new_lesion": None}, ("CR", "PD")),
        (85, {"new_or_growing_nodule": None}, ("PD", "PR")),
        (85, {"nontarget_progression": None}, ("PD", "PR", "SD")),
        (110, {"new_lesion": None}, ("PD",)),
        (110, {"hu": 50, "symptomatic_worsening": None}, ("PR",)),
    ],
)
def test_unknown_inputs_leave_open_what_they_could_make(after: float, change: Any, possible: Any) -> None:
    change = dict(change)
    found = rated(after, change.pop("hu", 100), **change)
    assert found.possible == possible
    assert found.value == (possible[0] if len(possible) == 1 else None)


def test_every_answer_to_an_unknown_lies_among_the_possible_classes() -> None:
    for after, hu, findings in product((0, 85, 100, 112), (80, 100), product((True, False, None), repeat=4)):
        asked = dict(zip(NOTHING, findings, strict=True))
        answers = product(*((True, False) if known is None else (known,) for known in findings))
        certain = {
            name for answer in answers for name in rated(after, hu, **dict(zip(NOTHING, answer, strict=True))).possible
        }
        assert set(rated(after, hu, **asked).possible) == certain


def test_reasons_and_conventions() -> None:
    found = rated(90, 100)
    assert found.because[0].rule == "CHOI-PR"
    assert ("size", "-10.00 %") in found.because[0].used
    for choice in ("criteria=choi", "attenuation_average=mean_of_lesions", "progression_against=baseline"):
        assert any(line.startswith(choice) for line in found.conventions)
    assert rated(90, 85, criteria="modified").because[0].rule == "MCHOI-PR"
    assert rated(112, 100).because[0].rule == "CHOI-PD-SIZE"
    assert rated(112, 100, new_lesion=True).because[0].rule == "CHOI-PD-NEW"
    assert rated(112, 100, new_or_growing_nodule=True).because[0].rule == "CHOI-PD-NODULE"


def test_targets_gone_under_progression_elsewhere_is_no_complete_response() -> None:
    for criteria in ("choi", "modified"):
        gone = rated(0, None, before=50, criteria=criteria, nontarget_progression=True)
        assert (gone.value, gone.possible) == (None, ("PD", "SD"))
        unknown = rated(0, None, before=50, criteria=criteria, nontarget_progression=None)
        assert unknown.possible == ("CR", "PD", "SD")
