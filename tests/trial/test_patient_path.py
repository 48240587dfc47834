"""Simulated paths: hazards by hand, laws that hold for every patient, shares that must come out."""

from dataclasses import replace

import numpy as np
import pytest

from lutetia.random_stream import start_history
from lutetia.trial.hazard import Hazard
from lutetia.trial.model_tables import DAYS_PER_MONTH, tables_of
from lutetia.trial.patient_path import PATH, day_of, draw_paths
from lutetia.trial.trial_model import Readers


def drawn(model, seed=1, patients=None):
    """Paths as name → array, and visits."""
    tables = tables_of(model)
    paths = np.empty((patients or model.patients, len(PATH)))
    visits = np.empty((paths.shape[0], tables.visit_day.size))
    state = np.zeros(1, np.uint64)
    start_history(state, seed, 0)
    draw_paths(tables, state, paths, visits)
    return dict(zip(PATH, paths.T, strict=True)), visits


def test_a_hazard_in_pieces_by_hand():
    """0.1 a day for 5 days adds up to 0.5; then 0.2 a day: 0.9 is reached 2 days later."""
    starts, rates = np.array([0.0, 5.0]), np.array([0.1, 0.2])
    assert day_of(starts, rates, 0.3) == pytest.approx(3.0)
    assert day_of(starts, rates, 0.9) == pytest.approx(7.0)
    assert day_of(starts, np.array([0.1, 0.0]), 0.9) == np.inf


def test_half_have_progressed_at_the_median(plain_model):
    path, _ = drawn(plain_model, patients=40_000)
    for arm, months in ((0, 12.0), (1, 24.0)):
        share = (path["progression_day"][path["arm"] == arm] < months * DAYS_PER_MONTH).mean()
        assert share == pytest.approx(0.5, abs=0.012)  # 3 standard errors of 13,333


def test_blocks_keep_the_allocation_in_every_stratum(plain_model):
    path, _ = drawn(plain_model)
    for stratum in (0, 1):
        arms = path["arm"][path["stratum"] == stratum]
        for first in range(0, arms.size - 5, 6):
            assert arms[first : first + 6].sum() == 4


def test_entries_are_in_order_and_within_accrual(plain_model):
    path, _ = drawn(plain_model)
    assert (np.diff(path["entry_day"]) >= 0).all()
    assert path["entry_day"].max() <= 20 * DAYS_PER_MONTH


def test_the_central_reader_calls_the_first_adequate_visit(full_model):
    path, visits = drawn(full_model)
    for i in np.flatnonzero(path["central_day"] < np.inf):
        later = visits[i][(visits[i] > 0) & (visits[i] >= path["progression_day"][i])]
        assert path["central_day"][i] == later[0]


def test_readers_agree_unless_told_otherwise(plain_model, full_model):
    alone, _ = drawn(plain_model)
    assert (alone["central_day"] == alone["investigator_day"]).all()
    both, _ = drawn(full_model, patients=20_000)
    called = both["central_day"] < np.inf
    earlier = (both["investigator_day"] < both["central_day"])[called].mean()
    assert 0.05 < earlier < 0.1  # 10 %, but who progresses before the first visit has no visit before it


def test_response_comes_before_progression(full_model):
    path, _ = drawn(full_model)
    responds = path["response"] > 0
    assert responds.any()
    assert (path["response_day"][responds] < path["central_day"][responds]).all()


def test_only_the_control_arm_crosses_over_and_after_progression(full_model):
    path, _ = drawn(full_model, patients=6000)
    crossed = path["crossover_day"] < np.inf
    assert (path["arm"][crossed] == 0).all()
    assert (path["crossover_day"][crossed] == path["central_day"][crossed] + 30).all()
    assert (path["death_day"][crossed] >= path["crossover_day"][crossed]).all()


def test_crossover_changes_the_hazard_of_death_from_then_on(full_model):
    """Deaths after crossover at half the hazard: mean 1 / (0.5 · 0.05) = 40 months."""
    path, _ = drawn(full_model, patients=60_000)
    crossed = path["crossover_day"] < np.inf
    months = (path["death_day"] - path["crossover_day"])[crossed] / DAYS_PER_MONTH
    assert months.mean() == pytest.approx(40.0, rel=0.03)


def test_missed_visits_are_as_many_as_told(full_model):
    _, visits = drawn(full_model, patients=4000)
    assert (visits < 0).mean() == pytest.approx(0.1, abs=0.005)


def test_windows_hold(full_model):
    _, visits = drawn(full_model)
    planned = tables_of(full_model).visit_day
    seen = visits > 0
    assert (np.abs(visits - planned)[seen] <= 7).all()
    assert (visits == planned)[seen].mean() == pytest.approx(1 / 15, abs=0.01)


def test_leaving_before_progression_knows_the_outcome(full_model):
    path, _ = drawn(full_model, patients=20_000)
    before = path["stop_kind"] == 3.0
    ahead = (path["progression_day"] - path["stop_day"])[before]
    assert (ahead >= 0).mean() > 0.99
    assert ahead.max() <= 3 * DAYS_PER_MONTH + 1


def test_nobody_leaves_who_has_no_hazard_of_leaving(plain_model):
    path, _ = drawn(plain_model)
    assert (path["stop_day"] == np.inf).all()


def test_death_without_progression_is_kept(plain_model):
    deadly = tuple(replace(arm, death=Hazard(rates_per_month=(10.0,))) for arm in plain_model.arms)
    path, _ = drawn(replace(plain_model, arms=deadly))
    alone = path["death_day"] < path["progression_day"]
    assert alone.mean() > 0.98  # the others progressed within days
    assert (path["death_day"][alone] < 100).all()


def test_who_has_stopped_before_the_central_call_does_not_cross_over(full_model):
    path, _ = drawn(full_model, patients=6000)
    gone = (path["arm"] == 0) & (path["stop_day"] < path["central_day"]) & (path["central_day"] < np.inf)
    assert gone.sum() > 100
    assert np.isinf(path["crossover_day"][gone]).all()


def test_another_treatment_begins_at_the_investigators_call(plain_model):
    """Half of those whom the investigator alone calls progressive take another treatment at that visit."""
    readers = Readers(earlier_fraction=0.3, switches_fraction=0.5)
    path, _ = drawn(replace(plain_model, readers=readers), patients=20_000)
    moved = path["stop_kind"] == 4.0
    assert (path["stop_day"][moved] == path["investigator_day"][moved]).all()
    assert (path["stop_day"][moved] < path["central_day"][moved]).all()
    early = path["investigator_day"] < path["central_day"]
    assert moved.sum() / early.sum() == pytest.approx(0.5, abs=0.025)


def test_leaving_before_progression_is_spread_over_the_months_before(full_model):
    """Evenly over three months before progression: their mean is one and a half."""
    path, _ = drawn(full_model, patients=20_000)
    before = (path["stop_kind"] == 3.0) & (path["progression_day"] > 4 * DAYS_PER_MONTH)
    months = (path["progression_day"] - path["stop_day"])[before] / DAYS_PER_MONTH
    assert months.mean() == pytest.approx(1.5, abs=0.06)
