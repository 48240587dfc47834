"""Datasets of a simulated trial: the same facts as the simulation, shares as printed, nothing after the cut-off."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.trial.netter2 import netter2_model
from lutetia.trial.simulate import simulate_trial
from lutetia.trial.simulated_datasets import patients_table, trial_datasets


@pytest.fixture(scope="module")
def trial():
    return simulate_trial(netter2_model(), seed=3)


@pytest.fixture(scope="module")
def data(trial):
    return trial_datasets(trial)


@pytest.fixture(scope="module")
def many():
    """A trial of 6,000 patients, for shares."""
    model = netter2_model()
    large = replace(model, patients=6000, accrual=model.accrual.scaled(6000 / 226))
    return trial_datasets(simulate_trial(large, seed=4))


def test_times_are_those_of_the_simulation(trial, data):
    pfs = data.adtte.where(PARAMCD="PFS")
    assert list(pfs["AVAL"]) == trial.known["pfs_days"].tolist()
    assert [1 - c for c in pfs["CNSR"]] == trial.known["pfs_event"].tolist()
    assert data.adsl["ONTRTFL"].count("Y") == trial.known["on_treatment"].sum()
    assert data.adsl["XOVERFL"].count("Y") == trial.known["crossed_over"].sum()


def test_the_best_response_follows_from_the_visits(data):
    order = ["CR", "PR", "SD", "PD"]
    best = {row["USUBJID"]: row["AVALC"] for row in data.adrs.where(PARAMCD="BOR").rows()}
    seen: dict[str, list[str]] = {}
    for row in data.adrs.where(PARAMCD="OVR").rows():
        seen.setdefault(row["USUBJID"], []).append(row["AVALC"])
    for subject, response in best.items():
        visits = seen.get(subject, [])
        assert response == (min(visits, key=order.index) if visits else "NE")


def test_progression_in_the_times_is_progression_at_a_visit(data):
    last = {row["USUBJID"]: (row["ADT"], row["AVALC"]) for row in data.adrs.where(PARAMCD="OVR").rows()}
    for row in data.adtte.where(PARAMCD="PFS", EVNTDESC="progression").rows():
        assert last[row["USUBJID"]] == (row["ADT"], "PD")


def test_only_the_treated_have_adverse_events_and_blood_values(data):
    treated = {row["USUBJID"] for row in data.adsl.where(SAFFL="Y").rows()}
    assert set(data.adae["USUBJID"]) <= treated
    assert set(data.adlb["USUBJID"]) == treated


def test_a_reason_to_stop_is_there_when_treatment_stopped(data):
    for row in data.adsl.rows():
        assert (row["DCTREAS"] is None) == (row["ONTRTFL"] == "Y" or row["SAFFL"] == "N")


def test_shares_are_the_printed_ones(many):
    arms = np.array(many.adsl["TRT01PN"])
    for column, name in (("LIVERFL", "liver_metastases"), ("NODEFL", "lymph_node_metastases")):
        counts = patients_table().table["baseline"][name]
        for number, count, n in ((1, counts[0], 151), (0, counts[1], 75)):
            share = np.mean(np.array(many.adsl[column])[arms == number] == "Y")
            assert share == pytest.approx(count / n, abs=0.035)


def test_adverse_events_are_as_frequent_as_printed(many):
    treated = Counter(row["TRT01PN"] for row in many.adsl.where(SAFFL="Y").rows())
    arm = dict(zip(many.adsl["USUBJID"], many.adsl["TRT01PN"], strict=True))
    nausea = Counter(arm[subject] for subject in many.adae.where(AEDECOD="nausea")["USUBJID"])
    assert nausea[1] / treated[1] == pytest.approx(40 / 147, abs=0.03)
    assert nausea[0] / treated[0] == pytest.approx(13 / 73, abs=0.03)


def test_ki67_belongs_to_the_grade(many):
    for row in many.adsl.rows():
        assert (row["KI67"] <= 20) == (row["STRAT1"] == "grade 2")
        assert 10 <= row["KI67"] <= 55


def test_lymphocytes_fall_after_177lu_and_not_without(many):
    lymph = many.adlb.where(PARAMCD="LYM", AVISIT="week 24")
    arm = dict(zip(many.adsl["USUBJID"], many.adsl["TRT01PN"], strict=True))
    change = {1: [], 0: []}
    for row in lymph.rows():
        change[arm[row["USUBJID"]]].append(row["AVAL"] / row["BASE"])
    assert np.mean(change[1]) < 0.75 < 0.97 < np.mean(change[0])


def test_the_same_trial_gives_the_same_rows(trial, data):
    again = trial_datasets(trial)
    assert all(list(a.rows()) == list(b.rows()) for a, b in zip(data.all(), again.all(), strict=True))


def test_progression_after_missed_visits_is_on_record_though_it_is_no_event():
    """Many visits missed: some progressions are censored, their visits are in ADRS and crossover follows them."""
    model = netter2_model()
    trial = simulate_trial(replace(model, visits=replace(model.visits, missed_fraction=0.5)), seed=2)
    data = trial_datasets(trial)
    seen = {row["USUBJID"] for row in data.adrs.where(PARAMCD="OVR", AVALC="PD").rows()}
    events = {row["USUBJID"] for row in data.adtte.where(PARAMCD="PFS", EVNTDESC="progression").rows()}
    assert len(seen - events) > 5
    assert set(data.adsl.where(XOVERFL="Y")["USUBJID"]) <= seen
    test_the_best_response_follows_from_the_visits(data)


def test_another_trials_strata_are_refused(full_model):
    with pytest.raises(InputError, match="strata: must be among grade 2, other"):
        trial_datasets(simulate_trial(full_model, seed=1))


def test_what_treatment_does_stays_within_treatment(trial, data):
    """Adverse events until 30 days after the last dose, blood values until the end of treatment, cycles in time."""
    rows = {row["USUBJID"]: (i, row) for i, row in enumerate(data.adsl.rows())}
    for row in data.adae.rows():
        _, subject = rows[row["USUBJID"]]
        assert row["ASTDT"] <= subject["TRTEDT"] + timedelta(days=30)
        assert subject["DTHDT"] is None or row["ASTDT"] <= subject["DTHDT"]
    for row in data.adlb.rows():
        i, subject = rows[row["USUBJID"]]
        ends = min(trial.paths[name][i] for name in ("stop_day", "death_day", "central_day"))
        assert (row["ADT"] - subject["RANDDT"]).days <= ends
    for i, subject in rows.values():
        ends = min(trial.paths[name][i] for name in ("stop_day", "death_day", "central_day"))
        if subject["NCYCLE"]:
            assert 56 * (subject["NCYCLE"] - 1) <= ends
    assert min(subject["NCYCLE"] or 4 for _, subject in rows.values()) < 4


def test_crossover_comes_thirty_days_after_progression(data):
    called = {row["USUBJID"]: row["ADT"] for row in data.adrs.where(PARAMCD="OVR", AVALC="PD").rows()}
    for row in data.adsl.where(XOVERFL="Y").rows():
        assert (row["XOVERDT"] - called[row["USUBJID"]]).days == 30


def test_patients_differ_as_the_table_says(many):
    base = many.adlb.where(PARAMCD="HGB", ABLFL="Y")["AVAL"]
    assert np.std(base) == pytest.approx(np.hypot(12, 4), rel=0.05)
    assert np.mean(base) == pytest.approx(128, abs=1)
