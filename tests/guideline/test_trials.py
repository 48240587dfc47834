"""Trials criterion by criterion: whether the population fits is one question, whether anybody can enter another."""

from __future__ import annotations

import pytest

from lutetia.guideline.truth import Truth


def trial(assessment, name):
    return next(match for match in assessment.trials if match.id == name)


# A made-up patient who meets every criterion of NETTER-2 that can be computed.
NETTER2 = {"age_years": 44, "months_since_diagnosis": 2, "kps": 90, "weight_kg": 78, "months_since_sstr": 1}
NETTER2 |= {"prior_systemic_other_than_ssa": False, "prior_embolisation_or_rfa": False, "crcl": 110}
NEO = {"primary": "pancreas", "resectable": "resectable", "ki67_pct": 10.1, "primary_size_cm": 4.1}


def test_every_trial_of_the_table_in_its_order(judged, textbook):
    found = [match.id for match in judged(textbook).trials]
    assert found == [f"TR-{number:02d}" for number in range(1, 22)]


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({}, "t"),
        ({"ki67_pct": 10}, "t"),
        ({"ki67_pct": 9.9}, "f"),
        ({"ki67_pct": 55}, "t"),
        ({"ki67_pct": 55.1}, "f"),
        ({"age_years": 15}, "t"),
        ({"age_years": 14.9}, "f"),
        ({"months_since_diagnosis": 6}, "t"),
        ({"months_since_diagnosis": 6.1}, "f"),
        ({"kps": 60}, "t"),
        ({"kps": 50}, "f"),
        ({"kps": None}, "u"),  # ECOG is never converted
        ({"sstr_min_score": 3}, "t"),
        ({"sstr_min_score": 2}, "f"),
        ({"months_since_sstr": 3}, "t"),
        ({"months_since_sstr": 3.1}, "f"),
        ({"weight_kg": 40}, "f"),
        ({"weight_kg": 40.1}, "t"),
        ({"crcl": 40}, "t"),
        ({"crcl": 39.9}, "f"),
        ({"crcl": None}, "u"),
        ({"histology_confirmed": False}, "f"),
        ({"resectable": "borderline"}, "f"),
        ({"prior_rlt": True}, "f"),
        ({"prior_embolisation_or_rfa": True}, "f"),
        ({"prior_ssa": True, "ssa_months": 5.9, "pd_on_ssa": False}, "t"),
        ({"prior_ssa": True, "ssa_months": 6, "pd_on_ssa": False}, "f"),
        ({"prior_ssa": True, "ssa_months": 3, "pd_on_ssa": True}, "f"),
        ({"prior_systemic_other_than_ssa": True, "prior_systemic_months": 0.9, "weeks_since_systemic": 12.1}, "t"),
        ({"prior_systemic_other_than_ssa": True, "prior_systemic_months": 1, "weeks_since_systemic": 20}, "f"),
        ({"prior_systemic_other_than_ssa": True, "prior_systemic_months": 0.5, "weeks_since_systemic": 12}, "f"),
        ({"lines_failed": 1}, "f"),
    ],
    ids=str,
)
def test_netter2_on_its_limits(judged, turned, changes, fits):
    """S002, Methods: both ends of Ki-67 10-55 included, weight above 40 kg, clearance of 40 allowed."""
    match = trial(judged(turned("first line", **{**NETTER2, **changes})), "TR-01")
    assert match.fits.letter == fits
    letters = {criterion.truth for criterion in match.criteria}
    assert (Truth.FALSE in letters, Truth.UNKNOWN in letters) == (fits == "f", fits == "u")


def test_one_criterion_that_fails_decides_whatever_is_unknown(judged):
    assert trial(judged({"ki67_pct": 5, "differentiation": "well"}), "TR-01").fits is Truth.FALSE
    assert trial(judged({}), "TR-01").fits is Truth.UNKNOWN


