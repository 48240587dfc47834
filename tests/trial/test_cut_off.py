"""What is known at a cut-off, on patients written by hand: one rule of censoring each."""

import numpy as np
import pytest

from lutetia.trial.cut_off import KNOWN, cut, event_calendar
from lutetia.trial.patient_path import PATH

NEVER = np.inf
VISITS = (112.0, 168.0, 252.0, 336.0, 420.0)  # weeks 16, 24, 36, 48, 60


def known_of(visits=VISITS, *, horizon=10_000.0, missed_allowed=1, **given):
    """The known values of one patient who entered on day 0."""
    usual = {"entry_day": 0.0, "arm": 1.0, "stratum": 0.0, "untreated": 0.0, "stop_kind": 0.0, "response": 0.0}
    path = np.array([[{**dict.fromkeys(PATH, NEVER), **usual, **given}[name] for name in PATH]])
    known = np.empty((1, len(KNOWN)))
    assert cut(path, np.array([visits]), horizon, missed_allowed, known) == 1
    return dict(zip(KNOWN, known[0], strict=True))


def test_progression_is_an_event_on_the_day_of_its_visit():
    found = known_of(progression_day=200.0, central_day=252.0, investigator_day=252.0)
    assert (found["pfs_days"], found["pfs_event"], found["pfs_is_death"]) == (253.0, 1.0, 0.0)  # day 1 is randomisation


def test_without_an_event_the_last_adequate_visit_counts():
    found = known_of(horizon=300.0)
    assert (found["pfs_days"], found["pfs_event"]) == (253.0, 0.0)
    assert (found["os_days"], found["os_event"], found["on_treatment"]) == (301.0, 0.0, 1.0)


def test_a_patient_never_scanned_is_censored_on_day_one():
    found = known_of(horizon=100.0)
    assert (found["pfs_days"], found["pfs_event"], found["response"]) == (1.0, 0.0, 0.0)


def test_death_between_visits_is_an_event():
    found = known_of(death_day=200.0)
    assert (found["pfs_days"], found["pfs_event"], found["pfs_is_death"]) == (201.0, 1.0, 1.0)


def test_progression_after_two_missed_visits_is_censored_at_the_last_adequate_one():
    visits = (112.0, -168.0, -252.0, 336.0, 420.0)
    given = {"progression_day": 150.0, "central_day": 336.0, "investigator_day": 336.0}
    found = known_of(visits, **given)
    assert (found["pfs_days"], found["pfs_event"]) == (113.0, 0.0)
    kept = known_of(visits, missed_allowed=2, **given)
    assert (kept["pfs_days"], kept["pfs_event"]) == (337.0, 1.0)


def test_death_after_two_missed_visits_is_censored_and_after_one_is_not():
    assert known_of((112.0, -168.0, -252.0, 336.0), death_day=300.0)["pfs_event"] == 0.0
    assert known_of((112.0, -168.0, -252.0, 336.0), death_day=200.0)["pfs_days"] == 201.0


def test_a_stop_ends_adequate_visits_and_hides_what_comes_later():
    found = known_of(stop_day=260.0, stop_kind=3.0, central_day=336.0, investigator_day=336.0, death_day=400.0)
    assert (found["pfs_days"], found["pfs_event"]) == (253.0, 0.0)
    assert (found["os_days"], found["os_event"], found["on_treatment"]) == (401.0, 1.0, 0.0)


def test_another_treatment_after_the_investigators_call_censors_the_central_reading():
    found = known_of(stop_day=168.0, stop_kind=4.0, investigator_day=168.0, central_day=252.0, progression_day=200.0)
    assert (found["pfs_days"], found["pfs_event"]) == (169.0, 0.0)
    assert (found["investigator_days"], found["investigator_event"]) == (169.0, 1.0)


def test_response_needs_a_visit_and_its_duration_starts_there():
    given = {"response": 2.0, "response_day": 168.0, "central_day": 420.0, "investigator_day": 420.0}
    found = known_of(**given)
    assert (found["response"], found["response_days"], found["response_event"]) == (2.0, 421.0 - 168.0, 1.0)
    assert known_of(horizon=150.0, **given)["response"] == 3.0


