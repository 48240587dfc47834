"""Twin of src/lutetia/guideline/modification/organ.py: unverified criteria as named variants, beside each limit."""

from __future__ import annotations

import inspect
from datetime import date
from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.guideline.modification.organ import hepatic_finding, judged_finding, renal_finding
from lutetia.quantities import Interval

DAY = date(2024, 5, 2)
NORMAL: dict[str, Any] = {
    "clearance_ml_min": 90,
    "baseline_clearance_ml_min": 90,
    "creatinine_umol_l": 70,
    "baseline_creatinine_umol_l": 70,
}
UNKNOWN: dict[str, Any] = dict.fromkeys(NORMAL)


def renal(back: bool | None = None, **values: Any) -> Any:
    """A renal finding with some values changed."""
    return renal_finding(DAY, criteria="clearance_40_or_change_40_pct", back_to_baseline=back, **{**NORMAL, **values})


def hepatic(clotting: Any = "inr_above_1_5", value: Any = 1.0, back: bool | None = None, **values: Any) -> Any:
    """A hepatic finding with some values changed."""
    normal: dict[str, Any] = {"bilirubin_xuln": 0.8, "albumin_g_l": 40}
    return hepatic_finding(DAY, clotting=clotting, clotting_value=value, back_to_baseline=back, **{**normal, **values})


# VER-US-10: clearance below 40; creatinine up by 40 % (included); clearance down by 40 % (included).
@pytest.mark.parametrize(
    ("values", "triggers"),
    [
        ({}, False),
        ({"clearance_ml_min": 40, "baseline_clearance_ml_min": 60}, False),  # 60 · 0.6 = 36
        ({"clearance_ml_min": 39.9, "baseline_clearance_ml_min": 60}, True),
        ({"creatinine_umol_l": 97.9}, False),
        ({"creatinine_umol_l": 98}, True),  # 70 · 1.4
        ({"creatinine_umol_l": 102.2, "baseline_creatinine_umol_l": 73}, True),  # 73 · 1.4 = 102.2 exactly
        ({"clearance_ml_min": 54.1}, False),
        ({"clearance_ml_min": 54}, True),  # 90 · 0.6
        ({"clearance_ml_min": 66, "baseline_clearance_ml_min": 110}, True),  # 110 · 0.6
        ({"clearance_ml_min": 66.1, "baseline_clearance_ml_min": 110}, False),
    ],
)
def test_renal_on_and_beside_each_limit(values: dict[str, Any], triggers: bool) -> None:
    finding = renal(**values)
    assert finding.triggers is triggers
    assert finding.because[0].rule == "DM-REN-5"
    assert dict(finding.because[0].used)["met"] == ("yes" if triggers else "no")


@pytest.mark.parametrize(
    ("values", "triggers", "missing"),
    [
        ({**UNKNOWN, "clearance_ml_min": 35}, True, 0),
        ({**UNKNOWN, "clearance_ml_min": 80}, None, 3),
        ({**NORMAL, "baseline_creatinine_umol_l": None}, None, 1),
        (UNKNOWN, None, 4),
        ({**NORMAL, "clearance_ml_min": Interval.parse("<50", minimum=0)}, True, 0),  # below 54, whatever it is
        ({**NORMAL, "clearance_ml_min": Interval.parse("50-60")}, None, 0),
        ({**NORMAL, "creatinine_umol_l": Interval.parse("90-98")}, None, 0),  # 98 would be a trigger
        ({**NORMAL, "creatinine_umol_l": Interval.parse("90-97.9")}, False, 0),
    ],
)
def test_an_unknown_renal_value_stays_open_unless_another_decides(
    values: dict[str, Any], triggers: Any, missing: int
) -> None:
    finding = renal(back=False, **values)
    assert finding.triggers is triggers
    assert len([line for line in finding.missing if "on or before" in line]) == missing
    assert not any("as low as at baseline" in line for line in finding.missing)


def test_a_clearance_as_low_as_at_baseline_is_not_called_toxicity() -> None:
    finding = renal(back=False, clearance_ml_min=38, baseline_clearance_ml_min=38)
    assert finding.triggers is None
    assert "as low as at baseline" in finding.missing[0]
    assert renal(clearance_ml_min=38, baseline_clearance_ml_min=39).triggers is True


def test_recovery_of_an_organ_is_an_input() -> None:
    assert (renal(True).triggers, renal(True).recovered) == (False, True)
    assert (renal(False).recovered, renal(None).recovered) == (False, None)
    assert (renal(True).missing, renal(False).missing) == ((), ())
    assert renal(None).missing == ("whether renal toxicity has resolved or is back to baseline on 2024-05-02",)
    contradiction = renal(True, creatinine_umol_l=98)
    assert contradiction.triggers is None
    assert "back to baseline, as stated, though the criterion is met" in contradiction.missing[0]
    assert renal(True, creatinine_umol_l=98).outcomes == ((True, False), (False, True))


