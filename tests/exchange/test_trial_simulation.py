"""The simulation section: a model of one's own, the named one, and what it refuses."""

from __future__ import annotations

from math import log
from pathlib import Path

import pytest

from lutetia.errors import InputError
from lutetia.exchange.trials import parse_trial
from lutetia.trial.netter2 import netter2_model
from lutetia.trial.simulate import simulate_trial

TEXT = (Path(__file__).parent / "trial_model.yaml").read_text(encoding="utf-8")


def refusal(old: str, new: str) -> str:
    assert old in TEXT
    with pytest.raises(InputError) as error:
        parse_trial(TEXT.replace(old, new))
    return str(error.value)


def test_a_model_of_ones_own_is_the_model_of_the_engine():
    model = parse_trial(TEXT).simulation.trial_model()
    assert [arm.name for arm in model.arms] == ["Lu", "control"]
    assert model.arms[0].progression.rates_per_month[0] == pytest.approx(log(2) / 20)
    assert model.arms[1].progression.from_months == (0, 12)
    assert model.allocation == (2, 1)
    assert (model.analysis_events, model.missed_visits_allowed) == (30, 1)
    trial = simulate_trial(model, seed=3)
    assert set(trial.stratum_names()) == {"grade 2, pancreas", "grade 3, other"}
    assert int(trial.known["pfs_event"].sum()) >= 30


def test_the_named_model():
    declared = parse_trial("lutetia: trial/1\ntitle: t\nsimulation: {model: netter2, seed: 1}\n")
    assert declared.simulation.trial_model() is not None
    assert declared.simulation.trial_model().patients == netter2_model().patients == 226


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("analysis_events: 30", "analysis_events: 61", "analysis_events must not exceed the patients (60)"),
        ("analysis_events: 30", "analysis_events: 30\n    analysis_months: 20", "one of analysis_events and"),
        ("block_patients: 6", "block_patients: 4", "block_patients must be a multiple of 3"),
        ("months: 12}", "months: -12}", "months[0] must be above 0, but got -12"),
        ("grade 3, other", "grade 3", "two levels joined by a comma"),
        ("grade 3, other", "grade 2, pancreas", "strata must have names of their own"),
        ("response_fraction: 0.4", "response_fraction: 40", "response_fraction must be at most 1"),
        ("from_months: [0, 12]", "from_months: [12, 0]", "from_months must start at 0 and rise"),
        ("median_months: 20", "median_months: 20, rates_per_month: [1]", "one of median_months and rates_per_month"),
        ("allocation: [2, 1]", "allocation: [0, 1]", "allocation[0] must be at least 1"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_said(old, new, said):
    assert said in refusal(old, new)


def test_an_unknown_model_is_refused():
    with pytest.raises(InputError, match="must be one of netter2"):
        parse_trial("lutetia: trial/1\ntitle: t\nsimulation: {model: netter3, seed: 1}\n")
