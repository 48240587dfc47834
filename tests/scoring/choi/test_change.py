"""Change of size and attenuation: averages, references, exact decimals."""

from __future__ import annotations

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


BEFORE = [Lesion(name="A", diameter_mm=60, attenuation_hu=100), Lesion(name="B", diameter_mm=20, attenuation_hu=40)]


def test_how_attenuation_is_averaged_is_named_and_matters() -> None:
    now = [Lesion(name="A", diameter_mm=60, attenuation_hu=80), Lesion(name="B", diameter_mm=20, attenuation_hu=42)]
    arguments: dict[str, Any] = {"criteria": "choi", **PORTAL, **NOTHING, "progression_against": "baseline"}
    plain = response(BEFORE, now, attenuation_average="mean_of_lesions", **arguments)
    weighted = response(BEFORE, now, attenuation_average="weighted_by_diameter", **arguments)
    # (80 + 42) / (100 + 40) = −12.857 %; (60 · 80 + 20 · 42) / (60 · 100 + 20 · 40) = 5640 / 6800 = −17.059 %
    assert plain.attenuation_change_pct == pytest.approx(-12.857142857)
    assert weighted.attenuation_change_pct == pytest.approx(-17.0588235)
    assert (plain.value, weighted.value) == ("SD", "PR")


def test_a_target_that_has_gone_leaves_the_mean_and_one_not_measured_makes_it_unknown() -> None:
    arguments: dict[str, Any] = {"criteria": "choi", **PORTAL, **NOTHING, **WAY}
    gone = [Lesion(name="A", diameter_mm=58, attenuation_hu=90), Lesion(name="B", diameter_mm=0)]
    assert response(BEFORE, gone, **arguments).attenuation_change_pct == pytest.approx(-10)
    unread = [Lesion(name="A", diameter_mm=60, attenuation_hu=50), Lesion(name="B", diameter_mm=20)]
    found = response(BEFORE, unread, **arguments)
    assert (found.attenuation_change_pct, found.possible) == (None, ("PR", "SD"))
    assert "not measured in B" in str(found.because[0])
    dark = [Lesion(name="A", diameter_mm=60, attenuation_hu=-10)]
    found = response(dark, [Lesion(name="A", diameter_mm=60, attenuation_hu=-20)], **arguments)
    assert "not above 0 HU" in str(found.because[0])


def test_growth_is_measured_against_what_is_named() -> None:
    against: dict[str, Any] = {"progression_against": "nadir", "nadir_mm": 70}
    assert rated(77, 100).value == "PR"
    assert rated(77, 100, **against).value == "PD"
    assert rated(76.9, 100, **against).value == "PR"
    assert rated(77, 100, **against).growth_pct == pytest.approx(10)


def test_decimals_are_exact() -> None:
    assert rated(0.27, 100, before=0.3).value == "PR"
    assert rated(0.1 + 0.2 - 0.03, 100, before=0.1 + 0.2).value == "PR"
