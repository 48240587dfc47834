"""Contraindications and cautions with value, threshold and whose it is; conflicts; trials by how they fit."""

from __future__ import annotations


def test_a_contraindication_names_value_label_section_and_reading(sheet):
    (stop,) = sheet("contraindicated").contraindications
    assert stop.lead == "Creatinine clearance 24 mL/min"
    assert stop.facts == ("EXT-L-05",)
    assert stop.whose == "EU label 4.3, read 2026-11-20"


def test_a_study_exclusion_is_never_called_a_contraindication(sheet):
    found = {item.facts[0]: item for item in sheet("contraindicated").cautions}
    assert found["CONS-Q8-T2"].lead == "Haemoglobin 76 g/L"
    assert found["CONS-Q8-T2"].whose == "study exclusion, not a contraindication"
    assert all(item.word != "contraindication" for item in found.values())


def test_an_exclusion_of_a_trial_says_so(sheet):
    found = {item.facts[0]: item.text for item in sheet("contraindicated").cautions}
    assert found["N2-X1"] == "NETTER-2 excluded: creatinine clearance below 40 mL/min."


def test_what_the_label_says_comes_before_studies_and_review(sheet):
    whose = [item.whose.split(",")[0] for item in sheet("contraindicated", liver_diffuse=True).cautions]
    assert whose[0] == "EU label 4.4"
    assert whose[-1] == "review"


def test_dose_so_far_beside_the_limit_in_use(sheet):
    kidney, marrow = (item for item in sheet("again").cautions if item.word == "dose so far")
    assert kidney.lead == "Kidney absorbed dose so far 17 Gy"
    assert kidney.text == "Limit used in practice 23 Gy: 6 Gy below it; the physicist sets the activity."
    assert "2 Gy: 1.1 Gy below it" in marrow.text
    assert kidney.strength is None


def test_a_limit_reached_is_no_allowance(sheet):
    again = sheet("again", kidney_dose_gy=23)
    assert [item.lead for item in again.cautions if item.word == "dose so far"] == [
        "Marrow absorbed dose so far 0.9 Gy"
    ]
    assert ("PRAC-TOX-5",) in {item.facts for item in again.contraindications}


def test_no_caution_is_said_and_not_left_blank(sheet):
    plain = sheet("plain")
    assert plain.cautions == plain.contraindications == ()
    assert plain.no_cautions in list(plain.statements())
    assert sheet("empty").no_cautions.text == "There are no values on record to hold against the rules."


def test_a_conflict_gives_both_sides_and_the_rule(sheet):
    found = {item.facts[0]: item for item in sheet("plain").conflicts}
    assert "; but Italian cohort" in found["CF-09"].text
    assert "S000" not in found["CF-09"].text
    assert found["CF-09"].more


def test_trials_are_counted_by_how_they_fit(any_sheet):
    trials = any_sheet.trials
    assert sum(group.count for group in trials.groups) == len(trials.all) == len(any_sheet.assessment.trials)
    for group in trials.groups:
        assert {item.truth for item in group.statements} == {group.truth}


def test_a_closed_trial_never_stands_among_the_open_ones(sheet):
    for turn in ("plain", "net g3", "alternative first"):
        trials = sheet(turn).trials
        closed = {trial.statement.facts[0] for trial in trials.all if trial.closed}
        for group in trials.groups:
            if group.lead.startswith("Population fits, entry"):
                assert not closed & {item.facts[0] for item in group.statements}


def test_trial_words_never_promise_entry(any_sheet):
    words = {trial.statement.word for trial in any_sheet.trials.all}
    assert words <= {"population fits", "does not fit", "cannot be judged"}
    assert all("eligible" not in group.lead for group in any_sheet.trials.groups)


def test_monitoring_only_where_rlt_is_offered(sheet):
    assert [item.lead for item in sheet("plain").monitoring] == ["Imaging", "Morphology", "Blood tests"]
    assert sheet("mismatch").monitoring == ()