# VER-US-11: bilirubin above 3 times the limit; or albumin below 30 with the clotting criterion named.
@pytest.mark.parametrize(
    ("clotting", "value", "values", "triggers"),
    [
        ("inr_above_1_5", 1.0, {}, False),
        ("inr_above_1_5", 1.0, {"bilirubin_xuln": 3}, False),
        ("inr_above_1_5", 1.0, {"bilirubin_xuln": 3.01}, True),
        ("inr_above_1_5", 1.6, {"albumin_g_l": 29}, True),
        ("inr_above_1_5", 1.5, {"albumin_g_l": 29}, False),
        ("inr_above_1_5", 1.6, {"albumin_g_l": 30}, False),
        ("prothrombin_ratio_below_70_pct", 69, {"albumin_g_l": 29}, True),
        ("prothrombin_ratio_below_70_pct", 70, {"albumin_g_l": 29}, False),
        ("inr_above_1_5", None, {"albumin_g_l": 29}, None),
        ("inr_above_1_5", None, {"albumin_g_l": 35}, False),
        ("inr_above_1_5", None, {"albumin_g_l": 29, "bilirubin_xuln": 4}, True),
        ("inr_above_1_5", 1.0, {"bilirubin_xuln": None}, None),
    ],
)
def test_hepatic_on_and_beside_each_limit(clotting: str, value: Any, values: dict[str, Any], triggers: Any) -> None:
    assert hepatic(clotting, value, **values).triggers is triggers


def test_what_a_hepatic_finding_lacks_is_named() -> None:
    assert hepatic("inr_above_1_5", None, back=False, albumin_g_l=29).missing == ("inr on 2024-05-02",)
    lacking = hepatic("prothrombin_ratio_below_70_pct", None, back=False, bilirubin_xuln=None, albumin_g_l=29).missing
    assert lacking == ("bilirubin_xuln on 2024-05-02", "prothrombin_ratio_pct on 2024-05-02")


def test_the_two_clotting_variants_can_disagree() -> None:
    """A patient with INR 1.4 and prothrombin ratio 65 %, albumin 28: the label text that would decide was not read."""
    low = {"albumin_g_l": 28}
    assert hepatic("inr_above_1_5", 1.4, **low).triggers is False
    assert hepatic("prothrombin_ratio_below_70_pct", 65, **low).triggers is True


def test_unverified_criteria_say_so() -> None:
    said = " ".join((*renal().conventions, *hepatic().conventions))
    for words in ("DM-REN-5 is not verified", "DM-HEP-5 is not verified", "DM-HEP-6 is not verified", "disputed"):
        assert words in said
    assert "clotting criterion: inr_above_1_5" in said
    assert [reason.rule for reason in hepatic("prothrombin_ratio_below_70_pct", 90).because] == ["DM-HEP-5", "DM-HEP-7"]


def test_no_criterion_has_a_default() -> None:
    for function in (renal_finding, hepatic_finding, judged_finding):
        for name, parameter in inspect.signature(function).parameters.items():
            assert parameter.default is inspect.Parameter.empty, (function.__name__, name)
    with pytest.raises(InputError, match="renal_criteria: must be one of"):
        renal_finding(DAY, criteria="label", back_to_baseline=None, **NORMAL)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="clotting: must be one of"):
        hepatic("quick")


def test_slips_of_unit_are_refused_all_at_once() -> None:
    with pytest.raises(InputError) as caught:
        renal(creatinine_umol_l=1.1, clearance_ml_min=-3)
    assert [fault.place for fault in caught.value.faults] == ["clearance_ml_min", "creatinine_umol_l"]
    with pytest.raises(InputError, match="albumin_g_l: must lie between 6 and 80"):
        hepatic(albumin_g_l=3.9)
    with pytest.raises(InputError, match="prothrombin_ratio_pct"):
        hepatic("prothrombin_ratio_below_70_pct", 0.7)


@pytest.mark.parametrize("present", [True, False, None])
def test_a_judgement_takes_the_place_of_criteria(present: bool | None) -> None:
    finding = judged_finding("renal", DAY, present=present, back_to_baseline=False, judged_by=" Dr Example ")
    assert finding.triggers is present
    assert [reason.rule for reason in finding.because] == ["DM-REN-6"]
    assert finding.conventions == ("renal toxicity judged by Dr Example",)
    assert ("whether renal toxicity was present on 2024-05-02" in finding.missing) is (present is None)


def test_a_judgement_needs_its_judge_and_an_organ() -> None:
    with pytest.raises(InputError) as caught:
        judged_finding("anaemia", DAY, present=True, back_to_baseline=None, judged_by="")  # type: ignore[arg-type]
    assert [fault.place for fault in caught.value.faults] == ["toxicity", "judged_by"]
