"""The analyses of the target trial: each that of its own function, and which of them to believe."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.emulation_result import emulation_result, published
from lutetia.cohort.exposure import ever_exposed, landmark, time_dependent
from lutetia.cohort.target_trial import decision_data
from lutetia.survival import FollowUp, cox

BELIEVED = ["landmark", "time-dependent", "next line, overlap weights", "clone-censor-weight"]


@pytest.fixture(scope="module")
def found(itanet):
    """The example's target trial, from everybody at the decision."""
    data, courses = itanet
    return emulation_result(data, decision_data(courses, data.study))


def by_name(found):
    return {result.analysis: result for result in found.results}


def test_every_analysis_is_that_of_its_function(found):
    decision, grace = found.trial.decision, found.trial.emulation.grace_days
    mine = by_name(found)
    separately = {
        "ever against never (naive)": ever_exposed(decision, adjust="covariates"),
        "landmark": landmark(decision, day=grace, adjust="covariates"),
        "time-dependent": time_dependent(decision, adjust="covariates"),
    }
    for name, contrast in separately.items():
        assert mine[name].contrast.log_hazard_ratio == contrast.log_hazard_ratio
        assert mine[name].contrast.std_error == contrast.std_error
    assert mine["clone-censor-weight"].contrast is found.clones.contrast


def test_the_published_groups_are_those_of_the_study(found, itanet):
    data, _ = itanet
    rows = zip(*(data.column(name) for name in ("group", "OS_days", "OS_event")), strict=True)
    group, days, event = zip(*(row for row in rows if row[0] in ("SSA-RLT", "SSA-other")), strict=True)
    by_hand = cox(FollowUp(stop=days, event=event), np.array([[name == "SSA-other"] for name in group], dtype=float))
    assert published(data).log_hazard_ratio == pytest.approx(by_hand.coef[0], rel=1e-9)
    assert by_name(found)["groups of the study"].contrast.n == by_hand.n


def test_which_to_believe(found):
    assert [result.analysis for result in found.results if result.believe] == BELIEVED
    assert all(result.answers and result.because for result in found.results)


def test_the_published_groups_point_the_way_of_the_strategies(itanet):
    data, courses = itanet
    emulation = data.study.emulation
    turned = emulation.model_copy(update={"strategies": emulation.strategies[::-1]})
    other = analysis_data(courses, data.study.model_copy(update={"emulation": turned}))
    assert published(other).log_hazard_ratio == pytest.approx(-published(data).log_hazard_ratio, abs=1e-9)
    assert "SSA-RLT against SSA-other" in published(other).conventions[0]


def test_a_study_that_requires_the_next_line_cannot_start_at_the_decision(itanet):
    data, _ = itanet
    selected = emulation_result(data)  # only patients who reached line 2
    assert [result.analysis for result in selected.results if result.believe] == ["next line, overlap weights"]
    assert "whoever died between" in by_name(selected)["clone-censor-weight"].because


def test_what_cannot_be_made_says_why(eight_courses, eight_study):
    strategies = [{"name": "RLT", "next_line": ["RLT"]}, {"name": "IFN", "next_line": ["IFN"]}]
    emulation = {"at": {"event": "progression", "line": 1}, "strategies": strategies, "grace_days": 30}
    data = analysis_data(eight_courses("2015-01-01"), eight_study(emulation=emulation))
    mine = by_name(emulation_result(data))
    assert mine["landmark"].contrast is None
    assert "exposed" in mine["landmark"].why
    assert mine["next line, crude"].why == "the next line: no patient begins one of the two strategies"
    assert not any(result.believe for result in mine.values())
