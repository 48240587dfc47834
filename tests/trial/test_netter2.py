"""The replayed NETTER-2 comes near to what the paper prints, as the mean of 200 simulated trials."""

import numpy as np
import pytest

from lutetia.trial.model_tables import DAYS_PER_MONTH
from lutetia.trial.netter2 import netter2_model, netter2_printed, netter2_table
from lutetia.trial.simulate import simulate


@pytest.fixture(scope="module")
def trials():
    return simulate(netter2_model(), 200, seed=2807)


def test_the_model_is_the_trials_design():
    model = netter2_model()
    assert (model.patients, model.allocation, model.block_size) == (226, (2, 1), 6)
    assert [stratum.name for stratum in model.strata] == [
        "grade 2, pancreas", "grade 2, other", "grade 3, pancreas", "grade 3, other",
    ]  # fmt: skip
    assert sum(stratum.share for stratum in model.strata) == pytest.approx(1.0)
    assert model.accrual.patients == pytest.approx(226)


@pytest.mark.parametrize("arm", ["control", "experimental"])
def test_medians_are_within_five_per_cent(trials, arm):
    months = trials.mean(f"median_days_{arm}").estimate / DAYS_PER_MONTH
    assert months == pytest.approx(netter2_printed()[f"median_months_{arm}"], rel=0.05)
    assert np.isfinite(trials.columns[f"median_days_{arm}"]).all()


def test_the_stratified_hazard_ratio_is_in_range(trials):
    assert 0.25 <= trials.hazard_ratio().estimate <= 0.30


def test_events_are_a_hundred_and_one(trials):
    found = [trials.mean(f"events_{arm}").estimate for arm in ("control", "experimental")]
    assert sum(found) == pytest.approx(101, abs=2)
    assert found == pytest.approx([46, 55], abs=3)


@pytest.mark.parametrize(
    "name",
    ["on_treatment_control", "on_treatment_experimental", "crossed_over_control", "responses_control",
     "responses_experimental", "response_unknown_experimental"],
)  # fmt: skip
def test_counts_are_near_the_printed_ones(trials, name):
    assert trials.mean(name).estimate == pytest.approx(netter2_printed()[name], abs=2, rel=0.04)


def test_responses_not_known_are_as_many_as_printed_within_three(trials):
    assert trials.mean("response_unknown_control").estimate == pytest.approx(11, abs=3)


def test_the_ratio_of_medians_is_not_the_hazard_ratio(trials):
    """8.5 / 22.8 = 0.373 against 0.276: hazards that are not proportional."""
    ratio = trials.mean("median_days_control").estimate / trials.mean("median_days_experimental").estimate
    assert ratio > trials.hazard_ratio().estimate + 0.05


def test_an_assumption_can_be_changed():
    changed = netter2_model({"control": {"crosses_over_fraction": 0.0}})
    assert simulate(changed, 5, seed=1).columns["crossed_over_control"].sum() == 0


def test_the_data_say_what_they_are():
    assert netter2_table().source.kind == "made_up"


def test_factors_of_a_stratum_multiply():
    """Grade 2 (0.85) in the pancreas (1.05)."""
    first = netter2_model().strata[0]
    assert first.share == pytest.approx(0.6504 * 0.5442)
    assert first.progression_factors == pytest.approx((0.85 * 1.05, 0.85 * 1.05))