@pytest.mark.parametrize(
    ("name", "turn", "changes", "fits"),
    [
        ("TR-02", "candidate", NEO, "t"),
        ("TR-02", "candidate", {**NEO, "ki67_pct": 10}, "f"),
        ("TR-02", "candidate", {**NEO, "primary_size_cm": 4}, "f"),
        ("TR-03", "candidate", {"prior_everolimus": False}, "t"),
        ("TR-03", "candidate", {"prior_everolimus": True}, "f"),
        ("TR-03", "candidate", {}, "u"),
        ("TR-04", "candidate", {"ki67_pct": 15}, "t"),
        ("TR-04", "candidate", {"ki67_pct": 14.9}, "f"),
        ("TR-04", "candidate", {"ki67_pct": 15, "age_years": 17}, "f"),
        ("TR-05", "candidate", {"pd_confirmed": False, "tumour_symptoms": True}, "t"),
        ("TR-05", "candidate", {"pd_confirmed": False}, "f"),
        ("TR-08", "candidate", {"liver_lesion_count": 1}, "t"),
        ("TR-08", "candidate", {"liver_lesion_count": 0}, "f"),
        ("TR-09", "retreatment", {}, "t"),
        ("TR-10", "candidate", {"primary": "colon"}, "f"),
        ("TR-16", "candidate", {"ki67_pct": 54.9}, "t"),
        ("TR-16", "candidate", {"ki67_pct": 55}, "f"),
        ("TR-19", "candidate", {"life_expectancy_months": 6.1}, "t"),
        ("TR-19", "candidate", {"life_expectancy_months": 6}, "f"),
        ("TR-21", "retreatment", {}, "f"),
        ("TR-21", "candidate", {}, "t"),
    ],
)
def test_populations_of_the_table_by_hand(judged, turned, name, turn, changes, fits):
    assert trial(judged(turned(turn, **changes)), name).fits.letter == fits


def test_whether_anybody_can_enter_is_said_apart(judged, turned):
    """NETTER-2 fits and is closed; COMPETE is closed although it fits; COMPOSE fits and nobody looked since 2023."""
    assessment = judged(turned("first line", **NETTER2))
    closed = trial(assessment, "TR-01")
    assert (closed.fits, closed.entry, closed.status_as_of) == (Truth.TRUE, "closed", "2024-06")
    assert "not recruiting" in closed.status
    unverified = trial(assessment, "TR-04")
    assert (unverified.fits, unverified.entry, unverified.status_as_of) == (Truth.TRUE, "unverified", "2023-09")
    assert {match.id for match in assessment.trials if match.entry == "closed"} == {"TR-01", "TR-03", "TR-12"}


def test_every_status_has_a_day_and_a_source(judged):
    for match in judged({}).trials:
        assert match.entry in {"closed", "unverified"}
        assert match.status
        assert match.status_as_of[:2] == "20"
        assert match.source
        assert match.population


def test_a_criterion_says_what_it_asks_and_what_is_open(judged, turned):
    match = trial(judged(turned("candidate", primary="pancreas", prior_everolimus=None)), "TR-03")
    by_words = {criterion.wording: criterion for criterion in match.criteria}
    assert by_words["Progression confirmed on imaging"].truth is Truth.TRUE
    open_criterion = by_words["not: Everolimus given before"]
    assert (open_criterion.truth, open_criterion.open_fields) == (Truth.UNKNOWN, ("prior_everolimus",))
    assert len(match.criteria) == 7


def test_the_words_of_a_trial_never_promise_entry(judged, textbook):
    for match in judged(textbook).trials:
        assert "eligible" not in match.status
        assert all("eligible" not in criterion.wording for criterion in match.criteria)


def test_vignette_trials(judged, vignette):
    expected = vignette["expected"].get("trials", {})
    matches = judged(vignette["record"]).trials
    fitting = {match.id for match in matches if match.fits is Truth.TRUE}
    closed = {match.id for match in matches if match.entry == "closed"}
    assert set(expected.get("population_fits", ())) <= fitting - closed
    assert set(expected.get("closed", ())) <= fitting & closed


def test_netter2_population_of_the_vignettes(judged, vignettes):
    """`fits_all_known_criteria`: nothing computable speaks against the evidence of NETTER-2."""
    for vignette in vignettes.values():
        if vignette["expected"].get("netter2_population") == "fits_all_known_criteria":
            match = trial(judged(vignette["record"]), "TR-01")
            assert match.fits is Truth.TRUE, vignette["id"]
