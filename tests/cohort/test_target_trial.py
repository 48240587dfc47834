"""The declared target trial on tiny courses worked on paper."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.target_trial import decision_data, target_trial
from lutetia.errors import InputError

EMULATION = {
    "at": {"event": "progression", "line": 1},
    "strategies": [
        {"name": "another treatment next", "next_line": ["not RLT"]},
        {"name": "RLT next", "next_line": ["RLT"]},
    ],
    "grace_days": 183,
}
PROGRESSED = {"progression": "2015-12-31"}


@pytest.fixture
def four_at_progression(course):
    """A takes RLT 32 days after progression, B everolimus after 1, C nothing; D never progresses."""
    return (
        course(
            "A",
            lines=[("ssa_standard", "2015-01-01", PROGRESSED), ("rlt", "2016-02-01")],
            death="2017-12-31",
            sex="male",
        ),
        course(
            "B",
            lines=[("ssa_standard", "2015-01-01", PROGRESSED), ("everolimus", "2016-01-01")],
            last_contact="2016-12-31",
            sex="female",
        ),
        course("C", lines=[("ssa_standard", "2015-01-01", PROGRESSED)], death="2016-01-31", sex="male"),
        course("D", lines=[("ssa_standard", "2015-01-01")], death="2016-01-31"),
    )


def test_the_decision_by_hand(four_at_progression, study):
    trial = target_trial(analysis_data(four_at_progression, study(emulation=EMULATION)))
    # from 2015-12-31: to 2017-12-31 731 days, to 2016-12-31 366, to 2016-01-31 31
    assert trial.decision.follow_up_days.tolist() == [731, 366, 31]
    assert trial.decision.event.tolist() == [True, False, True]
    assert trial.decision.exposed_after_days.tolist() == [32, np.inf, np.inf]
    assert trial.decision.other_after_days.tolist() == [np.inf, 1, np.inf]
    assert trial.decision.patients == ("A", "B", "C")
    assert [(left.count, left.why) for left in trial.left_out] == [(1, "no progression on line 1")]


def test_a_covariate_that_is_not_known_leaves_the_patient_out(course, four_at_progression, study):
    unknown = course("U", lines=[("ssa_standard", "2015-01-01", PROGRESSED)], death="2017-01-31")
    declared = study(covariates=[{"name": "sex"}], emulation=EMULATION | {"adjust_for": ["sex"]})
    trial = target_trial(analysis_data((*four_at_progression, unknown), declared))
    assert trial.decision.n == 3
    assert trial.decision.covariates.tolist() == [[1], [0], [1]]
    assert (1, "sex not known") in [(left.count, left.why) for left in trial.left_out]


def test_patients_who_died_waiting_belong_to_the_decision(four_at_progression, study):
    declared = study(
        eligibility=[{"rule": "two lines", "line": {"number": 2}}],
        exposure={"rule": "treatment_sequence"},
        comparison={"levels": ["SSA-RLT", "SSA-other"], "reference": "SSA-RLT"},
        emulation=EMULATION,
    )
    lost = target_trial(analysis_data(four_at_progression, declared))
    whole = target_trial(decision_data(four_at_progression, declared))
    assert lost.decision.patients == ("A", "B")
    assert "whoever died between the decision and it is missing" in lost.caution
    assert whole.decision.patients == ("A", "B", "C")
    assert whole.caution == ""


def test_the_first_line_that_the_groups_share_is_required(course, four_at_progression, study):
    first = course("R", lines=[("rlt", "2015-01-01", PROGRESSED), ("captem", "2016-02-01")], death="2018-01-01")
    declared = study(
        exposure={"rule": "treatment_sequence"},
        comparison={"levels": ["SSA-RLT", "SSA-other"], "reference": "SSA-RLT"},
        emulation=EMULATION,
    )
    trial = target_trial(decision_data((*four_at_progression, first), declared))
    assert "R" not in trial.decision.patients


def test_the_protocol_names_every_element(four_at_progression, study):
    trial = target_trial(analysis_data(four_at_progression, study(emulation=EMULATION)))
    elements = dict(trial.protocol)
    assert elements["Time zero"] == "progression on line 1"
    assert elements["Grace period"] == "183 days"
    assert set(elements) >= {"Eligibility", "Strategies", "Assignment", "Follow-up", "Outcome", "Estimand", "Analysis"}


def test_a_study_without_a_target_trial_is_refused(four_at_progression, study):
    with pytest.raises(InputError, match="emulation: must be declared"):
        target_trial(analysis_data(four_at_progression, study()))


def test_covariates_are_those_known_on_the_day_of_the_decision(course, study):
    """Ki-67 is 2 % at the start and 15 % in a second specimen before progression; a third comes later."""
    specimens = [
        {"kind": "specimen", "date": day, "ki67_pct": value}
        for day, value in (("2014-12-01", 2), ("2015-12-01", 15), ("2016-06-01", 40))
    ]
    made = [
        course(
            name, lines=[("ssa_standard", "2015-01-01", PROGRESSED)], death="2017-01-31", entries=specimens[: 3 - skip]
        )
        for skip, name in enumerate("AB")
    ]
    made.append(
        course("C", lines=[("ssa_standard", "2015-01-01", PROGRESSED)], death="2017-01-31", entries=specimens[:1])
    )
    declared = study(covariates=[{"name": "ki67_pct"}], emulation=EMULATION | {"adjust_for": ["ki67_pct"]})
    trial = target_trial(analysis_data(made, declared))
    assert trial.decision.covariates.tolist() == [[15], [15], [2]]


def test_who_has_begun_a_further_line_before_the_decision_is_left_out(course, four_at_progression, study):
    early = course(
        "E", lines=[("ssa_standard", "2015-01-01", PROGRESSED), ("everolimus", "2015-12-01")], death="2017-01-01"
    )
    trial = target_trial(analysis_data((*four_at_progression, early), study(emulation=EMULATION)))
    assert trial.decision.patients == ("A", "B", "C")
    assert (1, "a further line had begun before the decision") in [(left.count, left.why) for left in trial.left_out]


def test_a_time_zero_behind_the_decision_does_not_demand_the_later_line(four_at_progression, study):
    declared = study(time_zero={"event": "line_start", "line": 2}, emulation=EMULATION)
    assert target_trial(decision_data(four_at_progression, declared)).decision.patients == ("A", "B", "C")


def test_what_is_known_only_after_the_decision_cannot_be_adjusted_for(four_at_progression, study):
    covariates = [{"name": "months_to_next_line", "line": 1}]
    declared = study(covariates=covariates, emulation=EMULATION | {"adjust_for": ["months_to_next_line_1"]})
    with pytest.raises(InputError, match="months_to_next_line_1 is known at start of line 2"):
        target_trial(analysis_data(four_at_progression, declared))


def test_a_study_that_nobody_brings_to_the_decision_is_refused(course, study):
    made = [course("D", lines=[("ssa_standard", "2015-01-01")], death="2016-01-31")]
    with pytest.raises(InputError, match="must hold patients who reach the decision"):
        target_trial(analysis_data(made, study(emulation=EMULATION)))
