"""Flat facts from a course, worked by hand on small courses; every patient is made up."""

from __future__ import annotations

from datetime import date

import pytest

from lutetia.exchange.courses import parse_course
from lutetia.guideline.derive import facts_of
from lutetia.quantities import Interval

BOARD = date(2026, 11, 20)


def facts(*entries: str, patient: str = "sex: female, birth: 1964-02-11"):
    lines = "\n".join(f"- {{{entry}, recorded_by: tester}}" for entry in entries)
    text = f"lutetia: course/1\npatient: {{id: EX, {patient}}}\nentries:\n{lines or '[]'}\n"
    return facts_of(parse_course(text if entries else text.replace("entries:\n", "entries: ")), BOARD)


def value(field: str, *entries: str, **options: str):
    return facts(*entries, **options).get(field).value


def test_empty_course_knows_only_the_patient():
    assert set(facts().record()) == {"age_years", "sex"}


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        ("1964-11-20", 62),  # birthday on the day of the board
        ("1964-11-21", 61),  # a day later
        ("1964", Interval(low=61, high=62)),  # only the year: either
        ("1964-03", 62),
    ],
)
def test_age_in_whole_years_and_honest_for_partial_birth_dates(birth, age):
    assert value("age_years", patient=f"sex: male, birth: {birth}") == age


def test_newest_value_wins_and_older_duplicates_change_nothing():
    new = "kind: specimen, id: new, date: 2026-01-05, ki67_pct: 12"
    old = "kind: specimen, id: old, date: 2019-03, ki67_pct: 2"
    assert value("ki67_pct", new) == value("ki67_pct", old, new) == value("ki67_pct", new, old) == 12


def test_fact_carries_date_origin_and_what_was_entered():
    item = facts('kind: specimen, id: s1, date: 2026-01-05, ki67_pct: "10-15 %"').get("ki67_pct")
    assert item.value == Interval(low=10, high=15)
    assert (str(item.date), item.origin, item.entered) == ("2026-01-05", "s1, tester", "10-15 %")


def test_same_day_disagreement_is_unknown_with_both_values():
    item = facts(
        "kind: specimen, id: a, date: 2026-01-05, ki67_pct: 2", "kind: specimen, id: b, date: 2026-01-05, ki67_pct: 9"
    ).get("ki67_pct")
    assert item.value is None
    assert item.unknown_because == "contradictory: 2 and 9"


def test_explicit_unknown_keeps_its_reason():
    item = facts("kind: specimen, id: a, date: 2026-01-05, ki67_pct: {unknown: not_measurable}").get("ki67_pct")
    assert item.value is None
    assert item.unknown_because == "not measurable"


def test_mitoses_come_from_the_specimen_of_the_ki67():
    old = "kind: specimen, id: old, date: 2019-03, ki67_pct: 30, mitoses_per_2mm2: 25"
    new = "kind: specimen, id: new, date: 2026-01-05, ki67_pct: 12"
    found = facts(old, new).record()
    assert found["ki67_pct"] == 12
    assert "mitoses_2mm2" not in found


@pytest.mark.parametrize(("methods", "expected"), [(["cytology"], False), (["cytology", "histology"], True)])
def test_tissue_histology(methods, expected):
    entries = [f"kind: specimen, id: s{n}, date: 202{n}, method: {m}" for n, m in enumerate(methods)]
    assert value("histology_confirmed", *entries) is expected


def test_months_since_a_partial_date_are_a_range():
    months = value("months_since_sstr", "kind: sstr_imaging, id: p, date: 2026-08, positive: true")
    assert months == Interval(low=2 + 20 / 30, high=3 + 19 / 30)


def test_examination_performed_not_done_or_not_recorded():
    assert value("fdg_done", "kind: fdg_imaging, id: f, date: 2026-08-01") is True
    assert value("fdg_done", "kind: fdg_imaging, id: f, date: 2026-08-01, status: not_done") is False
    assert value("fdg_done", "kind: fdg_imaging, id: f, date: 2026-08-01, status: planned") is None
    assert value("fdg_done") is None