def test_progression_at_the_first_visit_is_the_best_response():
    assert known_of(central_day=112.0, investigator_day=112.0)["response"] == 4.0
    assert known_of(central_day=168.0, investigator_day=168.0)["response"] == 3.0


def test_a_later_cut_off_only_adds():
    early, late = (known_of(horizon=h, central_day=420.0, investigator_day=420.0) for h in (300.0, 500.0))
    assert early["pfs_days"] < late["pfs_days"]
    assert (early["pfs_event"], late["pfs_event"]) == (0.0, 1.0)


def test_the_calendar_of_events_counts_from_the_first_entry():
    usual = dict.fromkeys(PATH, NEVER) | {"arm": 0.0, "stratum": 0.0, "untreated": 0.0, "entry_day": 30.0}
    path = np.array([[(usual | {"central_day": 168.0})[name] for name in PATH], [usual[name] for name in PATH]])
    assert event_calendar(path, np.array([VISITS, VISITS]), 1).tolist() == [198.0, np.inf]


def test_who_entered_after_the_cut_off_is_not_there():
    usual = dict.fromkeys(PATH, NEVER) | {"arm": 0.0, "stratum": 0.0, "untreated": 0.0}
    paths = np.array([[(usual | {"entry_day": day})[name] for name in PATH] for day in (0.0, 50.0, 90.0)])
    known = np.empty((3, len(KNOWN)))
    assert cut(paths, np.array([VISITS] * 3), 60.0, 1, known) == 2
    assert known[:2, 0].tolist() == pytest.approx([1.0, 1.0])


def test_progression_after_missed_visits_is_no_event_but_the_best_response():
    """Weeks 16 and 24 missed, progression at week 36: censored on day 1, response progressive."""
    visits = (-112.0, -168.0, 252.0, 336.0)
    found = known_of(visits, central_day=252.0, investigator_day=252.0)
    assert (found["pfs_days"], found["pfs_event"], found["response"]) == (1.0, 0.0, 4.0)
    assert known_of(visits, central_day=252.0, investigator_day=252.0, horizon=251.0)["response"] == 0.0


def test_one_missed_visit_in_a_row_is_allowed_and_two_apart_too():
    visits = (-112.0, 168.0, -252.0, 336.0)
    found = known_of(visits, central_day=336.0, investigator_day=336.0)
    assert (found["pfs_days"], found["pfs_event"]) == (337.0, 1.0)


def test_deterioration_counts_until_follow_up_ends():
    assert known_of(deterioration_day=90.0, stop_day=90.0)["deterioration_event"] == 1.0
    found = known_of(deterioration_day=91.0, stop_day=90.0)
    assert (found["deterioration_days"], found["deterioration_event"]) == (91.0, 0.0)
    assert known_of(deterioration_day=300.0, central_day=252.0)["deterioration_days"] == 253.0


def test_crossover_and_death_count_on_the_day_of_the_cut_off():
    found = known_of(crossover_day=300.0, death_day=300.0, central_day=252.0, horizon=300.0)
    assert (found["crossed_over"], found["os_event"], found["os_days"]) == (1.0, 1.0, 301.0)
    early = known_of(crossover_day=300.0, death_day=300.0, central_day=252.0, horizon=299.0)
    assert (early["crossed_over"], early["os_event"], early["os_days"]) == (0.0, 0.0, 300.0)


def test_a_death_after_the_stop_is_no_event_of_progression_free_survival():
    """Left on day 180, died on day 190 without progression: censored at the visit on day 168."""
    found = known_of(stop_day=180.0, stop_kind=2.0, death_day=190.0)
    assert (found["pfs_days"], found["pfs_event"], found["os_event"]) == (169.0, 0.0, 1.0)
    assert known_of(stop_day=190.0, stop_kind=2.0, death_day=190.0)["pfs_days"] == 191.0
