"""Simulations: the same whatever works on them, known power, honest errors."""

import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.trial.accrual import Accrual
from lutetia.trial.simulate import BATCH, simulate, simulate_trial
from lutetia.trial.trial_model import Visits


def test_workers_and_executors_do_not_change_a_number(full_model):
    one = simulate(full_model, BATCH + 7, seed=3, workers=1)
    two = simulate(full_model, BATCH + 7, seed=3, workers=2)
    with ThreadPoolExecutor(3) as pool:
        other = simulate(full_model, BATCH + 7, seed=3, executor=pool)
    for name in one.columns:
        np.testing.assert_array_equal(one.columns[name], two.columns[name])
        np.testing.assert_array_equal(one.columns[name], other.columns[name])


def test_more_trials_begin_with_the_same_ones(full_model):
    few, many = simulate(full_model, 5, seed=3), simulate(full_model, 9, seed=3)
    np.testing.assert_array_equal(few.columns["z"], many.columns["z"][:5])
    assert not np.array_equal(few.columns["z"], simulate(full_model, 5, seed=4).columns["z"])


def test_equal_arms_reject_as_often_as_they_should(plain_model):
    """200 events, scans every week so that time is nearly continuous: type I 2.5 % within 3 standard errors."""
    arm = plain_model.arms[1]
    model = replace(plain_model, arms=(arm, arm), visits=Visits(first_weeks=(1,), every_weeks=1), analysis_events=200)
    found = simulate(replace(model, patients=300), 4000, seed=11).power()
    assert found.estimate == pytest.approx(0.0265, abs=3 * 0.0025)  # a 2:1 log-rank test is a little above 2.5 %


def test_power_and_hazard_ratio_of_a_true_half(plain_model):
    found = simulate(replace(plain_model, patients=300, analysis_events=99), 2000, seed=12)
    assert found.hazard_ratio().estimate == pytest.approx(0.5, abs=0.03)
    assert 0.88 < found.power().estimate < 0.95
    assert found.mean("events_control").estimate + found.mean("events_experimental").estimate == pytest.approx(
        99, abs=3
    )


def test_an_analysis_that_never_comes_is_told(plain_model):
    """Patients who leave early cannot give 590 events."""
    from lutetia.trial.hazard import Hazard

    leaving = tuple(replace(arm, leaves=Hazard(rates_per_month=(0.5,))) for arm in plain_model.arms)
    model = replace(plain_model, arms=leaving, analysis_events=590)
    found = simulate(model, 10, seed=1)
    assert found.left_out[0].count == 10
    assert found.mean("z").estimate is None
    with pytest.raises(InputError, match="590 events"):
        simulate_trial(model, seed=1)


def test_progress_is_told(plain_model):
    done = []
    simulate(plain_model, BATCH * 2 + 1, seed=1, progress=done.append)
    assert done == [BATCH, BATCH, 1]


def test_the_error_of_a_mean_is_its_spread(plain_model):
    found = simulate(plain_model, 400, seed=2)
    z = found.columns["z"]
    assert found.mean("z").std_error == pytest.approx(np.std(z, ddof=1) / 20)


@pytest.mark.parametrize(("trials", "seed", "place"), [(0, 1, "trials"), (5, -1, "seed"), (2.5, 1, "trials")])
def test_bad_requests_are_refused(plain_model, trials, seed, place):
    with pytest.raises(InputError, match=place):
        simulate(plain_model, trials, seed=seed)


def test_a_column_that_is_not_there_is_named(plain_model):
    with pytest.raises(InputError, match="hazard"):
        simulate(plain_model, 2, seed=1).mean("hazard")


def test_names_of_arms_and_strata_belong_to_patients(full_model):
    trial = simulate_trial(full_model, seed=9)
    assert trial.n == len(trial.arm_names()) == len(trial.stratum_names())
    assert set(trial.arm_names()) == {"experimental", "control"}
    assert set(trial.stratum_names()) == {"low", "high"}


@pytest.mark.parametrize(("given", "place"), [({"workers": 0}, "workers"), ({"seed": 2**64}, "seed")])
def test_workers_and_seeds_out_of_range_are_refused(plain_model, given, place):
    with pytest.raises(InputError, match=place):
        simulate(plain_model, 1, **{"seed": 1, **given})
    assert np.isfinite(simulate(plain_model, 1, seed=2**64 - 1).columns["z"]).all()


def test_a_cut_off_before_the_first_patient_is_told(plain_model):
    """0.05 months is one day; no patient has entered in most of these trials, none has an event in any."""
    slow = Accrual.uniform(patients=4, months=200)
    model = replace(plain_model, patients=4, accrual=slow, analysis_events=None, analysis_months=0.05)
    found = simulate(model, 20, seed=1)
    assert found.left_out[0].count >= 15
    assert "before the first patient" in found.left_out[0].why
    with pytest.raises(InputError, match="first patient"):
        simulate_trial(model, seed=1, number=int(np.flatnonzero(np.isnan(found.columns["cut_off_day"]))[0]))


def test_days_are_whole(full_model):
    trial = simulate_trial(replace(full_model, analysis_events=None, analysis_months=29.9), seed=4)
    assert trial.cut_off_day == int(29.9 * 30.4375)
    for name, values in trial.known.items():
        known = values[np.isfinite(values)]
        assert (known == np.floor(known)).all(), name


@pytest.mark.long
def test_processes_do_not_change_a_byte(full_model):
    """A pool of processes, as other machines would be: nothing but arrays goes out, rows come back."""
    one = simulate(full_model, BATCH + 7, seed=3, workers=1)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        other = simulate(full_model, BATCH + 7, seed=3, executor=pool)
    assert all(one.columns[name].tobytes() == other.columns[name].tobytes() for name in one.columns)


def test_a_batch_can_be_sent_to_another_process(full_model):
    """What goes to an executor and what comes back can be pickled, without starting a process."""
    sent = []

    class Posting(ThreadPoolExecutor):
        def submit(self, work, /, *given):
            work, given = pickle.loads(pickle.dumps((work, given)))
            sent.append(work.__name__)
            return super().submit(work, *given)

    with Posting(1) as pool:
        posted = simulate(full_model, 3, seed=3, executor=pool)
    assert sent == ["_batch"]
    assert posted.columns["z"].tobytes() == simulate(full_model, 3, seed=3).columns["z"].tobytes()


def test_the_quantile_and_power_by_hand(plain_model):
    made = replace(simulate(plain_model, 4, seed=1), columns={"z": np.array([-3.0, -1.95, -1.96, np.nan])})
    assert made.quantile("z", 0.5) == -1.96
    assert made.power().estimate == pytest.approx(2 / 3)  # of the three with an answer
    assert made.power(z_bound=-1.95).estimate == 1.0  # z on the bound counts