def test_scores_and_discordance_from_lesions_one_by_one():
    sstr = "kind: sstr_imaging, id: p, date: 2026-08-01, lesions: [{lesion: a, score: 4}, {lesion: b, score: 1}]"
    found = facts(sstr).record()
    assert (found["sstr_min_score"], found["sstr_max_score"]) == (1, 4)
    unread = "kind: sstr_imaging, id: p, date: 2026-08-01, lesions: [{lesion: a, score: 4}, {lesion: b}]"
    assert "sstr_min_score" not in facts(unread).record()


@pytest.mark.parametrize(
    ("lesions", "expected"),
    [
        ("[{lesion: a, fdg_positive: true, sstr_positive: false}]", True),
        ("[{lesion: a, fdg_positive: true, sstr_positive: true}, {lesion: b, fdg_positive: false}]", False),
        ("[{lesion: a, fdg_positive: true, sstr_positive: true}, {lesion: b}]", None),
    ],
)
def test_fdg_against_sstr_lesion_by_lesion(lesions, expected):
    entry = f"kind: fdg_imaging, id: f, date: 2026-08-01, lesions: {lesions}"
    assert value("fdg_sstr_discordant", entry) is expected


def test_imaging_is_inconclusive_if_one_is_and_conclusive_only_if_both_are():
    ct = "kind: ct_mri, id: c, date: 2026-08-01, conclusive: {}"
    pet = "kind: sstr_imaging, id: p, date: 2026-08-01, conclusive: {}"
    assert value("imaging_inconclusive", ct.format("false")) is True
    assert value("imaging_inconclusive", ct.format("true")) is None
    assert value("imaging_inconclusive", ct.format("true"), pet.format("true")) is False


def test_haemoglobin_in_any_unit_is_one_number_shown_as_entered():
    grams_per_decilitre = "kind: laboratory, id: l, date: 2026-11-01, analyte: haemoglobin, value: 12.8, unit: g/dL"
    item = facts(grams_per_decilitre).get("hb_g_l")
    assert (item.value, item.entered) == (128, "12.8 g/dL")


def test_liver_tests_need_both_enzymes_for_an_exact_worst():
    ast = "kind: laboratory, id: a, date: 2026-11-01, analyte: ast, value: 60, unit: U/L, upper_limit: 40"
    alt = "kind: laboratory, id: b, date: 2026-11-01, analyte: alt, value: 20, unit: U/L, upper_limit: 40"
    assert value("ast_alt_xuln", ast, alt) == 1.5
    assert value("ast_alt_xuln", ast) == Interval(low=1.5)
    assert value("ast_alt_xuln") is None


def test_renal_function_is_computed_from_a_newer_creatinine_under_its_own_name():
    creatinine = "kind: laboratory, id: c, date: 2026-11-01, analyte: creatinine, value: 1.0, unit: mg/dL"
    weight = "kind: clinic_visit, id: v, date: 2026-10-01, weight_kg: 72"
    item = facts(creatinine, weight).get("crcl")
    # Cockcroft-Gault: (140 - 62) · 72 / (72 · 1.0) · 0.85 for a woman
    assert item.value == pytest.approx(66.3, rel=1e-3)
    assert item.origin == "Cockcroft-Gault, actual weight from creatinine c"
    reported = "kind: laboratory, id: r, date: 2026-11-05, analyte: creatinine_clearance, value: 55, unit: mL/min"
    assert value("crcl", creatinine, weight, reported) == 55
    assert value("crcl", creatinine) is None  # without a weight there is no clearance


def test_geriatric_assessment_asked_for_but_not_done():
    screening = "kind: frailty_assessment, id: g, date: 2026-11-01, instrument: G8, frail: true"
    full = "kind: frailty_assessment, id: h, date: 2026-11-02, comprehensive: true, status: not_done"
    found = facts(screening, full).record()
    assert (found["frail"], found["geriatric_assessment_done"]) == (True, False)


def test_entries_after_the_day_are_left_out_and_counted():
    found = facts("kind: specimen, id: s, date: 2027-01-05, ki67_pct: 12")
    assert "ki67_pct" not in found.record()
    assert found.remarks == ("1 entry dated after 2026-11-20 left out",)
