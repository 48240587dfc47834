"""Twin of src/lutetia/scoring/renal.py: by hand, published results, laws, bad input."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.scoring.renal import (
    CreatinineClearance,
    EstimatedGfr,
    ckd_epi_2021_ml_min_1_73m2,
    cockcroft_gault_ml_min,
)

MG_DL = 88.4  # µmol/L


# --- by hand: numerator and denominator written out ---
@pytest.mark.parametrize(
    ("age", "weight", "mg_dl", "sex", "expected"),
    [
        (40, 72, 1.0, "male", 100.0),  # 100 · 72 / 72
        (40, 72, 1.0, "female", 85.0),  # 0.85 of it
        (60, 80, 1.2, "male", 74.0741),  # 80 · 80 / 86.4
        (80, 54, 1.5, "male", 30.0),  # 60 · 54 / 108
        (80, 54, 1.5, "female", 25.5),
    ],
)
def test_cockcroft_gault_by_hand(age: float, weight: float, mg_dl: float, sex: Any, expected: float) -> None:
    clearance = cockcroft_gault_ml_min(age, weight, mg_dl * MG_DL, sex, weight_used="actual")
    assert clearance.value == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("age", "mg_dl", "sex", "expected"),
    [
        (50, 0.9, "male", 104.049),  # 142 · 0.9938^50 = 142 · 0.732740
        (50, 1.8, "male", 45.290),  # · 2^−1.2 = 0.435275
        (50, 0.45, "male", 128.278),  # · 0.5^−0.302 = 1.232852
        (50, 0.7, "female", 105.298),  # 142 · 1.012 · 0.732740
        (50, 1.4, "female", 45.833),  # · 2^−1.2
        (50, 0.35, "female", 124.442),  # · 0.5^−0.241 = 1.181811
    ],
)
def test_ckd_epi_by_hand(age: float, mg_dl: float, sex: Any, expected: float) -> None:
    gfr = ckd_epi_2021_ml_min_1_73m2(age, mg_dl * MG_DL, sex)
    assert gfr.value == pytest.approx(expected, abs=2e-3)


# --- published results ---
# The calculators of the National Kidney Foundation, as quoted by the tests of pharmaverse/admiral
# (tests/testthat/test-compute_kidney.R), read 2026-11-20; whole numbers.
@pytest.mark.parametrize(
    ("age", "umol_l", "sex", "expected"),
    [(55, 1.09 * MG_DL, "male", 80), (65, 85.0, "female", 66)],
)
def test_ckd_epi_matches_national_kidney_foundation(age: float, umol_l: float, sex: Any, expected: int) -> None:
    assert round(ckd_epi_2021_ml_min_1_73m2(age, umol_l, sex).value) == expected


@pytest.mark.parametrize(
    ("age", "weight", "umol_l", "sex", "expected"),
    [(55, 90, 1.09 * MG_DL, "male", 97), (65, 60, 85.0, "female", 55)],
)
def test_cockcroft_gault_matches_national_kidney_foundation(
    age: float, weight: float, umol_l: float, sex: Any, expected: int
) -> None:
    assert round(cockcroft_gault_ml_min(age, weight, umol_l, sex, weight_used="actual").value) == expected


def test_cockcroft_gault_matches_transplantr() -> None:
    # R package transplantr, tests of cockcroft(): 81.46 with 88.4 µmol/L per mg/dL; ours is 0.02 % higher.
    assert cockcroft_gault_ml_min(25, 60, 88.4, "female", weight_used="actual").value == pytest.approx(81.46, rel=3e-4)


# --- laws ---
ages = st.floats(18, 119)
weights = st.floats(20, 400)
creatinines = st.floats(20, 2900)
sexes = st.sampled_from(["female", "male"])


@given(ages, weights, creatinines, sexes, st.floats(0.01, 1))
def test_clearance_falls_with_age_and_creatinine_and_rises_with_weight(
    age: float, weight: float, creatinine: float, sex: Any, step: float
) -> None:
    here = cockcroft_gault_ml_min(age, weight, creatinine, sex, weight_used="actual").value
    assert cockcroft_gault_ml_min(age + step, weight, creatinine, sex, weight_used="actual").value < here
    assert cockcroft_gault_ml_min(age, weight, creatinine + 100 * step, sex, weight_used="actual").value < here
    assert cockcroft_gault_ml_min(age, weight / 2 + 10, creatinine, sex, weight_used="actual").value <= here


@given(ages, creatinines, sexes, st.floats(0.01, 1))
def test_gfr_falls_with_age_and_creatinine(age: float, creatinine: float, sex: Any, step: float) -> None:
    here = ckd_epi_2021_ml_min_1_73m2(age, creatinine, sex).value
    assert ckd_epi_2021_ml_min_1_73m2(age + step, creatinine, sex).value < here
    assert ckd_epi_2021_ml_min_1_73m2(age, creatinine + 100 * step, sex).value < here


@given(ages, weights, creatinines)
def test_clearance_of_women_is_85_percent_of_men(age: float, weight: float, creatinine: float) -> None:
    man = cockcroft_gault_ml_min(age, weight, creatinine, "male", weight_used="actual").value
    assert cockcroft_gault_ml_min(age, weight, creatinine, "female", weight_used="actual").value == pytest.approx(
        0.85 * man
    )


@pytest.mark.parametrize(("sex", "kappa"), [("female", 0.7), ("male", 0.9)])
def test_the_spline_is_continuous_at_its_knot(sex: Any, kappa: float) -> None:
    below = ckd_epi_2021_ml_min_1_73m2(60, kappa * MG_DL * 0.999999, sex).value
    above = ckd_epi_2021_ml_min_1_73m2(60, kappa * MG_DL * 1.000001, sex).value
    assert below == pytest.approx(above, rel=1e-5)


# --- two quantities, two types ---
def test_the_two_results_are_not_interchangeable() -> None:
    clearance = CreatinineClearance(clearance_ml_min=60.0, weight_used="actual", because=(), conventions=())
    gfr = EstimatedGfr(gfr_ml_min_1_73m2=60.0, because=(), conventions=())
    assert clearance != gfr
    assert not issubclass(CreatinineClearance, EstimatedGfr)
    assert not issubclass(EstimatedGfr, CreatinineClearance)
    for result in (clearance, gfr):
        with pytest.raises(TypeError):
            float(result)  # type: ignore[arg-type]
        with pytest.raises(dataclasses.FrozenInstanceError):
            result.because = ()  # type: ignore[misc]
    assert typing.get_type_hints(cockcroft_gault_ml_min)["return"] is CreatinineClearance
    assert typing.get_type_hints(ckd_epi_2021_ml_min_1_73m2)["return"] is EstimatedGfr


def test_a_result_cannot_be_put_in_place_of_a_number() -> None:
    clearance = cockcroft_gault_ml_min(60, 70, 90, "male", weight_used="actual")
    with pytest.raises(InputError, match="creatinine_umol_l: must be a number"):
        ckd_epi_2021_ml_min_1_73m2(60, clearance, "male")  # type: ignore[arg-type]


def test_reason_and_conventions_are_told() -> None:
    clearance = cockcroft_gault_ml_min(60, 70, 90, "female", weight_used="adjusted")
    assert clearance.weight_used == "adjusted"
    assert clearance.because[0].rule == "Cockcroft-Gault 1976"
    assert dict(clearance.because[0].used) == {
        "age_years": "60",
        "weight_kg": "70",
        "creatinine_umol_l": "90",
        "sex": "female",
    }
    said = " ".join(clearance.conventions)
    assert "weight used: adjusted" in said
    assert "88.4" in said
    assert "not indexed" in said
    gfr = ckd_epi_2021_ml_min_1_73m2(60, 90, "male")
    assert gfr.because[0].rule == "CKD-EPI 2021 (creatinine)"
    assert "indexed to 1.73 m²" in gfr.conventions
    assert "no race coefficient" in gfr.conventions


@pytest.mark.parametrize(("age", "beyond"), [(92, False), (93, True)])
def test_age_beyond_the_derivation_is_told(age: float, beyond: bool) -> None:
    said = cockcroft_gault_ml_min(age, 60, 90, "male", weight_used="actual").conventions
    assert any("above 92" in line for line in said) is beyond


# --- bad input ---
@pytest.mark.parametrize("mg_dl", [0.4, 1.1, 9.5, 19.9])
def test_creatinine_in_mg_dl_is_refused_with_a_hint(mg_dl: float) -> None:
    for call in (
        lambda: cockcroft_gault_ml_min(60, 70, mg_dl, "male", weight_used="actual"),
        lambda: ckd_epi_2021_ml_min_1_73m2(60, mg_dl, "male"),
    ):
        with pytest.raises(InputError) as caught:
            call()
        (fault,) = caught.value.faults
        assert fault.place == "creatinine_umol_l"
        assert fault.do == f"Given in mg/dL? {mg_dl} mg/dL is {mg_dl * 88.4:.0f} µmol/L."


@pytest.mark.parametrize("creatinine", [0, -5, 3001, float("nan"), float("inf"), "85", True, None])
def test_implausible_creatinine_is_refused(creatinine: Any) -> None:
    with pytest.raises(InputError, match="creatinine_umol_l"):
        ckd_epi_2021_ml_min_1_73m2(60, creatinine, "male")


@pytest.mark.parametrize("age", [-0.5, 120.5, float("nan"), "60"])
def test_impossible_age_is_refused_for_what_it_is(age: Any) -> None:
    with pytest.raises(InputError) as caught:
        ckd_epi_2021_ml_min_1_73m2(age, 60, "male")
    (fault,) = caught.value.faults
    assert fault.place == "age_years"
    assert "adults" not in fault.must


@pytest.mark.parametrize("age", [17, 17.9, 0])
def test_children_are_refused(age: float) -> None:
    with pytest.raises(InputError, match=r"1 fault\n.*for adults"):
        ckd_epi_2021_ml_min_1_73m2(age, 60, "male")
    with pytest.raises(InputError, match=r"1 fault\n.*for adults"):
        cockcroft_gault_ml_min(age, 50, 60, "male", weight_used="actual")


def test_adults_begin_at_eighteen() -> None:
    assert ckd_epi_2021_ml_min_1_73m2(18, 60, "male").value > 0
    assert cockcroft_gault_ml_min(18, 50, 60, "male", weight_used="actual").value > 0


def test_all_faults_at_once() -> None:
    with pytest.raises(InputError) as caught:
        cockcroft_gault_ml_min(130, 7000, 1.1, "f", weight_used="dry")  # type: ignore[arg-type]
    places = [fault.place for fault in caught.value.faults]
    assert places == ["age_years", "weight_kg", "creatinine_umol_l", "sex", "weight_used"]


@pytest.mark.parametrize("sex", ["F", "unknown", None, ""])
def test_sex_must_be_one_of_two_words(sex: Any) -> None:
    with pytest.raises(InputError, match="sex: must be one of female, male"):
        ckd_epi_2021_ml_min_1_73m2(60, 90, sex)


@pytest.mark.parametrize("creatinine", [20, 3000])
@pytest.mark.parametrize("weight", [20, 400])
@pytest.mark.parametrize("age", [18, 120])
def test_the_limits_themselves_are_accepted(age: float, weight: float, creatinine: float) -> None:
    assert cockcroft_gault_ml_min(age, weight, creatinine, "male", weight_used="actual").value > 0
    assert ckd_epi_2021_ml_min_1_73m2(age, creatinine, "male").value > 0


@pytest.mark.parametrize(("weight", "creatinine"), [(19.9, 90), (400.1, 90), (70, 0), (70, -1), (70, 3000.1), (5, 90)])
def test_only_a_low_creatinine_gets_the_hint_of_the_unit(weight: float, creatinine: float) -> None:
    with pytest.raises(InputError) as caught:
        cockcroft_gault_ml_min(60, weight, creatinine, "male", weight_used="actual")
    assert [fault.do for fault in caught.value.faults] == [None]
